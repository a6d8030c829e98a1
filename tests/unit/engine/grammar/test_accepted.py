"""What the grammar reads: each line is a way in which people ask, and what it must mean."""

from __future__ import annotations

import pytest

from kontext_studio.engine.grammar import read_instruction
from tests.unit.engine.grammar.shorthand import kept, meaning

RECOLOUR = {
    "Change the red cup to deep forest green": "red cup -> deep forest green",
    "change the red cup to green.": "red cup -> green",
    "make the orange suit blue": "orange suit -> blue",
    "Make the red cup look green": "red cup -> green",
    "turn the blue sky purple": "blue sky -> purple",
    "Turn the blue sky into a soft pink": "blue sky -> soft pink",
    "Paint the brown fence sage green": "brown fence -> sage green",
    "Recolor the red car to navy": "red car -> navy",
    "Recolour the red car navy blue": "red car -> navy blue",
    "Dye the white shirt burgundy": "white shirt -> burgundy",
    "Convert the yellow taxi to teal": "yellow taxi -> teal",
    "Transform the green bottle into amber": "green bottle -> amber",
    "Change the red cup's color to cobalt blue": "red cup -> cobalt blue",
    "Change the colour of the red cup to mustard yellow": "red cup -> mustard yellow",
    "Change the color of the grey armchair to ochre": "gray armchair -> ochre",
    "Replace the color of the red cup with ivory": "red cup -> ivory",
    "Set the red cup's colour to #1A4D8F": "red cup -> #1A4D8F",
    "Change the red cup to rgb(26, 77, 143)": "red cup -> #1A4D8F",
    "Give the red car a coat of turquoise paint": "red car -> turquoise",
    "Give the red car a light blue color": "red car -> light blue",
    "The red car should be matte black": "red car -> black matte",
    "Make the red car matte black": "red car -> black matte",
    "I'd like the red walls to be sage green": "red walls* -> sage green",
    "I want the red cup to be green": "red cup -> green",
    "I want you to change the red cup to green": "red cup -> green",
    "Can you please make the red cup green?": "red cup -> green",
    "Could you change the red cup to green, please": "red cup -> green",
    "Please just turn the red cup green.": "red cup -> green",
    "Replace the red cup with a green one": "red cup -> green",
    "Replace the red cup with a green cup": "red cup -> green",
    "Recolor the red mug so that it is teal": "red mug -> teal",
    "Can the red cup be green?": "red cup -> green",
    "Turn the red cup into a blue one": "red cup -> blue",
    "Change only the red cup to green": "red cup -> green",
    "Shift the red tones to orange": "red tones* -> orange",
    "Change the white background to light gray": "white background -> light gray",
    "Replace red with blue": "red* -> blue",
    "Change red to blue": "red* -> blue",
    "Turn everything red blue": "red* -> blue",
    "Make all the red flowers white": "red flowers* -> white",
    "Change the red flowers to white": "red flowers* -> white",
    "Change the cup from red to green": "red cup -> green",
    "Change the red cup and saucer to deep forest green": (
        "red cup and saucer* -> deep forest green"
    ),
    "Change the red cup, saucer and handle to navy": "red cup, saucer and handle* -> navy",
    "Change the red car on the left to white": "red car @left -> white",
    "Make the left red car white": "red car @left -> white",
    "Paint the red door at the top right teal": "red door @top right -> teal",
    "Change the woman's red coat to camel": "red coat -> camel",
    "Make her red dress emerald green": "red dress -> emerald green",
    "Change the dark blue jacket to a warm grey": "dark blue jacket -> warm gray",
    "Make the light-blue shirt a vibrant coral": "light blue shirt -> vibrant coral",
    "Make the red stripes of the flag green": "red stripes* -> green",
    "Change the red cup to a pastel shade of lavender": "red cup -> pastel lavender",
    "Apply terracotta to the white wall": "white wall -> terracotta",
    "Let the red balloon be yellow": "red balloon -> yellow",
    "Make the red cup blue-green": "red cup -> blue green",
    "Change the gold ring to rose gold": "gold ring -> rose gold",
    "Make the orange rose pink": "orange rose -> pink",
    "Change the red cup to charcoal": "red cup -> charcoal",
    "Make the red cup green and the blue bowl yellow": "red cup -> green; blue bowl -> yellow",
    "Change the red cup to green and the blue bowl to yellow": (
        "red cup -> green; blue bowl -> yellow"
    ),
    "Make the red cup green, the blue bowl yellow and the white plate black": (
        "red cup -> green; blue bowl -> yellow; white plate -> black"
    ),
}

