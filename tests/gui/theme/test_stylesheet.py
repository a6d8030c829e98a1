from __future__ import annotations

import re
import tempfile

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QStatusBar,
    QToolBar,
    QWidget,
)

from kontext_studio.gui.theme import sheet_controls, sheet_frames
from kontext_studio.gui.theme.apply import apply_theme, set_kind
from kontext_studio.gui.theme.fields import inset_spin_box
from kontext_studio.gui.theme.stylesheet import stylesheet_of
from kontext_studio.gui.theme.tool_button import ToolButton


def pixels_of(widget: QWidget) -> set[str]:
    image = widget.grab().toImage()
    return {
        QColor(image.pixel(x, y)).name()
        for x in range(image.width())
        for y in range(image.height())
    }


def test_every_token_of_the_sheet_is_known(theme, tmp_path):
    sheet = stylesheet_of(theme, tmp_path)
    assert "@" not in sheet
    assert "rgba(" in sheet


def test_the_sheet_sources_hold_no_colours_of_their_own():
    sources = [
        text
        for module in (sheet_controls, sheet_frames)
        for text in vars(module).values()
        if isinstance(text, str) and "{" in text
    ]
    assert len(sources) == 5
    for text in sources:
        assert not re.search(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(|\b(white|black|gr[ae]y)\b", text)


def test_an_unknown_token_in_a_sheet_is_a_fault(theme, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "kontext_studio.gui.theme.stylesheet.WORDS", "QLabel { color: @text.pink; }"
    )
    with pytest.raises(KeyError):
        stylesheet_of(theme, tmp_path)


def test_qt_reads_the_whole_sheet(show, dressed):
    # Qt warns about a sheet it cannot parse, and a warning of Qt fails the test.
    label = QLabel("words")
    show(label)
    assert label.palette().windowText().color() == dressed.colour("text.primary")


@pytest.mark.parametrize("make", [QLineEdit, QPlainTextEdit, QComboBox, QSpinBox])
def test_a_field_with_the_keyboard_has_a_two_pixel_ring(show, dressed, make):
    field, other = make(), QLineEdit()
    show(field, other)
    ring = dressed.colour("focus.ring").name()
    field.setFocus()
    row = field.height() // 2
    image = field.grab().toImage()
    assert [QColor(image.pixel(x, row)).name() for x in (0, 1)] == [ring, ring]
    other.setFocus()
    image = field.grab().toImage()
    assert QColor(image.pixel(0, row)).name() == dressed.colour("border.control").name()


def test_focus_does_not_move_the_words_of_a_field(show, dressed):
    field, other = QLineEdit("steady"), QLineEdit()
    show(field, other)
    field.setFocus()
    focused = field.cursorRect().topLeft()
    other.setFocus()
    assert field.cursorRect().topLeft() == focused


@pytest.mark.parametrize(
    ("kind", "height"), [("primary", 38), ("outlined", 32), ("flat", 32), ("chip", 26)]
)
def test_buttons_have_the_heights_of_the_design(show, dressed, kind, height):
    button = QPushButton("Words")
    set_kind(button, kind=kind)
    show(button)
    assert button.sizeHint().height() == height


def test_fields_are_as_high_as_buttons(show, dressed):
    fields = (QLineEdit(), QComboBox())
    show(*fields)
    assert {field.sizeHint().height() for field in fields} == {dressed.length("size.control")}


def test_no_control_is_smaller_than_the_least_target(show, dressed):
    tool, small_tool = ToolButton(), ToolButton(height_px=24)
    small, box = QPushButton("s"), QComboBox()
    set_kind(small, small="true")
    slider = QSlider(Qt.Orientation.Horizontal)
    controls = (QCheckBox("c"), QRadioButton("r"), slider, tool, small_tool, small, box)
    show(*controls)
    least = dressed.length("size.target.min")
    for widget in controls:
        assert min(widget.sizeHint().toTuple()) >= least, widget


def test_the_one_filled_button_is_the_primary_one(show, dressed):
    primary, outlined = QPushButton("Run"), QPushButton("Choose")
    set_kind(primary, kind="primary")
    show(primary, outlined)
    fill = dressed.colour("accent.fill").name()
    assert fill in pixels_of(primary)
    assert fill not in pixels_of(outlined)


def test_a_chip_that_is_on_is_outlined_in_accent(show, dressed):
    chip = QPushButton("Framing")
    chip.setCheckable(True)
    set_kind(chip, kind="chip")
    show(QLineEdit(), chip)
    line = dressed.colour("accent.line").name()
    assert line not in pixels_of(chip)
    chip.setChecked(True)
    assert line in pixels_of(chip)


def test_a_checked_box_shows_its_tick(show, dressed):
    box = QCheckBox("Keep area")
    show(QLineEdit(), box)
    box.setChecked(True)
    image = box.grab().toImage()
    seen = {QColor(image.pixel(x, y)).name() for x in range(20) for y in range(image.height())}
    assert {dressed.colour("accent.fill").name(), dressed.colour("accent.on").name()} <= seen


def test_bars_have_the_heights_of_the_design(show, dressed):
    tools, status, progress = QToolBar(), QStatusBar(), QProgressBar()
    show(tools, status, progress)
    assert tools.height() == dressed.length("size.toolbar")
    assert status.height() == dressed.length("size.statusbar")
    assert progress.height() == 3


def test_a_kind_set_later_is_painted(show, dressed):
    label = QLabel("limit")
    show(label)
    set_kind(label, tone="danger", type="strong")
    assert label.palette().windowText().color() == dressed.colour("danger.text")
    assert label.font().weight() == 600


def test_a_frame_has_the_colour_of_its_token(show, dressed):
    card = QFrame()
    set_kind(card, kind="card")
    QHBoxLayout(card).addWidget(QLabel("in"))
    show(card)
    middle = card.rect().center()
    assert card.grab().toImage().pixelColor(3, middle.y()) == dressed.colour("surface.raised")


def test_the_number_in_a_spin_box_keeps_away_from_the_border(show, dressed):
    field = QSpinBox()
    inset_spin_box(field)
    show(QLineEdit(), field)
    image = field.grab().toImage()
    row = range(6, field.height() - 6)
    paper = dressed.colour("surface.field").name()
    assert {QColor(image.pixel(x, y)).name() for x in range(3, 8) for y in row} == {paper}


def test_without_any_folder_the_window_is_dressed_without_pictures(
    qapp, theme, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "is not there"))
    before = qapp.property("kontextThemePictures")
    qapp.setProperty("kontextThemePictures", None)
    try:
        apply_theme(qapp, theme)
        assert "url(" not in qapp.styleSheet()
        assert qapp.styleSheet()
    finally:
        qapp.setProperty("kontextThemePictures", before)
        qapp.setStyleSheet("")
