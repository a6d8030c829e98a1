"""Reads colours: "deep forest green", "a pale shade of terracotta", "#1A4D8F", "rgb(26, 77, 143)".

Promises a NamedColour or nothing; words that are no colour are left for others to name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kontext_studio.engine import colour_names
from kontext_studio.engine.colour_names import NamedColour
from kontext_studio.engine.colour_table import FAMILIES
from kontext_studio.engine.grammar.matcher import Captures, Grammar, Reading
from kontext_studio.engine.grammar.tokens import Kind

# Colours that are also things: "the red rose", "the white gold ring".
ALSO_THINGS = frozenset(
    """
    rose roses gold silver olive olives orange oranges peach plum cherry cherries lemon lime sand
    sky wine grape pumpkin coral pearl stone coffee chocolate denim oak walnut wheat grass poppy
    tomato strawberry raspberry iris orchid clay brick rust copper bronze lavender smoke slate
    milk honey banana melon ocean forest pine moss heather peony steel concrete chalk ink
    """.split()
)

_BLEND_WORDS = frozenset(FAMILIES) | {"yellow", "orange", "pink"}


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour as the value of a change, and the finish asked for."""

    colour: NamedColour
    matte: bool = False


def add_colour_rules(g: Grammar) -> None:
    g.reader("color", _read_color, [*colour_names.MODIFIERS, "rgb"])
    g.reader("code", _read_code)
    g.rule("anycolor", "<color>\n<code>", _first_color)
    g.rule("colornoun", "color|hue|tone|shade|tint|paint|finish|pigment", lambda _c: True)
    g.rule(
        "paint",
        """
        [a|an|the] [<matte>] <anycolor> [<matte2=matte>] [<colornoun>]
        [a|an|the] [<matte>] [<mods>] <colornoun> of <anycolor>
        [the] color|colors [of] <anycolor>
        <anycolor> in color
        """,
        _make_paint,
    )
    g.rule("matte", "matte|matt [finish]\nflat", lambda _c: True)
    g.reader("mods", _read_modifiers)


def _make_paint(c: Captures) -> Paint | None:
    colour = c.one("anycolor", NamedColour)
    has_article = c.tokens[c.first].norm in ("a", "an")
    if has_article and colour.words in ALSO_THINGS and not c.every("colornoun", bool):
        return None  # "an orange", "a rose"
    if mods := c.maybe("mods", tuple):
        colour = colour_names.modified(colour, [str(mod) for mod in mods])
    return Paint(colour, matte=bool(c.maybe("matte", bool) or c.maybe("matte2", bool)))


def _first_color(c: Captures) -> NamedColour | None:
    return c.maybe("color", NamedColour) or c.maybe("code", NamedColour)


def _read_modifiers(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    end = at
    while end < len(reading.tokens) and reading.tokens[end].norm in colour_names.MODIFIERS:
        end += 1
    if end > at:
        yield end, tuple(token.norm for token in reading.tokens[at:end])


def _read_color(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    """Modifiers and a name, the longest reading first; "soft, muted green" may have commas."""
    mods: list[str] = []
    here = at
    readings: list[tuple[int, NamedColour]] = []
    while True:
        for end, named in _names_at(reading, here):
            readings.append((end, colour_names.modified(named, mods) if mods else named))
        if here >= len(reading.tokens) or len(mods) == 4:
            break
        norm = reading.tokens[here].norm
        if norm in colour_names.MODIFIERS:
            mods.append(norm)
            reading.note_progress(here + 1)
        elif not (mods and norm == "," and mods[-1] != ","):
            break
        here += 1
    # More words first; of two equal readings the one that is a name of its own ("light blue").
    seen: set[int] = set()
    for end, named in sorted(readings, key=lambda r: -r[0]):
        if end not in seen:
            seen.add(end)
            reading.note_progress(end)
            yield end, named


def _names_at(reading: Reading, at: int) -> Iterator[tuple[int, NamedColour]]:
    table = colour_names.colour_table()
    tokens = reading.tokens
    for count in range(min(colour_names.longest_name(), len(tokens) - at), 0, -1):
        words = tokens[at : at + count]
        if any(token.kind is not Kind.WORD for token in words):
            continue
        name = " ".join(token.norm for token in words)
        named = table.get(name)
        if named is None:
            continue
        end = at + count
        follower = table.get(tokens[end].norm) if end < len(tokens) else None
        if follower and (combined := _combine(named, follower)):
            yield end + 1, combined
        yield end, named


def _combine(first: NamedColour, second: NamedColour) -> NamedColour | None:
    """ "burgundy red" is burgundy; "blue green" lies between; "rose gold" is in the table."""
    if second.words not in _BLEND_WORDS:
        return None
    words = f"{first.words} {second.words}"
    if first.family == second.words and first.words != second.words:
        return replace(first, words=words)
    if first.words in _BLEND_WORDS and first.words != second.words:
        l1, a1, b1 = first.lab
        l2, a2, b2 = second.lab
        lab = (0.4 * l1 + 0.6 * l2, 0.4 * a1 + 0.6 * a2, 0.4 * b1 + 0.6 * b2)
        return NamedColour(words, colour_names.nearest_family(lab), lab)
    if first.words not in _BLEND_WORDS and second.words not in ("black", "white"):
        return replace(first, words=words)
    return None


def _read_code(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    tokens = reading.tokens
    if at < len(tokens) and tokens[at].kind is Kind.HEX:
        reading.note_progress(at + 1)
        yield at + 1, colour_names.from_hex(tokens[at].text)
    norms = [token.norm for token in tokens[at : at + 8]]
    if norms[:2] == ["rgb", "("] and len(norms) == 8 and norms[3] == norms[5] == ",":
        numbers = [norms[2], norms[4], norms[6]]
        if norms[7] == ")" and all(n.isdecimal() and int(n) < 256 for n in numbers):
            code = "".join(f"{int(number):02x}" for number in numbers)
            yield at + 8, colour_names.from_hex(code)
