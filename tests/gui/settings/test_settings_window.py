"""Settings in the whole window: ways in and out, and what becomes of connections and keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QWidget,
)

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import Unauthorized
from kontext_studio.core.jobs import JobState
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.gui.settings.check_card import CheckCard
from kontext_studio.gui.settings.choice_cards import ChoiceCards
from kontext_studio.gui.settings.footer import Footer
from kontext_studio.gui.settings.profile_box import ProfileBox
from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.tokens import ThemeName
from kontext_studio.workbench import keychain
from kontext_studio.workbench.keys import KeyPlace
from kontext_studio.workbench.reach import Reach
from tests.fakes.keychain import HangingKeychain, MemoryKeychain, keychain_of
from tests.fakes.scripted_provider import ScriptedProvider
from tests.gui.driving import (
    CTRL,
    Window,
    focused,
    good,
    open_picture,
    part,
    press_run,
    until,
    views,
    write,
)
from tests.gui.shell.accessibility import in_sight, names_missing, small_targets

KEY = "key-id:0123456789-7Q2F"
PROXY = "https://studio-proxy.example/api/fal/proxy"


def surface(studio: Studio) -> SettingsSurface:
    return part(studio.window, SettingsSurface, "settingsDialog")


def press(studio: Studio, name: str) -> None:
    found = surface(studio).findChildren(QAbstractButton, name)
    button = next((one for one in found if one.isVisible()), None)
    assert button is not None, name
    assert button.isEnabled(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def choose_card(studio: Studio, cards: str, one: str) -> None:
    card = part(surface(studio), ChoiceCards, cards).card(one)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)


def type_into(studio: Studio, name: str, text: str) -> None:
    field = part(surface(studio), QLineEdit, name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def said(studio: Studio) -> str:
    labels = surface(studio).findChildren(QLabel)
    return " ".join(one.text() for one in labels if one.isVisible())


def escape(studio: Studio) -> None:
    QTest.keyClick(focused() or studio.window, Qt.Key.Key_Escape)


def everything_written(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


async def open_connections(studio: Studio) -> None:
    studio.setting_up.open_connection()
    await until(lambda: surface(studio).isVisible())


async def add_proxy(studio: Studio) -> None:
    """Save one from elsewhere, before the settings are opened."""
    connections = studio.bench.connections
    connections.add(Route("Studio", "fal", RouteMode.SERVER_PROXY, PROXY))
    await asyncio.to_thread(connections.save)


# Opening and leaving.


def test_every_way_in_leads_to_its_page_and_esc_out(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        studio.running.focus()
        edit = studio.window.right.instruction.edit
        await until(edit.hasFocus)
        QTest.keyClick(edit, Qt.Key.Key_Comma, CTRL)
        assert surface(studio).isVisible()
        assert surface(studio).section == "general"
        escape(studio)
        assert not surface(studio).isVisible()
        assert edit.hasFocus(), "the caret is where it was"
        studio.window.actions_by_id["settings"].trigger()
        assert surface(studio).isVisible()
        escape(studio)
        connection = part(studio.window.status, QWidget, "connectionButton")
        QTest.mouseClick(connection, Qt.MouseButton.LeftButton)
        assert surface(studio).section == "connection"
        assert part(surface(studio), ProfileBox, "profileBox").currentText() == "Embedded engine"
        press(studio, "settingsClose")
        assert not surface(studio).isVisible()

    at_the_window(good(), act)


def test_the_palette_finds_settings_and_connections(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        palette = studio.commanding.palette
        palette.open_palette("spend limit")
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        assert surface(studio).section == "limits"
        assert part(surface(studio), QWidget, "setting-spend_limit_usd").hasFocus()
        escape(studio)
        palette.open_palette("Use Studio")
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        await until(lambda: studio.bench.route_name == "Studio")

    at_the_window(good(), act)


def test_the_keyboard_stays_inside_and_every_stop_has_a_name(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.window.resize(1180, 720)
        studio.setting_up.open_connection("Studio")
        over = surface(studio)
        press(studio, "moreOfConnection")
        assert names_missing(over) == []
        assert small_targets(over) == []
        first = focused()
        seen: list[str] = []
        for _ in range(60):
            here = focused()
            assert over.isAncestorOf(here), here.objectName()
            await until(partial(in_sight, here), limit_s=5)  # it was scrolled to
            if here is first and seen:
                break
            seen.append(here.objectName())
            QTest.keyClick(here, Qt.Key.Key_Tab)
        QTest.keyClick(first, Qt.Key.Key_Tab)
        await until(lambda: in_sight(focused()), limit_s=5)  # the end of the page was shown
        order = [
            "settingsClose",
            "settingsSections",
            "profileBox",
            "newConnection",
            "useInSession",
            "connectionName",
            "choice-fal",
            "choice-server-proxy",
            "connectionAddress",
            "keyField",
            "headerAdd",
            "networkProxy",
            "tlsRoots",
            "testConnection",
        ]
        assert [name for name in rolled(seen, "settingsClose") if name in order] == order

    at_the_window(good(), act)


def rolled(names: list[str], first: str) -> list[str]:
    start = names.index(first)
    return [*names[start:], *names[:start]]


def test_nothing_flashes_up_beside_the_window(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        seen: set[str] = set()

        def look() -> None:
            tops = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
            seen.update(type(one).__name__ for one in tops)

        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(look)
        await open_connections(studio)
        studio.setting_up.open("limits")
        look()
        app.focusChanged.disconnect(look)
        assert QApplication.activeWindow() is studio.window
        assert seen == {"MainWindow"}

    at_the_window(good(), act)


# Settings that apply at once.


def test_a_theme_is_worn_at_once_and_kept(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        studio.setting_up.open("appearance")
        choose_card(studio, "setting-theme", "light")
        await until(lambda: studio.theme.name is ThemeName.LIGHT)
        assert studio.bench.settings.theme == "light"
        choose_card(studio, "setting-theme", "system")
        await until(lambda: studio.bench.settings.theme == "system")

    async def again(studio: Studio) -> None:
        assert studio.bench.settings.theme == "system"

    at_the_window(good(), act)
    at_the_window(good(), again)


def test_limits_and_habits_hold_at_once(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        studio.setting_up.open_limits()
        limit = part(surface(studio), QWidget, "setting-spend_limit_usd")
        limit.setFocus()
        QTest.keyClick(limit, Qt.Key.Key_Up)
        await until(lambda: studio.bench.settings.spend_limit_usd == 6.0)
        studio.setting_up.open("shortcuts")
        press(studio, "setting-single_keys")
        await until(lambda: not studio.bench.settings.single_keys)
        escape(studio)
        star, canvas = studio.window.actions_by_id["star"], studio.window.stage
        await until(lambda: star not in canvas.actions())
        studio.setting_up.open("shortcuts")
        press(studio, "setting-single_keys")
        await until(lambda: star in canvas.actions())

    at_the_window(good(), act)


# Connections.


def test_f_loc_38_a_new_connection_keeps_its_key_in_the_keychain_and_in_no_file(
    at_the_window: Window, memory: MemoryKeychain, isolated_machine: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_connections(studio)
        press(studio, "newConnection")
        assert part(surface(studio), QLineEdit, "connectionName").text() == "fal.ai"
        type_into(studio, "connectionName", "Mine")
        type_into(studio, "keyField", KEY)
        assert KEY not in said(studio)
        press(studio, "saveConnection")
        await until(lambda: "Saved" in said(studio))
        await until(lambda: "Key, ends in 7Q2F" in said(studio))
        assert studio.bench.connections.get("Mine") == Route("Mine", "fal")
        assert list(memory.held.values()) == [KEY]
        typed = [one.text() for one in studio.window.findChildren(QLineEdit)]
        assert KEY not in typed, "nothing typed is left"
        press(studio, "useInSession")
        await until(lambda: studio.bench.route_name == "Mine")
        press(studio, "useAsDefault")
        await until(lambda: studio.bench.settings.default_route == "Mine")
        await until(lambda: "Used in this session and in new ones" in said(studio))

    at_the_window(good(), act)
    written = everything_written(isolated_machine)
    assert "Mine" in written
    assert KEY not in written
    assert "0123456789" not in written


def test_f_loc_38_without_a_keychain_a_key_is_kept_for_this_run_and_that_is_said(
    at_the_window: Window, isolated_machine: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_connections(studio)
        press(studio, "newConnection")
        await until(lambda: "No safe store for keys here" in said(studio))
        keep = part(surface(studio), QComboBox, "keyKeep")
        assert "keychain" not in " ".join(keep.itemText(row) for row in range(keep.count()))
        type_into(studio, "keyField", KEY)
        press(studio, "saveConnection")
        await until(lambda: "Saved" in said(studio))
        route = studio.bench.connections.get("fal.ai")
        assert await studio.bench.connections.key_place(route) is KeyPlace.THIS_RUN

    at_the_window(good(), act)
    assert KEY not in everything_written(isolated_machine)


def test_f_loc_38_a_keychain_that_hangs_holds_nothing_up(
    at_the_window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keychain, "LIMIT_S", 0.3)
    hanging = HangingKeychain()

    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        await open_connections(studio)
        press(studio, "newConnection")
        type_into(
            studio, "connectionName", "Mine"
        )  # the window answers while the keychain does not
        assert part(surface(studio), QLineEdit, "connectionName").text() == "Mine"
        await until(lambda: "keychain does not answer" in said(studio))
        type_into(studio, "keyField", KEY)
        press(studio, "saveConnection")
        await until(lambda: studio.bench.connections.is_own("Mine"))
        await until(lambda: "keychain does not answer" in said(studio))
        assert part(surface(studio), QLineEdit, "keyField").text() == KEY, "not lost"
        hanging.released.set()

    try:
        with keychain_of(hanging):
            at_the_window(good(), act)
    finally:
        hanging.released.set()


def test_a_proxys_sign_in_is_kept_as_a_key_is(
    at_the_window: Window, memory: MemoryKeychain, isolated_machine: Path
) -> None:
    token = "company-token-0123456789-AB12"

    async def act(studio: Studio) -> None:
        await open_connections(studio)
        press(studio, "newConnection")
        type_into(studio, "connectionName", "Studio")
        choose_card(studio, "modeCards", "server-proxy")
        type_into(studio, "connectionAddress", PROXY)
        type_into(studio, "keyField", token)
        press(studio, "saveConnection")
        await until(lambda: "Token, ends in AB12" in said(studio))
        route = studio.bench.connections.get("Studio")
        assert route.headers == (("Authorization", "Bearer keyring:"),)
        access = await studio.bench.connections.access(route)
        assert access.key is None
        assert access.route.headers == (("Authorization", f"Bearer {token}"),)
        assert "Adds the fal.ai key" in said(studio)

    at_the_window(good(), act)
    assert list(memory.held.values()) == [token]
    assert token not in everything_written(isolated_machine)


def test_what_is_missing_is_said_at_its_field_and_nothing_is_saved(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        await open_connections(studio)
        press(studio, "newConnection")
        choose_card(studio, "modeCards", "gateway")
        press(studio, "saveConnection")
        address = part(surface(studio), QLineEdit, "connectionAddress")
        assert address.hasFocus()
        assert address.accessibleDescription() == "Write the address of the gateway"
        type_into(studio, "connectionAddress", "http://gateway.example")
        press(studio, "saveConnection")
        assert "is not encrypted" in address.accessibleDescription()
        assert not studio.bench.connections.is_own("fal.ai")
        type_into(studio, "connectionAddress", "https://gateway.example")
        assert address.accessibleDescription() == ""
        press(studio, "saveConnection")
        await until(lambda: studio.bench.connections.is_own("fal.ai"))

    at_the_window(good(), act)


def test_renaming_takes_key_and_use_along(at_the_window: Window, memory: MemoryKeychain) -> None:
    async def act(studio: Studio) -> None:
        connections = studio.bench.connections
        connections.add(Route("Old", "fal"))
        await asyncio.to_thread(connections.save)
        await connections.keep_key(connections.get("Old"), Secret(KEY))
        await studio.bench.choose_route("Old")
        await open_connections(studio)
        type_into(studio, "connectionName", "New name")
        press(studio, "saveConnection")
        await until(lambda: studio.bench.route_name == "New name")
        await until(lambda: "Key, ends in 7Q2F" in said(studio))
        assert not connections.is_own("Old")
        assert "fal.ai" in part(studio.window.status, QWidget, "connectionButton").accessibleName()

    at_the_window(good(), act)


def test_what_is_no_address_yet_is_written_without_a_fault(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        studio.setting_up.connect_service()
        choose_card(studio, "providerCards", "own-server")
        type_into(studio, "connectionAddress", "http://[")
        address = part(surface(studio), QLineEdit, "connectionAddress")
        QTest.keyClick(address, Qt.Key.Key_Return)  # saves, as a press on the button does
        assert "is not an address" in address.accessibleDescription()

    at_the_window(good(), act)


def test_a_connection_that_is_gone_meanwhile_is_said_and_left(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        connections = studio.bench.connections
        connections.remove("Studio")
        await asyncio.to_thread(connections.save)
        for button in ("useInSession", "useAsDefault"):
            press(studio, button)
            await until(lambda: "There is no connection “Studio”." in said(studio))
            part(surface(studio), Footer, "connectionFooter").set_note("")
        assert studio.bench.settings.default_route == "Embedded engine"
        press(studio, "removeConnection")
        press(studio, "answer-remove")
        await until(lambda: "Removed Studio" in said(studio))
        studio.setting_up.open_connection("Studio")
        assert "There is no connection “Studio” any more" in said(studio)

    at_the_window(good(), act)


def test_a_header_without_its_value_leaves_the_kept_sign_in_as_it_is(
    at_the_window: Window, memory: MemoryKeychain
) -> None:
    async def act(studio: Studio) -> None:
        headers = (("Authorization", "Bearer keyring:"), ("X-Api-Token", "keyring:"))
        route = Route("Studio", "fal", RouteMode.SERVER_PROXY, PROXY, headers=headers)
        studio.bench.connections.add(route)
        await studio.bench.connections.keep_header(route, "Authorization", Secret(KEY))
        studio.setting_up.open_connection("Studio")
        await until(lambda: "Token" in said(studio))
        add = part(surface(studio), QAbstractButton, "headerAdd")
        await until(lambda: "X-Api-Token" in add.accessibleDescription())
        assert part(surface(studio), QLineEdit, "keyField").accessibleDescription() == ""

    at_the_window(good(), act)


def test_removing_asks_first(at_the_window: Window, memory: MemoryKeychain) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        press(studio, "removeConnection")
        assert "cannot be brought back" in said(studio)
        press(studio, "answer-keep")
        assert studio.bench.connections.is_own("Studio")
        press(studio, "removeConnection")
        press(studio, "answer-remove")
        await until(lambda: not studio.bench.connections.is_own("Studio"))
        box = part(surface(studio), ProfileBox, "profileBox")
        await until(lambda: box.currentText() == "Embedded engine")
        remove = part(surface(studio), QAbstractButton, "removeConnection")
        assert not remove.isEnabled()
        assert "always there" in remove.toolTip()

    at_the_window(good(), act)


def test_a_kept_key_is_removed_after_a_question(
    at_the_window: Window, memory: MemoryKeychain
) -> None:
    async def act(studio: Studio) -> None:
        connections = studio.bench.connections
        connections.add(Route("Mine", "fal"))
        await asyncio.to_thread(connections.save)
        await connections.keep_key(connections.get("Mine"), Secret(KEY))
        studio.setting_up.open_connection("Mine")
        await until(lambda: "ends in 7Q2F" in said(studio))
        press(studio, "keyRemove")
        assert list(memory.held.values()) == [KEY]
        press(studio, "answer-forget")
        await until(lambda: not memory.held)
        await until(lambda: part(surface(studio), QLineEdit, "keyField").isVisible())

    at_the_window(good(), act)


@pytest.mark.parametrize("answer", ["keep", "discard", "save"])
def test_changes_that_are_not_saved_are_asked_about(at_the_window: Window, answer: str) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        type_into(studio, "connectionAddress", "https://other.example/proxy")
        escape(studio)
        assert surface(studio).isVisible()
        assert "Studio has changes that are not saved." in said(studio)
        press(studio, f"answer-{answer}")
        address = part(surface(studio), QLineEdit, "connectionAddress")
        if answer == "keep":
            assert surface(studio).isVisible()
            assert address.text() == "https://other.example/proxy"
            return
        await until(lambda: not surface(studio).isVisible())
        kept = "https://other.example/proxy" if answer == "save" else PROXY
        assert studio.bench.connections.get("Studio").address == kept

    at_the_window(good(), act)


def test_changes_stay_while_another_section_is_looked_at(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        type_into(studio, "connectionAddress", "https://other.example/proxy")
        sections = part(surface(studio), QListWidget, "settingsSections")
        sections.setFocus()
        QTest.keyClick(sections, Qt.Key.Key_Up)
        assert surface(studio).section == "appearance"
        QTest.keyClick(sections, Qt.Key.Key_Down)
        address = part(surface(studio), QLineEdit, "connectionAddress")
        assert address.text() == "https://other.example/proxy"
        press(studio, "revertConnection")
        assert address.text() == PROXY

    at_the_window(good(), act)


# Testing.


class Stages(ScriptedProvider):
    """A check that goes on when it is told to."""

    def __init__(self, steps: Sequence[CheckStep]) -> None:
        super().__init__(lambda request: [])
        self.steps = list(steps)
        self.go_on = asyncio.Semaphore(0)
        self.closed = False
        self.tried: list[tuple[Route, Secret | None]] = []

    async def check(self) -> AsyncGenerator[CheckStep]:
        for step in self.steps:
            await self.go_on.acquire()
            yield step

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Stages:
    made = Stages(
        (
            CheckStep("Name", True, "studio-proxy.example is known.", 0.004),
            CheckStep("Connect", True, "Connected.", 0.01),
            CheckStep("Sign-in", False, "Not accepted.", 0.04, "unauthorized", "Ask for a token."),
        )
    )

    async def trial(_reach: Reach, route: Route, key: Secret | None = None) -> Stages:
        made.tried.append((route, key))
        return made

    monkeypatch.setattr(Reach, "trial", trial)
    return made


def test_a_test_shows_each_stage_as_it_comes_and_the_remedy(
    at_the_window: Window, stages: Stages
) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.window.resize(1180, 720)
        studio.setting_up.open_connection("Studio")
        type_into(studio, "keyField", KEY)
        press(studio, "testConnection")
        card = part(surface(studio), CheckCard, "checkCard")
        assert card.isVisible()

        def shows(words: str) -> bool:
            return words in said(studio)

        for step in stages.steps[:2]:
            stages.go_on.release()
            await until(partial(shows, step.message))
            assert "Testing…" in said(studio)
        stages.go_on.release()
        await until(lambda: "It stops at sign-in" in said(studio))
        assert "Ask for a token." in said(studio)
        assert card.visibleRegion().boundingRect() == card.rect(), "it was scrolled into view"
        await until(lambda: stages.closed)
        ((route, key),) = stages.tried
        assert (route.name, route.address) == ("Studio", PROXY)
        assert key == Secret(KEY), "what is typed is tried before it is saved"
        type_into(studio, "connectionAddress", "https://other.example/proxy")
        assert not card.isVisible(), "what was found is about another address"

    at_the_window(good(), act)


def test_a_test_can_be_stopped(at_the_window: Window, stages: Stages) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        press(studio, "testConnection")
        stages.go_on.release()
        await until(lambda: "studio-proxy.example is known." in said(studio))
        assert part(surface(studio), QAbstractButton, "testConnection").text() == "Stop testing"
        press(studio, "testConnection")
        await until(lambda: stages.closed)
        assert "Stopped" in said(studio)

    at_the_window(good(), act)


def test_closing_ends_a_test(at_the_window: Window, stages: Stages) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        press(studio, "testConnection")
        await until(lambda: stages.tried)
        escape(studio)
        assert not surface(studio).isVisible()
        await until(lambda: stages.closed)

    at_the_window(good(), act)


# From a run that has no key.


def test_a_run_without_a_key_leads_to_the_key_field_of_its_connection(
    at_the_window: Window, tmp_path: Path, memory: MemoryKeychain
) -> None:
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), Unauthorized("The key was not accepted.")]
    )

    async def act(studio: Studio) -> None:
        connections = studio.bench.connections
        connections.add(Route("Mine", "fal"))
        await asyncio.to_thread(connections.save)
        await studio.bench.choose_route("Mine")
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: JobState.FAILED in views(studio) or JobState.PREPARED in views(studio))
        jobs = studio.window.right.jobs
        await until(lambda: jobs.findChild(QAbstractButton, "jobVerb-settings"))
        button = part(jobs, QAbstractButton, "jobVerb-settings")
        assert button.text() == "Open settings"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert part(surface(studio), ProfileBox, "profileBox").currentText() == "Mine"
        assert part(surface(studio), QLineEdit, "keyField").hasFocus()

    at_the_window(provider, act)
