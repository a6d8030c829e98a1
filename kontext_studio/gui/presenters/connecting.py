"""The connections in the settings: looked at, written, tested, saved, used, removed.

Keys go from the field to the keychain and nowhere else. The keychain and the file are asked in
threads; an answer about a connection that is not looked at any more is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from kontext_studio.core.errors import BadRequest, StudioError
from kontext_studio.core.models import Catalogue
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.core.services import SERVICES, title_of
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.settings.connection_page import ConnectionPage
from kontext_studio.gui.settings.draft import (
    KEY,
    PROVIDER,
    SIGN_IN,
    ConnectionDraft,
    draft_of,
    missing_in,
    route_of,
)
from kontext_studio.gui.settings.footer import Answer
from kontext_studio.gui.settings.key_field import Keep, KeyFacts
from kontext_studio.gui.settings.profile_box import Profile
from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.gui.settings.use_line import Use
from kontext_studio.gui.shell.dialogs import open_dialog
from kontext_studio.gui.tasks import Tasks
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.providers.registry import built_words
from kontext_studio.workbench.announcements import SettingsChanged
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.keys import KeyPlace, needs_key
from kontext_studio.workbench.route_checks import check_route, kept_headers

TIERS = ("dev", "pro", "max")
LOOK_MS = 300
"""How long after the last key it is looked up whether there is a key for what is written now."""
LONGEST_TEST_S = 15.0
ENDING = 4
LEAST_KEY = 16
"""Of a shorter key no letters are shown."""
CERTIFICATES = "Certificates (*.pem *.crt *.cer);;All files (*)"
UNSAVED = (
    Answer("keep", "Keep editing"),
    Answer("discard", "Discard"),
    Answer("save", "Save", filled=True),
)
NOT_SAVED_FOR_GOOD = "There is no keychain here. The key is kept for this run only."
_STATES = {
    KeyPlace.KEYRING: "key in the system keychain",
    KeyPlace.THIS_RUN: "key for this run only",
    KeyPlace.ENVIRONMENT: "key in the environment",
    KeyPlace.PROXY: "key at the proxy",
    KeyPlace.NONE: "no key yet",
    KeyPlace.NOT_NEEDED: "no key here",
}


class Connecting(QObject):
    """Owns the page of connections."""

    def __init__(
        self,
        bench: Workbench,
        surface: SettingsSurface,
        theme: Theme,
        bridge: Bridge,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._surface = surface
        self._tasks = tasks
        self.page = page = ConnectionPage(theme, offers(bench.catalogue))
        self._name = ""  # the saved connection whose fields are shown; empty for a new one
        self._start = ConnectionDraft()
        self._asked: tuple[object, ...] = ()
        self._suggested = ""
        self._has_keyring = True
        self._states: dict[str, str] = {}
        self._tried = False
        self._then: Callable[[], object] | None = None
        self._test: asyncio.Task[None] | None = None
        self._saving = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_MS)
        self._later.timeout.connect(self._look_up_key)
        bridge.settings_changed.connect(self._show_use)
        bridge.session_opened.connect(self._show_use)
        page.profile_chosen.connect(self._choose)
        page.new_pressed.connect(self._begin_new)
        page.edited.connect(self._take_edit)
        page.use.session_pressed.connect(self._use_in_session)
        page.use.default_pressed.connect(self._use_as_default)
        page.use.remove_pressed.connect(self._remove)
        page.key.remove_pressed.connect(self._forget_key)
        page.network.file_wanted.connect(self._choose_roots)
        page.footer.save_pressed.connect(self._save)
        page.footer.revert_pressed.connect(self._revert)
        page.footer.answered.connect(self._take_answer)
        page.footer.test_pressed.connect(self._toggle_test)
        surface.save_asked.connect(self._save)
        surface.closed.connect(self._stop_test)

    # From outside.

    def begin(self) -> None:
        """The settings were opened: show the connection in use."""
        self._look_at(self._bench.route_name)
        self._tasks.start(self._look_around())

    def go_to(self, name: str, *, at_key: bool = False) -> None:
        """Show a connection; with `at_key` the caret is where its key is typed."""

        def show() -> None:
            if name != self._name:
                self._look_at(name)
            if at_key and not self.page.draft().embedded:
                self.page.focus_key()

        self.leave(show)

    def leave(self, then: Callable[[], object]) -> None:
        """Do what leads away, after asking about changes that are not saved."""
        if not self._is_changed():
            then()
            return
        self._then = then
        self._surface.show_section("connection")
        name = self._name or "The new connection"
        self.page.footer.ask(f"{name} has changes that are not saved.", UNSAVED)

    # Showing.

    def _choose(self, name: str) -> None:
        if name != self._name:
            self.leave(lambda: self._look_at(name))
            self._show_profiles()  # the box stays with what is shown until it is left

    def _begin_new(self) -> None:
        self.leave(self._show_new)

    def _show_new(self) -> None:
        self._suggested = self._free_name(title_of(ConnectionDraft().provider))
        self._show(ConnectionDraft(name=self._suggested), "")

    def _look_at(self, name: str) -> None:
        try:
            route = self._bench.connections.get(name)
        except BadRequest:
            route = self._bench.connections.all()[0]
        self._show(draft_of(route), route.name)

    def _show(self, draft: ConnectionDraft, name: str) -> None:
        self._stop_test()
        self._name, self._start, self._tried, self._then = name, draft, False, None
        page = self.page
        page.check.clear()
        page.footer.set_note("")
        page.footer.stop_asking()
        page.set_draft(draft)
        page.footer.set_changed(not name)
        self._asked = ()
        page.set_key(KeyFacts(has_keyring=self._has_keyring))
        self._show_profiles()
        self._show_use()
        self._look_up_key()
        if not name:
            page.name.setFocus()
            page.name.selectAll()

    def _show_profiles(self) -> None:
        routes = self._bench.connections.all()
        profiles = [self._profile(route) for route in routes]
        if not self._name:
            profiles.append(Profile("", "New connection", "", "not saved yet"))
        self.page.profiles.set_profiles(profiles, self._name)

    def _profile(self, route: Route) -> Profile:
        used = []
        if route.name == self._bench.route_name:
            used.append("in use")
        if route.name == self._bench.settings.default_route:
            used.append("for new sessions")
        state = ", ".join(part for part in (self._states.get(route.name, ""), *used) if part)
        return Profile(route.name, route.name, way_words(route), state)

    def _show_use(self) -> None:
        bench, name = self._bench, self._name
        kept = ""
        given = next((one for one in bench.connections.all() if one.name == name), None)
        if given is not None and not bench.connections.is_own(name):
            embedded = given.provider == EMBEDDED
            kept = "it is always there" if embedded else "it comes from the environment"
        self.page.use.set_use(
            Use(
                saved=bool(name),
                in_session=bool(name) and name == bench.route_name,
                is_default=bool(name) and name == bench.settings.default_route,
                kept_because=kept,
            )
        )
        self._show_profiles()

    async def _look_around(self) -> None:
        """Whether keys can be kept here at all, and the state of every connection."""
        self._has_keyring = await self._bench.connections.has_keyring()
        self.page.set_key(replace(self.page.key.facts, has_keyring=self._has_keyring))
        for route in self._bench.connections.all():
            try:
                place = await self._bench.connections.key_place(route)
            except StudioError:
                return  # a keychain that hangs would hang for the next one too
            self._states[route.name] = _STATES[place]
            self._show_profiles()

    # Writing.

    def _take_edit(self) -> None:
        page, draft = self.page, self.page.draft()
        if not self._name and draft.name == self._suggested:
            self._suggested = self._free_name(title_of(draft.provider))
            page.suggest_name(self._suggested)
        page.footer.set_changed(self._is_changed() or not self._name)
        page.footer.set_note("")
        self._stop_test()
        page.check.clear()
        if self._tried:
            page.set_problems(self._problems())
        self._later.start()

    def _is_changed(self) -> bool:
        page = self.page
        typed = page.key.text() or page.headers.typed() or page.network.password.text()
        if not self._name:
            draft = page.draft()
            return bool(typed) or draft != replace(self._start, name=self._suggested)
        return bool(typed) or route_of(page.draft()) != route_of(self._start)

    def _problems(self) -> dict[str, str]:
        """What is wrong with what is written now, by field."""
        draft = self.page.draft()
        others = [one.name for one in self._bench.connections.all() if one.name != self._name]
        found = missing_in(draft, others)
        if not found:
            try:
                check_route(route_of(draft))
            except BadRequest as fault:
                found[fault.field] = " ".join(part for part in (fault.message, fault.hint) if part)
        return found

    def _demand_whole(self) -> bool:
        """Whether nothing is missing; else it is said at the field."""
        self._tried = True
        problems = self._problems()
        self.page.set_problems(problems)
        if PROVIDER in problems:
            self.page.footer.set_note(problems[PROVIDER], "danger")
        self.page.focus_problem()
        return not problems

    def _revert(self) -> None:
        self._look_at(self._name or self._bench.route_name)

    def _take_answer(self, answer: str) -> None:
        then, self._then = self._then, None
        match answer:
            case "save":
                self._then = then
                self._save()
            case "discard":
                self._revert()
                if then is not None:
                    then()
            case "remove" | "forget" if then is not None:
                then()
            case _:
                self._show_profiles()

    def _ask_first(self, question: str, answer: Answer, act: Callable[[], object]) -> None:
        """What cannot be undone is asked about (UX P6)."""
        self._then = act
        self.page.footer.ask(question, (Answer("keep", "Keep"), answer))

    def _choose_roots(self) -> None:
        dialog = QFileDialog(self._surface.window(), "Choose TLS roots", "", CERTIFICATES)
        dialog.setObjectName("rootsDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.page.network.set_roots)
        open_dialog(dialog)

    # Saving.

    def _save(self) -> None:
        changed = self._is_changed() or not self._name
        if self._saving or self.page.draft().embedded or not changed or not self._demand_whole():
            self.page.footer.stop_asking()
            return
        self._saving = True
        self._tasks.start(self._save_all(), show_fault=self._show_refusal)

    async def _save_all(self) -> None:
        page, connections = self.page, self._bench.connections
        route, before = route_of(page.draft()), self._name
        key, keep = page.key.text(), page.key.keep()
        headers, password = page.headers.typed(), page.network.password.text()
        try:
            settings, chosen = self._bench.settings, self._bench.route_name
            if before and connections.is_own(before):
                connections.rename(before, route)
            else:
                connections.add(route)
            await asyncio.to_thread(connections.save)
            # The connection is written: whatever the keychain says, this is it from now on.
            self._name, self._start = route.name, draft_of(route)
            if before != route.name and settings.default_route == before:
                await self._bench.change_settings(replace(settings, default_route=route.name))
            if before != route.name and chosen == before != self._bench.route_name:
                await self._bench.choose_route(route.name)
            places = await self._keep_secrets(route, key, keep, headers, password)
        finally:
            self._saving = False
        then = self._then
        self._tell_others()
        self._look_at(route.name)
        weak = KeyPlace.THIS_RUN in places and keep is not Keep.THIS_RUN
        page.footer.set_note(
            NOT_SAVED_FOR_GOOD if weak else "Saved", "warning" if weak else "success"
        )
        self._tasks.start(self._look_around())
        if then is not None:
            then()

    async def _keep_secrets(
        self, route: Route, key: str, keep: Keep, headers: dict[str, str], password: str
    ) -> list[KeyPlace]:
        """Where everything that was typed has gone."""
        connections, this_run = self._bench.connections, keep is Keep.THIS_RUN
        places = []
        if key and route.mode is RouteMode.SERVER_PROXY:
            headers = {**headers, SIGN_IN[0]: key}
        elif key:
            places.append(await connections.keep_key(route, Secret(key), this_run_only=this_run))
        for name in kept_headers(route):
            if text := headers.get(name):
                value = Secret(text)
                places.append(
                    await connections.keep_header(route, name, value, this_run_only=this_run)
                )
        if password and route.proxy_account:
            kept = await connections.keep_proxy_password(route, Secret(password))
            places.append(KeyPlace.KEYRING if kept else KeyPlace.THIS_RUN)
        return places

    def _show_refusal(self, fault: StudioError) -> None:
        """What could not be saved is said at its field, else beside the button."""
        said = " ".join(part for part in (fault.message, fault.hint) if part)
        field = fault.field if isinstance(fault, BadRequest) else ""
        self.page.footer.stop_asking()
        self.page.set_problems({field or KEY if field else "": said})
        if not field:
            self.page.footer.set_note(said, "danger")
        else:
            self.page.focus_problem()
        self.page.footer.set_changed(self._is_changed())
        self._show_profiles()

    # Keys.

    def _look_up_key(self) -> None:
        """Where the key is of the connection as it is written now."""
        draft = self.page.draft()
        if draft.embedded:
            return
        facts = (
            self._name,
            draft.provider,
            draft.mode,
            draft.address,
            draft.key_env,
            draft.signs_in,
        )
        if facts != self._asked:
            self._asked = facts
            # A key follows its connection to another name.
            route = replace(route_of(draft), name=self._name or draft.name.strip())
            self._tasks.start(self._find_key(route, facts), show_fault=self._say_at_key)

    async def _find_key(self, route: Route, facts: tuple[object, ...]) -> None:
        connections = self._bench.connections
        signs_in = route.mode is RouteMode.SERVER_PROXY
        if signs_in:
            place = KeyPlace.NOT_NEEDED
            if SIGN_IN in route.headers:
                place = await connections.header_place(route, SIGN_IN[0])
        else:
            place = await connections.key_place(route)
        ending = await self._ending(route, place)
        if facts == self._asked:
            self.page.set_key(
                KeyFacts(
                    place=place,
                    ending=ending,
                    variable=connections.key_variable(route),
                    has_keyring=self._has_keyring,
                    optional=signs_in or not needs_key(route),
                    sign_in=signs_in,
                )
            )
            self.page.footer.set_changed(self._is_changed() or not self._name)

    async def _ending(self, route: Route, place: KeyPlace) -> str:
        """The last letters of a key that is kept, so that it can be told from another one."""
        if place not in (KeyPlace.KEYRING, KeyPlace.THIS_RUN):
            return ""
        access = await self._bench.connections.access(route)
        text = access.key.reveal() if access.key is not None else ""
        if route.mode is RouteMode.SERVER_PROXY:
            text = dict(access.route.headers).get(SIGN_IN[0], "")
        return text[-ENDING:] if len(text) >= LEAST_KEY else ""

    def _forget_key(self) -> None:
        self._ask_first(
            f"Remove the key of {self._name}? It cannot be brought back.",
            Answer("forget", "Remove key"),
            lambda: self._tasks.start(self._forget(), show_fault=self._say_at_key),
        )

    async def _forget(self) -> None:
        route = self._bench.connections.get(self._name)
        if route.mode is RouteMode.SERVER_PROXY:
            await self._bench.connections.forget_header(route, SIGN_IN[0])
        else:
            await self._bench.connections.forget_key(route)
        self._asked = ()
        self._look_up_key()
        self.page.footer.set_note("The key was removed", "secondary")
        await self._look_around()

    def _say_at_key(self, fault: StudioError) -> None:
        self.page.set_problems(
            {KEY: " ".join(part for part in (fault.message, fault.hint) if part)}
        )

    def _tell_others(self) -> None:
        """The window shows connections as it shows settings."""
        self._bench.announcer.announce(SettingsChanged(self._bench.settings))

    # Using and removing.

    def _use_in_session(self) -> None:
        self._tasks.start(self._bench.choose_route(self._name), show_fault=self._say_below)

    def _use_as_default(self) -> None:
        settings = replace(self._bench.settings, default_route=self._name)
        self._tasks.start(self._bench.change_settings(settings), show_fault=self._say_below)

    def _remove(self) -> None:
        name = self._name
        self._ask_first(
            f"Remove {name}? Its key goes with it and cannot be brought back.",
            Answer("remove", "Remove"),
            lambda: self._tasks.start(self._take_away(name), show_fault=self._say_below),
        )

    async def _take_away(self, name: str) -> None:
        connections, settings = self._bench.connections, self._bench.settings
        connections.remove(name)
        await asyncio.to_thread(connections.save)
        if settings.default_route == name:
            first = connections.all()[0].name
            await self._bench.change_settings(replace(settings, default_route=first))
        self._tell_others()
        self._look_at(self._bench.route_name)
        self.page.footer.set_note(f"Removed {name}", "secondary")

    def _say_below(self, fault: StudioError) -> None:
        self.page.footer.set_note(" ".join((fault.message, fault.hint)).strip(), "danger")

    # Testing.

    def _toggle_test(self) -> None:
        if self._test is not None:
            self._stop_test("Stopped")
        elif self._demand_whole():
            self.page.check.begin()
            self.page.reveal(self.page.check)
            self.page.footer.set_testing(True)
            self._test = self._tasks.start(self._try(), show_fault=self._say_below)

    async def _try(self) -> None:
        page, mine = self.page, asyncio.current_task()
        route, typed = route_of(page.draft()), page.key.text()
        if self._name:
            # What is kept is filed under the saved name.
            route = replace(route, name=self._name)
        stopped = ""
        try:
            async with (
                asyncio.timeout(LONGEST_TEST_S),
                aclosing(
                    self._bench.test_connection(route, Secret(typed) if typed else None)
                ) as steps,
            ):
                async for step in steps:
                    page.check.add(step)
                    page.reveal(page.check)
        except TimeoutError:
            stopped = f"No answer within {LONGEST_TEST_S:.0f} s"
        except StudioError as fault:
            stopped = fault.message.removesuffix(".")
            page.footer.set_note(fault.hint, "danger")
        finally:
            if self._test is mine:
                self._test = None
                page.footer.set_testing(False)
                page.check.end(stopped)
                page.reveal(page.check)

    def _stop_test(self, words: str = "") -> None:
        test, self._test = self._test, None
        if test is not None:
            test.cancel()
            self.page.footer.set_testing(False)
            self.page.check.end(words or "Stopped")

    def _free_name(self, name: str) -> str:
        taken = {one.name.casefold() for one in self._bench.connections.all()}
        names = (name, *(f"{name} {number}" for number in range(2, 100)))
        return next((one for one in names if one.casefold() not in taken), name)


def way_words(route: Route) -> str:
    """ "fal.ai via studio-proxy.lan"."""
    title = title_of(route.provider)
    host = urlsplit(route.address).hostname if route.address else ""
    if route.provider == EMBEDDED:
        return "on this computer"
    if route.mode is RouteMode.DIRECT:
        return f"{title} at {host}" if host else f"{title}, directly"
    return f"{title} via {host or 'its gateway'}"


def offers(catalogue: Catalogue) -> dict[str, str]:
    """What each service has that this version can reach, in a word or two, by its own word."""
    found = {}
    for info in SERVICES:
        if info.word not in built_words():
            continue
        models = catalogue.of_provider(info.word)
        tiers = dict.fromkeys(model.tier for model in models if model.tier in TIERS)
        found[info.word] = ", ".join(tiers) or next((model.title for model in models), "")
    return found
