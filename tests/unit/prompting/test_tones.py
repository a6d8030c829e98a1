"""Which instructions ask for another tone of the whole picture."""

from __future__ import annotations

import pytest

from kontext_studio.prompting.tones import changes_tone


@pytest.mark.parametrize(
    "instruction",
    [
        "Turn the photo into black and white",
        "Make the light warmer",
        "Give the photo a warm golden-hour light",
        "Increase the contrast",
        "Add a sepia tone",
        "Make it night",
        "Add snow",
        "Apply a vintage film look, keep everything else the same",
        "Make the whole picture cooler",
        "Remove the man, then brighten the image",
    ],
)
def test_other_light_colours_weather_or_style_of_the_picture_is_another_tone(instruction):
    assert changes_tone(instruction)


@pytest.mark.parametrize(
    "instruction",
    [
        "",
        "Make the car red",
        "Make the door blue while keeping the lighting",
        "Brighten the face",
        "Remove the man on the left",
        "Make the shirt warmer",
        "Add a dark cloud",
        "Change the background to a beach",
        "Mach es dunkler",
    ],
)
def test_a_change_of_one_thing_is_none(instruction):
    assert not changes_tone(instruction)
