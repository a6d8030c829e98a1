"""What the grammar refuses: nothing is guessed, and every word it cannot follow is named."""

from __future__ import annotations

from typing import Any

import pytest

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.grammar import read_instruction, suggestions


def facts(part: Refusal) -> Any:
    """What a refusal tells beside its sentence."""
    return part.context


# Each instruction with the words that must be named, in order.
UNKNOWN = {
    "add a hat": ["hat"],
    "Add a red hat": ["hat"],
    "remove the spoon": ["spoon"],
    "Remove the red cup": ["cup"],
    "put it on a beach": ["beach"],
    "Put the cup on a wooden table": ["cup", "wooden", "table"],
    "replace the tabletop with marble": ["tabletop", "marble"],
    "Replace the red cup with a van": ["van"],
    "Replace the red apple with an orange": ["orange"],
    "Turn the red apple into an orange": ["orange"],
    "Change the red cup to marble": ["marble"],
    "Change the red cup to dark green leather": ["leather"],
    "Make the red cup glossy": ["glossy"],
    "Make the woman smile": ["woman", "smile"],
    "make it better": ["better"],
    "Make the image pop": ["pop"],
    "Convert the photo to Studio Ghibli style": ["Studio", "Ghibli"],
    "Transform it to the Van Gogh style": ["Van", "Gogh"],
    "Convert to claymation": ["claymation"],
    "Transform it to the cyberpunk style": ["cyberpunk"],
    "Change the season to autumn with falling leaves": ["leaves"],
    "Change the snowland to a beach": ["snowland", "beach"],
    "Add a person walking": ["person", "walking"],
    "Add a tree": ["tree"],
    "Remove the watermark": ["watermark"],
    "Make the red car slightly wider": ["wider"],
    "Let the horse run": ["horse", "run"],
    "Make the tower twice as tall": ["tower"],
    "Put him on a beach": ["beach"],
    "Make the red cup transparent": ["transparent"],
    "Change the car to red, 8k, ultra detailed, trending on artstation": ["k", "trending"],
    "Add a note on the fridge reading 'Please knock'": ["note", "fridge"],
    "Add the text 'FRESH BREAD' on the awning": ["awning"],
    "Undo the last change": ["Undo"],
    "Go back to the original background": ["back", "background"],
    "Ändere den Hintergrund": ["Ändere", "den", "Hintergrund"],
    "把背景换成海滩": ["把背景换成海滩"],
    "Cambia el color del coche a rojo": ["Cambia", "el", "del", "coche", "rojo"],
    "Change the [object] to red": ["[", "]"],
    "Change the red cup to {colour}": ["{", "}"],
    "Chnage the picture to sunset": ["Chnage"],
    "Make it warmer and add a hat": ["hat"],
    "Add a hat and make it warmer": ["hat"],
    "Make it brighter, remove the spoon, and put a donut next to it": ["spoon", "donut"],
    "Make it warmer while dancing": ["dancing"],
    "Make the red or the blue cup green": ["cup"],
    "Extract the animals present in the image": ["Extract", "animals"],
    "Zoom in on the face": ["Zoom"],
}

# Things named without a colour, with the noun that must be named.
NO_COLOUR = {
    "Change the cup to green": "cup",
    "make the cup green": "cup",
    "Change the color of the cup to green": "cup",
    "Change the broccoli's color to blue": "broccoli",
    "Change the wall color to a soft beige.": "wall",
    "Change the cup and saucer to mustard yellow": "cup and saucer",
    "Make the sofa darker": "sofa",
    "Change the woman's hair to blonde": "hair",
    "Change the hair color of the woman in the red coat to black": "hair",
    "Make the man with the red tie blue": "man",
    "Blur the background": "background",
    "Sharpen the lettering on the mug": "lettering",
    "Paint the rose red": "rose",
    "Coat the keyboard green": "keyboard",
    "I'd like the walls to be sage green": "walls",
    "Recolor the front door to teal": "front door",
}

CONFLICTS = (
    "Crop to a square while keeping the framing",
    "Rotate 90 degrees, keep the same composition",
    "Flip it but keep the camera angle",
    "Make it night while keeping the lighting",
    "Make the scene nighttime while preserving the daylight",
    "Convert the photo to watercolor while maintaining the photorealistic style",
    "Make it black and white while keeping the colours",
    "Change the red cup to green while keeping the red cup unchanged",
    "Make it warmer while keeping the white balance",
    "Enlarge it to 200 % and keep the size",
)


def refused(text: str) -> EngineRefusal:
    with pytest.raises(EngineRefusal) as caught:
        read_instruction(text)
    return caught.value


def unknown_words(refusal: EngineRefusal) -> list[str]:
    return [str(entry["word"]) for part in refusal.refusals for entry in facts(part)["unknown"]]


ALL = [*UNKNOWN, *NO_COLOUR, "make it blue", "Replace 'joy' with 'BFL'"]


