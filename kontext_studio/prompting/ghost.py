"""The continuation to offer behind the caret: the clause a rule misses, if it can just be added."""

from __future__ import annotations

from collections.abc import Iterable

from kontext_studio.prompting.findings import Finding, Severity

# In this order: what loses most when it is missing comes first.
_OFFERED = ("keep-person", "keep-framing", "style-keep", "keep-look")


def ghost_text(text: str, findings: Iterable[Finding]) -> str:
    """What could follow ``text`` as it stands, or nothing.

    Nothing is offered while there is an error, or where the clause belongs before a full stop.
    """
    body = text.rstrip()
    if not body:
        return ""
    by_rule: dict[str, Finding] = {}
    for finding in findings:
        if finding.severity is Severity.ERROR:
            return ""
        by_rule.setdefault(finding.rule, finding)
    for rule in _OFFERED:
        if rule not in by_rule:
            continue
        for fix in by_rule[rule].fixes:
            edit = fix.edits[0] if len(fix.edits) == 1 and fix.select is None else None
            if edit is None or edit.start != len(body) or edit.end != len(body):
                continue
            if len(text) == len(body):
                return edit.new_text
            if edit.new_text.startswith(" "):
                return edit.new_text.lstrip()
    return ""
