"""Further pictures of a run: their order, how they are taken away and moved, what a model takes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QLabel, QPushButton

from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import NodeId
from kontext_studio.gui.history.drag import StepMime
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.instruction.reference_part import (
    ReferenceFacts,
    ReferencePart,
    ReferenceTile,
)
from kontext_studio.gui.instruction.reference_rules import reference_room

ALT = Qt.KeyboardModifier.AltModifier
A, B, C = NodeId("a"), NodeId("b"), NodeId("c")
PRO, MULTI = "fal-ai/flux-pro/kontext", "fal-ai/flux-pro/kontext/multi"


@pytest.fixture
def part(qtbot, dressed) -> ReferencePart:
    made = ReferencePart(dressed)
    qtbot.add_widget(made)
    made.resize(344, 120)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.set_nodes((A, B, C))
    return made


def tiles(part: ReferencePart) -> list[ReferenceTile]:
    found = part.findChildren(ReferenceTile)
    return sorted((one for one in found if one.isVisible()), key=lambda one: one.x())


def test_the_order_is_told_and_numbered_after_the_picture_that_is_edited(part):
    order = part.findChild(QLabel, "referenceOrder")
    assert order.text() == "Picture 1 is edited, 2 to 4 are references."
    assert [one.accessibleName() for one in tiles(part)] == [
        "Picture 2, reference",
        "Picture 3, reference",
        "Picture 4, reference",
    ]
    part.set_nodes((A,))
    assert order.text() == "Picture 1 is edited, picture 2 is a reference."


def test_who_is_not_known_is_asked_for_and_named(qtbot, part):
    asked: list[str] = []
    part.facts_wanted.connect(asked.append)
    part.set_nodes((NodeId("d"), A))
    assert asked == ["d", "a"]
    part.add_facts({NodeId("d"): ReferenceFacts("Step 4, Cobalt blue", QImage())})
    assert tiles(part)[0].accessibleName() == "Picture 2, reference, Step 4, Cobalt blue"


def test_delete_takes_one_away_and_the_keyboard_stays_in_the_row(qtbot, part):
    tiles(part)[1].setFocus()
    with qtbot.wait_signal(part.changed):
        qtbot.keyClick(tiles(part)[1], Qt.Key.Key_Delete)
    assert part.nodes() == (A, C)
    assert tiles(part)[1].hasFocus()


def test_alt_and_an_arrow_move_it(qtbot, part):
    tiles(part)[2].setFocus()
    with qtbot.wait_signal(part.changed):
        qtbot.keyClick(tiles(part)[2], Qt.Key.Key_Left, ALT)
    assert part.nodes() == (A, C, B)
    assert tiles(part)[1].hasFocus()
    qtbot.keyClick(tiles(part)[0], Qt.Key.Key_Left, ALT)
    assert part.nodes() == (A, C, B)


def test_only_the_cross_takes_it_away(qtbot, part):
    tile = tiles(part)[0]
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert part.nodes() == (A, B, C)
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=QPoint(tile.width() - 10, 20))
    assert part.nodes() == (B, C)


# With the models.


def choose(panel: InstructionPanel, model_id: str) -> None:
    panel.models.set_model("", model_id)
    panel.models.model_chosen.emit(panel.models.offer())


def test_a_model_for_one_picture_says_so_where_references_are_and_one_press_mends_it(qtbot, panel):
    choose(panel, MULTI)
    panel.set_text("Put the cat beside the cup")
    panel.add_reference(A)
    assert panel.run_button.isEnabled()
    choose(panel, PRO)
    problem = panel.findChild(QLabel, "referenceProblem")
    assert problem.isVisible()
    assert problem.text() == "This model takes one picture"
    assert not panel.run_button.isEnabled()
    assert panel.run_button.text() == "This model takes one picture"
    fix = panel.findChild(QPushButton, "referenceFix")
    assert fix.text() == "Use FLUX.1 Kontext [pro] multi-image (experimental)"
    drafts: list[Draft] = []
    panel.draft_changed.connect(drafts.append)
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert panel.models.model().id == MULTI
    assert panel.run_button.isEnabled()
    assert drafts[-1].references == (A,)
    assert drafts[-1].model == MULTI


def test_without_a_model_that_takes_them_the_press_takes_them_away(qtbot, panel, edit_models):
    only = [ModelOffer(one) for one in edit_models if one.id == PRO]
    panel.set_offers(only, "", PRO)
    panel.set_draft(Draft(text="x", model=PRO, references=(A,)))
    fix = panel.findChild(QPushButton, "referenceFix")
    assert fix.text() == "Take the references away"
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert panel.draft().references == ()
    assert panel.run_button.isEnabled()


def test_the_slot_is_full_at_four_pictures(edit_models):
    offers = [ModelOffer(one) for one in edit_models]
    multi = next(one for one in offers if one.model.id == MULTI)
    assert reference_room(offers, multi, 3).available
    full = reference_room(offers, multi, 4)
    assert (full.slot, full.available, full.problem) == ("4 pictures at most", False, "")
    assert reference_room(offers, None, 1).available is False


def test_a_step_that_is_dropped_on_the_slot_is_no_file(qtbot, panel):
    choose(panel, MULTI)
    steps: list[str] = []
    files: list[object] = []
    panel.reference_step_dropped.connect(steps.append)
    panel.references_dropped.connect(files.append)
    mime: QMimeData = StepMime(A, lambda _node: None)
    slot = panel.input_row.reference
    actions = Qt.DropAction.CopyAction
    slot.dropEvent(
        QDropEvent(
            QPointF(5, 5), actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    assert steps == [A]
    assert files == []
