"""The row of the area: what it says, what it holds, and what an area means for the format."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox

from kontext_studio.core.area import AREA_TYPE, Area
from kontext_studio.core.drafts import Draft
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.instruction.area_row import percent_words
from kontext_studio.gui.instruction.param_form import LOSSLESS_ONLY

AREA = Area(ImageRef(Sha256("a" * 64), AREA_TYPE, 300, 200), 0.53)


def test_a6_the_row_tells_the_share_and_the_switch_takes_the_area_out_of_the_run(panel, qtbot):
    row = panel.area
    told: list[Draft] = []
    panel.draft_changed.connect(told.append)
    assert row.spoken() == "Whole image"

    row.set_area(AREA)

    assert row.spoken() == "53 % of the image may change. 12 px feather, edges blend inward"
    assert [one.area_to_send for one in told] == [AREA]
    qtbot.mouseClick(row.findChild(QCheckBox, "areaSwitch"), Qt.MouseButton.LeftButton)
    assert told[-1].area == AREA  # it is kept
    assert told[-1].area_to_send is None
    assert "Switched off" in row.spoken()
    row.findChild(QCheckBox, "keepArea").click()
    assert told[-1].keep_area


def test_another_draft_brings_its_own_area_and_tells_nobody(panel):
    told: list[Draft] = []
    panel.draft_changed.connect(told.append)
    changes: list[bool] = []
    panel.area.changed.connect(lambda: changes.append(True))
    draft = Draft(area=AREA, area_on=False, keep_area=True)

    panel.set_draft(draft)

    held = panel.draft()
    assert (held.area, held.area_on, held.keep_area) == (AREA, False, True)
    panel.set_draft(Draft())
    assert panel.draft().area is None
    assert (told, changes) == ([], [])


def test_a3_with_an_area_jpeg_cannot_be_chosen_and_says_why(panel):
    box = panel.findChild(QComboBox, "param_output_format")
    panel.set_params({"output_format": "jpeg"})
    jpeg = box.findData("jpeg")

    panel.area.set_area(AREA)

    assert box.currentData() == "png"
    assert not box.model().index(jpeg, 0).flags() & Qt.ItemFlag.ItemIsEnabled
    assert box.itemData(jpeg, Qt.ItemDataRole.ToolTipRole) == LOSSLESS_ONLY
    panel.area.set_area(None)
    box = panel.findChild(QComboBox, "param_output_format")
    assert box.model().index(jpeg, 0).flags() & Qt.ItemFlag.ItemIsEnabled


@pytest.mark.parametrize(
    ("share", "words"), [(0.531, "53 %"), (0.0004, "Under 1 %"), (0.9999, "99 %"), (1.0, "100 %")]
)
def test_a_share_that_is_neither_none_nor_all_never_reads_so(share, words):
    assert percent_words(share) == words
