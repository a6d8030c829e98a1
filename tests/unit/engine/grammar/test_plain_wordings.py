"""Instructions as people type them who have read no manual: fragments, complaints, questions."""

from __future__ import annotations

import pytest

from kontext_studio.engine.base import EngineRefusal
from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.operations import Adjust, Crop, Recolour, Relight, Stylise
from tests.unit.engine.grammar.shorthand import meaning

PLAIN = {
    "Raise the exposure by one stop": "+brightness42%",
    "Bring the exposure up half a stop": "+brightness21%",
    "Lower the exposure by a third of a stop": "-brightness13%",
    "Increase exposure by +0.5 EV": "+brightness21%",
    "Drop the exposure two stops": "-brightness58%",
    "exposure +1 EV": "+brightness42%",
    "Contrast +20": "+contrast20%",
    "Saturation -15%": "-saturation15%",
    "Bump the saturation by 20%": "+saturation20%",
    "Make it warmer, thank you": "+warmth",
    "Make it warmer. Thank you so much!": "+warmth",
    "Make it warmer, thanks a lot": "+warmth",
    "Make it warmer, if possible": "+warmth",
    "Turn this into a pop art poster": "poster",
    "Make a screen-printed poster out of it": "poster",
    "Pop art": "poster",
    "Give it film grain": "film grain",
    "Add some film grain for an analogue look": "film grain",
    "Add a lot of grain": "film grain",
    "Make it grainy": "film grain",
    "Try the blue door in forest green": "blue door -> forest green",
    "Take the green jacket to navy": "green jacket -> navy",
    "Shift the blue car towards turquoise": "blue car -> turquoise",
    "Red bicycle to blue": "red bicycle -> blue",
    "I'd love the red chair in mint green": "red chair -> mint green",
    "I'd prefer this as an oil painting": "oil painting",
    "Make the picture a bit less yellow": "-warmth",
    "Less blue": "+warmth",
    "The photo is a bit flat, add some contrast": "+contrast",
    "It's too dark": "+brightness",
    "The picture looks washed out": "+saturation",
    "It is too dark, brighten it and crop to a square": "+brightness; crop 1:1 center",
    "It is too dark. Sharpen it": "+brightness; +sharpness",
    "Soften the picture": "+blur",
    "Set the scene at sunset": "sunset",
    "Put the scene in bright midday sun": "day",
    "Relight it as if it were dusk": "blue hour",
    "Cover the scene in snow": "snow",
    "Blanket everything with fog": "fog",
    "Make it look like an old photograph from the 1920s": "vintage photograph",
    "Give it a 70s film look": "vintage photograph",
    "Cut off the bottom quarter": "crop 75% top",
    "Crop a third off the left": "crop 67% right",
    "Make it portrait format, 4:5": "crop 4:5 center",
    "Crop tighter on the left": "crop 85% left",
    "Trim 10% off the left side": "crop 90% right",
    "Give it the look of a watercolour painting": "watercolour",
    "Give it a grainy 35mm film look": "film grain",
    "Make it look hand-painted in oils": "oil painting",
    "Old-fashioned sepia photo": "sepia",
    "Give me an overcast sky": "an overcast sky",
    "Give us a pencil sketch": "pencil sketch",
    "Give it a warmer white balance": "+warmth",
    "Make the colours pop": "+vibrance",
    "Change out the green curtains for navy ones": "green curtains* -> navy",
    "Brighten things up a bit": "+brightness",
    "It needs more light": "+brightness",
    "The picture could use a bit more contrast": "+contrast",
    "The red cup needs less saturation": "-saturation of red cup",
    "Give it a bit more contrast and saturation": "+contrast; +saturation",
    "Add a little more punch": "+contrast",
    "Kill the yellow cast": "-warmth",
    "Get rid of the blue tint": "+warmth",
    "The picture is underexposed, fix that": "+brightness",
    "Make it look like late evening": "blue hour",
    "I need a night version of this": "night",
    "I'd like a black and white version of this photo": "black and white",
    "Turn this daytime photo into a night scene": "night",
    "Turn the summer photo into a snowy scene": "snow",
    "Bathe the scene in golden light": "golden hour",
    "Desaturate completely": "-saturation100%",
    "Give it an aged sepia look": "sepia",
    "Deepen the blacks": "-shadows",
    "Make it brighter by a stop and a half": "+brightness63%",
    "Underexpose it by one stop": "-brightness35%",
    "Reduce the saturation to 50%": "-saturation50%",
    "Slightly cooler tones": "-warmth",
    "Sharpen the details": "+sharpness",
    "Change from day to sunset": "sunset",
    "Give it that golden hour glow": "golden hour",
    "Early morning light with fog": "dawn; fog",
    "I want heavy snow in this picture": "snow",
    "Pencil drawing on textured paper": "pencil sketch +paper texture",
    "Soft watercolour wash": "watercolour +soft",
    "Retro poster look": "poster",
    "Take 10% off the top": "crop 90% bottom",
    "3x larger": "scale 3.0x/",
    "Deepen the shadows a little": "-shadows",
    "Turn the lights down": "-brightness",
    "Make the sweater that is red dark green": "red sweater -> dark green",
    "Swap the orange cushion colour for a dusty pink": "orange cushion -> dusty pink",
}

