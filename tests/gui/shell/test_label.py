from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import apply_theme, set_kind
from kontext_studio.gui.theme.tokens import Theme, ThemeName, load_theme

ROLES = ("meta", "small", "label", "body", "strong", "title", "page")
LINES = "Hx\nHx\nHx\nHx"
SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


def wrapped(qtbot, role: str, text: str = LINES, *, tone: str = "") -> Label:
    label = Label(text)
    label.setWordWrap(True)
    set_kind(label, type=role, tone=tone)
    qtbot.add_widget(label)
    return label


def rows_of_ink(label: Label) -> list[int]:
    """Where each line of an "H" starts, from the picture of the label."""
    picture = QImage(label.size(), QImage.Format.Format_ARGB32)
    picture.fill(QColor("black"))
    label.render(picture)
    inked = [
        max(picture.pixelColor(x, y).lightness() for x in range(picture.width())) > 100
        for y in range(picture.height())
    ]
    return [y for y, ink in enumerate(inked) if ink and not (y and inked[y - 1])]


@pytest.mark.parametrize("selectable", [False, True], ids=["plain", "selectable"])
@pytest.mark.parametrize("role", ROLES)
def test_lines_stand_as_far_apart_as_the_tokens_say(
    qtbot, dressed: Theme, role: str, selectable: bool
) -> None:
    label = wrapped(qtbot, role)
    if selectable:
        label.setTextInteractionFlags(SELECTABLE)
    line_px = dressed.type_styles[role].line_px
    assert label.heightForWidth(400) == 4 * line_px
    label.resize(400, 4 * line_px)
    tops = rows_of_ink(label)
    assert [low - high for high, low in pairwise(tops)] == [line_px] * 3


def test_larger_text_keeps_its_proportions(qapp: QApplication, qtbot, dressed: Theme) -> None:
    apply_theme(qapp, load_theme(ThemeName.DARK, text_scale=2.0))
    assert wrapped(qtbot, "body").heightForWidth(800) == 4 * 36


def test_a_long_text_wraps_at_its_width_and_is_whole(qtbot, dressed: Theme) -> None:
    label = wrapped(qtbot, "small", "Text, area and settings are kept. " * 4)
    high = label.heightForWidth(160)
    assert high % 17 == 0
    assert high > 17 * 4
    assert label.heightForWidth(2000) == 17


def test_new_words_are_measured_anew(qtbot, dressed: Theme) -> None:
    label = wrapped(qtbot, "body", "One")
    label.setTextInteractionFlags(SELECTABLE)
    assert label.heightForWidth(400) == 18
    label.setText("One\nTwo")
    assert label.heightForWidth(400) == 36


def test_the_tone_of_the_style_sheet_is_the_colour_of_the_words(qtbot, dressed: Theme) -> None:
    label = wrapped(qtbot, "page", "HHH", tone="danger")
    label.resize(label.sizeHint())
    picture = label.grab().toImage()
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert dressed.colour("danger.text").name() in seen


def test_a_word_that_is_too_long_for_a_line_goes_on_in_the_next(qtbot):
    label = wrapped(qtbot, "strong", "Supercalifragilistic" * 4)
    assert label.heightForWidth(160) >= 3 * label.line_px()
    assert label.heightForWidth(4000) == label.line_px()


def test_words_that_were_cut_for_large_letters_are_whole_again_with_small_ones(qtbot) -> None:
    label = ElidedLabel()
    qtbot.add_widget(label)
    label.setStyleSheet("font-size: 14px")
    label.set_whole_text("Step 4, variant 2")
    label.setFixedWidth(label.sizeHint().width() + 8)
    label.show()
    label.setStyleSheet("font-size: 28px")
    assert label.text() != label.whole_text()
    label.setStyleSheet("font-size: 14px")
    assert label.text() == label.whole_text()
    assert not label.toolTip()
