"""Keys and sign-ins of the connection that is looked at in the settings: where they are, keeping
and forgetting them.

They go from the field to the keychain and nowhere else. The keychain is asked in threads; an answer
about a connection that is not looked at any more is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_studio.core.errors import StudioError, Unauthorized
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.gui.settings.connection_page import ConnectionPage
from kontext_studio.gui.settings.draft import HEADERS, KEY, SIGN_IN, route_of
from kontext_studio.gui.settings.key_field import Keep, KeyFacts
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.keys import KeyPlace, needs_key
from kontext_studio.workbench.route_checks import kept_headers

LOOK_MS = 300
"""How long after the last key it is looked up whether there is a key for what is written now."""
ENDING = 4
LEAST_KEY = 16
"""Of a shorter key no letters are shown."""


_STATES = {
    KeyPlace.KEYRING: "key in the system keychain",
    KeyPlace.THIS_RUN: "key for this run only",
    KeyPlace.ENVIRONMENT: "key in the environment",
    KeyPlace.PROXY: "key at the proxy",
    KeyPlace.NONE: "no key yet",
    KeyPlace.NOT_NEEDED: "no key here",
}


class ConnectionKeys(QObject):
    """`found` tells that the field shows where the key is, `listed` that it is known of another
    connection too. `saved_name` is the name in the file of the one that is looked at, empty for a
    new one."""

    found = Signal()
    listed = Signal()

    def __init__(
        self,
        bench: Workbench,
        page: ConnectionPage,
        tasks: Tasks,
        saved_name: Callable[[], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._page = page
        self._tasks = tasks
        self._saved_name = saved_name
        self._asked: tuple[object, ...] = ()
        self._has_keyring = True
        self.states: dict[str, str] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_MS)
        self._later.timeout.connect(self.look_up)

    def begin(self) -> None:
        """Another connection is looked at: nothing is known of its key yet."""
        self._asked = ()
        self._page.set_key(KeyFacts(has_keyring=self._has_keyring))

    def look_up_soon(self) -> None:
        """After a change: when the person has stopped typing."""
        self._later.start()

    async def look_around(self) -> None:
        """Whether keys can be kept here at all, and where that of every connection is."""
        connections = self._bench.connections
        self._has_keyring = await connections.has_keyring()
        self._page.set_key(replace(self._page.key.facts, has_keyring=self._has_keyring))
        for route in connections.all():
            try:
                place = await connections.key_place(route)
            except StudioError:
                return  # a keychain that hangs would hang for the next one too
            self.states[route.name] = _STATES[place]
            self.listed.emit()

    def look_up(self) -> None:
        """Where the key is of the connection as it is written now."""
        draft, name = self._page.draft(), self._saved_name()
        if draft.embedded:
            return
        facts = (
            name,
            draft.provider,
            draft.mode,
            draft.address,
            draft.key_env,
            draft.signs_in,
        )
        if facts != self._asked:
            self._asked = facts
            # A key follows its connection to another name.
            route = replace(route_of(draft), name=name or draft.name.strip())
            self._tasks.start(self._find_key(route, facts), show_fault=self.say)

    async def _find_key(self, route: Route, facts: tuple[object, ...]) -> None:
        connections = self._bench.connections
        signs_in = route.mode is RouteMode.SERVER_PROXY
        if signs_in:
            place = KeyPlace.NOT_NEEDED
            if SIGN_IN in route.headers:
                place = await connections.header_place(route, SIGN_IN[0])
        else:
            place = await connections.key_place(route)
        ending, problems = "", {}
        try:
            ending = await self._ending(route, place)
        except Unauthorized as missing:  # the key is there, another header's value is not
            problems = {HEADERS: f"{missing.message} Type it again."}
        if facts == self._asked:
            self._page.set_key(
                KeyFacts(
                    place=place,
                    ending=ending,
                    variable=connections.key_variable(route),
                    has_keyring=self._has_keyring,
                    optional=signs_in or not needs_key(route),
                    sign_in=signs_in,
                )
            )
            if problems:
                self._page.set_problems(problems)
            self.found.emit()

    async def _ending(self, route: Route, place: KeyPlace) -> str:
        """The last letters of a key that is kept, so that it can be told from another one."""
        if place not in (KeyPlace.KEYRING, KeyPlace.THIS_RUN):
            return ""
        access = await self._bench.connections.access(route)
        text = access.key.reveal() if access.key is not None else ""
        if route.mode is RouteMode.SERVER_PROXY:
            text = dict(access.route.headers).get(SIGN_IN[0], "")
        return text[-ENDING:] if len(text) >= LEAST_KEY else ""

    async def keep(
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

    async def forget(self) -> None:
        """Take the key out of the keychain."""
        route = self._bench.connections.get(self._saved_name())
        if route.mode is RouteMode.SERVER_PROXY:
            await self._bench.connections.forget_header(route, SIGN_IN[0])
        else:
            await self._bench.connections.forget_key(route)
        self._asked = ()
        self.look_up()
        self._page.footer.set_note("The key was removed", "secondary")
        await self.look_around()

    def say(self, fault: StudioError) -> None:
        """What the keychain would not do is said at the field of the key."""
        self._page.set_problems(
            {KEY: " ".join(part for part in (fault.message, fault.hint) if part)}
        )
