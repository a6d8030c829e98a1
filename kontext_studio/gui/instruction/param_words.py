"""What the form says of a parameter: what it may be, what it is unless changed, what is wrong."""

from __future__ import annotations

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.handling import Treatment
from kontext_studio.core.models import ParamKind, ParamSpec
from kontext_studio.core.request import ParamValue
from kontext_studio.core.services import title_of
from kontext_studio.core.treatment import SentParam
from kontext_studio.gui.history.names import lowered
from kontext_studio.gui.instruction.value_words import value_words

SIZE_WORDS = "a size as 1024x768"


def limits_words(spec: ParamSpec) -> str:
    """ "1–20", "about 10–50" where the service does not say so itself; empty where there is no
    range."""
    words = spec.range_words.replace(" to ", "–")
    return f"about {words}" if words and spec.hinted else words


def usual_words(spec: ParamSpec, start: ParamValue) -> str:
    """ "usually 3.5" for numbers: other fields show what they begin with."""
    numbers = (ParamKind.INTEGER, ParamKind.NUMBER)
    if spec.kind not in numbers or not isinstance(start, int | float):
        return ""
    return f"usually {start:g}"


def tip_words(spec: ParamSpec, start: ParamValue) -> str:
    """Everything that is known of it, for a tool tip: what it is, its range, its start."""
    range_words = limits_words(spec)
    if range_words and spec.hinted:
        range_words = f"{range_words}; the service states no range"
    usual = usual_words(spec, start)
    if not usual and start is not None and spec.kind is not ParamKind.TEXT:
        usual = f"usually {lowered(value_words(start, spec.choices))}"
    facts = ", ".join(part for part in (range_words, usual) if part)
    lines = (spec.help[:1].upper() + spec.help[1:], facts[:1].upper() + facts[1:])
    return "\n".join(line for line in lines if line)


def problem_words(spec: ParamSpec, value: ParamValue) -> str:
    """Why the service would refuse the value, by the name that the form shows; empty where it
    would not."""
    try:
        spec.check(value)
    except BadRequest as refusal:
        if spec.range_words and isinstance(value, int | float):
            return f"{spec.label} is {spec.range_words}"
        words = refusal.message.removesuffix(".")
        return f"{spec.label}{words.removeprefix(spec.name)}" if spec.name in words else words
    return ""


def reach_words(spec: ParamSpec) -> str:
    """ "fal.ai only" where a gateway passes it to one provider alone; else what is always done to
    it: "renamed", "converted", "emulated". Empty where it goes as it is."""
    handling = spec.handling
    if handling.reaches:
        return f"{title_of(handling.reaches)} only"
    passed = handling.treatment is Treatment.PASSED or handling.native or handling.nearest
    return "" if passed else handling.treatment.value


def treatment_words(sent: SentParam) -> str:
    """How a value that was chosen is really sent; empty where it goes as it is and nothing is to
    be said of it."""
    parts = [sent.note]
    match sent.treatment:
        case Treatment.LEFT_OUT:
            parts = ["Not sent.", sent.note]
        case Treatment.CONVERTED if sent.wire_value != sent.value:
            parts = [f"Sent as {sent.wire_value}.", sent.note]
        case Treatment.RENAMED if not sent.note:
            parts = [f"Sent as {sent.wire_name}."]
        case Treatment.CONVERTED | Treatment.EMULATED | Treatment.RENAMED:
            word = sent.treatment.value
            parts = [f"{word[:1].upper()}{word[1:]}.", sent.note]
    return " ".join(part for part in parts if part)
