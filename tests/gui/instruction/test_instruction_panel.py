from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from kontext_studio.core.area import Area
from kontext_studio.core.delivery import FAULTS_ARE_FINAL, Delivery, Way
from kontext_studio.core.drafts import Draft
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.instruction.error_card import CardAction, CardMessage
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.instruction.section_header import SectionHeader
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.prompting.keep_flags import KeepFlag
from kontext_studio.workbench.catalogue import load_catalogue
from tests.gui.shell.accessibility import names_missing, small_targets

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


def chip(panel: InstructionPanel, flag: KeepFlag) -> QPushButton:
    (button,) = panel.findChildren(QPushButton, f"keep_{flag.name.lower()}")
    return button


def runs(panel: InstructionPanel) -> list[RunAsked]:
    asked: list[RunAsked] = []
    panel.run_requested.connect(asked.append)
    return asked


def test_run_hands_over_the_draft_and_the_full_text(qtbot, panel):
    asked = runs(panel)
    panel.set_subject("the cup and saucer")
    panel.set_count(4)
    panel.set_params({"guidance_scale": 5.0}, seed=77)
    qtbot.keyClicks(panel.edit, "Replace the tabletop with marble")
    qtbot.mouseClick(chip(panel, KeepFlag.FRAMING), LEFT)
    qtbot.mouseClick(chip(panel, KeepFlag.SUBJECT), LEFT)
    qtbot.mouseClick(panel.run_button, LEFT)
    (run,) = asked
    assert run.draft == Draft(
        text="Replace the tabletop with marble",
        model="fal-ai/flux-pro/kontext",
        count=4,
        parameters=(("guidance_scale", 5.0),),
        seed=77,
        keep=("framing", "subject"),
    )
    assert run.sent_text == (
        "Replace the tabletop with marble, keep the exact position and framing, and keep the cup "
        "and saucer the same"
    )


def test_what_will_be_sent_can_be_read(qtbot, panel):
    link, sent = panel.findChild(QPushButton, "sentLink"), panel.findChild(QLabel, "sentText")
    panel.set_text("Paint the door red")
    assert link.isHidden()
    panel.set_keep([KeepFlag.STYLE])
    qtbot.mouseClick(link, LEFT)
    assert sent.isVisible()
    assert sent.text() == "Paint the door red, keep the style the same"


def test_a_chip_answers_the_problem_it_belongs_to(qtbot, panel):
    panel.set_text("Change the background to a pine forest")
    assert len(panel.problems.rows()) == 1
    qtbot.mouseClick(chip(panel, KeepFlag.FRAMING), LEFT)
    assert panel.problems.rows() == []
    assert panel.edit.ghost() == ""


def test_the_subject_chip_is_named_after_the_last_thing(panel):
    assert chip(panel, KeepFlag.SUBJECT).isHidden()
    panel.set_subject("the cup and saucer")
    assert chip(panel, KeepFlag.SUBJECT).text() == "Cup and saucer"
    assert not chip(panel, KeepFlag.SUBJECT).isHidden()


def test_only_an_error_holds_a_run_back_and_only_once(qtbot, panel):
    asked = runs(panel)
    panel.set_text("Paint the {thing} red")
    qtbot.mouseClick(panel.run_button, LEFT)
    assert asked == []
    assert panel.run_button.text() == "Run anyway"
    qtbot.mouseClick(panel.run_button, LEFT)
    assert [run.draft.text for run in asked] == ["Paint the {thing} red"]


def test_a_warning_holds_nothing_back(qtbot, panel):
    asked = runs(panel)
    panel.set_text("Make it better")
    qtbot.mouseClick(panel.run_button, LEFT)
    assert len(asked) == 1


def test_twenty_clicks_are_one_run(qtbot, panel):
    asked = runs(panel)
    panel.set_text("Remove the pole")
    for _ in range(20):
        qtbot.mouseClick(panel.run_button, LEFT)
    assert len(asked) == 1


def test_ctrl_enter_in_the_editor_runs(qtbot, panel):
    asked = runs(panel)
    panel.set_text("Remove the pole")
    qtbot.keyClick(panel.edit, Qt.Key.Key_Return, CTRL)
    assert len(asked) == 1