# Adjectives in a row, before a noun that adds nothing, in any of the frames.
LOOKS = {
    "Go for warmer tones": "+warmth",
    "I'd like cooler tones throughout": "-warmth",
    "Give it a softer, low-contrast look": "+blur; -contrast",
    "I want brighter colours": "+saturation",
    "Softer light, please": "-contrast",
    "Would you mind brightening it a bit?": "+brightness",
    "It needs brightening": "+brightness",
    "Needs more contrast": "+contrast",
    "How about something warmer?": "+warmth",
    "Make it a bit bluer": "tint blue",
    "More yellowish tones": "tint yellow",
    "Make it bluish": "tint blue",
    "Saturate it more": "+saturation",
    "Add 20% saturation": "+saturation20%",
    "Give the contrast a slight boost": "+contrast",
    "Crank up the contrast": "+contrast",
    "Take the brightness down a notch": "-brightness",
    "Make the details crisper": "+sharpness",
    "Darken the corners a little": "vignette",
    "Lift it a bit": "+brightness",
}

MOODS = {
    "Make it moodier": "-brightness; -highlights; +contrast; -saturation",
    "Less dramatic": "+highlights; +brightness; -contrast",
    "Moody but bright": "-highlights; +contrast; -saturation; +brightness",
    "Washed-out look": "-saturation; -contrast",
}

COMPLAINTS = {
    "It looks hazy and flat": "+contrast; +contrast",
    "pls brighten, it's quite dark in here": "+brightness",
    "It's way too yellow, fix the white balance": "-warmth",
    "Too cold": "+warmth",
    "The sky is too bright": "-brightness of blue sky",
}

SCENES = {
    "As if shot at dusk": "blue hour",
    "Make it look like it was taken on a foggy day": "fog",
    "I'd like an autumnal mood": "autumn",
    "Give it a cold winter vibe": "winter; -warmth",
    "More of a summer feeling": "summer",
    "What would this look like at night?": "night",
    "A bit of morning mist would be nice": "morning light; fog",
    "Bright daylight instead of night": "day",
}

STYLES = {
    "As if someone painted it in oils": "oil painting",
    "Render it in the style of an oil painting": "oil painting",
    "I think this would look great in black & white": "black and white",
    "Turn the photo into a vintage travel poster": "poster",
    "Lose the colour entirely": "black and white",
    "The city photo as a delicate watercolour": "watercolour",
}

THINGS = {
    "Give the cat blue eyes instead of green ones": "green eyes* -> blue",
    "Instead of red, make the cup blue": "red cup -> blue",
    "I need the cup yellow instead of red": "red cup -> yellow",
    "Swap the orange of the suit for red": "orange suit -> red",
    "Red cup -> blue": "red cup -> blue",
    "What if the red bike was yellow?": "red bike -> yellow",
    "Turn the reddish jar pink": "red jar -> pink",
    "Make the sky a bit darker": "-brightness of blue sky",
    "Turn the sky purple": "blue sky -> purple",
    "Pink sky, please": "blue sky -> pink",
}

