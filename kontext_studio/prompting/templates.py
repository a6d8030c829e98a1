"""Instructions to start from, with slots, and clauses to add: plain data, and how one is added."""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import appended
from kontext_studio.prompting.words import grammar, terms


@dataclass(frozen=True, slots=True)
class Template:
    task: str
    text: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """``text`` is added at the end; ``rules`` are the findings that ask for it."""

    key: str
    text: str
    rules: tuple[str, ...] = ()


TEMPLATES: tuple[Template, ...] = (
    Template(
        "Background swap",
        "Change the background to {new background}, keep the {subject} in the exact same position, "
        "scale, and pose, keep the exact camera angle, position, and framing",
    ),
    Template(
        "Object recolour",
        "Change the colour of the {object} to {colour}, keep its shape, texture, and everything "
        "else the same",
    ),
    Template(
        "Object swap",
        "Replace the {object} with {new object}, at the same place and size, matching the existing "
        "light and shadows",
    ),
    Template(
        "Text replacement",
        "Replace '____' with '____', keep the same font style, size, and colour",
    ),
    Template(
        "Style transfer",
        "Convert the picture to {style} with {trait} and {trait}, while maintaining the original "
        "composition and object placement",
    ),
    Template(
        "Relight",
        "Change the lighting to {light} from the {side}, keep the objects, colours of the "
        "surfaces, and composition the same",
    ),
    Template("Remove object", "Remove the {object} {where}, and continue the {surface} behind it"),
    Template(
        "Clothes change",
        "Change the {person}'s {garment} to {new garment}, while preserving the same facial "
        "features, hairstyle, and pose",
    ),
    Template(
        "Time or season",
        "Change the {time of day or season} to {new}, while maintaining the same style, objects, "
        "and composition",
    ),
)

SNIPPETS: tuple[Snippet, ...] = (
    Snippet("framing", ", keep the exact camera angle, position, and framing", ("keep-framing",)),
    Snippet(
        "face",
        " while preserving the same facial features, hairstyle, and expression",
        ("keep-person",),
    ),
    Snippet(
        "composition",
        " while maintaining the original composition and object placement",
        ("style-keep",),
    ),
    Snippet("look", ", keep the same lighting, colours, and grain"),
    Snippet("rest", ", leave everything else unchanged"),
    Snippet("font", ", keep the same font style, size, and colour"),
)


def with_snippet(text: str, snippet: Snippet) -> str:
    """``text`` with the clause behind its last word."""
    edit = appended(Reading(text), snippet.text)
    return text[: edit.start] + edit.new_text + text[edit.end :]


def says_already(text: str, snippet: Snippet) -> bool:
    """The keep clauses of ``text`` name all that the snippet would add."""
    wanted = Reading(snippet.text).kept - grammar.DETERMINERS - grammar.CONJUNCTIONS - _FRAME
    return wanted <= Reading(text).kept


_FRAME = terms(
    """keep keeping while preserving maintaining leave same exact original unchanged style size
    placement and"""
)
