"""The rules of good instructions, one module for each family; ``ALL_RULES`` is their order.

A rule is a function from a reading and its context to findings; it knows no other rule.
"""

from __future__ import annotations

from kontext_studio.prompting.rules import (
    additions,
    conflicts,
    half_changes,
    hedging,
    history,
    keeping,
    length,
    lettering,
    negation,
    open_colours,
    pictures,
    presence,
    scope,
    spelling,
    steps,
    styles,
    subjects,
    syntax,
    text_edits,
    vagueness,
)
from kontext_studio.prompting.rules.rule import Rule

ALL_RULES: tuple[Rule, ...] = (
    *presence.RULES,
    *length.RULES,
    *spelling.RULES,
    *vagueness.RULES,
    *half_changes.RULES,
    *open_colours.RULES,
    *hedging.RULES,
    *scope.RULES,
    *subjects.RULES,
    *lettering.RULES,
    *text_edits.RULES,
    *styles.RULES,
    *keeping.RULES,
    *steps.RULES,
    *negation.RULES,
    *syntax.RULES,
    *additions.RULES,
    *conflicts.RULES,
    *history.RULES,
    *pictures.RULES,
)

__all__ = ["ALL_RULES", "Rule"]
