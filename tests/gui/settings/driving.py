"""What tests of the settings in the whole window do and read there."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
)

from kontext_studio.core.route import Route, RouteMode
from kontext_studio.gui.settings.choice_cards import ChoiceCards
from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.gui.studio import Studio
from tests.gui.driving import (
    focused,
    part,
    until,
)

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