TONE = {
    "Make it warmer": "+warmth",
    "make it a bit brighter": "+brightness",
    "Make the picture slightly darker": "-brightness",
    "Make the image much cooler": "-warmth",
    "Make the photo look more vibrant": "+vibrance",
    "Increase the contrast": "+contrast",
    "Increase contrast by 20%": "+contrast20%",
    "increase the brightness by 15 percent": "+brightness15%",
    "Reduce the saturation by 30 %": "-saturation30%",
    "Boost the colours": "+saturation",
    "Lower the exposure a little": "-brightness",
    "Make it 20% brighter": "+brightness20%",
    "Make it brighter by 20 %": "+brightness20%",
    "Brighten the picture": "+brightness",
    "Darken it slightly": "-brightness",
    "Warm up the photo a touch": "+warmth",
    "Cool the image down": "-warmth",
    "brighter": "+brightness",
    "A bit warmer, please": "+warmth",
    "more contrast": "+contrast",
    "less saturated": "-saturation",
    "Make it warmer, brighter and more saturated": "+warmth; +brightness; +saturation",
    "Make it brighter and less contrasty": "+brightness; -contrast",
    "Give it more contrast": "+contrast",
    "Give the picture a warmer tone": "+warmth",
    "Add some warmth to the image": "+warmth",
    "Turn up the saturation": "+saturation",
    "Turn the brightness down": "-brightness",
    "Desaturate the picture a lot": "-saturation",
    "desaturate everything except the red cup": "-saturation100% of all but red cup",
    "Make the colors more vivid": "+saturation",
    "Make the colours muted": "-saturation",
    "Enhance the colors": "+saturation",
    "Sharpen the picture a bit": "+sharpness",
    "Make it sharper": "+sharpness",
    "Blur the picture": "+blur",
    "Blur the image slightly": "+blur",
    "Blur it by 8 px": "+blur8px",
    "Add a subtle blur": "+blur",
    "Brighten the shadows": "+shadows",
    "Lift the shadows a little": "+shadows",
    "Recover the highlights": "-highlights",
    "Set the brightness to 120%": "+brightness20%",
    "Adjust the contrast by -10%": "-contrast10%",
    "Make the red cup darker": "-brightness of red cup",
    "Brighten the red cup and sharpen the picture": "+brightness of red cup; +sharpness",
    "Make the orange suit less saturated": "-saturation of orange suit",
    "Blur everything except the red cup": "+blur of all but red cup",
    "Change the red cup to green and make it darker": "red cup -> green; -brightness of red cup",
    "Make the whole picture twice as bright": "+brightness100%",
    "Increase the brightness and contrast by 10%": "+brightness10%; +contrast10%",
    "Make the light warmer": "+warmth",
    "I want the picture to be brighter": "+brightness",
    "Give the picture a blue tint": "tint blue",
    "Add a subtle teal cast to the image": "tint teal",
}

SCENE = {
    "Change the picture to night": "night",
    "Make it look like night": "night",
    "Make it night time": "night",
    "Change the scene to night": "night",
    "Turn day into night": "night",
    "Make it a rainy autumn evening": "autumn; sunset; rain",
    "Turn it into a winter night": "winter; night",
    "Change to a foggy morning": "morning light; fog",
    "Make the scene nighttime": "night",
    "Change the setting to a day time": "day",
    "Change to daytime": "day",
    "Turn it into the sunset": "sunset",
    "Change the time of day to sunset": "sunset",
    "Change the lighting to soft golden hour": "golden hour",
    "Make it golden hour": "golden hour",
    "Give it golden hour lighting": "golden hour",
    "Relight the scene at dawn": "dawn",
    "Make it look as if it was taken at blue hour": "blue hour",
    "Change the light to soft morning daylight": "morning light",
    "at night": "night",
    "Turn it into autumn": "autumn",
    "Make it look like fall": "autumn",
    "Change the season to winter": "winter",
    "Make it a snowy winter day": "winter",
    "make it spring": "spring",
    "Transform the landscape into summer": "summer",
    "Make it snow": "snow",
    "make it rain heavily": "rain",
    "Let it snow": "snow",
    "Add rain": "rain",
    "Add fog to the picture": "fog",
    "Add heavy snow to the scene": "snow",
    "Make it foggy": "fog",
    "Make the weather stormy": "a storm",
    "Make it a sunny day": "sunny weather",
    "make it look overcast": "an overcast sky",
    "what would it look like if it were snowing?": "snow",
    "Fill the scene with mist": "fog",
}

