"""The connections in the settings: looked at, written, saved, used, removed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from kontext_studio.core.errors import BadRequest, StudioError
from kontext_studio.core.route import EMBEDDED, Route
from kontext_studio.core.services import title_of
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.presenters.connection_keys import ConnectionKeys
from kontext_studio.gui.presenters.connection_testing import ConnectionTesting
from kontext_studio.gui.presenters.services import offers, way_words
from kontext_studio.gui.settings.connection_page import ConnectionPage
from kontext_studio.gui.settings.draft import (
    KEY,
    PROVIDER,
    ConnectionDraft,
    draft_of,
    missing_in,
    route_of,
)
from kontext_studio.gui.settings.footer import KEEP, Answer
from kontext_studio.gui.settings.key_field import Keep
from kontext_studio.gui.settings.profile_box import Profile
from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.gui.settings.use_line import Use
from kontext_studio.gui.shell.dialogs import open_dialog
from kontext_studio.gui.tasks import Tasks
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.workbench.announcements import SettingsChanged
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.keys import KeyPlace
from kontext_studio.workbench.route_checks import check_route

CERTIFICATES = "Certificates (*.pem *.crt *.cer);;All files (*)"
UNSAVED = (
    Answer(KEEP, "Keep editing"),
    Answer("discard", "Discard"),
    Answer("save", "Save", filled=True),
)
NOT_SAVED_FOR_GOOD = "There is no keychain here. The key is kept for this run only."


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
        self._suggested = ""
        self._tried = False
        self._then: Callable[[], object] | None = None
        self._saving = False
        self._keys = ConnectionKeys(bench, page, tasks, lambda: self._name, self)
        self._keys.found.connect(self._show_changed)
        self._keys.listed.connect(self._show_profiles)
        self._test = ConnectionTesting(bench, page, tasks, lambda: self._name, self._say_below)
        bridge.settings_changed.connect(self._show_use)
        bridge.session_opened.connect(self._show_use)
        page.profile_chosen.connect(self._choose)
        page.new_pressed.connect(self.begin_new)
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
        surface.closed.connect(self._test.stop)

    # From outside.

    def begin(self) -> None:
        """The settings were opened: show the connection in use."""
        self._look_at(self._bench.route_name)
        self._tasks.start(self._keys.look_around())

    def go_to(self, name: str, *, at_key: bool = False) -> None:
        """Show a connection; with `at_key` the caret is where its key is typed."""

        def show() -> None:
            if name != self._name:
                self._look_at(name)
            if name != self._name:
                self.page.footer.set_note(f"There is no connection “{name}” any more", "warning")
            if at_key and not self.page.draft().embedded:
                self.page.focus_key()

        self.leave(show)

    def begin_new(self) -> None:
        """Show the fields of a connection that is not there yet."""
        self.leave(self._show_new)

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
        self._test.stop()
        self._name, self._start, self._tried, self._then = name, draft, False, None
        page = self.page
        page.check.clear()
        page.footer.set_note("")
        page.footer.stop_asking()
        page.set_draft(draft)
        page.footer.set_changed(not name)
        self._keys.begin()
        self._show_profiles()
        self._show_use()
        self._keys.look_up()
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
        state = ", ".join(part for part in (self._keys.states.get(route.name, ""), *used) if part)
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

    # Writing.

    def _take_edit(self) -> None:
        page, draft = self.page, self.page.draft()
        if not self._name and draft.name == self._suggested:
            self._suggested = self._free_name(title_of(draft.provider))
            page.suggest_name(self._suggested)
        self._show_changed()
        page.footer.set_note("")
        self._test.stop()
        page.check.clear()
        page.set_problems(self._problems() if self._tried else {})
        self._keys.look_up_soon()

    def _show_changed(self) -> None:
        self.page.footer.set_changed(self._is_changed() or not self._name)

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
        self.page.footer.ask(question, (Answer(KEEP, "Keep"), answer))

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
            places = await self._keys.keep(route, key, keep, headers, password)
        finally:
            self._saving = False
        then = self._then
        self._tell_others()
        self._look_at(route.name)
        weak = KeyPlace.THIS_RUN in places and keep is not Keep.THIS_RUN
        page.footer.set_note(
            NOT_SAVED_FOR_GOOD if weak else "Saved", "warning" if weak else "success"
        )
        self._tasks.start(self._keys.look_around())
        if then is not None:
            then()

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

    def _tell_others(self) -> None:
        """The window shows connections as it shows settings."""
        self._bench.announcer.announce(SettingsChanged(self._bench.settings))

    # Using and removing.

    def _use_in_session(self) -> None:
        self._tasks.start(self._bench.choose_route(self._name), show_fault=self._say_below)

    def _use_as_default(self) -> None:
        self._tasks.start(self._make_default(), show_fault=self._say_below)

    async def _make_default(self) -> None:
        name = self._bench.connections.get(self._name).name  # it may be gone meanwhile
        await self._bench.change_settings(replace(self._bench.settings, default_route=name))

    def _forget_key(self) -> None:
        self._ask_first(
            f"Remove the key of {self._name}? It cannot be brought back.",
            Answer("forget", "Remove key"),
            lambda: self._tasks.start(self._keys.forget(), show_fault=self._keys.say),
        )

    def _remove(self) -> None:
        name = self._name
        self._ask_first(
            f"Remove {name}? Its key goes with it and cannot be brought back.",
            Answer("remove", "Remove"),
            lambda: self._tasks.start(self._take_away(name), show_fault=self._say_below),
        )

    async def _take_away(self, name: str) -> None:
        connections, settings = self._bench.connections, self._bench.settings
        with contextlib.suppress(BadRequest):  # it is gone already
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

    def _toggle_test(self) -> None:
        if self._test.is_under_way:
            self._test.stop()
        elif self._demand_whole():
            self._test.begin()

    def _free_name(self, name: str) -> str:
        taken = {one.name.casefold() for one in self._bench.connections.all()}
        names = (name, *(f"{name} {number}" for number in range(2, 100)))
        return next((one for one in names if one.casefold() not in taken), name)
