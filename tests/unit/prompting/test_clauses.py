from __future__ import annotations

import pytest

from kontext_studio.prompting.clauses import Clause, Role, clauses_of
from kontext_studio.prompting.text import tokenize
from kontext_studio.prompting.words.verbs import Act


def read(text: str) -> list[tuple[Role, str, str, str]]:
    def words(tokens):
        return " ".join(text[token.start : token.end] for token in tokens)

    return [
        (clause.role, clause.base, words(clause.target), words(clause.state))
        for clause in clauses_of(tokenize(text))
    ]


def only(text: str) -> Clause:
    (clause,) = clauses_of(tokenize(text))
    return clause


@pytest.mark.parametrize(
    ("text", "act", "target", "state"),
    [
        ("Change the lamp to brass", Act.CHANGE, "the lamp", "brass"),
        ("Swap the fox for a hen", Act.REPLACE, "the fox", "a hen"),
        (
            "Replace the man with the hat with a robot",
            Act.REPLACE,
            "the man with the hat",
            "a robot",
        ),
        ("Paint the tall mast dark red", Act.COLOUR, "the tall mast", "dark red"),
        ("Make the old captain look younger", Act.MAKE, "the old captain", "look younger"),
        ("Give the girl in blue a kite", Act.GIVE, "the girl in blue", "a kite"),
        ("Turn the vase into a jug", Act.SCOPE, "the vase", "a jug"),
        ("Change the sky from pink to grey", Act.CHANGE, "the sky", "grey"),
        ("Put the jug next to the loaf", Act.PUT, "the jug", "the loaf"),
        ("The hull should be white", Act.MAKE, "The hull", "white"),
        ("The mast must be replaced with a crane", Act.REPLACE, "The mast", "a crane"),
        ("I want the walls to be sage", Act.MAKE, "the walls", "sage"),
        ("Could you please darken the sea", Act.ADJUST, "the sea", ""),
        ("Chamfer the corners", Act.ADJUST, "the corners", ""),
    ],
)
def test_a_verb_has_a_target_and_a_state(text, act, target, state):
    clause = only(text)
    assert clause.role is Role.EDIT
    assert clause.act is act
    assert read(text)[0][2:] == (target, state)


def test_commas_and_conjunctions_open_a_clause_only_before_a_verb():
    roles = read("Remove the cup, the fork and the knife, and paint the table white")
    assert [(base, target) for _, base, target, _ in roles] == [
        ("remove", "the cup , the fork and the knife"),
        ("paint", "the table"),
    ]


@pytest.mark.parametrize(
    "tail",
    [
        " while keeping the light",
        ", keep the framing",
        " with the same pose",
        ", same font",
        " without changing the background",
        "; the rest stays unchanged",
        " but leave everything else alone",
        ". Do not alter the face",
    ],
)
def test_what_must_stay_is_a_clause_of_its_own(tail):
    assert [role for role, *_ in read(f"Change the coat to red{tail}")] == [Role.EDIT, Role.KEEP]


def test_a_caption_asks_for_nothing():
    assert only("Light rain over a quiet harbour").role is Role.FRAGMENT


def test_the_same_word_before_a_determiner_is_a_verb():
    assert only("Light the harbour").act is Act.ADJUST


def test_a_place_in_front_does_not_hide_the_verb():
    assert [role for role, *_ in read("Behind the barn, add an elm")] == [Role.ASIDE, Role.EDIT]


def test_turning_a_thing_to_a_side_is_no_new_state():
    assert only("Turn the bottle to the left").link is None


@pytest.mark.parametrize(
    ("text", "base", "thing", "state"),
    [
        ("I want the gate painted red", "paint", "the gate", "red"),
        ("Could the gate be painted red?", "paint", "the gate", "red"),
        ("The gate needs painting red", "paint", "the gate", "red"),
        ("What if the gate were red?", "make", "the gate", "red"),
        ("Would love the gate in red", "make", "the gate", "red"),
        ("I'd prefer the gate to be red", "make", "the gate", "red"),
        ("How about painting the gate red?", "paint", "the gate", "red"),
        (
            "Is it possible to have the gate replaced with a hedge?",
            "replace",
            "the gate",
            "a hedge",
        ),
        ("I need the gate gone", "remove", "the gate", ""),
        ("Could the goat have a bell?", "give", "the goat", "a bell"),
    ],
)
def test_a_wish_reads_as_the_order_for_it(text, base, thing, state):
    clause = only(text)
    said = tuple(" ".join(t.word for t in part) for part in (clause.target, clause.state))
    assert (clause.base, *said) == (base, thing, state)


def test_what_is_said_of_several_things_in_one_wish_makes_several_clauses():
    clauses = clauses_of(tokenize("The gate should be red, the hedge trimmed and the path swept"))
    assert [clause.base for clause in clauses] == ["make", "trim", "clean"]
    assert [clause.is_gapped for clause in clauses] == [False, True, True]
