"""What a parameter's value is called where a person reads it: "PNG", "Same as input", "On"."""

from __future__ import annotations

import re

from kontext_studio.core.request import ParamValue

_WORDS = {
    "match_input": "Same as input",
    "match_input_image": "Same as input",
    "auto": "Automatic",
    "none": "None",
    "regular": "Regular",
    "high": "High",
    "square_hd": "Square HD",
}
_SHAPE = re.compile(r"_(\d+)_(\d+)$")
_FORMATS = frozenset({"png", "jpeg", "jpg", "webp", "gif"})


def choice_words(choice: str) -> str:
    """One of the values that a parameter offers."""
    if choice in _WORDS:
        return _WORDS[choice]
    if choice in _FORMATS:
        return choice.upper().replace("JPG", "JPEG")
    words = _SHAPE.sub(r" \1:\2", choice).replace("_", " ")
    return words[:1].upper() + words[1:]


def value_words(value: ParamValue, choices: tuple[str, ...] = ()) -> str:
    """Any value; `choices` are what its parameter offers, where it offers a list."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if isinstance(value, str) and value in choices:
        return choice_words(value)
    return str(value)
