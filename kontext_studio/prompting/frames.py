"""The ways in which a person asks: words that stand in front of an order or of a thing wished for.

It knows where such a frame ends, not what is asked.
"""

from __future__ import annotations

import re

from kontext_studio.prompting.phrases import Tokens

_BY_THE_WAY = (
    r"(?: (?:please|just|also|really|kindly|maybe|perhaps|possibly|rather|actually|only))*"
)
_MAY = r"(?:can|could|would|will|might|should)"
_ASKED = r"(?:you|u|we|i|someone|somebody|anyone|anybody|you guys)"
_SEEN = r"(?:have|get|see)"
_LIKING = r"(?:like|love|prefer|appreciate)"
_WILLING = rf"(?:(?:i|we){_BY_THE_WAY} )?(?:i'd|we'd|would){_BY_THE_WAY}"
_IF_YOU = rf"(?:it )?if {_ASKED}(?: (?:can|could|would|might))?"
_GOOD = (
    r"(?:great|nice|good|lovely|cool|better|best|awesome|perfect|amazing|wonderful|fantastic|"
    r"helpful|ideal|fab|brilliant|super)"
)
_NOT_SEEN = rf"(?! {_SEEN}(?!\S))"


def _one_of(*ways: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(ways)})(?!\\S)")


# An order follows: "could you", "I was hoping you could", "would it be possible to".
_ORDER = _one_of(
    rf"{_MAY} (?:you|u){_BY_THE_WAY}(?: be so kind as to| mind| help me(?: to)?)?",
    rf"{_MAY} (?:we|i|someone|somebody|anyone|anybody){_BY_THE_WAY}{_NOT_SEEN}",
    "be so kind as to",
    rf"(?:i|we)(?: (?:am|was|were|are))?{_BY_THE_WAY}"
    " (?:hoping|wondering|thinking|hope|wonder|think)(?: (?:if|whether|that|maybe|perhaps))*"
    rf"(?: {_ASKED} (?:can|could|should|might|would)| of| about)?",
    rf"{_WILLING} {_LIKING} {_IF_YOU}",
    rf"(?:i|we){_BY_THE_WAY} (?:want|need|wanted|wish){_BY_THE_WAY} (?:you )?to{_NOT_SEEN}",
    rf"{_WILLING} (?:like|love|prefer|need){_BY_THE_WAY} (?:for )?(?:you )?to{_NOT_SEEN}",
    rf"(?:i|we){_BY_THE_WAY} (?:wanna|gotta|gonna|have to|have got to|must|should)",
    "wanna",
    rf"(?:we|you) (?:should|must|need to|have to|could|can|may|might){_BY_THE_WAY}",
    rf"(?:it would be|it'd be|would be|it is){_BY_THE_WAY} {_GOOD}"
    rf" (?:if {_ASKED} (?:can|could|would)|to{_NOT_SEEN})",
    rf"(?:is there )?(?:any|a) (?:chance|way|possibility) (?:that )?"
    rf"(?:{_ASKED} (?:can|could|might)|to{_NOT_SEEN}|of)",
    rf"(?:would it be|is it) (?:possible|ok|okay)(?: for you)? to{_NOT_SEEN}",
    rf"do you (?:mind|think {_ASKED} (?:can|could))",
    "(?:how|what) about",
    "why (?:don't|not)(?: (?:you|we))?",
    rf"(?:let's|let us|lets){_BY_THE_WAY}",
    "help me(?: to)?",
    "try to",
    "make sure to",
    "feel free to",
    "go ahead and",
    "see if you can",
)
# A thing follows, and what should become of it: "I'd like", "could we have", "how about".
_WISH = _one_of(
    rf"(?:can|could|may|might) (?:we|i){_BY_THE_WAY} {_SEEN}",
    rf"(?:i|we){_BY_THE_WAY} (?:want|need|wish|wanted|prefer)(?: to {_SEEN})?",
    rf"{_WILLING} (?:rather have|(?:like|love|prefer|rather|need)(?: to {_SEEN})?)",
    rf"(?:would it be|is it) (?:possible|ok|okay) to {_SEEN}",
    rf"(?:it would be|it'd be|would be) {_GOOD} to {_SEEN}",
    rf"(?:is there )?(?:any|a) (?:way|chance) (?:to {_SEEN}|of (?:having|getting|seeing))",
    "want|need",
    "(?:how|what) about(?: having| getting| seeing)?",
)
FIRST_WORDS = frozenset(
    """can could would will might should may be i we i'd we'd wanna you it it'd it's is any a 's do
    how what why let's let lets help try make feel go see want need""".split()
)
_LONGEST = 12
# After these the verb stands in "-ing".
_BEFORE_GERUND = frozenset(["mind", "about", "of", "considering"])


def order_frame(row: Tokens, i: int) -> int:
    """How many tokens stand in front of an order at ``i``; none where it is not asked for so."""
    return _length(_ORDER, row, i)


def wish_frame(row: Tokens, i: int) -> int:
    """How many tokens stand in front of a thing wished for at ``i``."""
    return _length(_WISH, row, i)


def asks_for_gerund(row: Tokens, i: int) -> bool:
    """Whether a verb at ``i`` behind a frame stands in "-ing": "would you mind removing"."""
    return i > 0 and row[i - 1].word in _BEFORE_GERUND


def _length(frame: re.Pattern[str], row: Tokens, i: int) -> int:
    if i >= len(row) or row[i].word not in FIRST_WORDS:
        return 0
    found = frame.match(" ".join(token.word for token in row[i : i + _LONGEST]))
    return found.group().count(" ") + 1 if found is not None else 0