def test_typing_is_checked_a_moment_later(qtbot, panel):
    qtbot.keyClicks(panel.edit, "Remove the thing")
    assert panel.problems.rows() == []
    qtbot.wait_until(lambda: len(panel.problems.rows()) == 1, timeout=3000)
    assert panel.edit.footer_words() == "1 to improve"


def test_enter_on_a_problem_mends_it_and_the_row_goes(qtbot, panel):
    panel.set_text("Turn the mug into a vase")
    qtbot.keyClick(panel.problems.rows()[0], Qt.Key.Key_Return)
    assert panel.edit.toPlainText() == "Replace the mug with a vase"
    assert panel.problems.rows() == []


def test_a_problem_row_marks_where_the_caret_is(qtbot, panel):
    panel.set_text("Make it green and remove the thing")
    panel.next_problem()
    first = [row.finding().rule for row in panel.problems.rows() if row.is_current()]
    panel.next_problem()
    second = [row.finding().rule for row in panel.problems.rows() if row.is_current()]
    assert {*first, *second} == {"pronoun-subject", "generic-subject"}


def test_each_change_is_told_as_a_draft(qtbot, panel):
    drafts: list[Draft] = []
    panel.draft_changed.connect(drafts.append)
    qtbot.keyClicks(panel.edit, "Hi")
    bar = panel.findChild(QToolButton, "seedButton")
    qtbot.mouseClick(bar, LEFT)
    assert drafts[1].text == "Hi"
    assert drafts[-1].seed is not None


def test_showing_a_draft_tells_nothing_and_comes_back_the_same(panel):
    drafts: list[Draft] = []
    panel.draft_changed.connect(drafts.append)
    draft = Draft(
        text="Crop the sky",
        model="fal-ai/flux-kontext/dev",
        count=3,
        parameters=(("num_inference_steps", 40),),
        seed=5,
        keep=("lighting",),
    )
    panel.set_draft(draft)
    assert drafts == []
    assert panel.draft() == draft


def test_another_draft_does_not_bring_back_values_of_the_last(panel):
    panel.set_draft(Draft(text="a", seed=5, keep=("style",), count=4))
    panel.set_draft(Draft(text="b"))
    now = panel.draft()
    assert (now.seed, now.keep, now.count, now.text) == (None, (), 1, "b")


def test_without_an_image_the_habits_show_and_run_says_why_not(panel):
    panel.set_input(None, "", "", has_image=False)
    assert panel.habits.isVisible()
    assert not panel.models.isVisible()
    assert not panel.run_button.isEnabled()
    assert panel.run_button.toolTip() == "Open an image first"
    panel.set_input(QImage(60, 40, QImage.Format.Format_RGB32), "Input · Step 2", "Red door")
    assert not panel.habits.isVisible()
    assert panel.run_button.text() == "Write what should change"


def test_changed_parameters_are_counted_and_can_be_reset(qtbot, panel):
    header = panel.findChild(QToolButton, "seedButton")
    qtbot.mouseClick(header, LEFT)
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert "1 changed" in shown
    reset = next(b for b in panel.findChildren(QPushButton) if b.text() == "Reset")
    qtbot.mouseClick(reset, LEFT)
    assert panel.parameters.changed_count() == 0
    assert reset.isHidden()


def test_the_reference_slot_says_which_models_take_more(panel):
    slot = panel.input_row.reference
    assert slot.text() == "Reference: not on this model"
    assert not slot.isEnabled()
    assert "multi-image" in slot.toolTip()


def test_a_card_names_its_verbs(qtbot, panel):
    panel.set_card(
        CardMessage(
            "Embedded engine: “marble” is unknown",
            "For a tabletop it can do:",
            "cpu",
            "danger",
            (CardAction("put_back", "Put text back"),),
            ("lighter", "darker"),
        )
    )
    buttons = {b.text(): b for b in panel.card.findChildren(QPushButton)}
    with qtbot.wait_signal(panel.card_action) as acted:
        qtbot.mouseClick(buttons["Put text back"], LEFT)
    with qtbot.wait_signal(panel.card_chip) as chosen:
        qtbot.mouseClick(buttons["darker"], LEFT)
    assert (acted.args, chosen.args) == (["put_back"], ["darker"])
    panel.set_card(None)
    assert panel.card.isHidden()


