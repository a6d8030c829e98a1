"""Settings > Accessibility in the whole window: it holds at once, and leaves the rest alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QSpinBox

from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.tokens import ThemeName
from tests.gui.driving import Window, good, open_picture, part, until


def swatch(studio: Studio, name: str) -> QAbstractButton:
    (found,) = [
        one
        for one in studio.window.info.findChildren(QAbstractButton)
        if one.objectName() == f"surround-{name}"
    ]
    return found


def test_g8_text_size_and_contrast_hold_at_once_and_leave_the_rest_alone(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        swatch(studio, "white").click()
        studio.setting_up.open("accessibility")
        surface = part(studio.window, SettingsSurface, "settingsDialog")
        size = part(surface, QSpinBox, "setting-text_percent")
        size.setFocus()
        QTest.keyClick(size, Qt.Key.Key_Up)
        await until(lambda: studio.theme.text_scale == 1.1)
        QTest.mouseClick(
            part(surface, QAbstractButton, "setting-high_contrast"), Qt.MouseButton.LeftButton
        )
        await until(lambda: studio.theme.high_contrast)
        size_pt = QApplication.font().pointSizeF()
        assert size_pt == pytest.approx(studio.theme.point_size("body"), abs=0.1)
        assert swatch(studio, "white").isChecked()
        studio.window.actions_by_id["theme_light"].trigger()
        await until(lambda: studio.bench.settings.theme == "light")
        assert studio.theme.name is ThemeName.LIGHT
        assert (studio.theme.high_contrast, studio.theme.text_scale) == (True, 1.1)
        assert studio.bench.settings.text_percent == 110

    async def again(studio: Studio) -> None:
        await until(lambda: studio.theme.high_contrast)
        assert studio.theme.text_scale == 1.1

    at_the_window(good(), act)
    at_the_window(good(), again)
