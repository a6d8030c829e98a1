"""The same wish in other manners: politeness, capitals, quotes and blanks change no judgement."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.text import quoted_runs, straightened
from kontext_studio.prompting.words import terms, verbs
from tests.unit.prompting.sentences import GOOD, LEFT_ALONE, MARKED

EXAMPLES = json.loads(Path(__file__).with_name("rule_examples.json").read_text("utf-8"))
# These judge the whole text as such: a frame around a caption or a foreign sentence changes it.
WHOLE_TEXT = ("no-instruction", "not-english", "empty-prompt", "token-limit", "repeat-edit")
# Capital letters are part of what these look at.
LETTERS = ("spelling", "unfilled-slot", "sd-syntax", "unquoted-text")
ROWS = sorted(
    {
        text.strip()
        for groups in (MARKED, LEFT_ALONE)
        for rule, texts in groups.items()
        if rule not in WHOLE_TEXT
        for text in texts
    }
    | {
        text.strip()
        for rule, group in EXAMPLES.items()
        if rule not in WHOLE_TEXT
        for kind in group.values()
        for text, *context in kind
        if not context and text.strip()
    }
    | set(GOOD)
)
SHARE = 3  # each manner is tried on every third row, beginning elsewhere


def lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def bare(text: str) -> str:
    return text.rstrip(" .!?")


def outside_quotes(text: str, change: Callable[[str], str]) -> str:
    parts, at = [], 0
    for start, end in quoted_runs(straightened(text)):
        parts += [change(text[at:start]), text[start:end]]
        at = end
    return "".join([*parts, change(text[at:])])


def with_quotes(text: str, opening: str, closing: str) -> str:
    letters = list(text)
    for start, end in quoted_runs(straightened(text)):
        letters[start], letters[end - 1] = opening, closing
    return "".join(letters)


MANNERS: dict[str, Callable[[str], str]] = {
    "please": lambda text: f"Please {lowered(text)}",
    "could you": lambda text: f"Could you {lowered(bare(text))}?",
    "I want you to": lambda text: f"I want you to {lowered(text)}",
    "hi": lambda text: f"Hi there, {lowered(text)}",
    "ok": lambda text: f"OK, now {lowered(text)}",
    "label": lambda text: f"Edit: {text}",
    "thanks": lambda text: f"{bare(text)}, thanks!",
    "please at the end": lambda text: f"{bare(text)}, please.",
    "thank you": lambda text: f"{bare(text)}. Thank you!",
    "exclamation": lambda text: f"{bare(text)}!!!",
    "emoji": lambda text: f"🎨 {bare(text)} 🙂",
    "two blanks": lambda text: text.replace(" ", "  "),
    "blanks that hold": lambda text: text.replace(" ", "\u00a0"),
    "lines around": lambda text: f"\n  {text}\n\n",
    "small letters": lambda text: outside_quotes(text, str.lower),
    "capitals": lambda text: outside_quotes(text, str.upper),
    "curly quotes": lambda text: with_quotes(text, "“", "”"),
    "corner quotes": lambda text: with_quotes(text, "「", "」"),
}
NO_CAPITALS = ("small letters", "capitals")
FRAMES = ("could you", "I want you to")  # an order belongs behind them
NO_ORDER = re.compile(r"(the|this|that|it|she|he|they|i|now|what|could|can|possibly)\b", re.I)


def judged(text: str) -> frozenset[str]:
    found = lint(text, LintContext())
    return frozenset(one.rule for one in found if one.severity.underlined) - {*WHOLE_TEXT}


@pytest.mark.parametrize("manner", MANNERS)
def test_a_wish_is_judged_the_same_in_another_manner(manner):
    change, first = MANNERS[manner], list(MANNERS).index(manner) % SHARE
    aside = frozenset(LETTERS) if manner in (*NO_CAPITALS, "label") else frozenset()
    rows = [row for row in ROWS[first::SHARE] if not re.search(r"\n|--", row)]
    rows = [row for row in rows if manner not in FRAMES or not NO_ORDER.match(row)]
    other = {
        changed: (sorted(judged(row) - aside), sorted(judged(changed) - aside))
        for row in rows
        if judged(row) - aside != judged(changed := change(row)) - aside
    }
    assert len(rows) > 100
    assert not other


DONE = {"make": "made", "put": "put", "set": "set", "cut": "cut", "take": "taken", "hang": "hung"}
DONE |= {"swap": "swapped", "blur": "blurred", "crop": "cropped", "hide": "hidden"}
REGULAR = "replace change recolour paint remove erase delete transform turn convert improve enhance"
DONE |= {base: f"{base.removesuffix('e')}ed" for base in (*REGULAR.split(), "dress", "move", "dye")}
WISHES: dict[str, tuple[str, str]] = {  # how a made and how a done thing is wished for
    "I want": ("I want {thing} {state}", "I want {thing} {done} {state}"),
    "I'd like to be": ("I'd like {thing} to be {state}", "I'd like {thing} to be {done} {state}"),
    "could it be": ("Could {thing} be {state}?", "Could {thing} be {done} {state}?"),
    "it should be": ("{thing} should be {state}", "{thing} should be {done} {state}"),
    "what if": ("What if {thing} were {state}?", "What if {thing} was {done} {state}?"),
    "let's have": ("Let's have {thing} {state}", "Let's have {thing} {done} {state}"),
    "great if": ("It would be great if {thing} was {state}", "I need {thing} {done} {state}"),
}
ASKING = (
    "I was hoping you could {order}",
    "Is there a way to {order}?",
    "Why don't you {order}?",
    "It would be great if you could {order}",
    "I'd appreciate it if you could {order}",
    "Any chance you could {order}?",
)
# "Me" becomes "I"; "turn the shot up a notch" has no such passive.
NO_THING = terms("me him them only all on off up out down in away kilos notch someone")


def ordered_rows() -> list[tuple[str, Clause]]:
    found = []
    for row in ROWS:
        first = next(iter(Reading(row).clauses), None)
        plain = not re.search(r"\n|--|:", row) and first is not None and first.start == 0
        if plain and first is not None and first.is_order and first.verb is first.tokens[0]:
            found.append((bare(row), first))
    return found


@pytest.mark.parametrize("frame", ASKING)
def test_an_order_behind_a_request_is_judged_as_an_order(frame):
    rows = [row for row, _ in ordered_rows()[ASKING.index(frame) % SHARE :: SHARE]]
    other = {
        asked: (sorted(judged(row)), sorted(judged(asked)))
        for row in rows
        if judged(row) != judged(asked := frame.format(order=lowered(row)))
    }
    assert len(rows) > 100
    assert not other


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_for_a_state_is_judged_as_the_order_for_it(wish):
    made, done = WISHES[wish]
    other, count = {}, 0
    for row, clause in ordered_rows():
        thing, state = clause.target, clause.state
        if not thing or clause.verb is None or any(t.word in NO_THING for t in thing):
            continue
        if thing[0].start != clause.verb.end + 1:
            continue
        named = row[thing[0].start : thing[-1].end]
        follows = row[thing[-1].end :].strip()
        if clause.base == "make" and clause.link is None and state:
            acts = verbs.inflected().keys() | verbs.LOOK_VERBS
            if state[0].word in acts or state[0].word in ("like", "out"):
                continue  # "could the sign say", not "could the sign be say"
            wished = made.format(thing=named, state=follows)
        elif clause.base in DONE and clause.base != "make":
            wished = done.format(thing=named, done=DONE[clause.base], state=follows)
        else:
            continue
        count += 1
        wished = wished[:1].upper() + re.sub(r" (?=[,?.]|$)", "", wished[1:])
        if judged(row) != judged(wished):
            other[wished] = (sorted(judged(row)), sorted(judged(wished)))
    assert count > 100
    assert not other
