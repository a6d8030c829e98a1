from __future__ import annotations

from kontext_studio.prompting.context import LintContext, Mode, Tier
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.guide import rule_guides


def test_the_guide_begins_with_the_rules_that_weigh_most():
    ranks = [Severity(one.severity).rank for one in rule_guides()]
    assert ranks == sorted(ranks)


def test_a_finding_is_written_as_the_command_line_promises():
    fix = Fix("Name it…", (TextEdit(5, 7, "the {subject}"),), (9, 18))
    finding = Finding("pronoun-subject", Severity.WARNING, 5, 7, "Name the subject.", (fix,))
    assert finding.to_json() == {
        "rule": "pronoun-subject",
        "severity": "warning",
        "start": 5,
        "end": 7,
        "message": "Name the subject.",
        "fixes": [
            {
                "title": "Name it…",
                "edits": [{"start": 5, "end": 7, "new_text": "the {subject}"}],
                "select": [9, 18],
                "command": None,
            }
        ],
    }


def test_a_fix_without_a_slot_has_no_selection():
    assert Fix("Split", command="split").to_json()["select"] is None


def test_edits_are_made_from_left_to_right():
    fix = Fix("x", (TextEdit(0, 1, "A"), TextEdit(2, 2, "-"), TextEdit(3, 4, "")))
    assert fix.applied_to("abcd") == "Ab-c"


def test_only_errors_and_warnings_are_underlined():
    assert [s for s in Severity if s.underlined] == [Severity.ERROR, Severity.WARNING]


def test_a_context_is_read_field_by_field():
    context = LintContext.from_json(
        {"mode": "generate", "inputs": 2, "model": "max", "subjects": {"man": 2}, "depth": 3}
    )
    assert (context.mode, context.inputs, context.model) == (Mode.GENERATE, 2, Tier.MAX)
    assert (context.subjects, context.depth, context.previous_prompt) == ({"man": 2}, 3, None)


def test_fields_of_the_wrong_kind_count_as_missing():
    context = LintContext.from_json(
        {"mode": 1, "inputs": True, "model": "ultra", "subjects": ["man"], "depth": "3", "new": 1}
    )
    assert context == LintContext()
