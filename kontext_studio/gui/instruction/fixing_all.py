"""All that can be mended at once: what comes of it, and the difference to what is written.

Only fixes without slots, in the order of the text, until nothing of that kind is left.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from kontext_studio.gui.instruction.checker import Question, answer_to
from kontext_studio.gui.instruction.ready_fixes import ready_fixes

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Fix

_MOST_ROUNDS = 6
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class AllFixed:
    """`count` fixes make `after` of `before`."""

    before: str
    after: str
    count: int


def all_fixed(question: Question) -> AllFixed:
    """Make every ready fix, look again, until there is none or it goes round in circles."""
    text, count, seen = question.text, 0, {question.text}
    for _ in range(_MOST_ROUNDS):
        findings = answer_to(replace(question, text=text)).findings
        fixes = ready_fixes(findings)
        after = _applied(text, fixes)
        if not fixes or after in seen or not after.strip():
            break
        text, count = after, count + len(fixes)
        seen.add(after)
    return AllFixed(question.text, text, count)


def difference(before: str, after: str, old: str, new: str) -> str:
    """Both in one, as rich text of our own: what goes is struck out in colour `old`, what comes is
    underlined in colour `new`."""
    parts = []
    for taken, put, same in _pieces(before, after):
        if taken:
            parts.append(f'<s style="color:{old}">{html.escape(taken)}</s>')
        if put:
            space = " " if taken and not taken.endswith(" ") else ""
            parts.append(f'{space}<u style="color:{new}">{html.escape(put)}</u>')
        parts.append(html.escape(same))
    return "".join(parts).replace("\n", "<br>")


def _pieces(before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """What goes, what comes, what stays; words that change side by side are one change."""
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    taken, put, gap = "", "", ""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        same = "".join(a[i1:i2])
        if kind == "equal" and not same.isspace():
            yield taken, put, gap + same
            taken, put, gap = "", "", ""
        elif kind == "equal":
            gap = same
        elif taken or put:
            taken, put, gap = taken + gap + same, put + gap + "".join(b[j1:j2]), ""
        else:
            if gap:
                yield "", "", gap
            taken, put, gap = same, "".join(b[j1:j2]), ""
    yield taken, put, gap


def _applied(text: str, fixes: tuple[Fix, ...]) -> str:
    edits = sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.start)
    for edit in reversed(edits):
        text = text[: edit.start] + edit.new_text + text[edit.end :]
    return text