def test_words_from_outside_are_never_rich_text(panel):
    panel.set_card(CardMessage("<b>Bold</b>", "<i>words</i>"))
    panel.set_text("Turn the <b>mug</b> into a vase")
    labels = [label for label in panel.card.findChildren(QLabel) if label.text()]
    labels += [label for row in panel.problems.rows() for label in row.findChildren(QLabel)]
    assert any("<b>" in label.text() for label in labels)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels if label.text())


@pytest.mark.parametrize("text", ["", "Make it better, turn the mug into a vase {now}"])
def test_keyboard_pointer_and_screen_reader_reach_everything(panel, text):
    panel.set_text(text)
    assert names_missing(panel) == []
    assert small_targets(panel) == []


@pytest.mark.parametrize("text_scale", [1.0, 1.5, 2.0])
def test_it_scrolls_down_and_never_sideways(qtbot, qapp, panel, text_scale):
    large = load_theme(ThemeName.DARK, text_scale=text_scale)
    apply_theme(qapp, large)
    panel.set_theme(large)
    panel.set_text("Make it better, turn the mug into a vase and remove the thing")
    panel.set_keep([KeepFlag.STYLE])
    panel.resize(336, 400)
    qtbot.wait_until(lambda: panel.verticalScrollBar().maximum() > 0)
    assert panel.horizontalScrollBar().maximum() == 0
    area = Area(ImageRef(Sha256("a" * 64), "image/png", 8, 8), 0.5)
    for on in (True, False):
        panel.area.set_draft(area, on=on, keep=False)
        QApplication.processEvents()
        assert panel.horizontalScrollBar().maximum() == 0, on


def test_a_subject_of_some_words_stands_on_its_chip_whole(panel):
    panel.set_subject("the deep forest green cup and saucer")
    assert chip(panel, KeepFlag.SUBJECT).text() == "Deep forest green cup and saucer"
    assert chip(panel, KeepFlag.SUBJECT).geometry().right() <= panel.keep.chips.width()


def test_the_panel_keeps_its_width_when_a_card_makes_it_scroll(qtbot, panel):
    panel.resize(376, 420)
    panel.set_input(None, "", "", has_image=False)
    qtbot.wait_until(lambda: panel.verticalScrollBar().maximum() == 0)
    before = panel.edit.width()
    panel.set_input(None, "Input · Step 7", "Soft morning daylight")
    panel.set_card(CardMessage("Told", "Something was told. " * 20, "info", "warning"))
    qtbot.wait_until(lambda: panel.verticalScrollBar().maximum() > 0)
    QApplication.sendPostedEvents()
    assert panel.edit.width() == before


# A picture from text, and what stops a run at its field.


def makers(panel: InstructionPanel) -> list[ModelOffer]:
    models = load_catalogue().of_provider("fal")
    return [ModelOffer(one) for one in models if one.generates]


def test_a_picture_from_text_has_its_own_words_and_nothing_to_keep(qtbot, panel):
    panel.set_keep([KeepFlag.STYLE])
    panel.set_making(can_leave=True)
    panel.set_offers(makers(panel), "", "fal-ai/flux-pro/kontext/text-to-image")
    panel.set_text("A plain grey backdrop")
    assert panel.run_button.text() == "Generate"
    assert panel.sent_text() == "A plain grey backdrop"
    for part in (panel.keep, panel.area, panel.input_row.reference):
        assert part.isHidden()
    asked = runs(panel)
    qtbot.mouseClick(panel.run_button, LEFT)
    assert [one.sent_text for one in asked] == ["A plain grey backdrop"]
    with qtbot.wait_signal(panel.making_left):
        qtbot.mouseClick(panel.findChild(QPushButton, "leaveMaking"), LEFT)


def test_without_a_step_to_go_back_to_there_is_no_way_back(panel):
    panel.set_making(can_leave=False)
    assert panel.findChild(QPushButton, "leaveMaking").isHidden()


