"""The dark theme, models of the catalogue, and an instruction panel on the screen."""

from __future__ import annotations

import pytest

from kontext_studio.core.models import ModelSpec, catalogue_from_json
from kontext_studio.gui.instruction import vocabulary
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.resources import read_json
from tests.gui.shell.dressing import dressed, theme

__all__ = ["dressed", "theme"]


@pytest.fixture(scope="session")
def edit_models() -> list[ModelSpec]:
    data = read_json("models.json")
    assert isinstance(data, dict)
    return [model for model in catalogue_from_json(data).of_provider("fal") if model.edits]


@pytest.fixture
def panel(qtbot, dressed, edit_models) -> InstructionPanel:
    made = InstructionPanel(dressed)
    qtbot.add_widget(made)
    made.resize(376, 900)
    made.set_offers([ModelOffer(one) for one in edit_models], "", "fal-ai/flux-pro/kontext")
    made.set_input(None, "Input · Step 7", "Soft morning daylight")
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.focus_editor()
    return made


@pytest.fixture(autouse=True, scope="session")
def words_loaded() -> None:
    """Short texts are answered at once where the vocabulary is there."""
    vocabulary.load()