FRAMES_AND_LETTERS = {
    "Cut 100 pixels off the left side": "crop 0% center",
    "Square crop, please": "crop 1:1 center",
    "Crop for Instagram, 4:5": "crop 4:5 center",
    "Remove the bottom third": "crop 67% top",
    "Trim the bottom by 15%": "crop 85% top",
    "Turn it forty-five degrees clockwise": "rotate 45",
    "Give it a quarter turn to the left": "rotate -90",
    "A mirrored version": "flip horizontally",
    "2x upscale": "scale 2.0x/",
    "Title it 'Paris' at the top": "text 'Paris' top center",
    "Top right corner: 'NEW' in yellow": "text 'NEW' top right yellow",
    "Big white 'HELLO' at the top": "text 'HELLO' top center white x1.6",
}

FAMILIES = {
    "plain": PLAIN,
    "looks": LOOKS,
    "moods": MOODS,
    "complaints": COMPLAINTS,
    "scenes": SCENES,
    "styles": STYLES,
    "things": THINGS,
    "frames and letters": FRAMES_AND_LETTERS,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_plain_wordings_mean_these_operations(family):
    wanted = FAMILIES[family]
    assert {text: meaning(text) for text in wanted} == wanted


def test_a_named_side_loses_its_pixels_and_no_other_does():
    (crop,) = read_instruction("Cut 100 pixels off the left side").operations
    assert isinstance(crop, Crop)
    assert crop.cut_px == (100, 0, 0, 0)


def test_what_is_said_after_it_makes_a_wish_milder():
    for plain, mild in (
        ("Make it warmer", "Make it warmer, but not too much"),
        ("Add a vignette", "Add a vignette, but only a little"),
        ("Make it night", "Make it night. Keep it subtle."),
        ("Make it sepia", "Sepia please, but subtle"),
    ):
        (full,) = read_instruction(plain).operations
        (less,) = read_instruction(mild).operations
        assert isinstance(full, Adjust | Stylise | Relight)
        assert isinstance(less, type(full))
        assert 0 < less.amount < full.amount, mild


def test_what_has_no_degrees_cannot_be_made_milder():
    with pytest.raises(EngineRefusal) as caught:
        read_instruction("Flip it, but not too much")
    assert "no degrees" in str(caught.value)


def test_the_sky_is_looked_for_where_it_lies_whatever_its_colour():
    (wish,) = read_instruction("Turn the sky purple").operations
    assert isinstance(wish, Recolour)
    assert wish.area.by_place
    (named,) = read_instruction("Turn the blue sky purple").operations
    assert isinstance(named, Recolour)
    assert not named.area.by_place


@pytest.mark.parametrize(
    "text",
    [
        "Make it brighter and darker",
        "Make it warmer, then a bit cooler",
        "sharper and blurrier",
        "night and day",
        "Make it winter and summer",
    ],
)
def test_wishes_that_take_each_other_back_are_refused(text):
    with pytest.raises(EngineRefusal) as caught:
        read_instruction(text)
    assert "takes back the other" in str(caught.value)


def test_two_figures_and_two_areas_contradict_nothing():
    assert meaning("Brighten it by 20% and darken it by 5%")
    assert meaning("Make the red cup brighter and the picture darker")


@pytest.mark.parametrize(
    "text",
    [
        "It was taken at night",  # tells something, asks for nothing
        "It is winter",
        "Lift the red cup",  # into the air
        "Add a light",
        "Turn the lights off",
        "Brighten the family photo on the wall",
        "Give the woman a dark look",
        "Make the leaves red",  # leaves have to be seen to be told from what else is green
        "Dramatic sky",
    ],
)
def test_what_only_sounds_like_a_wish_for_tone_is_not_taken_for_one(text):
    with pytest.raises(EngineRefusal):
        read_instruction(text)
