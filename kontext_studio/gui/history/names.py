"""Short words for steps, models, times and sizes, cut from what is stored: pure text in, text out.

Promises that the opening words of an instruction are never cut away in a headline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from kontext_studio.core.history import Node
from kontext_studio.core.models import Catalogue
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.workbench.money import money_words

# What must stay the same is said in most instructions; the headline leaves that clause out.
_KEEP_CLAUSE = re.compile(
    r"(?:\s*[,;.:–—-]?\s+(?:while|and|but|by)?\s*"
    r"(?:keep|keeping|preserve|preserving|maintain|maintaining|leave|leaving|retain|retaining)\b.*"
    r"|\s*[,;]?\s+without\s+(?:changing|altering|touching)\b.*)$",
    re.IGNORECASE,
)
_CHANGE_INTO = re.compile(
    r"^(?:change|turn|replace|convert|transform|swap|recolou?r|paint|make)\b"
    r".*?\b(?:to|into|with|for|as)\s+(?:a |an |the )?(?P<result>\S.*)$",
    re.IGNORECASE,
)
_TRAILING = " \t,;:.–—-"


@dataclass(frozen=True, slots=True)
class ModelWords:
    """How a model is called in a row ("pro") and where there is room ("Kontext pro")."""

    short: str
    full: str


def model_words(catalogue: Catalogue) -> Mapping[str, ModelWords]:
    """The names of the catalogue's models by id."""
    words: dict[str, ModelWords] = {}
    for model in catalogue.models:
        if model.tier == "embedded":
            words[model.id] = ModelWords(model.title, model.title)
        elif model.tier:
            tier = model.tier.split("-")[0]
            words.setdefault(model.id, ModelWords(tier, f"Kontext {tier}"))
    return MappingProxyType(words)


def words_for_model(names: Mapping[str, ModelWords], model_id: str) -> ModelWords:
    """The words of a model; one that is not described goes by the end of its id."""
    known = names.get(model_id)
    if known is not None:
        return known
    end = model_id.rsplit("/", 1)[-1] or model_id
    return ModelWords(end, end)


def one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def headline(instruction: str) -> str:
    """The instruction without its closing clause of what must stay; always starts as it starts."""
    line = one_line(instruction)
    cut = _KEEP_CLAUSE.sub("", line).rstrip(_TRAILING)
    return cut or line


def short_name(instruction: str) -> str:
    """A name for plates and headers: "Cobalt blue" for "Change the cup to cobalt blue"."""
    line = headline(instruction)
    found = _CHANGE_INTO.match(line)
    name = found.group("result") if found else line
    return name[:1].upper() + name[1:]


def step_name(session: Session, node: Node, *, original: str = "Original") -> str:
    """How a step is called where there is little room: its label, else what was asked for or done.
    An original without a label is called `original`."""
    if label := session.labels.get(node.id):
        return label
    if node.derivation is not None:
        return node.title
    return short_name(node.request.instruction) if node.request is not None else original


def lowered(text: str) -> str:
    """The text as it goes on inside a sentence; names written in capitals stay as they are."""
    first, second = text[:1], text[1:2]
    if first.isupper() and (second.islower() or second == " "):
        return first.lower() + text[1:]
    return text


def took_words(seconds: float) -> str:
    """How long a finished run took: "0.4 s", "8.1 s", "2 min 5 s"."""
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 100:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s"


def size_words(width: int, height: int) -> str:
    return f"{width} × {height}"


def share_words(share: float) -> str:
    """The share of changed pixels (0 to 1): "31 %", "whole image"."""
    percent = 100 * min(1.0, max(0.0, share))
    if percent >= 99.5:
        return "whole image"
    return "under 1 %" if 0 < percent < 0.5 else f"{round(percent)} %"


def changed_words(share: float) -> str:
    """The same in a sentence of its own: "31 % changed", "whole image"."""
    words = share_words(share)
    return f"{words} changed" if words.endswith("%") else words


def cost_words(cost: Cost | None) -> str:
    """The stated price, "about $0.04" for an estimate, "price unknown"."""
    if cost is None:
        return "price unknown"
    if cost.amount == 0:
        return "free"
    words = money_words(cost.amount, cost.currency)
    return f"about {words}" if cost.estimated else words


def grouped_digits(number: int) -> str:
    """481 516 234: groups of three, joined by spaces that do not break."""
    return f"{number:,}".replace(",", "\u00a0")
