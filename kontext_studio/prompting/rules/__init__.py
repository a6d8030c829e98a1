"""The rules of good instructions, one module for each family; ``ALL_RULES`` is their order.

A rule is a function from a reading and its context to findings; it knows no other rule.
"""

from __future__ import annotations

from kontext_studio.prompting.rules import (
    keeping,
    lettering,
    presence,
    scope,
    steps,
    styles,
    subjects,
    vagueness,
)
from kontext_studio.prompting.rules.rule import Rule

ALL_RULES: tuple[Rule, ...] = (
    *presence.RULES,
    *vagueness.RULES,
    *scope.RULES,
    *subjects.RULES,
    *lettering.RULES,
    *styles.RULES,
    *keeping.RULES,
    *steps.RULES,
)

__all__ = ["ALL_RULES", "Rule"]