def test_where_nothing_makes_pictures_it_says_so_and_what_to_do(qtbot, panel):
    panel.set_can_make(False)
    assert panel.findChild(QLabel, "makerNote").isHidden(), "there is a picture to edit"
    panel.set_input(None, "", "", has_image=False)
    note = panel.findChild(QLabel, "makerNote")
    assert note.isVisible()
    assert "needs a connected service" in note.text()
    with qtbot.wait_signal(panel.connect_asked):
        qtbot.mouseClick(panel.findChild(QPushButton, "connectMaker"), LEFT)
    panel.set_can_make(True)
    assert note.isHidden()


def test_a_value_out_of_its_range_stops_the_run_with_the_range(qtbot, panel):
    asked = runs(panel)
    panel.set_text("Remove the pole")
    spin = panel.findChild(QDoubleSpinBox, "param_guidance_scale")
    spin.setValue(25)
    assert not panel.run_button.isEnabled()
    assert panel.run_button.text() == "Guidance is 1 to 20"
    qtbot.keyClick(panel.edit, Qt.Key.Key_Return, CTRL)
    assert asked == []
    spin.setValue(3.5)
    assert panel.run_button.isEnabled()


def test_the_delivery_goes_with_the_draft_and_its_warning_is_never_folded_away(panel):
    panel.set_draft(Draft(text="x", delivery=Delivery(Way.SYNC)))
    note = panel.findChild(QLabel, "faultNote")
    assert note.isVisible()
    assert note.text() == FAULTS_ARE_FINAL
    assert panel.draft().delivery == Delivery(Way.SYNC)
    panel.findChild(SectionHeader, "deliveryHeader").set_folded(False)
    assert note.isHidden(), "it stands beside the choice now"
    assert panel.findChild(QLabel, "deliveryWarning").isVisible()


def test_a_price_that_was_told_goes_when_anything_changes(qtbot, panel):
    panel.set_estimate("Lumenfall says $0.04 for this run. Nothing was run or charged.")
    note = panel.findChild(QLabel, "priceNote")
    assert note.isVisible()
    qtbot.keyClicks(panel.edit, "x")
    assert note.isHidden()
    panel.set_estimate("Lumenfall says $0.04 for this run. Nothing was run or charged.")
    panel.set_draft(Draft(text="of another step"))
    assert note.isHidden()


def test_the_number_of_variants_is_one_stop_of_tab_and_the_arrows_choose(qtbot, panel):
    counts = {
        button.text(): button
        for button in panel.findChild(QWidget, "variantCount").findChildren(QToolButton)
    }

    def stops() -> list[str]:
        return [word for word, one in counts.items() if one.focusPolicy() & Qt.FocusPolicy.TabFocus]

    assert stops() == ["1"]
    panel.set_count(3)
    assert stops() == ["3"]
    counts["3"].setFocus()
    qtbot.keyClick(counts["3"], Qt.Key.Key_Right)
    assert (panel.draft().count, stops(), counts["4"].hasFocus()) == (4, ["4"], True)
    qtbot.keyClick(counts["4"], Qt.Key.Key_Right)
    assert panel.draft().count == 1
    qtbot.keyClick(counts["1"], Qt.Key.Key_Left)
    assert (panel.draft().count, stops()) == (4, ["4"])


def test_rows_follow_the_marks_when_their_fixes_have_been_tried(qtbot, panel):
    qtbot.keyClicks(panel.edit, "Turn the mug into a vase")
    with qtbot.wait_signal(panel.checked):
        pass
    assert panel.edit.underlines()
    assert panel.problems.rows() == [], "they come after what is typed meanwhile"
    qtbot.wait_until(lambda: bool(panel.problems.rows()))
    assert panel.problems.rows()[0].finding().fixes


def test_rows_of_another_step_follow_its_marks(qtbot, panel):
    panel.set_draft(Draft(text="Turn the mug into a vase"))
    assert panel.edit.underlines()
    assert panel.problems.rows() == [], "nothing waits until their fixes have been tried"
    qtbot.wait_until(lambda: bool(panel.problems.rows()))
    assert panel.problems.rows()[0].finding().fixes
