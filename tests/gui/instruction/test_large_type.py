"""With large type no word of the panel's rows is cut where another place for it can be had."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel

from kontext_studio.core.route import EMBEDDED
from kontext_studio.gui.instruction.area_row import WHOLE
from kontext_studio.gui.instruction.input_row import ReferenceSlot
from kontext_studio.gui.instruction.model_box import ModelBox
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.workbench.catalogue import load_catalogue
from tests.gui.driving import part


@pytest.mark.parametrize("text_scale", [1.0, 1.5, 2.0])
def test_no_word_of_the_rows_is_cut(qapp, panel, dressed, text_scale):
    large = replace(dressed, text_scale=text_scale)
    apply_theme(qapp, large)
    panel.set_theme(large)
    try:
        panel.set_input(None, "Input · Step 7", "Deep navy blue")
        slot = part(panel, ReferenceSlot, "referenceSlot")
        slot.set_offer("Reference: not on this model", "Kontext max takes more", available=False)
        models = load_catalogue().models
        engine = next(model for model in models if model.provider == EMBEDDED)
        panel.set_offers([ModelOffer(engine)], "", engine.id)
        for _ in range(3):  # a row that folds asks for another layout
            QApplication.processEvents()
        words = {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}
        assert {"Input · Step 7", "Deep navy blue", WHOLE} <= words
        whole = next(one for one in panel.area.findChildren(QLabel) if one.text() == WHOLE)
        longest = max(map(QFontMetricsF(whole.font()).horizontalAdvance, WHOLE.split()))
        assert whole.width() >= longest
        box = part(panel, ModelBox, "modelBox")
        assert box.width() >= box.name_width()
        assert (slot.width() < slot.whole_width) == (text_scale > 1)
        assert ("not on this model" in slot.toolTip()) == (text_scale > 1)  # never lost
    finally:
        apply_theme(qapp, dressed)
