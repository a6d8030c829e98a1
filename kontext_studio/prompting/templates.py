"""Instructions to start from, with slots, and clauses to add: plain data, and how one is added."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from kontext_studio.prompting.findings import Fix
from kontext_studio.prompting.reading import REST, Reading
from kontext_studio.prompting.rules.rule import appended
from kontext_studio.prompting.slots import slots_of
from kontext_studio.prompting.text import quoted_runs, straightened
from kontext_studio.prompting.words import grammar, terms


@dataclass(frozen=True, slots=True)
class Template:
    """``text`` has slots in braces, and ``____`` where wording in quotes is to be typed."""

    task: str
    text: str

    @property
    def slots(self) -> tuple[tuple[int, int], ...]:
        """Where the slots stand; Tab goes from one to the next."""
        return slots_of(self.text)


@dataclass(frozen=True, slots=True)
class Snippet:
    """``text`` is added at the end, or at the caret; ``rules`` are the findings that ask for it.

    ``offered_when`` says in a few words what it suits.
    """

    key: str
    text: str
    rules: tuple[str, ...] = ()
    offered_when: str = ""


_FRAMING = "keep the exact camera angle, position, and framing"

TEMPLATES: tuple[Template, ...] = (
    Template(
        "Background swap",
        "Change the background to {new background}, keep the {subject} in the exact same position, "
        f"scale, and pose, {_FRAMING}",
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
        "Material",
        "Change the material of the {object} to {material}, keep its shape and position the same",
    ),
    Template(
        "Text replacement",
        "Replace '____' with '____', keep the same font style, size, and colour",
    ),
    Template("Text added", "Add the text '____' on the {carrier} in {lettering}"),
    Template(
        "Style transfer",
        "Convert the picture to {style} with {trait} and {trait}, while maintaining the original "
        "composition and object placement",
    ),
    Template(
        "Sketch",
        "Convert the picture to a {pencil} sketch with {line quality} and {paper}, while "
        "maintaining the original composition",
    ),
    Template(
        "Relight",
        "Change the lighting to {light} from the {side}, keep the objects, colours of the "
        "surfaces, and composition the same",
    ),
    Template(
        "Time or season",
        "Change the {time of day or season} to {new}, while maintaining the same style, objects, "
        "and composition",
    ),
    Template("Remove object", "Remove the {object} {where}, and continue the {surface} behind it"),
    Template(
        "Clothes change",
        "Change the {person}'s {garment} to {new garment}, while preserving the same facial "
        "features, hairstyle, and pose",
    ),
    Template(
        "Hair change",
        "Change the {person}'s hair to {new hair}, while preserving the same face, skin tone, and "
        "expression",
    ),
    Template(
        "Pose or action",
        "Make the {person} {action}, while preserving the same facial features, clothing, and "
        "background",
    ),
    Template(
        "Character in a new scene",
        "Put this {person} in {scene}, {action}, with the same face, hair, and clothing",
    ),
    Template(
        "Two pictures",
        "Put the {subject} from image 1 in the {scene} from image 2, matching its light and scale",
    ),
)

SNIPPETS: tuple[Snippet, ...] = (
    Snippet("framing", f", {_FRAMING}", ("keep-framing",), "background, setting, place changes"),
    Snippet(
        "person-place",
        ", keeping the {person} in the exact same position, scale, and pose",
        ("keep-framing",),
        "a person is in front of a new background",
    ),
    Snippet(
        "face",
        " while preserving the same facial features, hairstyle, and expression",
        ("keep-person",),
        "clothes, pose, age, role",
    ),
    Snippet(
        "face-hair",
        " while preserving the same face, skin tone, and expression",
        ("keep-person",),
        "haircut, beard",
    ),
    Snippet(
        "composition",
        " while maintaining the original composition and object placement",
        ("style-keep",),
        "restyle",
    ),
    Snippet(
        "style",
        " while maintaining the same style of the {painting}",
        ("keep-look",),
        "light, time, season on a painting",
    ),
    Snippet(
        "look",
        ", keep the same lighting, colours, and grain",
        (),
        "local object edits on a photo",
    ),
    Snippet("rest", ", leave everything else unchanged", (), "a local edit with one operation"),
    Snippet(
        "font", ", keep the same font style, size, and colour", ("text-font",), "text replaced"
    ),
    Snippet("fit", ", scaled to fit the same area", ("text-length",), "text longer or shorter"),
    Snippet(
        "blank",
        ", keep all other surfaces free of lettering",
        (),
        "text was added by mistake before",
    ),
    Snippet(
        "light-match", ", matching the existing light direction and shadows", (), "object added"
    ),
    Snippet("left", " on the left side of the {subject}", ("add-where",), "object added"),
    Snippet("right", " on the right side of the {subject}", ("add-where",), "object added"),
    Snippet("top", " at the top of the {subject}", ("add-where",), "object added"),
    Snippet("corner", " in the upper right corner", ("add-where",), "object added"),
    Snippet("from-image", " from image {n}", ("image-roles",), "two or more inputs"),
    Snippet(
        "same-subject",
        " this {person}, with the same face, hair, and clothing",
        ("keep-person",),
        "character in a new scene",
    ),
)


def with_snippet(text: str, snippet: Snippet) -> str:
    """``text`` with the clause behind its last word."""
    return snippet_fix(text, snippet).applied_to(text)


def snippet_fix(text: str, snippet: Snippet, caret: int | None = None) -> Fix:
    """The clause as an edit, its first slot to be typed over: at ``caret`` where a sentence or a
    clause ends there, else behind the last word."""
    here = caret is not None and _ends_at(text, caret)
    edit = appended(Reading(text[:caret] if here else text), snippet.text)
    slots = slots_of(snippet.text)
    select = (edit.start + slots[0][0], edit.start + slots[0][1]) if slots else None
    return Fix(snippet.key, (edit,), select)


def _ends_at(text: str, caret: int) -> bool:
    before, behind = text[:caret], text[caret:]
    if not before.strip() or any(
        start < caret < end for start, end in quoted_runs(straightened(text))
    ):
        return False
    return before[-1] in ".!?" or not behind.strip() or behind[0] in ".,;:!?\n"


def says_already(text: str, snippet: Snippet) -> bool:
    """``text`` says all that the snippet would add; places and roles by their own words."""
    return said_in(Reading(text), snippet)


def said_in(reading: Reading, snippet: Snippet) -> bool:
    """As `says_already`, for several snippets and one text that is read once."""
    keeps = snippet.text.lstrip(", ").startswith(("keep", "while", "leave"))
    said = reading.kept if keeps else reading.words
    wanted = _wanted(snippet.text, keeps)
    if wanted <= said:
        return bool(wanted)
    return snippet.key == "rest" and bool(reading.kept & REST)


@lru_cache
def _wanted(clause: str, keeps: bool) -> frozenset[str]:
    added = Reading(clause)
    wanted = added.kept if keeps else added.words
    wanted = wanted - grammar.DETERMINERS - grammar.CONJUNCTIONS - grammar.PREPOSITIONS
    return wanted - _FRAME or wanted & {"style"}


_FRAME = terms(
    """keep keeping while preserving maintaining leave same exact original unchanged style size
    placement and upper matching existing all other everything else"""
) - terms("everything else")
