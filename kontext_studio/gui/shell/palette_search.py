"""Finding commands, steps and settings by a few typed letters: pure, fast enough for each key.

Promises an answer in time for 1,000 steps (UX C2); refuses to know what is found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.core.history import NodeId
from kontext_studio.core.images import Sha256
from kontext_studio.core.session import Session
from kontext_studio.gui.history.families import families_of
from kontext_studio.gui.history.names import headline, one_line

STEPS_ONLY = "@"
HELP_ONLY = "?"
MOST_PER_SECTION = 60
OFTEN = ("run", "compare_parent", "export", "star", "fit")
"""What comes first as long as nothing was used."""
_AROUND = 28


class EntryKind(StrEnum):
    COMMAND = "command"
    STEP = "step"
    SETTING = "setting"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One thing that can be found. `hint` stands behind the title; `beyond` is searched too and
    quoted where only it matches. `reason` says why a disabled one is disabled."""

    kind: EntryKind
    id: str
    title: str
    hint: str = ""
    beyond: str = ""
    icon: str = ""
    keys: tuple[str, ...] = ()
    enabled: bool = True
    reason: str = ""
    sha: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An entry as it is shown: `marks` are the matching places in the title, `hint_marks` in the
    hint."""

    entry: PaletteEntry
    hint: str
    marks: frozenset[int] = frozenset()
    hint_marks: frozenset[int] = frozenset()
    score: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    found: tuple[Found, ...]


_TITLES = {
    EntryKind.COMMAND: "Commands",
    EntryKind.STEP: "Steps",
    EntryKind.SETTING: "Settings",
    EntryKind.HELP: "Help",
}


def search(
    text: str, entries: Iterable[PaletteEntry], recent: tuple[str, ...] = ()
) -> tuple[Section, ...]:
    """The sections for what was typed. Nothing typed: the last used ones, then all commands."""
    everything = tuple(entries)
    typed = text.strip()
    if typed.startswith(STEPS_ONLY):
        steps = [one for one in everything if one.kind is EntryKind.STEP]
        return _sections(typed[1:].strip(), reversed(steps))
    if typed.startswith(HELP_ONLY):
        helps = [one for one in everything if one.kind is EntryKind.HELP]
        return _sections(typed[1:].strip(), helps)
    if not typed:
        return _without_query(everything, recent)
    return _sections(typed, (one for one in everything if one.kind is not EntryKind.HELP))


def match(query: str, text: str) -> tuple[int, frozenset[int]] | None:
    """How well the query fits and where: all its words somewhere, or its letters in order."""
    low = text.casefold()
    if len(low) != len(text):  # places would not fit any more
        low = text.lower() if len(text.lower()) == len(text) else text
    marks: set[int] = set()
    score = 0
    words = query.casefold().split()
    for word in words:
        place = _word_start(low, word)
        bonus = 40 if place == 0 else 30
        if place < 0:
            place, bonus = low.find(word), 15
        if place < 0:
            return _in_order(words[0], low) if len(words) == 1 else None
        marks.update(range(place, place + len(word)))
        score += bonus + len(word)
    return score, frozenset(marks)


def step_entries(session: Session) -> tuple[PaletteEntry, ...]:
    """One entry for each row of steps, oldest first."""
    entries = []
    for family in families_of(session, (), {}):
        node = family.chosen
        instruction = node.request.instruction if node.request is not None else ""
        number = f"step {node.step}" if node.step else node.title
        title = session.labels.get(node.id) or headline(instruction)
        entries.append(
            PaletteEntry(
                EntryKind.STEP,
                node.id,
                title or session.title(node.id),
                hint=number,
                beyond=one_line(instruction or node.title),
                sha=node.image.sha256,
            )
        )
    return tuple(entries)


def instruction_entries(session: Session) -> tuple[PaletteEntry, ...]:
    """One entry for each different instruction that was run, by the step that had it last; the
    oldest first."""
    entries: dict[str, PaletteEntry] = {}
    for family in families_of(session, (), {}):
        node = family.chosen
        if node.request is None or not (words := one_line(node.request.instruction)):
            continue
        entries.pop(words, None)
        name = session.labels.get(node.id, "")
        hint = f"step {node.step} · {name}" if name else f"step {node.step}"
        sha = node.image.sha256
        entries[words] = PaletteEntry(EntryKind.STEP, node.id, words, hint=hint, sha=sha)
    return tuple(entries.values())


def node_of_entry(entry: PaletteEntry) -> NodeId | None:
    return NodeId(entry.id) if entry.kind is EntryKind.STEP else None


def _without_query(
    everything: tuple[PaletteEntry, ...], recent: tuple[str, ...]
) -> tuple[Section, ...]:
    commands = {one.id: one for one in everything if one.kind is EntryKind.COMMAND}
    last = [commands.pop(name) for name in recent if name in commands]
    title = "Last used" if last else "Often used"
    last = last or [
        commands.pop(name) for name in OFTEN if name in commands and commands[name].enabled
    ]
    sections = [
        Section(title, tuple(Found(one, _hint(one)) for one in last)),
        Section("Commands", tuple(Found(one, _hint(one)) for one in commands.values())),
    ]
    return tuple(section for section in sections if section.found)


def _sections(query: str, entries: Iterable[PaletteEntry]) -> tuple[Section, ...]:
    found: dict[EntryKind, list[Found]] = {}
    for entry in entries:
        if (one := _find(query, entry)) is not None:
            found.setdefault(entry.kind, []).append(one)
    sections = []
    for kind, title in _TITLES.items():
        hits = sorted(found.get(kind, ()), key=lambda one: -one.score)  # stable: order breaks ties
        if hits:
            sections.append(Section(title, tuple(hits[:MOST_PER_SECTION])))
    return tuple(sections)


def _find(query: str, entry: PaletteEntry) -> Found | None:
    if not query:
        return Found(entry, _hint(entry))
    hit = match(query, entry.title)
    if hit is not None and (hit[0] > 0 or not entry.beyond):
        return Found(entry, _hint(entry), hit[1], score=hit[0] * 2 - (0 if entry.enabled else 50))
    if entry.beyond and query.casefold() in entry.beyond.casefold():
        quoted = _quote(query, entry.beyond)
        hint = f"{quoted} · {entry.hint}" if entry.hint else quoted
        place = hint.casefold().find(query.casefold())
        marks = frozenset(range(place, place + len(query))) if place >= 0 else frozenset()
        return Found(entry, hint, hint_marks=marks, score=10)
    if hit is not None:
        return Found(entry, _hint(entry), hit[1], score=hit[0])
    return None


def _hint(entry: PaletteEntry) -> str:
    return entry.hint if entry.enabled else entry.reason or entry.hint


def _word_start(low: str, word: str) -> int:
    place = low.find(word)
    while place > 0 and low[place - 1].isalnum():
        place = low.find(word, place + 1)
    return place


def _in_order(letters: str, low: str) -> tuple[int, frozenset[int]] | None:
    """The letters in order, each right after the one before or at the start of a word: "sbs" finds
    "Side by side". Worth less the wider they lie."""
    marks: list[int] = []
    for letter in letters:
        after = marks[-1] + 1 if marks else 0
        place = after if marks and low[after : after + 1] == letter else -1
        for start in () if place >= 0 else range(after, len(low)):
            if low[start] == letter and (start == 0 or not low[start - 1].isalnum()):
                place = start
                break
        if place < 0:
            return None
        marks.append(place)
    if len(letters) < 2:
        return None
    return -(marks[-1] - marks[0]), frozenset(marks)


def _quote(query: str, text: str) -> str:
    """A few words of the text around what was found."""
    place = text.casefold().find(query.casefold())
    start = max(0, place - _AROUND // 2)
    if start:
        start = text.find(" ", start, place) + 1 or place
    end = place + len(query) + _AROUND // 2
    if end < len(text):
        end = max(text.rfind(" ", place + len(query), end), _word_end(text, place + len(query)))
    return text[start:end].strip(" ,.;")


def _word_end(text: str, place: int) -> int:
    end = text.find(" ", place)
    return len(text) if end < 0 else end
