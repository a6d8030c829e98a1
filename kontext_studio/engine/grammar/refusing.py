"""Says what of an instruction was not understood: the words with offsets, and what would work.

Builds refusals only; never decides that something may be done after all.
"""

from __future__ import annotations

from collections.abc import Sequence

from kontext_studio.engine.base import Refusal
from kontext_studio.engine.colour_names import NamedColour
from kontext_studio.engine.colour_table import FAMILIES
from kontext_studio.engine.grammar import suggestions
from kontext_studio.engine.grammar.clauses import Clause
from kontext_studio.engine.grammar.colour_rules import ALSO_THINGS
from kontext_studio.engine.grammar.matcher import Reading
from kontext_studio.engine.grammar.meaning import Unmet
from kontext_studio.engine.grammar.rules import grammar, vocabulary
from kontext_studio.engine.grammar.tokens import Kind, Token, tokenise
from kontext_studio.engine.grammar.words import FUNCTION_WORDS
from kontext_studio.engine.operations import ColourThing, Keep, Operation
from kontext_studio.engine.wording import verb_of, wish_of

# A thing named right after one of these was understood as a thing to change.
_CHANGING = frozenset(
    "change turn make paint recolor replace alter convert transform color dye tint swap".split()
)


def empty(instruction: str) -> Refusal:
    return Refusal(
        "invalid_request",
        "The instruction is empty. Say what to change, such as “Make it warmer”.",
        context=_context([], [], suggestions.all_examples()[: suggestions.MOST]),
    )


def wordless() -> Refusal:
    return Refusal(
        "invalid_request",
        "The instruction has no words. Say what to change, such as “Make it warmer”.",
        context=_context([], [], suggestions.all_examples()[: suggestions.MOST]),
    )


def too_long(length: int, limit: int) -> Refusal:
    return Refusal(
        "invalid_request",
        f"The instruction has {length:,} characters; the embedded engine reads {limit:,} at most.",
        context=_context([], [], []),
    )


def too_many_parts() -> Refusal:
    return Refusal(
        "invalid_request",
        "The instruction lists more parts than the embedded engine can read at once. Split it.",
        context=_context([], [], []),
    )


def nothing_to_do(instruction: str, keeps: Sequence[Keep]) -> Refusal:
    return Refusal(
        "unsupported_instruction",
        "The instruction says what to keep and not what to change. Add the change, such as "
        "“Make it warmer while keeping the red cup unchanged”.",
        context=_context([], ["what to keep"] if keeps else [], _examples(instruction, [])),
    )


def unread(
    instruction: str,
    reading: Reading,
    clauses: Sequence[Clause],
    operations: Sequence[Operation],
) -> list[Refusal]:
    """For everything that no rule could read: what is negated, then the words that are unknown."""
    negated: list[Token] = []
    unknown: list[Token] = []
    for clause in clauses:
        if clause.is_read:
            continue
        tokens = reading.tokens[clause.first : clause.last]
        if part := _negated_in(instruction, tokens):
            negated.append(part)
        else:
            unknown.extend(_unknown_in(instruction, tokens))
    understood = [verb_of(operation) for operation in operations]
    refusals = [_negated(instruction, negated, understood)] if negated else []
    return refusals + ([_unknown(instruction, _once(unknown), understood)] if unknown else [])


def _negated(instruction: str, parts: Sequence[Token], understood: list[str]) -> Refusal:
    names = _enumerated([f"“{part.text}”" for part in parts])
    return Refusal(
        "unsupported_instruction",
        f"{names} says what not to do, and the embedded engine needs to know what to do, so "
        "nothing was changed. Leave that part out, or say what should stay: “keep the red cup "
        "unchanged”.",
        context=_context(
            [_place(part) for part in parts], understood, _examples(instruction, parts)
        ),
    )


