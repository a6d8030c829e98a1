"""The nearest things the engine can do, each a short instruction that it would carry out.

Promises that every line it gives can be read by the grammar; knows pictures by colour words only.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from kontext_studio.engine.colour_names import colour_table
from kontext_studio.engine.grammar.tokens import Kind, Token

EXAMPLE_THING = "the red cup"
"""Stands for a thing of the picture; where one is known it takes the place of these words."""

MOST = 5
_MOST_MISSPELT = 3

CONNECT = (
    "Connect a provider such as fal.ai under Connection and choose FLUX.1 Kontext there: "
    "it understands what is in the picture and can carry out instructions like this one."
)

# Instructions by the words that call for them; the first group is for when no word fits.
_EXAMPLES: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (
        frozenset(),
        (
            "Make the picture warmer and a bit brighter",
            "Change the picture to golden hour",
            "Convert the picture to a pencil sketch",
            "Crop to a square",
        ),
    ),
    (frozenset("whiter paler".split()), ("Make the picture brighter", "Desaturate the picture")),
    (frozenset("blacker greyer grayer".split()), ("Make the picture black and white",)),
    (
        frozenset(
            "cup car dress shirt sofa wall jacket color red blue green paint recolor dye".split()
        ),
        ("Change the red cup to deep forest green", "Paint the red cup sky blue"),
    ),
    (
        frozenset(
            "better nicer enhance improve pop beautiful amazing professional look fix".split()
        ),
        (
            "Increase the contrast slightly",
            "Make the colors more vivid",
            "Sharpen the picture a bit",
            "Brighten the shadows",
        ),
    ),
    (
        frozenset(
            "style anime cartoon ghibli painting art artistic illustration comic drawing".split()
        ),
        (
            "Convert to a pencil sketch with cross-hatching",
            "Make it an oil painting with visible brushstrokes",
            "Turn it into a watercolor with soft washes",
            "Convert to a poster",
        ),
    ),
    (
        frozenset("light lighting candlelight sun moon sky sunset night dark".split()),
        ("Change the picture to night", "Change the lighting to golden hour", "Change to sunset"),
    ),
    (
        frozenset("weather season snow rain storm leaves snowy beach forest mountain".split()),
        ("Make it snow", "Turn it into autumn", "Add fog to the picture"),
    ),
    (
        frozenset("background blur behind bokeh depth focus".split()),
        ("Blur the picture slightly", "Make everything except the red cup black and white"),
    ),
    (
        frozenset("text sign write letters caption title label words say reads logo".split()),
        (
            "Add the text 'SALE' in the top left corner in white",
            "Write 'Hello' at the bottom in bold",
        ),
    ),
    (
        frozenset("crop rotate size bigger larger wider taller move zoom extend".split()),
        ("Crop to 16:9", "Enlarge to 200 %", "Rotate 90 degrees clockwise"),
    ),
)


_COMPARATIVES = {"white": "whiter", "gray": "grayer", "black": "blacker"}


def nearest(
    instruction: str,
    tokens: Sequence[Token],
    unknown: Sequence[Token],
    can_read: Callable[[str], bool],
    words: frozenset[str],
) -> list[str]:
    """Corrected spelling first, then examples that share words with the instruction."""
    found: list[str] = []
    respelt = corrected(instruction, unknown, words)
    if respelt and can_read(respelt):
        found.append(respelt)
    said = {token.norm for token in tokens}
    if "more" in said:  # "more white" is "whiter"
        said |= {comparative for colour, comparative in _COMPARATIVES.items() if colour in said}
    for calls, examples in _EXAMPLES[1:]:
        if calls & said:
            found.extend(examples[: 2 if len(found) > 1 else 3])
    found.extend(_EXAMPLES[0][1])
    return list(dict.fromkeys(found))[:MOST]


def with_colour(instruction: str, colour_at: int, colours: Sequence[str]) -> list[str]:
    """The instruction with each colour put where a thing lacked one."""
    return [f"{instruction[:colour_at]}{colour} {instruction[colour_at:]}" for colour in colours]


def _colour_words() -> frozenset[str]:
    return frozenset(word for name in colour_table() for word in name.split())


def all_examples() -> list[str]:
    return [line for _, lines in _EXAMPLES for line in lines]


def corrected(instruction: str, unknown: Sequence[Token], words: frozenset[str]) -> str | None:
    """The text with each unknown word replaced by the one word that looks most like it."""
    if len(unknown) > _MOST_MISSPELT:
        return None  # so many are no slips of the finger
    text = instruction
    known = [word for word in words | _colour_words() if len(word) > 3]
    for token in sorted(unknown, key=lambda t: -t.start):
        if token.kind is not Kind.WORD or len(token.norm) < 4:
            return None
        length = len(token.norm)
        candidates = [word for word in known if abs(len(word) - length) <= 2]
        close = difflib.get_close_matches(token.norm, candidates, n=1, cutoff=0.78)
        if not close:
            return None
        word = close[0].capitalize() if token.text[0].isupper() else close[0]
        text = text[: token.start] + word + text[token.end :]
    return text if text != instruction else None
