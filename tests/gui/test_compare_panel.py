"""The Compare tab by itself: what it lists, marks and leaves out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.result import Cost, ResultFacts
from kontext_studio.gui.compare_panel import ComparePanel
from kontext_studio.gui.comparison.compared import Compared, Comparison, DifferenceShown, Kept
from kontext_studio.gui.presenters.compared_words import figures_in_words
from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.imaging.alignment import Outcome
from kontext_studio.imaging.drift import Drift
from kontext_studio.workbench.comparisons import Figures, Outside
from tests.gui.shell.accessibility import names_missing

A = Compared(
    "a", "A", "A", "Deep green", "Step 1", (("Model", "Kontext pro"), ("Seed", "1")),
    (("Changed pixels", "31.6 %"), ("Outside the area", "0")), instruction="Green",
)  # fmt: skip
B = Compared(
    "b", "B", "B", "Cobalt", "Step 2", (("Model", "Kontext pro"), ("Seed", "2")),
    (("Changed pixels", "…"),), instruction="Blue",
)  # fmt: skip


@pytest.fixture
def panel(qtbot) -> ComparePanel:
    made = ComparePanel(load_theme(ThemeName.DARK))
    qtbot.add_widget(made)
    made.resize(376, 900)
    made.show()
    return made


def said(panel: QWidget, name: str = "") -> list[str]:
    within = panel.findChild(QWidget, name) if name else panel
    assert within is not None
    return [label.text() for label in within.findChildren(QLabel) if label.isVisible()]


def test_only_settings_that_differ_are_listed(panel):
    panel.show_comparison(Comparison((A, B), "a", tiled=True, against="the original"))
    assert said(panel, "differingTable") == ["What differs", "A", "B", "Seed", "1", "2"]
    panel.show_comparison(Comparison((A, A), "a", tiled=True))
    assert said(panel, "differingTable") == ["What differs", "All settings are the same."]


def test_figures_stand_on_the_right_under_the_letter_of_their_pick(panel):
    panel.show_comparison(Comparison((A, B), "a", tiled=True, against="the original"))
    table = panel.findChild(QWidget, "figuresTable")
    assert said(panel, "figuresTable") == [
        "Measured against the original", "A", "B", "Changed pixels", "31.6 %", "…",
        "Outside the area", "0", "—",
    ]  # fmt: skip
    by_text = {label.text(): label for label in table.findChildren(QLabel)}
    assert by_text["31.6 %"].alignment() & Qt.AlignmentFlag.AlignRight
    assert by_text["A"].geometry().right() == by_text["31.6 %"].geometry().right()


def test_before_and_after_have_no_list_and_tiles_no_pair(qtbot, panel):
    panel.show_comparison(Comparison((A, B), "b", pair=True, against="step 1"))
    assert "Before · Step 1" in said(panel)
    assert "Blue" in said(panel)
    assert "View" not in said(panel)
    panel.show_comparison(Comparison((A, B), "b", tiled=True, against="the original"))
    assert "Before · Step 1" not in said(panel)
    assert "View" in said(panel)
    qtbot.wait_until(lambda: {"Deep green", "Cobalt"} <= set(said(panel)))


def test_whether_the_rest_was_held_is_told_with_a_sign(panel):
    kept = Kept("Nothing changed outside your area", "0 of 10 pixels differ.", True)
    known = DifferenceShown(on=True, changed="1.0 %", mean="0.2", kept=kept)
    panel.show_comparison(Comparison((A, B), "b", pair=True))
    panel.show_difference(known)
    card = panel.findChild(QWidget, "keptCard")
    assert card.isVisible()
    assert card.property("tone") == "success"
    panel.show_difference(DifferenceShown(on=False, changed="1.0 %", mean="0.2", kept=kept))
    assert not card.isVisible()


def test_every_part_has_a_name(panel):
    panel.show_comparison(Comparison((A, B), "b", tiled=True, against="the original"))
    panel.show_difference(DifferenceShown(on=True, progress=0.4))
    assert names_missing(panel) == []


def test_figures_have_as_many_decimals_in_each_column():
    image = ImageRef(Sha256("0" * 64), "image/png", 10, 10)
    facts = ResultFacts("fal", "r", seconds=0.03, cost=Cost(0.04))
    node = Node(NodeId("n"), (), NodeKind.EDIT, image, 1, 0.0, result=facts)
    drift = Drift(Outcome.FOUND, (3.0, 4.0), 1.003, 0.0, 0.1, 1.0, 0.3, (10, 10), (10, 10))
    still = Drift(Outcome.FOUND, (0.0, 0.01), 1.00001, 0.0, 0.0, 1.0, 0.0, (10, 10), (10, 10))
    gone = Drift(Outcome.OTHER_VIEW, None, None, None, 9.0, 1.0, 0.9, (10, 10), (10, 10))
    rows = [
        dict(figures_in_words(node, Figures(0.3164, 13.57, one), Outside(9, 1200), has_area=True))
        for one in (drift, still, gone)
    ]
    assert rows[0] == {
        "Changed pixels": "31.6 %", "Mean ΔE 2000": "13.6", "Outside the area": "1\u00a0200",
        "Shift": "5.0 px", "Zoom": "+0.30 %", "Time": "0.0 s", "Cost, about": "$0.04",
    }  # fmt: skip
    assert (rows[1]["Shift"], rows[1]["Zoom"]) == ("0.0 px", "0.00 %")
    assert (rows[2]["Shift"], rows[2]["Zoom"]) == ("—", "—")
    waits = dict(figures_in_words(node, None, None, has_area=False))
    assert waits["Mean ΔE 2000"] == "…"
    assert "Outside the area" not in waits


def as_wide_as_wanted(panel: ComparePanel) -> int:
    """How far the tab can be scrolled sideways."""
    QApplication.processEvents()
    area = panel.findChild(SteadyScrollArea)
    assert area is not None
    return area.horizontalScrollBar().maximum()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_four_steps_with_long_words_fit_the_width_of_the_dock(qtbot, qapp, scale):
    theme = load_theme(ThemeName.DARK, text_scale=scale)
    apply_theme(qapp, theme)
    panel = ComparePanel(theme)
    qtbot.add_widget(panel)
    panel.resize(376, 900)
    panel.show()
    settings = (
        ("Instruction", "Turn it into a watercolour"),
        ("Seed", "1\u202f046\u202f942\u202f85"),
    )
    figures = (
        ("Changed pixels", "76.7 %"), ("Outside the area", "1\u202f234"), ("Zoom", "−0.25 %"),
        ("Cost, about", "$0.040"),
    )  # fmt: skip
    steps = tuple(
        Compared(
            name, badge, f"Variant {number}", "Make the picture very much warmer than before",
            f"Step 2 · variant {number}",
            tuple((key, f"{value}{number}") for key, value in settings),
            figures, seed="1\u202f046\u202f942\u202f852", instruction="Warmer",
        )
        for number, (name, badge) in enumerate(zip("abcd", "ABCD", strict=True), start=1)
    )  # fmt: skip
    panel.show_comparison(Comparison(steps, "a", tiled=True, against="the original"))
    assert as_wide_as_wanted(panel) == 0
    apply_theme(qapp, load_theme(ThemeName.DARK))
    qapp.setStyleSheet("")