def test_unknown_words_are_named_and_nothing_is_planned():
    missing = {}
    for text, words in UNKNOWN.items():
        refusal = refused(text)
        named = unknown_words(refusal)
        assert refusal.refusals[0].type == "unsupported_instruction", text
        if left := [word for word in words if not any(word in name for name in named)]:
            missing[text] = left
    assert missing == {}


def test_offsets_count_code_points_and_point_at_the_words():
    for text in ALL:
        padded = f"🙂 {text}"
        for part in refused(padded).refusals:
            for entry in facts(part)["unknown"]:
                assert padded[entry["start"] : entry["end"]] == entry["word"]


def test_a_thing_without_a_colour_asks_for_its_colour():
    nouns = {}
    for text in NO_COLOUR:
        part = refused(text).refusals[0]
        assert part.type == "target_not_found", text
        assert "colour" in part.message
        nouns[text] = facts(part)["target"]["noun"]
    assert nouns == NO_COLOUR


@pytest.mark.parametrize("text", CONFLICTS)
def test_a_wish_to_keep_what_the_change_needs_is_a_conflict(text):
    assert [part.type for part in refused(text).refusals] == ["keep_conflict"]


def test_every_refusal_tells_what_can_be_done_and_where_else_to_go():
    for text in ALL:
        for part in refused(text).refusals:
            assert part.field == "prompt"
            assert facts(part)["can_do"], text
            assert "Connect" in str(facts(part)["connect"])
            assert "!" not in part.message


def test_whatever_is_offered_would_be_carried_out():
    for text in ALL:
        for part in refused(text).refusals:
            for line in facts(part)["can_do"]:
                assert read_instruction(line).operations, line


def test_all_stored_suggestions_can_be_read():
    for line in suggestions.all_examples():
        assert read_instruction(line).operations


def test_a_misspelt_word_is_offered_corrected():
    part = refused("Chnage the picture to sunset").refusals[0]
    assert facts(part)["can_do"][0] == "Change the picture to sunset"


def test_every_clause_that_fails_is_told_at_once():
    refusal = refused("Make it warmer, change the cup to green and add a hat")
    assert [part.type for part in refusal.refusals] == [
        "unsupported_instruction",
        "target_not_found",
    ]
    assert facts(refusal.refusals[0])["understood"] == ["changing the warmth"]


def test_letters_in_the_picture_are_not_overpainted():
    part = refused("Replace 'joy' with 'BFL'").refusals[0]
    assert part.type == "unsupported_instruction"
    assert "lettering" in part.message


def test_a_colour_for_nothing_in_particular_never_tints_the_picture():
    for text in ("make it blue", "Change to blue", "Make the picture green"):
        assert refused(text).refusals[0].type == "target_not_found"


def test_an_instruction_that_only_keeps_says_that_the_change_is_missing():
    assert "what to keep" in refused("Keep the red cup unchanged").refusals[0].message


@pytest.mark.parametrize("text", ["!!!", "?", "…", "- ! -", "please?"])
def test_signs_alone_are_told_to_be_no_words(text):
    part = refused(text).refusals[0]
    assert part.type == "invalid_request"
    assert "no words" in part.message
    assert facts(part)["can_do"]


# What only says what not to do, with the words that say it.
NEGATED = {
    "Don't make it brighter": "Don't make it brighter",
    "please do not make the red cup green": "do not make the red cup green",
    "Make it warmer and don't sharpen it": "don't sharpen it",
    "Make it not blue": "not blue",
    "No rain": "No rain",
    "no people": "no people",
    "Never blur the picture": "Never blur the picture",
    "It should not be so dark": "not be so dark",
    "Don't": "Don't",
}


@pytest.mark.parametrize(("text", "said"), NEGATED.items())
def test_a_negation_is_named_as_one_and_not_blamed_on_its_nouns(text, said):
    (part,) = refused(text).refusals
    assert unknown_words(refused(text)) == [said]
    assert "what not to do" in part.message
    assert part.type == "unsupported_instruction"


def test_what_must_not_change_alone_asks_for_the_change():
    for text in ("Don't change the sky", "The sky should not change", "Never touch the red cup"):
        (part,) = refused(text).refusals
        assert "what to keep" in part.message


@pytest.mark.parametrize("text", ["", "   ", "\n", "please"])
def test_an_empty_instruction_is_told_as_such(text):
    part = refused(text).refusals[0]
    assert part.type == "invalid_request"
    assert "empty" in part.message


def test_a_very_long_instruction_is_refused_by_length():
    assert refused("make it warmer and " * 400).refusals[0].type == "invalid_request"


def test_what_should_stay_and_has_no_colour_stops_a_change_of_everything():
    part = refused("Make it warmer while keeping the spoon unchanged").refusals[0]
    assert part.type == "target_not_found"
    assert "spoon" in part.message


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Make it whiter", "Make the picture brighter"),
        ("Make the picture more white", "Make the picture brighter"),
        ("Make it blacker", "Make the picture black and white"),
    ],
)
def test_more_of_a_colour_is_answered_with_the_nearest_tone(text, nearest):
    with pytest.raises(EngineRefusal) as caught:
        read_instruction(text)
    assert nearest in facts(caught.value.refusals[0])["can_do"][:2]
