"""Does the instruction lean on earlier turns, which the model has never seen?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, removed
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.wishes import skip_lead_in
from kontext_studio.prompting.words import grammar, terms, verbs
from kontext_studio.prompting.words.expressions import Expressions

DEEP = 6
_RETURN = terms("undo revert unedit")
_EARLIER = terms("previous earlier prior preceding last former")
_TURNS = terms(
    """version edit edits change image picture photo result step turn prompt instruction state
    one attempt generation output iteration modification style background setting color colour
    look time shot request"""
)
_AFTER_LAST = terms("version edit edits change result step turn prompt instruction attempt time")
_BEGINNINGS = terms("original first initial old earlier previous way how")
_OLDER_THINGS = terms("century era owner page period decade generation and than in")
_RELATIVE = grammar.COMPARATIVES | terms(
    """more less further again another even darker lighter brighter warmer cooler deeper paler
    richer"""
)
_ENDS_COMPARISON = terms(
    "before originally earlier previously again in at and but then please pls thanks"
) | {""}
_BACK_VERBS = terms("bring put get want give change turn set take make switch move")
_STARTS = (
    _RETURN
    | _EARLIER
    | _BACK_VERBS
    | terms("go back again even same return switch change restore how way do")
)
_WORN = terms("faded lost missing worn bleached washed-out original natural")
_PHRASES = Expressions(
    (
        "as before",
        "like before",
        "than before",
        "from before",
        "it was before",
        "how it was",
        "how they were",
        "how it looked",
        "as it was",
        "as they were",
        "like it was",
        "the way it was",
        "the way it looked",
        "as last time",
        "like last time",
        "once more",
        "one more time",
        "another one",
        "like the last one",
        "like the previous one",
        "as the last one",
        "than the last one",
        "same thing again",
        "same thing but",
        "same again but",
        "same but",
        "as you did",
        "like you did",
        "you just made",
        "you just added",
        "we just made",
        "we just added",
        "i just added",
        "i asked for",
        "as previously",
    )
)


_OPENINGS = _STARTS | _PHRASES.firsts


def history_word(reading: Reading, context: LintContext) -> Iterator[Finding]:
    tokens = reading.tokens
    words = [token.word if token.is_word else "" for token in tokens]
    until = 0
    for i in range(len(words)):
        if i < until or words[i] not in _OPENINGS:
            continue
        length = _history_at(tokens, words, i)
        if not length:
            continue
        until = i + length
        start, end = tokens[i].start, tokens[until - 1].end
        yield Finding(
            "history-word",
            Severity.WARNING,
            start,
            end,
            "Kontext has no memory of earlier turns.",
            tuple(_actions(reading, context, words[i:until], start, end)),
        )


_STATES_BEFORE = _BEGINNINGS | {"normal"}


_SURE_BEGINNINGS = _BEGINNINGS - {"old"}


def _history_at(tokens: Sequence[Token], words: Sequence[str], i: int) -> int:
    """How many words from ``i`` on speak of an earlier turn."""

    def at(offset: int) -> str:
        return words[i + offset] if 0 <= i + offset < len(words) else ""

    word = at(0)
    phrase = _PHRASES.at(words, i)
    if phrase:
        # "like it was carved from ice" compares; nothing was before
        compares = phrase[-1] == "was" and at(len(phrase)) not in _ENDS_COMPARISON
        return 0 if compares else len(phrase)
    if word in _RETURN:
        return 1
    if word == "go" and at(1) == "back":
        return 2
    if word == "back" and at(1) == "to":
        skip = 3 if at(2) in ("the", "its", "his", "her", "their", "how") else 2
        if at(2) == "how" or at(skip) in _STATES_BEFORE:
            return skip + 1
    if word in ("previous", "earlier", "prior") and at(1) and at(1) not in _OLDER_THINGS:
        return 2
    if word in _EARLIER and at(1) in (_AFTER_LAST if word == "last" else _TURNS):
        return 2
    if word in ("return", "switch", "change", "restore") and at(1) in ("to", "back"):
        skip = 3 if at(2) in ("the", "its", "his", "her", "their", "to") else 2
        skip += at(skip) in ("the", "its")
        return skip + 1 if at(skip) in _SURE_BEGINNINGS else 0
    if word == "again":
        return 0 if at(-1) in ("over", "time") or at(-2) in ("over", "time") else 1
    if word == "even" and (at(1) == "more" or _is_comparative(at(1))):
        return 2
    if word in _BACK_VERBS and _brings_back(tokens, words, i):
        return 1
    if word in ("how", "way") and not _asks(at(-1)):
        was = next((k for k in range(2, 6) if at(k) in _WAS), 0)  # "how the porch was"
        return was + 1 if at(1) in grammar.DETERMINERS and at(was + 1) in _ENDS_COMPARISON else 0
    if (word, at(1), at(2)) == ("do", "the", "same"):
        asked = (k for k in range(1, i + 1) if at(-k) in _EDITING)
        return 0 if any(tokens[i - k + 1].word != ":" for k in asked) else 3
    if word == "same" and at(1) == "as" and at(2) in _EARLIER:
        return 3
    return 0


_WAS = terms("was were looked")
_EDITING = frozenset(verbs.acts()) | frozenset(verbs.participles())


def _asks(before: str) -> bool:
    """ "Show how the house was" tells something of the house."""
    return before in ("show", "shows", "showing", "see", "explain")


def _is_comparative(word: str) -> bool:
    return (
        word in _RELATIVE
        or (len(word) > 4 and word.endswith("er") and grammar.is_adjective(word[:-2]))
        or (len(word) > 5 and word.endswith("er") and grammar.is_adjective(word[:-3]))
        or (len(word) > 4 and word.endswith("er") and grammar.is_adjective(word[:-1]))
    )


def _brings_back(tokens: Sequence[Token], words: Sequence[str], i: int) -> bool:
    """ "Bring the tree back", "put back the hat"; not "put the book back on the shelf"."""
    for k in range(i + 1, min(i + 7, len(words))):
        word = words[k]
        if not word:
            return False
        if word == "back":
            after = words[k + 1] if k + 1 < len(words) else ""
            ends = after in ("on", "in") and not any(words[k + 2 : k + 3])
            if k == i + 1 and not ends:  # "the wig should be put back on"
                return words[i] == "bring" or after in ("the", "my", "his", "her", "its")
            if words[k - 1] in grammar.DETERMINERS or tokens[k].possessive:
                return False
            if any(w in _WORN for w in words[i + 1 : k]):
                return False  # "get the faded colours back" mends what time did
            if ends:
                return True  # "put the hat back on"
            return after in ("", "again")
    return False


def _actions(
    reading: Reading, context: LintContext, said: Sequence[str], start: int, end: int
) -> Iterator[Fix]:
    if said[0] == "even":
        after = start + len("even")
        while after < len(reading.text) and reading.text[after].isspace():
            after += 1
        yield Fix("Leave out “even”", (TextEdit(start, after, ""),))
    elif start > 0 and " ".join(said) in ("again", "once more", "one more time"):
        yield Fix(f"Leave out “{' '.join(said)}”", (removed(reading, start, end),))
    if context.previous_prompt and said[0] in ("again", "once", "one", "even", "another", "same"):
        yield Fix("Reuse the previous instruction", command="reuse-previous")
    yield Fix("Go to the picture before", command="go-to-parent")
    yield Fix("Branch from an earlier picture", command="branch")


def repeat_edit(reading: Reading, context: LintContext) -> Iterator[Finding]:
    if not context.previous_prompt:
        return
    said = _essence(reading)
    if not said or any(word in _RELATIVE for word in said):
        return
    if said != _essence(Reading(context.previous_prompt)):
        return
    yield Finding(
        "repeat-edit",
        Severity.HINT,
        0,
        len(reading.text),
        "This picture was already made with this prompt.",
        (
            Fix("Try again with another seed", command="retry"),
            Fix("Go to the picture before", command="go-to-parent"),
        ),
    )


def _essence(reading: Reading) -> tuple[str, ...]:
    """The words that count: no punctuation, no politeness."""
    tokens = reading.tokens
    start = skip_lead_in(tokens, 0)
    return tuple(
        token.word.lower()
        for token in tokens[start:]
        if token.kind in (Kind.WORD, Kind.NUMBER, Kind.QUOTE, Kind.COLOUR_CODE, Kind.SLOT)
        and token.word not in ("please", "kindly", "thanks", "just")
    )


def drift_depth(reading: Reading, context: LintContext) -> Iterator[Finding]:
    if context.depth is None or context.depth < DEEP:
        return
    yield Finding(
        "drift-depth",
        Severity.HINT,
        0,
        len(reading.text),
        f"This is edit {context.depth + 1} in a row: detail may wear off.",
        (
            Fix("Merge the last steps and run from an earlier picture", command="merge"),
            Fix("Re-base on the original…", command="rebase"),
            Fix("Compare with the first picture", command="compare-root"),
            Fix("Branch from an earlier picture", command="branch"),
        ),
    )


RULES = (
    Rule("history-word", "Refers to an earlier turn", history_word),
    Rule("repeat-edit", "Same prompt as the last one", repeat_edit, reads_wording=False),
    Rule("drift-depth", "Many edits in a row", drift_depth, reads_wording=False),
)