STYLE = {
    "Convert to pencil sketch": "pencil sketch",
    "Convert to pencil sketch with natural graphite lines, cross-hatching and paper texture": (
        "pencil sketch +cross-hatching +paper texture"
    ),
    "Turn the photo into a charcoal drawing": "charcoal drawing",
    "Make it an oil painting": "oil painting",
    "Transform the photo into an oil painting with thick visible brushstrokes": (
        "oil painting +thick paint +visible strokes"
    ),
    "Redraw the portrait as a pencil sketch": "pencil sketch",
    "Convert the photo to watercolor with soft washes": "watercolour +soft",
    "Turn this into a watercolour painting": "watercolour",
    "Convert to a poster": "poster",
    "Posterize the image": "poster",
    "Make it black and white": "black and white",
    "Convert to black & white": "black and white",
    "Turn the picture into grayscale": "black and white",
    "Convert the image to greyscale": "black and white",
    "Remove all colour from the picture": "black and white",
    "Make it high-contrast black and white": "black and white +high contrast",
    "Transfer the image into a high-contrast black-and-white film-noir style.": (
        "film noir +high contrast"
    ),
    "Apply a sepia filter": "sepia",
    "Make it sepia": "sepia",
    "Give the photo a retro style": "vintage photograph",
    "Invert the colours": "negative",
    "Add a vignette": "vignette",
    "Add a slight vignette and film grain": "vignette; film grain",
    "Keep only the red cup in color": "black and white of all but red cup",
    "Make a pencil sketch of the picture": "pencil sketch",
    "Make the photo look old": "vintage photograph",
    "Add a subtle dark vignette": "vignette",
    "Add some film grain": "film grain",
    "Make everything except the red cup black and white": "black and white of all but red cup",
    "Make the red cup black and white": "black and white of red cup",
    "black and white": "black and white",
    "Make the picture black and white and crop to a square": "black and white; crop 1:1 center",
}

GEOMETRY = {
    "Crop to a square": "crop 1:1 center",
    "crop the picture to 16:9": "crop 16:9 center",
    "Crop it to a 4:5 portrait": "crop 4:5 center",
    "Crop to 16x9": "crop 16:9 center",
    "Crop to 300x200 px": "crop 300x200px center",
    "Crop to a square from the left": "crop 1:1 left",
    "Crop the picture to the center 50%": "crop 50% center",
    "Crop 10% off every side": "crop 80% center",
    "Crop the bottom 10%": "crop 90% top",
    "Crop to the left 60%": "crop 60% left",
    "Crop 15 % off the top": "crop 85% bottom",
    "Crop the left half": "crop 50% left",
    "Change the aspect ratio to 3:2": "crop 3:2 center",
    "Make it square": "crop 1:1 center",
    "Rotate 90 degrees": "rotate 90",
    "Rotate the image by 90° clockwise": "rotate 90",
    "Rotate it 90 degrees counterclockwise": "rotate -90",
    "Rotate left": "rotate -90",
    "rotate the photo to the right": "rotate 90",
    "Rotate by -15 degrees": "rotate -15",
    "Turn the picture upside down": "rotate 180",
    "Rotate 180": "rotate 180",
    "Flip horizontally": "flip horizontally",
    "Flip the image vertically": "flip vertically",
    "Mirror the picture": "flip horizontally",
    "Mirror it left to right": "flip horizontally",
    "Flip it upside down": "flip vertically",
    "Flip along the vertical axis": "flip horizontally",
    "Enlarge 2x": "scale 2.0x/",
    "Upscale the picture by 2x": "scale 2.0x/",
    "Enlarge to 200 %": "scale 2.0x/",
    "Scale the image to 50%": "scale 0.5x/",
    "Enlarge by 50 percent": "scale 1.5x/",
    "Resize to 800 px wide": "scale 800x/",
    "Resize it to 640x480": "scale 640x480/",
    "Scale to 1024 pixels on the long side": "scale x/1024",
    "Double the size": "scale 2.0x/",
    "Shrink it by half": "scale 0.5x/",
    "Make it half the size": "scale 0.5x/",
    "Flip horizontally and rotate 90 degrees": "flip horizontally; rotate 90",
    "Crop to a square, then make it warmer": "crop 1:1 center; +warmth",
}

