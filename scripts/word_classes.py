"""Builds resources/prompting/words/classes.txt, English words by what they name.

Usage: python scripts/word_classes.py WORDNET_FOLDER LEXICON

WORDNET_FOLDER has data.noun, index.noun, index.sense and their like of WordNet 3.1. LEXICON is
en-lexicon.txt of the Python package textblob, a word and its usual part of speech a line; it only
tells which words are in use. resources/prompting/SOURCES says which versions were taken.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

TARGET = (
    Path(__file__).resolve().parent.parent / "resources" / "prompting" / "words" / "classes.txt"
)
HEADING = """\
# Words of English by what they name, taken from WordNet 3.1; see SOURCES and LICENSE.
# An underscore joins the words of an expression.
"""
SINGLE = re.compile(r"[a-z]+(?:-[a-z]+)*")
EXPRESSION = re.compile(r"[a-z]+(?:_[a-z]+){1,2}")
NOUN, VERB, ADJECTIVE, SATELLITE = 1, 2, 3, 5

# Each class by the synsets on top of it; those after a colon tell which sense is meant. A word
# belongs to the first class that one of its synsets stands under.
CLASSES: dict[str, str] = {
    "person": "person:individual people",
    "headwear": "headdress:headgear",
    "jewellery": "jewelry spectacles:eyeglasses",
    "garment": "garment clothing:wearable footwear:footgear hosiery",
    "body": "body_part external_body_part",
    "vehicle": "vehicle craft",
    "furniture": "furniture furnishing",
    "instrument": "musical_instrument",
    "building": "building:edifice housing:lodging place_of_worship shelter",
    "room": "room area:area",
    "food": "food:nutrient food:solid_food beverage:drink edible_fruit vegetable:veggie",
    "animal": "animal:fauna",
    "plant": "plant:flora flower tree",
    "way": "thoroughfare road path",
    "land": "geological_formation body_of_water land:ground biome wilderness vegetation tract",
    "weather": "weather atmospheric_phenomenon precipitation",
    "colour": "color:colour chromatic_color",
    "material": "paper rock:stone fur:pelt fabric:cloth metal:metallic_element stone wood leather"
    " plastic glass alloy",
    "light": "light:visible_light",
    "picture": "picture:image art:fine_art",
    "time": "time_period",
    "region": "location geographical_area region:part city:metropolis country:state way"
    " facility:installation structure:construction",
    "device": "instrumentality",
    "artifact": "artifact",
    "natural": "natural_object celestial_body",
    "substance": "substance matter",
}
WEARABLE = ("garment", "headwear")
RARE_TOO = frozenset(
    """garment headwear jewellery food vehicle furniture instrument person animal""".split()
)
RARE_PAIRS_TOO = frozenset(
    """garment headwear vehicle furniture building room way jewellery instrument""".split()
)
WANTED = RARE_TOO | frozenset("building room plant land way material colour body".split())
# Where the verb is meant as a rule: "guide", "cut".
RATHER_VERBS = frozenset("person food land body plant".split())
SECTIONS = """person animal body garment accessory furniture vehicle instrument food plant building
    room way land toponym painter material colour verb verb_or_noun adjective noun""".split()
TOWNS = "city country island continent state".split()
# First senses that no instruction means.
DROPPED: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "adjective": """
        back bottom color colour cotton front kind leather level paper past present
        rest side sign silk sort top wool
        """,
        "person": """
        ace amber april ass autumn bar bay black blender block blue body bomb bow
        brown bumper bust can case catch chair chicken cleaner conservative contact
        cooler counter cracker cross crown cut cutter daisy dark date dawn dog doll
        double draw dryer dummy eye face fan fern game gem ginger green hand hazel
        head heater heather holly independent iris item ivy jack jade jewel job june
        liberal light lighter lily liner local mark match may miniature minor mixer
        mixture mole monitor mower mug natural number object olive opener original
        pearl peer pepper pet pig plant planter poster prey printer public puppet
        quarry radical rake ram rat red reflection relief rose ruby runner seal second
        shadow silver skin spirit steal stick stock summer sunday target toaster tool
        tramp treasure vessel violet washer white wing
        """,
        "animal": """
        beef buck cricket drone feeder female human_being male man modern_man pan
        pet_food ram spot turkey world
        """,
        "material": """
        alligator bath_towel bib card cards cherry chestnut cleaner cover decal fir
        flimsy gaming_card manila notepad pad paper pelt poster russet slip_of_paper
        spade stationery tissue title_page topgallant wallpaper
        """,
        "body": """
        area bow cistern feather horn mark nucleus opening orifice palate part plate
        root spot structure system tail tract valley vein wing
        """,
        "colour": """
        bleach color colour complementary complexion dark drab light mottle tint tone
        """,
        "food": """
        board chow date diet game grain meal mess ration roll split-pea spread stock
        """,
        "garment": """
        attire_ flat_wash footwear_ handwear seatbelt tights_opaque washing wear
        wearable
        """,
        "vehicle": """
        bomber hoy interior_decorating liner
        """,
        "building": """
        architecture haven
        """,
        "land": """
        bonanza depression hammock pit sink
        """,
        "room": """
        area center centre haunt mooring parking_space seat stall
        """,
        "furniture": """
        platen
        """,
    }.items()
}
NO_PAINTERS = frozenset("elder west constable church cole steen young wood".split())


@dataclass(slots=True)
class Count:
    """How often a word was met in tagged texts, by part of speech."""

    by_part: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def noun(self) -> int:
        return self.by_part[NOUN]

    @property
    def verb(self) -> int:
        return self.by_part[VERB]

    @property
    def adjective(self) -> int:
        return self.by_part[ADJECTIVE] + self.by_part[SATELLITE]

    @property
    def total(self) -> int:
        return sum(self.by_part.values())


class WordNet:
    """The nouns with what stands above them, and how often each word is met."""

    def __init__(self, folder: Path) -> None:
        self.above: dict[str, list[tuple[str, str]]] = {}
        self.members: dict[str, list[str]] = {}
        for line in _lines(folder / "data.noun"):
            parts = line.split(" | ")[0].split()
            words = int(parts[3], 16)
            self.members[parts[0]] = [parts[4 + 2 * i].lower() for i in range(words)]
            links = parts[5 + 2 * words :]
            self.above[parts[0]] = [
                (links[4 * i], links[4 * i + 1])
                for i in range(int(parts[4 + 2 * words]))
                if links[4 * i] in ("@", "@i") and links[4 * i + 2] == "n"
            ]
        self.nouns = {
            parts[0]: parts[6 + int(parts[3]) :]
            for parts in map(str.split, _lines(folder / "index.noun"))
        }
        self.verbs = {line.split()[0] for line in _lines(folder / "index.verb")}
        self.adjectives = {line.split()[0] for line in _lines(folder / "index.adj")}
        self.counts: dict[str, Count] = defaultdict(Count)
        self.senses: dict[tuple[str, str], int] = {}
        for line in _lines(folder / "index.sense"):
            key, synset, _, count = line.split()
            word, rest = key.split("%")
            self.counts[word].by_part[int(rest[0])] += int(count)
            if int(rest[0]) == NOUN:
                self.senses[word, synset] = int(count)
        self._ancestors: dict[str, frozenset[str]] = {}

    def ancestors(self, synset: str) -> frozenset[str]:
        """The synset and all that stand above it."""
        if synset not in self._ancestors:
            self._ancestors[synset] = frozenset()
            above = (self.ancestors(other) for _, other in self.above[synset])
            self._ancestors[synset] = frozenset([synset]).union(*above)
        return self._ancestors[synset]

    @cached_property
    def _tops(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(self._top(names.split(":")) for names in tops.split())
            for name, tops in CLASSES.items()
        }

    def _top(self, names: list[str]) -> str:
        return next(s for s in self.nouns[names[0]] if set(names) <= set(self.members[s]))

    def top(self, name: str) -> frozenset[str]:
        """The synsets on top of a class."""
        return self._tops[name]

    def class_of(self, synset: str) -> str | None:
        above = self.ancestors(synset)
        return next((name for name, tops in self._tops.items() if above & tops), None)

    def is_name(self, synset: str) -> bool:
        """One person, one town: an instance of something."""
        return any(sign == "@i" for sign, _ in self.above[synset])


@dataclass(frozen=True, slots=True)
class Builder:
    """Chooses the class of each word by its first sense and by how often it is met."""

    net: WordNet
    usual: dict[str, str]

    def sections(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for word, synsets in self.net.nouns.items():
            name = self._name(word, synsets[0]) if self.net.is_name(synsets[0]) else None
            if not self.net.is_name(synsets[0]):
                name = self._thing(word, synsets)
            if name is not None:
                found[name].add(word)
        found["accessory"] = found.pop("headwear") | found.pop("jewellery")
        found["painter"] = set(_painters(found["painter"]))
        for word in filter(self._is_word, self.net.verbs):
            found[self._verb(word)].add(word)
        found["adjective"] = {w for w in self.net.adjectives if self._is_adjective(w)}
        others = found["adjective"] | found["verb"]
        found["noun"] = {w for w in self.net.nouns if self._is_word(w) and w not in others}
        return found

    def _is_known(self, word: str) -> bool:
        return word in self.usual or self.net.counts[word].total > 0

    def _is_word(self, word: str) -> bool:
        return bool(SINGLE.fullmatch(word)) and len(word) > 2 and self._is_known(word)

    def _name(self, word: str, synset: str) -> str | None:
        """A painter or a town that people have heard of."""
        above = self.net.ancestors(synset)
        if self.net.top("person") & above:
            if not above.intersection(self.net.nouns["painter"]):
                return None
            return "painter" if word.split("_")[-1].capitalize() in self.usual else None
        if not (SINGLE.fullmatch(word) or EXPRESSION.fullmatch(word)):
            return None
        if not above & (self.net.top("region") | self.net.top("land")):
            return None
        towns = {synset for town in TOWNS for synset in self.net.nouns[town]}
        heard_of = (
            bool(self.usual.get(word.title().replace("_", "-")))
            or word.capitalize() in self.usual
            or ("_" in word and self.net.counts[word].total > 0)
        )
        return "toponym" if above & towns and heard_of else None

    def _thing(self, word: str, synsets: list[str]) -> str | None:
        pair = "_" in word
        if len(word) < 3 or not (EXPRESSION if pair else SINGLE).fullmatch(word):
            return None
        name = self.net.class_of(synsets[0])
        if name not in WANTED:
            second = self.net.class_of(synsets[1]) if len(synsets) > 1 else None
            name = second if second in WEARABLE and self._is_known(word) else None
        if name is None or not self._is_in_use(word, name, pair=pair):
            return None
        count = self.net.counts[word]
        adjective = count.adjective > count.noun and self.usual.get(word, "").startswith("JJ")
        if adjective and name not in ("colour", "material"):
            return None
        if count.verb > 2 * count.noun and count.verb > 3 and name in RATHER_VERBS:
            return None
        met = [self.net.senses.get((word, synset), 0) for synset in synsets]
        classes = [self.net.class_of(synset) for synset in synsets]
        if name == "person" and not self._is_person(word, met, classes):
            return None
        eaten = ("animal", "food", "plant")
        other = sum(n for n, c in zip(met, classes, strict=True) if c not in eaten)
        return None if name in eaten and other > met[0] else name

    def _is_in_use(self, word: str, name: str, *, pair: bool) -> bool:
        if pair:
            used = self.net.counts[word].total > 0 or name in RARE_PAIRS_TOO
            return used and name != "person"
        known = self._is_known(word)
        return known or (name in RARE_TOO and name not in ("animal", "person"))

    def _is_person(self, word: str, met: list[int], classes: list[str | None]) -> bool:
        other = sum(n for n, c in zip(met, classes, strict=True) if c != "person")
        always = all(c == "person" for c in classes)
        count = self.net.counts[word]
        done = word in self.net.verbs and count.verb > count.noun
        return (always or 0 < met[0] >= other) and not done and self._is_known(word)

    def _verb(self, word: str) -> str:
        count = self.net.counts[word]
        alone = word not in self.net.nouns and word not in self.net.adjectives
        often = count.verb > 1.5 * (count.noun + count.adjective) and count.verb > 2
        return "verb" if alone or often else "verb_or_noun"

    def _is_adjective(self, word: str) -> bool:
        if not self._is_word(word):
            return False
        count = self.net.counts[word]
        noun = word in self.net.nouns
        if noun and count.adjective == 0 and self.usual.get(word) != "JJ":
            return False
        part = self.usual.get(word, "JJ")[:2]
        often = not noun or count.adjective >= count.noun
        return often and count.adjective >= count.verb and part in ("JJ", "VB", "RB")


def _painters(names: Iterable[str]) -> Iterator[str]:
    """Full names, and family names that are long enough to mean nobody else."""
    for name in names:
        if "." not in name:
            yield name
            last = name.split("_")[-1]
            if len(last) > 4 and last not in NO_PAINTERS:
                yield last


def _lines(file: Path) -> Iterator[str]:
    """The entries; the licence at the top is indented."""
    with file.open(encoding="ascii") as lines:
        yield from (line for line in lines if not line.startswith("  "))


def _usual(lexicon: Path) -> dict[str, str]:
    lines = lexicon.read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines if not line.startswith(";"))
    return {row[0]: row[1] for row in rows if len(row) > 1}


def main() -> None:
    """Read both sources and write one section for each class."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sections = Builder(WordNet(Path(sys.argv[1])), _usual(Path(sys.argv[2]))).sections()
    parts = [HEADING]
    for name in SECTIONS:
        words = " ".join(sorted(sections[name] - DROPPED.get(name, frozenset())))
        rows = textwrap.wrap(words, 98, break_on_hyphens=False, break_long_words=False)
        parts.append("\n".join([f"[{name}]", *rows]) + "\n")
    TARGET.write_text("".join(parts), encoding="utf-8")
    print(f"{sum(map(len, sections.values()))} words")


if __name__ == "__main__":
    main()
