"""Pictures in the colours of the screen; what is stored, and what is read out, stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QColor, QColorSpace

from kontext_studio.core.settings import Settings
from kontext_studio.gui.canvas.decode import load_pyramid
from kontext_studio.gui.display_profile import (
    DISPLAY_P3_WORD,
    display_profile,
    screen_key,
    shown_as,
)
from kontext_studio.gui.studio import Studio
from tests.fakes.photographs import encoded
from tests.gui.driving import Window, good, open_picture, part, until

P3 = QColorSpace(QColorSpace.NamedColorSpace.DisplayP3)
ORANGE = (250, 120, 20)


def orange(profile: bytes | None = None) -> bytes:
    return encoded(Image.new("RGB", (40, 30), ORANGE), "PNG", icc_profile=profile)


def rgb_of(colour: QColor | None) -> tuple[int, int, int]:
    assert colour is not None
    return colour.red(), colour.green(), colour.blue()


def icc(space: QColorSpace) -> bytes:
    return bytes(space.iccProfile().data())


def test_colours_are_converted_for_the_display_and_read_out_as_stored() -> None:
    plain, _ = load_pyramid(orange())
    wide, words = load_pyramid(orange(), None, P3)
    assert plain.stored is None
    shown = rgb_of(wide.levels[0].pixelColor(3, 3))
    assert shown != ORANGE, "another number shows the same colour there"
    assert rgb_of(wide.colour_at(3, 3)) == ORANGE
    assert words == "sRGB, assumed"


def test_an_embedded_profile_is_honoured_and_its_numbers_are_read_out() -> None:
    tagged, words = load_pyramid(orange(icc(P3)))
    assert words == "Display P3"
    assert rgb_of(tagged.levels[0].pixelColor(3, 3)) != ORANGE
    assert rgb_of(tagged.colour_at(3, 3)) == ORANGE
    # On such a screen they are what is shown.
    there, _ = load_pyramid(orange(icc(P3)), None, P3)
    assert rgb_of(there.levels[0].pixelColor(3, 3)) == ORANGE


def test_a_profile_is_a_name_or_a_file_that_can_be_shown_through(tmp_path: Path) -> None:
    good_one, bad_one = tmp_path / "screen.icc", tmp_path / "none.icc"
    good_one.write_bytes(icc(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb)))
    bad_one.write_bytes(b"not a profile")
    named, filed = display_profile(DISPLAY_P3_WORD), display_profile(str(good_one))
    assert named is not None
    assert filed is not None
    assert (named.name, display_profile("").name) == ("Display P3", "sRGB")  # type: ignore[union-attr]
    assert "Adobe" in filed.name
    assert display_profile(str(bad_one)) is None
    assert display_profile(str(tmp_path / "gone.icc")) is None


@pytest.mark.parametrize(
    ("own", "display", "said"),
    [
        ("sRGB", "sRGB", "sRGB"),
        ("sRGB, assumed", "sRGB", "sRGB, assumed"),
        ("sRGB", "Display P3", "sRGB, shown as Display P3"),
        ("sRGB, assumed", "Display P3", "sRGB assumed, shown as Display P3"),
        ("Display P3", "sRGB", "Display P3, shown as sRGB"),
        ("", "Display P3", ""),
    ],
)
def test_both_spaces_are_told_where_they_differ(own: str, display: str, said: str) -> None:
    assert shown_as(own, display) == said


def test_the_screens_come_back_from_the_settings_file() -> None:
    settings = Settings(displays=(("DELL 27", "display-p3"), ("other", "/x.icc")))
    assert Settings.from_json(settings.to_json()) == settings
    assert Settings.from_json({"displays": ["no"]}).displays == ()
    assert Settings.from_json({"displays": {"a": 1}}).displays == ()


def test_a_profile_that_is_chosen_in_settings_changes_the_view_alone(
    at_the_window: Window, tmp_path: Path
) -> None:
    from PySide6.QtWidgets import QComboBox, QLabel

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        window = studio.window
        said = part(window, QLabel, "colourSpaceInfo")
        await until(lambda: said.text() == "sRGB, assumed")
        before = window.stage.canvas.pyramid
        assert studio.steps.current is not None
        shelf, sha = window.history.view.shelf, studio.steps.current.image.sha256

        def small() -> QColor | None:
            found = shelf.picture(sha)
            return found.toImage().pixelColor(20, 20) if found is not None else None

        await until(small)
        small_before = small()
        state = window.stage.view_state()
        studio.setting_up.open_canvas()
        box = part(window, QComboBox, "displayProfile-1")
        index = box.findData(DISPLAY_P3_WORD)
        box.setCurrentIndex(index)
        box.activated.emit(index)
        await until(lambda: said.text() == "sRGB assumed, shown as Display P3")
        shown = window.stage.canvas.pyramid
        assert shown is not None
        assert before is not None
        assert shown.levels[0].pixelColor(5, 5) != before.levels[0].pixelColor(5, 5)
        assert shown.colour_at(5, 5) == before.levels[0].pixelColor(5, 5)
        assert window.stage.view_state() == state
        await until(lambda: small() not in (None, small_before))
        assert studio.bench.settings.displays == ((screen_key(window.screen()), DISPLAY_P3_WORD),)

    at_the_window(good(), act)