LETTERING = {
    "Add the text 'SALE' in the top left corner in white": "text 'SALE' top left white",
    "Write 'Hello' at the bottom in bold": "text 'Hello' bottom center",
    'Add the text "FRESH BREAD"': "text 'FRESH BREAD' bottom center",
    "Put “Grand opening” in the center in large yellow letters": (
        "text 'Grand opening' center yellow x1.6"
    ),
    "Add a caption saying 'wish you were here' at the bottom": (
        "text 'wish you were here' bottom center"
    ),
    "Add white text 'SALE' at the top": "text 'SALE' top center white",
    "Text: 'SALE'": "text 'SALE' bottom center",
    "Add small white text 'SALE' at the top right": "text 'SALE' top right white x0.6",
    "Add the text 'SALE' in light gray, size 40": "text 'SALE' bottom center light gray 40px",
    "Add the words 'make it blue' at the top": "text 'make it blue' top center",
}

KEEP = {
    "Make it warmer while keeping the red cup unchanged": ("+warmth", "red cup"),
    "Make it warmer, but do not add anything": ("+warmth", "<rest>"),
    "Make it warmer without cropping": ("+warmth", "<framing>"),
    "Make it warmer, don't rotate the picture": ("+warmth", "<framing>"),
    "Change the red cup to green, the spoon must not change": ("red cup -> green", "?spoon"),
    "Change the red cup to green, the white plate should not be changed": (
        "red cup -> green",
        "white plate",
    ),
    "Make it warmer, but keep the red cup as it is": ("+warmth", "red cup"),
    "Without changing the red cup, make it darker": ("-brightness", "red cup"),
    "Make it darker and do not touch the red cup": ("-brightness", "red cup"),
    "Don't change the red cup. Make it night.": ("night", "red cup"),
    "Make it night while preserving the red cup and the white plate": (
        "night",
        "red cup, white plate",
    ),
    "Change the red car to blue while keeping everything else the same": (
        "red car -> blue",
        "<rest>",
    ),
    "Change the red car to blue, everything else stays the same": ("red car -> blue", "<rest>"),
    "Change the red car to blue and change nothing else": ("red car -> blue", "<rest>"),
    "Change the red car to blue. Keep the exact camera angle, position, and framing": (
        "red car -> blue",
        "<framing>, <framing>, <framing>",
    ),
    "Convert to watercolor while maintaining the original composition": (
        "watercolour",
        "<framing>",
    ),
    "Make it warmer with the composition and framing unchanged": (
        "+warmth",
        "<framing>, <framing>",
    ),
    "Change to daytime while maintaining the same style of the painting": ("day", "<style>"),
    "Make the red cup green while keeping its texture and lighting": (
        "red cup -> green",
        "<texture>, <lighting>",
    ),
    "Change the red cup to green while keeping the spoon, camera angle and framing the same": (
        "red cup -> green",
        "?spoon, <framing>, <framing>",
    ),
    "Keep the red cup unchanged and make everything else black and white": (
        "black and white of all but red cup",
        "red cup",
    ),
    "Make everything black and white except the red cup": ("black and white", "red cup"),
    "Make it an oil painting while preserving her facial features, pose and expression": (
        "oil painting",
        "<shapes>, <shapes>, <shapes>",
    ),
}

FAMILIES = {
    "recolour": RECOLOUR,
    "tone": TONE,
    "scene": SCENE,
    "style": STYLE,
    "geometry": GEOMETRY,
    "lettering": LETTERING,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_instructions_mean_these_operations(family):
    wanted = FAMILIES[family]
    assert {text: meaning(text) for text in wanted} == wanted


def test_wishes_to_keep_are_read_beside_the_operations():
    assert {text: (meaning(text), kept(read_instruction(text))) for text in KEEP} == KEEP


def test_the_table_is_long_enough_to_mean_something():
    assert sum(len(table) for table in FAMILIES.values()) + len(KEEP) >= 150
