"""Rules that every family uses: numbers, degrees ("a bit", "by 20 %"), separators and courtesy.

Knows how much is asked, never of what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kontext_studio.engine.grammar.matcher import Captures, Grammar, Reading
from kontext_studio.engine.grammar.tokens import Kind


@dataclass(frozen=True, slots=True)
class Degree:
    """How much: a factor on the ordinary step, an exact share (0.2 for "20 %"), or stops."""

    factor: float = 1.0
    share: float | None = None
    stops: float | None = None


ORDINARY = Degree()

_NUMBER_WORDS = {
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "seven": 7.0,
    "eight": 8.0,
    "nine": 9.0,
    "ten": 10.0,
    "twelve": 12.0,
    "fifteen": 15.0,
    "twenty": 20.0,
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "seventy": 70.0,
    "eighty": 80.0,
    "ninety": 90.0,
    "hundred": 100.0,
}


_SIZES = {
    "slight|small|little|tiny|minor|mild|gentle|subtle|modest|light|faint|soft": 0.5,
    "very|really slight|small|subtle|gentle|light": 0.4,
    "moderate|medium|fair": 0.8,
    "big|large|strong|serious|significant|noticeable|decent|good|nice|solid|heavy|major": 1.6,
    "huge|massive|extreme|drastic": 2.2,
}


def add_common_rules(g: Grammar) -> None:
    g.reader("number", _read_number, list(_NUMBER_WORDS))
    g.reader("quoted", _read_quoted)
    g.rule(
        "percent", "[+] <number> %\n[+] <number> per cent", lambda c: c.one("number", float) / 100
    )
    g.rule("minuspercent", "- <number> %", lambda c: c.one("number", float) / 100)
    _add_fractions(g)
    _add_degrees(g)
    _add_joints(g)


def _add_fractions(g: Grammar) -> None:
    g.choice(
        "fraction",
        {
            "[a|one] half": 1 / 2,
            "[a|one] third": 1 / 3,
            "two thirds": 2 / 3,
            "[a|one] quarter|fourth": 1 / 4,
            "three quarters": 3 / 4,
            "[a|one] fifth": 1 / 5,
            "[a|one] tenth": 1 / 10,
        },
    )
    g.rule("stops", "a [full|whole] stop", lambda _c: 1.0)
    g.rule("stops", "<number> [full|f] stop|stops|ev", lambda c: c.one("number", float))
    g.rule("stops", "a stop and a half", lambda _c: 1.5)
    g.rule("stops", "<number> and a half stops", lambda c: c.one("number", float) + 0.5)
    g.rule("stops", "<fraction> [of] [a] stop|ev", lambda c: c.one("fraction", float))


def _read_number(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    if at >= len(reading.tokens):
        return
    token = reading.tokens[at]
    if token.kind is Kind.NUMBER:
        reading.note_progress(at + 1)
        yield at + 1, float(token.norm)
    elif token.norm in _NUMBER_WORDS:
        value = _NUMBER_WORDS[token.norm]
        following = reading.tokens[at + 1].norm if at + 1 < len(reading.tokens) else ""
        units = _NUMBER_WORDS.get(following, 0.0)
        if 20 <= value < 100 and 0 < units < 10:  # "forty-five"
            yield at + 2, value + units
        yield at + 1, value


def _read_quoted(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    if at < len(reading.tokens) and reading.tokens[at].kind is Kind.QUOTED:
        reading.note_progress(at + 1)
        yield at + 1, reading.tokens[at].norm


def _add_degrees(g: Grammar) -> None:
    steps = {
        "slightly|subtly|mildly|faintly|gently|softly|lightly": 0.5,
        "ever so slightly": 0.4,
        "somewhat|moderately": 0.75,
        "a [little|tiny] bit|touch|tad|hint|smidge|shade|notch": 0.5,
        "a little": 0.5,
        "just a bit": 0.5,
        "a few notches": 1.2,
        "quite|rather|fairly|pretty|noticeably|clearly|visibly": 1.3,
        "quite a bit": 1.5,
        "much|far|way|significantly|considerably|substantially|strongly|heavily": 1.8,
        "drastically|dramatically|greatly|markedly": 1.9,
        "a lot": 1.9,
        "lots|loads|plenty": 1.9,
        "a great deal": 1.9,
        "very|really|so": 1.6,
        "(very much|a whole lot|so much)": 2.0,
        "extremely|incredibly|super|ultra|intensely|hugely|massively": 2.3,
        "even|still": 1.0,
        "even|still much": 1.8,
    }
    for pattern, factor in steps.items():
        g.rule("degree", pattern, lambda _c, factor=factor: Degree(factor))  # type: ignore[misc]  # bound default
    g.rule("amount", "<percent>", lambda c: Degree(share=c.one("percent", float)))
    g.rule(
        "amount",
        "[by] [about|around|roughly] <percent>",
        lambda c: Degree(share=c.one("percent", float)),
    )
    g.rule("amount", "by <number> [points]", lambda c: Degree(share=c.one("number", float) / 100))
    g.rule("amount", "completely|entirely|totally|fully", lambda _c: Degree(share=1.0))
    g.rule("amount", "[by] [about|around|roughly] half", lambda _c: Degree(share=0.5))
    g.rule("amount", "[by] a|one|two|few notch|notches|touch|step|steps", lambda _c: Degree(0.6))
    g.rule("amount", "by <fraction>", lambda c: Degree(share=c.one("fraction", float)))
    g.rule(
        "amount",
        "[by] [about|around|roughly] [+] <stops>",
        lambda c: Degree(stops=c.one("stops", float)),
    )
    g.rule("amount", "[by] <degree>", lambda c: c.one("degree", Degree))
    g.rule("amount", "[<degree>] more|further", lambda c: c.maybe("degree", Degree) or ORDINARY)
    g.rule("anydegree", "<degree>\n<percent>", _any_degree)
    g.choice("sized", _SIZES)  # how much, said of a noun: "a slight boost"


def _any_degree(c: Captures) -> Degree:
    share = c.maybe("percent", float)
    return Degree(share=share) if share is not None else c.one("degree", Degree)


def _add_joints(g: Grammar) -> None:
    # Between clauses.
    g.rule(
        "joint",
        """
        <comma> [and|then|but|also|next|finally|plus] [then|also|finally|lastly]
        and|then|but|plus|while|whilst [then|also|finally|lastly|next]
        as well as
        along with
        together with
        after that
        followed by
        """,
        lambda _c: True,
    )
    g.rule("comma", ",|;|.|!|?|:|& [,|;|.|!|?]", lambda _c: True)
    # Between the values of one clause: "brighter, warmer and more saturated".
    g.rule("valuejoint", ", and|but\nand|but|yet|plus\n,\n&\nas well as", lambda _c: True)
    g.rule(
        "ask",
        """
        can|could|would|will you|we [try to|maybe|perhaps|also]
        would|do you mind
        i|we want|need [you] to
        i|we would like|love|want|prefer [(for) you] to
        i|we would like|love|appreciate it if you could|can|would
        i|we am|are looking|trying|hoping|wanting to
        i|we was|were hoping|wondering [if] you could|can|would
        (it) would be great|nice|good|lovely|better|cool|perfect if you|we could|can|would
        (is it) possible to
        (any) chance you|we could|can
        (how|what) about you|we
        let us
        maybe|perhaps|ideally|possibly [,]
        you|we might want to
        i think|guess|feel|suppose [that] [you|we should|could|can]
        for this one|photo|image|picture|shot [,]
        you should|can|could
        we want|need|should|must|have [to]
        go ahead and
        help me [to]
        try to
        now|next|first|firstly|finally|lastly|also|then|only [,]
        """,
        lambda _c: True,
    )
    # After a clause, of no weight: "... for a classic look" says again what was asked.
    g.rule(
        "aside",
        """
        for me|us
        now|too|also|instead
        entirely|completely|altogether|fully|totally
        for my|our taste|liking
        for instagram|facebook|social|web|print|printing|youtube|website|posting|twitter|linkedin \
            [media] [post|feed|story|stories]
        for (the|my|our|a) web|website|blog|feed|profile|portfolio|brochure|banner|header \
            |newsletter|catalog|cover|presentation|deck|thumbnail|campaign [picture|photo|image]
        [or] something like that
        or so
        in the photo|image|picture|shot
        if that|it is ok|okay|possible|alright|fine
        so [that] it looks|feels|is more natural|balanced|inviting|alive
        [,] [and] fix|correct that|this
        as well
        [,] (for|to get|to give it|giving it) a|an|that|some [more] \
            analog|analogue|filmic|classic|natural|nostalgic|timeless|cozy|moody|dramatic|clean \
                |fresh|modern|airy|dreamy look|feel|effect|mood|vibe|finish|touch|atmosphere
        """,
        lambda _c: True,
    )
