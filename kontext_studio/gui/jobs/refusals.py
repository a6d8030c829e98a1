"""What a refusal of the embedded engine says: the words it does not know, and what it offers.

Promises to read damaged facts as if they were not there; refuses to know what a card looks like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kontext_studio.core.jobs import JobFault
from kontext_studio.gui.history.names import headline, short_name

MOST_NAMED = 2
"""A refusal of more unknown words than this is told in the engine's own sentence."""

_ABOUT_THE_PICTURE = re.compile(
    r"^(?:make|change|turn|convert) the (?:picture|image|photo|photograph) "
    r"(?:(?:to|into) )?(?:an? |the )?(?=\S)",
    re.IGNORECASE,
)


def suggestions_of(fault: JobFault | None) -> tuple[str, ...]:
    """What the embedded engine offers to do instead, as whole instructions."""
    found: dict[str, None] = {}
    for context in _contexts(fault):
        lines = context.get("can_do")
        for line in lines if isinstance(lines, list | tuple) else ():
            if isinstance(line, str) and line.strip():
                found[line.strip()] = None
    return tuple(found)


def chip_words(suggestion: str) -> str:
    """What of a whole instruction stands on a chip: "Warmer" for "Make the picture warmer"."""
    line = headline(suggestion)
    rest = _ABOUT_THE_PICTURE.sub("", line)
    return rest[:1].upper() + rest[1:] if rest != line else short_name(line)


def unknown_words(fault: JobFault | None) -> tuple[str, ...]:
    """The words that the embedded engine did not know."""
    found: dict[str, None] = {}
    for context in _contexts(fault):
        words = context.get("unknown")
        for word in words if isinstance(words, list | tuple) else ():
            text = word.get("word") if isinstance(word, Mapping) else word
            if isinstance(text, str) and text:
                found[text] = None
    return tuple(found)


def is_about_words(fault: JobFault | None) -> bool:
    """Whether unknown words, few enough to be named, are all that is in the way."""
    problems = fault.problems if fault is not None else ()
    kinds = {str(problem.get("kind")) for problem in problems}
    return kinds == {"unsupported_instruction"} and 0 < len(unknown_words(fault)) <= MOST_NAMED


def short_words(fault: JobFault | None) -> str:
    """For a row, what differs from other refusals first: "“tabletop”, “marble” unknown"."""
    if not is_about_words(fault):
        return ""
    return ", ".join(f"“{word}”" for word in unknown_words(fault)) + " unknown"


def _contexts(fault: JobFault | None) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    for problem in fault.problems if fault is not None else ():
        context = problem.get("context")
        if isinstance(context, Mapping):
            found.append(context)
    return found
