"""The strips under the canvas and the bar that floats over it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAction, QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QScrollArea, QWidget

from kontext_studio.gui.canvas.context_bar import ContextBar
from kontext_studio.gui.canvas.info_strip import InfoStrip
from kontext_studio.gui.canvas.readings import PointerReading
from kontext_studio.gui.canvas.surround_swatches import SurroundSwatches, Swatch
from kontext_studio.gui.canvas.variant_strip import VariantButton, VariantStrip, VariantThumb
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.gui.theme.tool_button import ToolButton
from tests.gui.canvas.conftest import gradient
from tests.gui.canvas.pixels import seen

READING = PointerReading(812, 344, 0.65, 0.41, (24, 92, 58))


# -- info strip -------------------------------------------------------------------------------


@pytest.fixture
def info(show, theme) -> InfoStrip:
    strip = show(InfoStrip(theme), 904, 28)
    strip.set_step("Step 7")
    strip.set_picture_size(1248, 832)
    strip.set_colour_space("sRGB, assumed")
    return strip


def words(strip: InfoStrip) -> list[str]:
    labels = sorted(strip.findChildren(QLabel), key=lambda label: label.x())
    return [label.text() for label in labels if label.isVisible()]


def test_the_strip_says_step_size_space_place_and_colour(info):
    info.set_pointer(READING)
    assert words(info) == [
        "Step 7",
        "1248 × 832 px",
        "sRGB, assumed",
        "X 812 Y 344",
        "R 24 G 92 B 58",
        "Surround",
    ]
    assert info.height() == 28


def test_parts_without_a_value_are_hidden(info):
    info.set_pointer(None)
    info.set_colour_space("")
    assert words(info) == ["Step 7", "1248 × 832 px", "Surround"]


def test_a_place_without_a_known_colour_is_said_alone(info):
    info.set_pointer(PointerReading(1, 2, 0.1, 0.2, None))
    assert words(info) == ["Step 7", "1248 × 832 px", "sRGB, assumed", "X 1 Y 2", "Surround"]


def test_another_size_than_the_parent_is_said(info):
    info.set_picture_size(1248, 832, was=(1024, 683))
    assert "1248 × 832, was 1024 × 683" in words(info)
    info.set_picture_size(1248, 832, was=(1248, 832))
    assert "1248 × 832 px" in words(info)


def test_nothing_shakes_while_the_pointer_moves(info):
    info.set_pointer(READING)
    colour = info.findChild(QLabel, "colourInfo")
    places = []
    for x, y in ((0, 0), (1247, 831), (88, 5)):
        info.set_pointer(PointerReading(x, y, 0, 0, (1, 2, 3)))
        info.layout().activate()
        places.append(colour.x())
    assert len(set(places)) == 1


@pytest.mark.parametrize("width", [620, 420, 300, 160])
def test_in_a_narrow_window_the_lesser_parts_give_way(info, width):
    info.set_pointer(READING)
    info.resize(width, 28)
    shown = [label for label in info.findChildren(QLabel) if label.isVisible()]
    for label in shown:
        assert label.width() >= label.sizeHint().width()
    assert "sRGB, assumed" not in words(info)
    assert all(swatch.isVisible() for swatch in info.findChildren(Swatch))


def test_a_swatch_chooses_the_surround(qtbot, info):
    with qtbot.waitSignal(info.surround_chosen) as chosen:
        qtbot.mouseClick(info.findChild(Swatch, "surround-mid"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["mid"]


def test_swatches_are_chosen_with_arrow_keys(qtbot, info):
    dark = info.findChild(Swatch, "surround-dark")
    dark.setFocus()
    with qtbot.waitSignal(info.surround_chosen) as chosen:
        qtbot.keyClick(dark, Qt.Key.Key_Right)
    assert chosen.args == ["mid"]


def test_showing_a_surround_reports_nothing(qtbot, info):
    with qtbot.assertNotEmitted(info.surround_chosen):
        info.set_surround("white")
    assert info.findChild(Swatch, "surround-white").isChecked()
    assert not info.findChild(Swatch, "surround-dark").isChecked()


def test_swatches_are_large_enough_and_say_which_they_are(info):
    swatches = info.findChildren(Swatch)
    assert len(swatches) == 5
    for swatch in swatches:
        assert min(swatch.size().toTuple()) >= 24
        name = QAccessible.queryAccessibleInterface(swatch).text(QAccessible.Text.Name)
        assert name.startswith("Surround: ")


# -- contextual bar ---------------------------------------------------------------------------


@pytest.fixture
def canvas(show) -> QWidget:
    return show(QWidget(), 900, 600)


@pytest.fixture
def verbs(canvas, theme) -> list[QAction | None]:
    def action(name: str, icon_name: str) -> QAction:
        return QAction(icon(theme, icon_name), name, canvas)

    more = action("More", "ellipsis")
    menu = QMenu(canvas)
    menu.addAction("Copy")
    more.setMenu(menu)
    return [action("Star", "star"), action("Re-run", "rotate-ccw"), None, more]


@pytest.fixture
def bar(canvas, theme, verbs) -> ContextBar:
    made = ContextBar(theme, canvas)
    made.set_actions(verbs)
    return made


def test_the_bar_floats_at_the_bottom_centre(bar, canvas):
    assert bar.height() == 40
    assert bar.geometry().bottom() == canvas.height() - 16 - 1
    assert abs(bar.geometry().center().x() - canvas.width() / 2) <= 1
    assert bar.objectName() == "contextBar"


def test_the_bar_follows_the_size_of_the_canvas(bar, canvas):
    canvas.resize(700, 500)
    assert bar.geometry().bottom() == 500 - 16 - 1
    assert abs(bar.geometry().center().x() - 350) <= 1


def test_the_bar_covers_no_more_than_the_bottom_72(bar, canvas):
    assert bar.y() >= canvas.height() - 72


def test_a_verb_is_pressed_with_mouse_and_keyboard(qtbot, bar, verbs):
    star, rerun = bar.findChildren(ToolButton)[:2]
    with qtbot.waitSignal(verbs[0].triggered):
        qtbot.mouseClick(star, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(verbs[1].triggered):
        qtbot.keyClick(rerun, Qt.Key.Key_Space)


def test_a_disabled_verb_keeps_its_place(bar, verbs):
    width = bar.width()
    verbs[0].setEnabled(False)
    assert not bar.findChildren(ToolButton)[0].isEnabled()
    assert bar.width() == width


def test_while_something_is_dragged_the_bar_is_out_of_the_way(bar):
    bar.step_aside()
    assert not bar.isVisible()
    bar.come_back()
    assert bar.isVisible()


def test_an_unwanted_bar_does_not_come_back_after_a_drag(bar):
    bar.set_wanted(False)
    bar.step_aside()
    bar.come_back()
    assert not bar.isVisible()
    bar.set_wanted(True)
    assert bar.isVisible()


def test_without_verbs_there_is_no_bar(bar):
    bar.set_actions([])
    assert not bar.isVisible()


def test_in_a_narrow_canvas_the_verbs_lose_their_words_and_keep_their_names(bar, canvas):
    wide = bar.width()
    canvas.resize(200, 500)
    assert bar.width() < wide
    assert bar.width() <= 200
    names = [
        QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name)
        for button in bar.findChildren(ToolButton)
    ]
    assert names == ["Star", "Re-run", "More"]
    canvas.resize(900, 500)
    assert bar.width() == wide


def test_new_verbs_replace_the_old_ones(qtbot, bar, verbs):
    from PySide6.QtCore import QCoreApplication

    bar.set_actions(verbs[:1])
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [button.text() for button in bar.findChildren(ToolButton)] == ["Star"]


# -- variant strip ----------------------------------------------------------------------------


def thumbs(count: int, pending: int = 0) -> list[VariantThumb]:
    made = [VariantThumb(str(n), gradient(192, 128, blue=n * 20)) for n in range(count - pending)]
    return made + [VariantThumb(f"p{n}", None) for n in range(pending)]


@pytest.fixture
def strip(show, theme) -> VariantStrip:
    view = VariantStrip(theme)
    view.set_variants(thumbs(4), 1, "step 7")
    view.set_more("4 more · $0.16")
    return show(view, 904, 88)


def test_the_strip_says_which_variant_is_shown(strip):
    texts = [label.text() for label in strip.findChildren(QLabel)]
    assert "step 7, 2 of 4" in texts
    checked = [button.isChecked() for button in strip.findChildren(VariantButton)]
    assert checked == [False, True, False, False]
    assert strip.height() == 88


def test_a_thumbnail_chooses_its_variant(qtbot, strip):
    third = strip.findChildren(VariantButton)[2]
    with qtbot.waitSignal(strip.variant_chosen) as chosen:
        qtbot.mouseClick(third, Qt.MouseButton.LeftButton)
    assert chosen.args == [2]


def test_arrow_keys_choose_the_next_variant(qtbot, strip):
    second = strip.findChildren(VariantButton)[1]
    second.setFocus()
    with qtbot.waitSignal(strip.variant_chosen) as chosen:
        qtbot.keyClick(second, Qt.Key.Key_Right)
    assert chosen.args == [2]


def test_showing_another_variant_reports_nothing(qtbot, strip):
    with qtbot.assertNotEmitted(strip.variant_chosen):
        strip.set_variants(thumbs(4), 3, "step 7")
    assert strip.findChildren(VariantButton)[3].isChecked()


def test_the_shown_variant_has_a_ring_of_accent(strip, theme):
    line = theme.colour("accent.line").getRgb()[:3]
    rings = [
        bool((seen(button)[:, 20] == line).all(axis=1).any())
        for button in strip.findChildren(VariantButton)
    ]
    assert rings == [False, True, False, False]


def test_a_thumbnail_shows_its_picture_at_its_size(strip):
    shown = seen(strip.findChildren(VariantButton)[2])
    middle = shown[shown.shape[0] // 2, shown.shape[1] // 2]
    assert abs(middle[0] - 127) < 8
    assert middle[2] == 40


def test_a_variant_that_is_being_made_says_so(strip):
    strip.set_variants(thumbs(4, pending=1), 0, "step 7")
    last = strip.findChildren(VariantButton)[-1]
    assert last.accessibleName() == "Variant 4 of 4, waiting"


def test_fewer_than_two_variants_need_no_strip(strip):
    strip.set_variants(thumbs(1), 0, "step 7")
    assert not strip.isVisible()
    strip.set_variants(thumbs(2), 0, "step 7")
    assert strip.isVisible()


def test_the_buttons_ask_for_comparison_and_for_more(qtbot, strip):
    buttons = {button.text(): button for button in strip.findChildren(KeyHintButton)}
    with qtbot.waitSignal(strip.compare_all_requested):
        qtbot.mouseClick(buttons["Compare all"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(strip.more_requested):
        qtbot.mouseClick(buttons["4 more · $0.16"], Qt.MouseButton.LeftButton)


def test_more_that_cannot_be_run_says_why(strip):
    strip.set_more("4 more", enabled=False, reason="Over your limit of $5.00")
    more = next(b for b in strip.findChildren(KeyHintButton) if b.text() == "4 more")
    assert not more.isEnabled()
    assert more.toolTip() == "Over your limit of $5.00"
    strip.set_more("")
    assert not more.isVisible()


def test_many_variants_do_not_push_the_buttons_out(strip):
    strip.set_variants(thumbs(12), 0, "step 7")
    window = QRect(QPoint(0, 0), strip.size())
    buttons = strip.findChildren(KeyHintButton)
    assert len(buttons) == 2
    for button in buttons:
        assert window.contains(button.geometry())


def test_a_thumbnail_of_another_shape_is_cropped_and_not_squeezed(show, theme):
    view = VariantStrip(theme)
    tall = QImage(100, 400, QImage.Format.Format_RGB32)
    tall.fill(0xFFFFFFFF)
    painter = QPainter(tall)
    painter.fillRect(0, 165, 100, 70, QColor(0x20, 0x40, 0x60))  # what a crop of 3 to 2 leaves
    painter.end()
    view.set_variants([VariantThumb("a", tall), VariantThumb("b", tall)], 0, "step 1")
    show(view, 904, 88)
    button = view.findChildren(VariantButton)[1]
    column = seen(button)[8:-8, button.width() // 2]
    assert (column == (0x20, 0x40, 0x60)).all()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_in_a_narrow_strip_words_give_way_to_thumbnails_and_the_shown_one_is_in_sight(
    qapp, show, scale
):
    theme = load_theme(ThemeName.DARK, text_scale=scale)
    apply_theme(qapp, theme)
    view = VariantStrip(theme)
    view.set_variants(thumbs(4), 3, "step 7")
    view.set_more("4 more · $0.16")
    show(view, 482, 88)
    QApplication.processEvents()
    for button in view.findChildren(KeyHintButton):
        assert button.width() >= button.sizeHint().width()
        assert view.rect().contains(button.geometry())
        assert button.text() or button.toolTip() == button.accessibleName()
    shown = view.findChildren(VariantButton)[3]
    (scroll,) = view.findChildren(QScrollArea)
    room = scroll.viewport()
    middle = shown.mapTo(room, shown.rect().center())
    assert room.rect().contains(middle)
    apply_theme(qapp, load_theme(ThemeName.DARK))


def test_parts_of_the_info_strip_give_way_when_the_type_grows(qapp, show, theme):
    apply_theme(qapp, theme)
    strip = show(InfoStrip(theme), 482, 28)
    strip.setFixedWidth(482)
    strip.set_step("4 steps, linked")
    strip.set_picture_size(1600, 1000)
    large = load_theme(ThemeName.DARK, text_scale=2.0)
    apply_theme(qapp, large)
    strip.set_theme(large)
    QApplication.processEvents()
    shown = [label for label in strip.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in shown if label.width() < label.sizeHint().width()] == []
    (swatches,) = strip.findChildren(SurroundSwatches)
    assert strip.rect().contains(swatches.geometry())
    apply_theme(qapp, theme)
