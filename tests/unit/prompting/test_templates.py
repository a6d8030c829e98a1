from __future__ import annotations

import re

import pytest

from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.templates import (
    SNIPPETS,
    TEMPLATES,
    says_already,
    snippet_fix,
    with_snippet,
)

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
    "material": "walnut",
    "carrier": "awning",
    "lettering": "white serif type",
    "pencil": "graphite",
    "line quality": "fine lines",
    "paper": "rough paper",
    "new hair": "a short bob",
    "action": "kneeling",
    "scene": "a market hall",
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


def test_a_snippet_with_a_slot_selects_it():
    left = next(snippet for snippet in SNIPPETS if snippet.key == "left")
    fix = snippet_fix("Add a cat.", left)
    after = fix.applied_to("Add a cat.")
    assert fix.select is not None
    assert after == "Add a cat on the left side of the {subject}."
    assert after[slice(*fix.select)] == "{subject}"


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        ("Paint the sky red|. Remove the bin.", "Paint the sky red{}. Remove the bin."),
        ("Paint the sky red.| Remove the bin.", "Paint the sky red{}. Remove the bin."),
        ("Paint the sky red|\nRemove the bin", "Paint the sky red{}\nRemove the bin"),
        ("Paint the |sky red. Remove the bin.", "Paint the sky red. Remove the bin{}."),
        ("|Paint the sky red", "Paint the sky red{}"),
        ("Write “Open|, now” on it", "Write “Open, now” on it{}"),
    ],
)
def test_a_snippet_goes_to_the_caret_only_where_a_clause_ends(marked, after):
    rest = next(snippet for snippet in SNIPPETS if snippet.key == "rest")
    text = marked.replace("|", "")
    fix = snippet_fix(text, rest, marked.index("|"))
    assert fix.applied_to(text) == after.format(rest.text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.task)
def test_the_slots_of_a_template_stand_in_order(template):
    assert template.slots == tuple(sorted(template.slots))
    assert all(template.text[a:b][0] in "{_" for a, b in template.slots)
    assert len(template.slots) >= 2
