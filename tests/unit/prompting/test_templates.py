from __future__ import annotations

import re

import pytest

from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.templates import SNIPPETS, TEMPLATES, says_already, with_snippet

FILLERS = {
    "new background": "a pine forest",
    "subject": "heron",
    "object": "kettle",
    "colour": "signal red",
    "new object": "a copper teapot",
    "style": "a gouache painting",
    "trait": "flat shapes",
    "light": "soft window light",
    "side": "left",
    "where": "beside the gate",
    "surface": "hedge",
    "person": "nurse",
    "garment": "uniform",
    "new garment": "a linen suit",
    "time of day or season": "season",
    "new": "autumn",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.task)
def test_a_template_with_slots_is_unfilled_and_nothing_worse(template):
    assert {f.rule for f in lint(template.text) if f.severity.underlined} == {"unfilled-slot"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.task)
def test_a_filled_template_gets_no_warning(template):
    text = re.sub(r"\{([^}]*)\}", lambda slot: FILLERS[slot.group(1)], template.text)
    text = text.replace("____", "Fresh bread")
    assert [f.rule for f in lint(text) if f.severity.underlined] == []


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.key)
def test_a_snippet_stands_before_the_full_stop_and_is_then_said(snippet):
    text = with_snippet("Remove the pole.", snippet)
    assert text == f"Remove the pole{snippet.text}."
    assert says_already(text, snippet)
    assert not says_already("Remove the pole.", snippet)
