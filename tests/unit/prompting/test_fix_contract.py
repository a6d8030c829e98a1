"""What every fix promises: its finding goes, no new warning comes, quoted text stays as it is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix
from kontext_studio.prompting.lint import lint
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
        assert finding.fixes
        for fix in finding.fixes:
            assert fix.title
            check(text, finding, fix, known)


@pytest.mark.parametrize("text", SENTENCES)
def test_on_each_sentence(text):
    check_all(text)


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