def _unknown(instruction: str, unknown: Sequence[Token], understood: list[str]) -> Refusal:
    names = _enumerated([f"“{token.text}”" for token in unknown])
    is_one = len(unknown) == 1
    known = vocabulary()
    if all(token.kind is Kind.QUOTED or token.norm in known for token in unknown):
        message = f"The embedded engine cannot follow the instruction at {names}"
    elif is_one:
        message = f"The embedded engine does not know {names} here"
    else:
        message = f"The embedded engine does not know the words {names}"
    message += ", so nothing was changed."
    return Refusal(
        "unsupported_instruction",
        message,
        context=_context(
            [_place(token) for token in unknown], understood, _examples(instruction, unknown)
        ),
    )


def contradiction(one: Operation, other: Operation) -> Refusal:
    """For two wishes of which each takes back the other."""
    names = wish_of(one), wish_of(other)
    return Refusal(
        "unsupported_instruction",
        f"The instruction asks for {names[0]} and for {names[1]}; the one takes back the other, "
        "so nothing was changed. Keep the one that is meant.",
        context=_context([], [verb_of(one), verb_of(other)], suggestions.all_examples()[:4]),
    )


def unmet(instruction: str, gap: Unmet) -> Refusal:
    """For a clause that was read and asks for something the engine cannot do."""
    unknown = []
    if gap.end > gap.start >= 0:
        unknown = [{"word": instruction[gap.start : gap.end], "start": gap.start, "end": gap.end}]
    match gap.reason:
        case "no_colour":
            return _no_colour(instruction, gap, unknown)
        case "whole_colour":
            return _whole_colour(instruction, gap, unknown)
        case "lettering":
            message = (
                f"The embedded engine cannot change lettering that is in the picture, such as "
                f"{gap.words}; it can set new text on it."
            )
            can_do = ["Add the text 'SALE' at the top in white"]
        case "no_degree":
            message = (
                "The instruction asks for less of something that has no degrees. Say how much "
                "right where the change is named, such as “Make it slightly warmer”."
            )
            can_do = ["Make the picture slightly warmer", *_examples(instruction, [])]
        case _:
            message = (
                f"The embedded engine can do this ({gap.value}) to the whole picture only, "
                f"not to “{gap.words}”."
            )
            can_do = _examples(instruction, [])
    return Refusal("unsupported_instruction", message, context=_context(unknown, [], can_do))


def _no_colour(instruction: str, gap: Unmet, unknown: list[dict[str, object]]) -> Refusal:
    can_do = suggestions.with_colour(instruction, gap.colour_at, ["red"])
    token = Token(Kind.WORD, instruction[gap.start : gap.end], gap.noun.lower(), gap.start, gap.end)
    if corrected := suggestions.corrected(instruction, [token], vocabulary()):
        can_do.insert(0, corrected)
    readable = [line for line in can_do if _can_read(line)]
    context = _context(unknown, [], readable or _examples(instruction, []))
    context["target"] = {
        "noun": gap.noun,
        "start": gap.start,
        "end": gap.end,
        "colour_at": gap.colour_at,
    }
    return Refusal(
        "target_not_found",
        f"The embedded engine finds things by their colour, not by name. Say which colour "
        f"“{gap.noun}” has now, such as “the red {gap.noun}”.",
        context=context,
    )


def _whole_colour(instruction: str, gap: Unmet, unknown: list[dict[str, object]]) -> Refusal:
    return Refusal(
        "target_not_found",
        f"The instruction does not say what should become {gap.value}. Name the thing by its "
        "present colour, or ask for a tint over the whole picture.",
        context=_context(
            unknown,
            [],
            [f"Give the picture a {gap.value} tint", f"Change the red cup to {gap.value}"],
        ),
    )


# ---------------------------------------------------------------- negations
_NEGATIONS = frozenset("not no never without none nothing avoid".split())
_BEFORE_NOT = frozenset("do does should must shall can could will would may".split())


