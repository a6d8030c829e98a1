"""Is the wish put plainly: no hedges, no open choices, the verb first?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, cased, ordered, removed, with_slot
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.wishes import skip_lead_in
from kontext_studio.prompting.words import grammar, looks, places, terms, verbs
from kontext_studio.prompting.words.expressions import Expressions

_SINGLE = terms(
    """slightly somewhat maybe perhaps possibly ideally preferably optionally moderately fairly
    roughly approximately hopefully presumably vaguely mildly marginally"""
)
_PHRASES = Expressions(
    (
        "some kind of",
        "some sort of",
        "some type of",
        "any kind of",
        "kind of",
        "sort of",
        "if possible",
        "if you can",
        "if you want",
        "if you like",
        "if needed",
        "if necessary",
        "more or less",
        "or something like that",
        "or something similar",
        "or something",
        "or so",
        "or whatever",
        "or similar",
        "a tad",
        "a touch",
        "a little bit",
        "a bit",
        "a little",
        "a wee bit",
        "as you like",
        "as you see fit",
        "something like",
        "something along the lines of",
        "i think",
        "i guess",
        "could be",
        "might be",
        "whatever you think",
        "up to you",
        "your choice",
    )
)
_HEDGES = _SINGLE | _PHRASES.firsts
_DEGREE = (("a", "little"), ("a", "bit"), ("a", "touch"), ("a", "tad"))


def hedge(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    tokens = [t for t in reading.tokens if t.kind not in (Kind.SLOT, Kind.QUOTE, Kind.MARK)]
    words = [t.word if t.is_word else "" for t in tokens]
    until = 0
    for i, word in enumerate(words):
        length = _hedge_at(tokens, words, i) if i >= until and word in _HEDGES else 0
        if length:
            until = i + length
            yield _hedged(reading, tokens[i], tokens[until - 1])
    for clause in reading.edits:
        choice = _choice(clause)
        if choice is not None:
            yield _open_choice(reading, clause, choice)


def _hedge_at(tokens: Sequence[Token], words: Sequence[str], i: int) -> int:
    if words[i] in _SINGLE:
        return 1
    phrase = _PHRASES.at(words, i)
    if not phrase:
        return 0
    after = tokens[i + len(phrase)] if i + len(phrase) < len(tokens) else None
    if phrase in _DEGREE and not _is_degree(phrase, after):
        return 0
    if phrase in (("kind", "of"), ("sort", "of")) and i and words[i - 1] in _KINDS:
        return 0  # "this kind of lamp"
    return len(phrase)


_KINDS = terms("this that the what which same one another different any every each")


_AFTER_TOUCH = grammar.PREPOSITIONS - {"of", "to"}


_NOT_OF = grammar.PREPOSITIONS - {"of"}


def _is_degree(phrase: tuple[str, ...], after: Token | None) -> bool:
    """ "A little taller", "tilt it a little", but "a little girl", "a touch of red"."""
    if after is None or not after.is_word:
        return True
    word = after.word
    if word in grammar.COMPARATIVES or word in looks.RELATIVE_TONES or word in ("more", "less"):
        return True
    if phrase == ("a", "bit"):
        return word not in ("is", "piece")
    if phrase in (("a", "tad"), ("a", "touch")):
        return word.endswith("er") or word in _AFTER_TOUCH
    comparative = word.endswith("er") and grammar.is_adjective(word[:-2])
    return (
        comparative
        or word in _NOT_OF
        or word in grammar.CONJUNCTIONS
        or word in ("so", "too", "that", "up", "down", "left", "right", "while")
    )


def _hedged(reading: Reading, first: Token, last: Token) -> Finding:
    shown = reading.text[first.start : last.end]
    word = first.word
    if word in ("some", "any") and last.word == "of":
        fix = Fix("Name one", (TextEdit(first.start, last.end, "a"),))
    elif word in ("could", "might", "may"):
        fix = Fix("Say “should”", (TextEdit(first.start, first.end, cased(shown, "should")),))
    else:
        fix = Fix(f"Leave out “{shown}”", (removed(reading, first.start, last.end),))
    return Finding(
        "hedge",
        Severity.HINT,
        first.start,
        last.end,
        f"Commit: “{shown}” leaves the result open.",
        (fix,),
    )


def _choice(clause: Clause) -> Token | None:
    """The "or" between two wanted results."""
    if clause.role is not Role.EDIT:
        return None
    for i, token in enumerate(clause.tokens):
        if token.word != "or" or i == 0 or i + 1 >= len(clause.tokens):
            continue
        before, after = clause.tokens[:i], clause.tokens[i + 1]
        if any(t.word in grammar.NEGATIONS or t.word in ("any", "whether") for t in before):
            return None
        if after.word in ("so", "something", "whatever", "similar", "less"):
            continue
        if before[-1].word in ("more",):
            continue
        return token
    return None


def _open_choice(reading: Reading, clause: Clause, choice: Token) -> Finding:
    i = clause.tokens.index(choice)
    after = clause.tokens[i + 1 :]
    end = next(
        (k for k, t in enumerate(after) if k and (t.kind is Kind.COMMA or t.word in _NOT_OF)),
        len(after),
    )
    start, stop = clause.tokens[i - 1].end, after[end - 1].end
    quoted = any(t.kind is Kind.QUOTE for t in after[:end])
    fixes = [] if quoted else [Fix("Keep the first", (TextEdit(start, stop, ""),))]
    return Finding(
        "hedge",
        Severity.HINT,
        choice.start,
        choice.end,
        "Commit: “or” leaves the result open.",
        (*fixes, Fix("Try both as branches", command="branch-choices")),
    )


_POLITE = terms("please kindly thanks thx pls plz")
_GREETINGS = terms("hi hey hello dear greetings ok okay")
_OPENERS = Expressions(
    (
        "help me",
        "i want",
        "i would like",
        "i'd like",
        "i'd love",
        "i would love",
        "i need",
        "i wish",
        "i am looking",
        "we want",
        "we need",
        "we should",
        "we must",
        "we could",
        "we can",
        "let's",
        "let us",
        "can you",
        "could you",
        "can u",
        "could u",
        "would u",
        "would it be possible",
        "i was wondering",
        "would you",
        "will you",
        "can we",
        "could we",
        "may i",
        "can i",
        "try to",
        "make sure to",
        "feel free to",
        "go ahead and",
        "you should",
        "you must",
        "you need to",
        "your task is",
        "what if",
        "what would",
        "what about",
        "how about",
        "how would",
        "is it possible",
        "could you be so kind as to",
        "would you be so kind as to",
        "be so kind as to",
        "generate an image",
        "generate a picture",
        "generate a photo",
        "create an image",
        "create a picture",
        "create a photo",
        "make an image",
        "make a picture",
        "show me",
        "give me an image",
        "give me a picture",
        "imagine",
    )
)


def filler(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    until = 0
    for start, end in sorted(_frames(reading), key=lambda frame: (frame[0], -frame[1])):
        if start < until:
            continue
        until = end
        shown = reading.text[start:end]
        yield Finding(
            "filler",
            Severity.INFO,
            start,
            end,
            "Start with the verb.",
            tuple(_plain(reading, start, end, shown)),
        )


def _frames(reading: Reading) -> Iterator[tuple[int, int]]:
    """The first stretch that is not part of the edit."""
    for sentence in _sentences(reading.tokens):
        i = 0
        while i < len(sentence) and _is_polite(sentence[i]):
            i += 1
        if i and _addresses(sentence, i):
            i += 1
        while i < len(sentence) and sentence[i].kind is Kind.COMMA:
            i += 1
        opener = _opener(sentence[i:])
        if opener:
            at = skip_lead_in(sentence, i)
            last = max(at, i + opener) - 1
            yield sentence[0].start, sentence[min(last, len(sentence) - 1)].end
        elif i:
            yield sentence[0].start, sentence[i - 1].end
    for token in reading.tokens:
        if token.word in _POLITE and token.is_word:
            yield token.start, token.end


def _addresses(sentence: Tokens, i: int) -> bool:
    """ "Hey Kontext, ..."."""
    follows = i + 1 < len(sentence) and sentence[i + 1].kind is Kind.COMMA
    return follows and sentence[i].is_word and sentence[i].capital


_COURTESY = _POLITE | _GREETINGS


def _is_polite(token: Token) -> bool:
    return token.is_word and token.word in _COURTESY


def _sentences(tokens: Tokens) -> Iterator[Tokens]:
    start = 0
    for i, token in enumerate(tokens):
        if token.kind in (Kind.STOP, Kind.BULLET):
            if i > start:
                yield tokens[start:i]
            start = i + 1
    if start < len(tokens):
        yield tokens[start:]


def _opener(row: Tokens) -> int:
    words = [t.word if t.is_word else "" for t in row[:4]]
    return len(_OPENERS.at(words, 0)) if words else 0


def _plain(reading: Reading, start: int, end: int, shown: str) -> Iterator[Fix]:
    clause = next((c for c in reading.edits if c.start <= start < c.end), None)
    text = reading.text
    if clause is not None and clause.verb is None and clause.target and clause.state:
        question = next((t for t in reading.tokens if t.start >= clause.end), None)
        if question is not None and question.word[:1] != "?":
            question = None
        edits = _made(text, clause, question, start)
        if edits:
            yield Fix("Start with “Make”", edits)
            return
    if clause is not None and clause.is_passive:
        order = ordered(reading, clause, clause.base)
        yield Fix(f"Start with “{cased('X', clause.base)}”", (order, *_unasked(reading, clause)))
        return
    first = next((t for t in reading.tokens if t.start >= end), None)
    wished = _wished(reading, end) if clause is not None else ()
    if wished:
        yield Fix("Start with “Make”", (TextEdit(start, end, cased(text[start], "make")), *wished))
        return
    asks = text[start:end].split()[0].lower() in ("what", "how", "is", "i", "we")
    verbless = clause is None or clause.verb is None
    if first is not None and first.kind is Kind.WORD and not (asks and verbless):
        edit = removed(reading, start, end)
        base = verbs.inflected().get(first.word, "")
        if first.word.endswith("ing") and base in verbs.acts():  # "would you mind removing"
            edit = TextEdit(start, first.end, cased(text[start], base))
        question = next(
            (t for t in reading.tokens if t.start >= first.end and t.kind is Kind.STOP), None
        )
        edits = (edit,)
        if question is not None and question.word[:1] == "?" and start == 0:
            edits = (edit, TextEdit(question.start, question.start + 1, ""))
        yield Fix(f"Leave out “{shown}”", edits)
    elif start > 0:
        yield Fix(f"Leave out “{shown}”", (removed(reading, start, end),))
    else:
        whole = TextEdit(0, len(text), "Change the {subject} to {new state}")
        if not any(t.kind is Kind.QUOTE for t in reading.tokens):
            yield with_slot("Say what should change…", [whole], "{subject}")


def _unasked(reading: Reading, clause: Clause) -> tuple[TextEdit, ...]:
    """Take the question mark behind the clause away."""
    after = next((t for t in reading.tokens if t.start >= clause.end), None)
    if after is None or after.word[:1] != "?":
        return ()
    return (TextEdit(after.start, after.start + 1, ""),)


def _wished(reading: Reading, end: int) -> tuple[TextEdit, ...]:
    """ "The roof to be covered": what lies between the thing and its state goes."""
    after = [t for t in reading.tokens if t.start >= end]
    for i, token in enumerate(after[:12]):
        if not token.is_word or (i == 0 and token.word == "to"):
            return ()
        if token.word == "to" and i + 2 < len(after) and after[i + 1].word == "be":
            return (TextEdit(after[i - 1].end, after[i + 1].end, ""),)
    return ()


def _made(text: str, clause: Clause, question: Token | None, start: int) -> tuple[TextEdit, ...]:
    """ "I want the car to be red" and "what if the car were red?" become "Make the car red"."""
    target, state = clause.target, clause.state
    if target[0].start < start or state[0].start < target[-1].end:
        return ()
    made_of = [t.word for t in state[:2]] == ["made", "of"] or [t.word for t in state[:2]] == [
        "made",
        "from",
    ]
    opening = "Make " if text[start : start + 1].isupper() else "make "
    begin = TextEdit(start, target[0].start, opening)
    gap = TextEdit(target[-1].end, state[0].start, " ")
    if made_of and len(state) > 2:
        opening = cased(opening, "change the material of ")
        begin = TextEdit(start, target[0].start, opening)
        gap = TextEdit(target[-1].end, state[2].start, " to ")
    elif target[0].word == "it" and state[0].word in _WEATHER:
        gap = TextEdit(target[-1].end, state[0].end, " " + _WEATHER[state[0].word])
    elif state[0].word in ("made", "had", "was", "were", "is") or state[0].lemma in places.IMAGES:
        return ()
    end = (TextEdit(question.start, question.start + 1, ""),) if question is not None else ()
    return (begin, gap, *end)


_WEATHER = {"snowing": "snow", "raining": "rain", "hailing": "hail", "storming": "storm"}

RULES = (
    Rule("hedge", "Hedge or open choice", hedge),
    Rule("filler", "Words that are not part of the edit", filler),
)
