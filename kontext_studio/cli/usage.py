"""What is wrong with the words of a command, in ours instead of the parser's."""

from __future__ import annotations

import re

_WORDS: tuple[tuple[str, str], ...] = (
    (r"Invalid value for .*?(--[\w-]+).* valid integer", r"\1 takes a whole number."),
    (r"Invalid value for .*?(--[\w-]+).* valid (?:float|number)", r"\1 takes a number."),
    (r"Missing argument '\W*(\w+).*", r"\1 is missing."),
    (r"Missing option .*?(--[\w-]+).*", r"\1 is missing."),
    (r"Option '([^']*)' requires an argument.*", r"\1 needs a value."),
    (r"No such command '([^']*)'\.?", r"There is no command “\1”."),
    (r"No such option:? '?([^\s'.]+)'?\.?", r"There is no option \1."),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", r"“\1” is more than it takes."),
)
"""How the parser says it, and how we do."""


def usage_words(fault: BaseException) -> str:
    """A sentence for what the parser refuses."""
    said = fault.format_message() if hasattr(fault, "format_message") else str(fault)
    for pattern, words in _WORDS:
        ours, count = re.subn(pattern, words, said, count=1, flags=re.DOTALL)
        if count:
            said = ours
            break
    said = re.sub(r"^Invalid value(?: for .*?)?: (?:Value error, )?", "", said, flags=re.DOTALL)
    said = re.sub(r"'([^']*)'", r"“\1”", said)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?", ")")) else ".")
