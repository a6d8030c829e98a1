"""Settings in the whole window: ways in and out, and what applies at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QWidget,
)

from kontext_studio.gui.settings.profile_box import ProfileBox
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.tokens import ThemeName
from tests.gui.driving import (
    CTRL,
    Window,
    focused,
    good,
    open_picture,
    part,
    until,
)
from tests.gui.settings.driving import (
    add_proxy,
    choose_card,
    escape,
    open_connections,
    press,
    surface,
)
from tests.gui.shell.accessibility import in_sight, names_missing, small_targets

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
        await until(lambda: studio.bench.settings.theme == "light")
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
        assert star.shortcuts(), "it keeps its key for when it is given back"
        studio.setting_up.open("shortcuts")
        press(studio, "setting-single_keys")
        await until(lambda: star in canvas.actions())
        settings = studio.bench.settings
        assert (settings.spend_limit_usd, settings.single_keys) == (6.0, True)

    at_the_window(good(), act)
