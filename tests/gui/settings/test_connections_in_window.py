"""Connections and their keys in the settings of the whole window: made, changed, removed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QListWidget,
    QWidget,
)

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import Unauthorized
from kontext_studio.core.jobs import JobState
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.gui.settings.footer import Footer
from kontext_studio.gui.settings.profile_box import ProfileBox
from kontext_studio.gui.studio import Studio
from kontext_studio.workbench import keychain
from kontext_studio.workbench.keys import KeyPlace
from tests.fakes.keychain import HangingKeychain, MemoryKeychain, keychain_of
from tests.fakes.scripted_provider import ScriptedProvider
from tests.gui.driving import (
    Window,
    good,
    open_picture,
    part,
    press_run,
    until,
    views,
    write,
)
from tests.gui.settings.driving import (
    KEY,
    PROXY,
    add_proxy,
    choose_card,
    escape,
    everything_written,
    open_connections,
    press,
    said,
    surface,
    type_into,
)


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