def _negated_in(instruction: str, tokens: Sequence[Token]) -> Token | None:
    """The clause from its negation on, as one token; None where it has none."""
    at = next((i for i, token in enumerate(tokens) if token.norm in _NEGATIONS), None)
    if at is None or any(token.norm == "only" for token in tokens[at : at + 2]):
        return None
    if at and tokens[at - 1].norm in _BEFORE_NOT and tokens[0].norm in _BEFORE_NOT:
        at -= 1
    start, end = tokens[at].start, tokens[-1].end
    return Token(Kind.QUOTED, instruction[start:end], "", start, end)


# ---------------------------------------------------------------- unknown words
def _unknown_in(instruction: str, tokens: Sequence[Token]) -> list[Token]:
    """The tokens that no rule knows; where all are known, the one where reading ended."""
    words = vocabulary()
    sub = Reading(grammar(), tokens)
    read = _named_things(sub) | _named_colours(sub)
    strange = [
        token
        for index, token in enumerate(tokens)
        if token.kind in (Kind.WORD, Kind.SIGN)
        and token.norm not in words
        and token.norm not in FUNCTION_WORDS
        and index not in read
    ]
    if strange:
        return strange
    for rule in ("clause", "keepclause", "bareclause"):
        sub.matches(rule, 0)
    if sub.furthest >= len(tokens):
        # Every word fits somewhere, and together they do not say what to do.
        start, end = tokens[0].start, tokens[-1].end
        return [Token(Kind.QUOTED, instruction[start:end], "", start, end)]
    meaningful = [
        token
        for token in tokens[min(sub.furthest, len(tokens) - 1) :]
        if token.kind is not Kind.SIGN and token.norm not in FUNCTION_WORDS
    ]
    return [meaningful[0] if meaningful else tokens[min(sub.furthest, len(tokens) - 1)]]


def _named_things(reading: Reading) -> set[int]:
    """Indices of nouns that a colour in front makes understood: "change the red [car] to ..."."""
    covered: set[int] = set()
    for at in range(1, len(reading.tokens)):
        if reading.tokens[at - 1].norm not in _CHANGING:
            continue
        things = reading.matches("thing", at)
        ends = [end for end, thing in things if isinstance(thing, ColourThing) and thing.noun]
        if ends:
            covered.update(range(at, min(ends)))
    return covered


def _named_colours(reading: Reading) -> set[int]:
    """Indices of words that name a colour, unless they could as well name a thing."""
    covered: set[int] = set()
    for at, token in enumerate(reading.tokens):
        for end, colour in reading.matches("color", at):
            is_thing = end == at + 1 and token.norm in ALSO_THINGS - FAMILIES.keys()
            after_article = at > 0 and reading.tokens[at - 1].norm in ("a", "an")
            is_thing = is_thing or (
                after_article and token.norm in ALSO_THINGS and end == len(reading.tokens)
            )
            if isinstance(colour, NamedColour) and not is_thing:
                covered.update(range(at, end))
    return covered


def _once(tokens: Sequence[Token]) -> list[Token]:
    """Each place once: a contraction makes two tokens of one written word."""
    by_place = {(token.start, token.end): token for token in tokens}
    return [by_place[place] for place in sorted(by_place)]


def _place(token: Token) -> dict[str, object]:
    return {"word": token.text, "start": token.start, "end": token.end}


def _enumerated(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _examples(instruction: str, unknown: Sequence[Token]) -> list[str]:
    tokens = tokenise(instruction)
    return suggestions.nearest(instruction, tokens, unknown, _can_read, vocabulary())


def _can_read(text: str) -> bool:
    from kontext_studio.engine.base import EngineRefusal
    from kontext_studio.engine.grammar.reader import read_instruction  # it calls this module

    try:
        read_instruction(text)
    except EngineRefusal:
        return False
    return True


def _context(
    unknown: list[dict[str, object]], understood: list[str], can_do: list[str]
) -> dict[str, object]:
    return {
        "unknown": unknown,
        "understood": understood,
        "can_do": can_do,
        "connect": suggestions.CONNECT,
    }
