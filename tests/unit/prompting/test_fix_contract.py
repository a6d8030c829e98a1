"""What every fix promises: its finding goes, no new warning comes, quoted text stays as it is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.promises import with_kept_fixes
from kontext_studio.prompting.text import quoted_runs, straightened
from tests.unit.prompting.sentences import GOOD, LEFT_ALONE, MARKED

EXAMPLES = json.loads(Path(__file__).with_name("rule_examples.json").read_text("utf-8"))
SENTENCES = sorted(
    {*GOOD, *(text for group in (MARKED, LEFT_ALONE) for texts in group.values() for text in texts)}
)
IN_CONTEXT = sorted(
    (text, json.dumps(context[0]) if context else "{}")
    for group in EXAMPLES.values()
    for kind in group.values()
    for text, *context in kind
)
ODD = (", ", ". ", "\n", "\r\n", " 😀 ", ' " ', " ' ", "“", "‘", "’", " – ", ": ", " / ", "…")
FIXES = tuple(Fix(text, (TextEdit(0, 6, text),)) for text in ("Make it red", "Paint the door red"))
QUOTES = ("'TO LET'", '"no dogs"', "“it’s his”", "«better»", "'make [it] nicer'")


def warnings(findings: tuple[Finding, ...]) -> Counter[str]:
    """A slot that a fix leaves is to be filled; it is no new fault."""
    return Counter(f.rule for f in findings if f.severity.underlined and f.rule != "unfilled-slot")


def quotes_of(text: str) -> list[str]:
    return [text[start:end] for start, end in quoted_runs(straightened(text))]


def check(text: str, finding: Finding, fix: Fix, context: LintContext) -> None:
    after = fix.applied_to(text)
    if fix.select is not None:
        assert 0 <= fix.select[0] < fix.select[1] <= len(after)
    for before, later in zip(fix.edits, fix.edits[1:], strict=False):
        assert before.end <= later.start
    if not fix.edits:
        return
    old, new = lint(text, context), lint(after, context)
    assert sum(f.rule == finding.rule for f in new) < sum(f.rule == finding.rule for f in old)
    assert not warnings(new) - warnings(old)
    left = quotes_of(after)
    for quote in quotes_of(text):
        assert quote in left
    if fix.select is None:  # once more changes nothing: what it mended is no longer found
        again = [one for one in new if one.rule == finding.rule and one.start == finding.start]
        assert not again or again[0].message != finding.message


def check_all(text: str, context: LintContext | None = None) -> None:
    known = context or LintContext()
    for finding in lint(text, known):
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.message
        for fix in finding.fixes:
            assert fix.title
            check(text, finding, fix, known)


@pytest.mark.parametrize("text", SENTENCES)
def test_on_each_sentence(text):
    check_all(text)
    assert all(finding.fixes for finding in lint(text))  # none is held back


@pytest.mark.parametrize(("text", "context"), IN_CONTEXT)
def test_on_each_example_of_the_rules(text, context):
    check_all(text, LintContext.from_json(json.loads(context)))


@given(
    st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=3, unique=True),
    st.sampled_from([", ", " and ", ". ", "; ", ", then ", "\n", " while "]),
    st.sampled_from(["", ".", "!", " ", ",", ".\n", " …"]),
)
def test_on_sentences_joined(parts, joint, ending):
    check_all(joint.join(parts) + ending)


@given(
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(ODD), min_size=2, max_size=2),
    st.sampled_from([*ODD, "'to let", '"', "«a", ""]),
    st.integers(0, 200),
)
def test_among_loose_quotes_emoji_and_line_breaks(parts, joints, odd, place):
    text = parts[0] + "".join(f"{j}{part}" for j, part in zip(joints, parts[1:], strict=False))
    check_all(f"{text[:place]}{odd}{text[place:]}")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            "Remove the bin without changing the 'TO LET' board",
            "Remove the bin keeping the 'TO LET' board exactly the same",
        ),
        (
            "Remove the bin, don't touch the 'TO LET board",
            "Remove the bin, keep the 'TO LET board exactly the same",
        ),
    ],
)
def test_what_is_to_be_spared_stays_spared(text, after):
    (finding,) = [one for one in lint(text) if one.rule == "negative-wording"]
    assert [fix.applied_to(text) for fix in finding.fixes] == [after]


def test_a_fix_that_would_bring_a_new_warning_is_held_back():
    finding = Finding("filler", Severity.INFO, 0, 6, "Start with the verb.", FIXES)
    bad, good = "Make it red", "Paint the door red"
    judged = {bad: (replace(finding, rule="pronoun-subject", severity=Severity.WARNING),)}
    (kept,) = with_kept_fixes("Please", (finding,), lambda text: judged.get(text, ()))
    assert [fix.applied_to("Please") for fix in kept.fixes] == [good]


@given(st.sampled_from(SENTENCES), st.sampled_from(QUOTES))
def test_with_quoted_wording_at_the_end(sentence, quote):
    check_all(f"{sentence}, change the sign to {quote}")


@given(st.sampled_from(SENTENCES), st.sampled_from(SENTENCES))
def test_with_a_previous_instruction(sentence, previous):
    check_all(sentence, LintContext(previous_prompt=previous, depth=2))


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault_and_every_range_is_valid(text):
    for finding in lint(text, LintContext(previous_prompt=text, subjects={"man": 2})):
        assert 0 <= finding.start <= finding.end <= len(text)
        for fix in finding.fixes:
            fix.applied_to(text)


@given(
    st.lists(
        st.sampled_from(
            [*"'\"“”[]{}<>_.,!?\n", "😀", "é", "שלום", "make", "it", "the", "red", "to", " "]
        ),
        max_size=40,
    )
)
def test_scraps_of_language_are_read_without_a_fault(scraps):
    text = " ".join(scraps)
    for finding in lint(text):
        assert 0 <= finding.start <= finding.end <= len(text)


@pytest.mark.parametrize("scrap", ["remove a pole, paint it red, ", "'a ", '"', "[", "😀", "(a:1 "])
def test_ten_thousand_pasted_characters_are_read(scrap):
    text = (scrap * 10_000)[:10_000]
    assert all(f.end <= len(text) for f in lint(text))
