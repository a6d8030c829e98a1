"""The engine as its callers meet it: requests, seeds, variants, notes, refusals, stopping."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kontext_studio.engine import EngineRefusal, EngineRequest, EngineStop, Refusal, plan
from kontext_studio.engine.base import Engine
from kontext_studio.engine.embedded import MODEL_ID, EmbeddedEngine
from kontext_studio.imaging.encode import encode_png


def facts(part: Refusal) -> Any:
    """What a refusal tells beside its sentence."""
    return part.context


# Every family of operations, with whether the picture keeps its size.
OPERATIONS = {
    "Change the red ball to green": True,
    "Make it warmer": True,
    "Make it darker": True,
    "Increase the contrast": True,
    "Make it more colorful": True,
    "Make it more vibrant": True,
    "Brighten the shadows": True,
    "Recover the highlights": True,
    "Sharpen the picture": True,
    "Blur the picture": True,
    "Give the picture a blue tint": True,
    "Change the picture to day": True,
    "Change the lighting to soft morning light": True,
    "Make it dawn": True,
    "Change the picture to golden hour": True,
    "Make it sunset": True,
    "Make it blue hour": True,
    "Make it night": True,
    "Turn it into spring": True,
    "Turn it into summer": True,
    "Turn it into autumn": True,
    "Turn it into winter": True,
    "Make it snow": True,
    "Make it rain": True,
    "Make the weather stormy": True,
    "Add fog": True,
    "Make it sunny": True,
    "Make it overcast": True,
    "Convert to a pencil sketch": True,
    "Convert to a pencil sketch with cross-hatching": True,
    "Convert to a charcoal drawing": True,
    "Make it an oil painting": True,
    "Convert to watercolor": True,
    "Convert to a poster": True,
    "Make it black and white": True,
    "Make it film noir": True,
    "Apply a sepia tone": True,
    "Make it look vintage": True,
    "Invert the colors": True,
    "Add a vignette": True,
    "Add film grain": True,
    "Crop to a square": False,
    "Rotate 90 degrees": False,
    "Rotate 10 degrees": False,
    "Flip horizontally": True,
    "Enlarge 2x": False,
    "Add the text 'SALE' at the top": True,
}
EXACT = ("Flip horizontally", "Rotate 90 degrees", "Invert the colors", "Make it 20% brighter")


@pytest.mark.parametrize(("instruction", "keeps_size"), OPERATIONS.items())
def test_each_operation_changes_the_picture(edit, scene, instruction, keeps_size):
    done = edit(instruction)
    assert (done.first.shape == scene.pixels.shape) is keeps_size
    if keeps_size:
        assert (done.first != scene.pixels).any(axis=-1).mean() > 0.005
    assert done.result.notes
    picture = done.result.pictures[0]
    assert (picture.height, picture.width) == done.first.shape[:2]
    assert picture.media_type == "image/png"


def test_the_same_seed_gives_the_same_bytes(edit):
    for instruction in OPERATIONS:
        one, other = edit(instruction, seed=5), edit(instruction, seed=5)
        assert one.result.pictures == other.result.pictures, instruction


def test_variants_can_be_told_apart_unless_the_edit_is_exact(edit):
    for instruction in OPERATIONS:
        done = edit(instruction, count=3)
        distinct = len({picture.data for picture in done.result.pictures})
        is_exact = instruction in EXACT or instruction in (
            "Crop to a square",
            "Rotate 10 degrees",
            "Enlarge 2x",
        )
        assert distinct == (1 if is_exact else 3), instruction


def test_exact_edits_say_that_their_variants_are_the_same(edit):
    for instruction in EXACT:
        assert "are the same" in edit(instruction, count=2).note("variants")


def test_variants_differ_by_more_than_a_hair(edit):
    for instruction in ("Change the red ball to green", "Make it warmer", "Make it night"):
        first, second, third = edit(instruction, count=3).pictures
        for one, other in ((first, second), (second, third)):
            assert np.abs(one.astype(int) - other).max() >= 4, instruction


def test_the_first_variant_is_the_single_picture_of_the_seed(edit):
    single = edit("Change the red ball to green", seed=9)
    several = edit("Change the red ball to green", seed=9, count=4)
    assert several.result.pictures[0] == single.result.pictures[0]
    assert len(several.result.pictures) == 4


def test_a_later_variant_can_be_made_again_by_its_own_seed(edit):
    several = edit("Make it snow", seed=40, count=3)
    again = edit("Make it snow", seed=42)
    assert several.result.pictures[2] == again.result.pictures[0]
    assert "seeds 41 and 42" in several.note("seeds")


@pytest.mark.parametrize("seed", [0, 40, 2**63, 2**64 - 2])
@pytest.mark.parametrize("instruction", ["Make it snow", "Change the red ball to green"])
def test_every_variant_says_the_seed_that_alone_makes_it_again(edit, instruction, seed):
    several = edit(instruction, seed=seed, count=4).result.pictures
    assert len({picture.data for picture in several}) == 4
    for picture in several:
        assert 0 <= picture.seed < 2**64
        (again,) = edit(instruction, seed=picture.seed).result.pictures
        assert again == picture


def test_large_seeds_are_as_good_as_small_ones(edit):
    assert edit("Make it night", seed=2**63 + 5).result.seed == 2**63 + 5


def test_jpeg_is_written_when_asked_for(edit):
    picture = edit("Make it warmer", output_format="jpeg").result.pictures[0]
    assert picture.media_type == "image/jpeg"
    assert picture.data.startswith(b"\xff\xd8")


def test_progress_rises_to_one_and_names_the_stages(scene):
    told: list[tuple[float, str]] = []
    request = EngineRequest("Change the red ball to green, then crop it", (scene.png,), 1, 2)
    request = EngineRequest("Change the red ball to green", request.images, 1, 2)
    EmbeddedEngine().edit(request, lambda share, message: told.append((share, message)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("Finding the red ball" in message for _, message in told)


def test_a_stop_between_stages_ends_the_edit(scene):
    def stop_when_half_done(share: float, _message: str) -> None:
        if share >= 0.3:
            raise EngineStop

    with pytest.raises(EngineStop):
        EmbeddedEngine().edit(EngineRequest("Make it night", (scene.png,), 1), stop_when_half_done)


# ---------------------------------------------------------------- refusals
def refusal_of(edit, instruction, **named):
    with pytest.raises(EngineRefusal) as caught:
        edit(instruction, **named)
    return caught.value.refusals[0]


@pytest.mark.parametrize(
    "instruction",
    [
        "Crop to 4:3",
        "Rotate 360 degrees",
        "Make it brighter by 0%",
        "Scale to 100%",
        "Blur by 0 px",
    ],
)
def test_an_edit_that_changes_nothing_is_never_a_success(edit, instruction):
    assert refusal_of(edit, instruction).type == "no_change"


def test_black_and_white_of_a_grey_picture_changes_nothing(edit, scene):
    grey = encode_png(edit("Make it black and white").first)
    assert refusal_of(edit, "Lower the saturation", picture=grey).type == "no_change"


@pytest.mark.parametrize(
    "data", [b"", b"no picture", encode_png(np.zeros((4, 4, 3), np.uint8))[:40]]
)
def test_bytes_that_are_no_picture_belong_to_the_picture_field(edit, data):
    part = refusal_of(edit, "Make it warmer", picture=data or b"\0")
    assert (part.type, part.field) == ("image_load_error", "image_url")


def test_a_result_beyond_the_limit_is_too_large(edit):
    assert refusal_of(edit, "Enlarge 200x").type == "image_too_large"


def green_and_blue() -> bytes:
    pixels = np.full((120, 160, 3), (205, 202, 196), np.float32)
    pixels[20:60, 20:70] = (40, 140, 60)
    pixels[70:110, 90:150] = (30, 70, 190)
    pixels *= np.linspace(0.6, 1.0, 160)[None, :, None]
    pixels += np.random.default_rng(3).normal(0, 3, pixels.shape)
    return encode_png(np.clip(pixels, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "instruction",
    [
        "Add a red car",
        "Make it better",
        "Blur the background",
        "Make it warmer while keeping the spoon unchanged",
        "Make the red car blue",
        "Make it blue",
        "Don't make it brighter",
        "?",
        "Keep the spoon as it is",
    ],
)
def test_whatever_is_offered_can_be_done_to_this_very_picture(edit, instruction):
    picture = green_and_blue()
    with pytest.raises(EngineRefusal) as caught:
        edit(instruction, picture=picture)
    for part in caught.value.refusals:
        assert facts(part)["can_do"]
        assert "red cup" not in part.message
        for line in facts(part)["can_do"]:
            assert edit(line, picture=picture).pictures, line


def test_what_is_offered_names_colours_that_are_in_the_picture(edit):
    part = refusal_of(edit, "Add a red car", picture=green_and_blue())
    lines = " ".join(facts(part)["can_do"])
    assert "the blue area" in lines or "the green area" in lines


def test_a_colour_is_offered_for_a_sky_only_where_a_sky_may_be(edit):
    pixels = np.full((120, 160, 3), (190, 120, 60), np.uint8)
    pixels[:40] = (70, 130, 220)
    pixels[80:] = (40, 120, 50)
    part = refusal_of(edit, "Make the red sky purple", picture=encode_png(pixels))
    assert facts(part)["can_do"][0] == "Make the blue sky purple"
    assert "Make the green sky purple" not in facts(part)["can_do"]


def test_a_crop_larger_than_the_picture_says_so(edit):
    assert "160 × 120" in refusal_of(edit, "Crop to 900x600 px").message


def test_too_many_variants_or_an_unknown_format_are_named(edit):
    assert refusal_of(edit, "Make it warmer", count=5).field == "num_images"
    assert refusal_of(edit, "Make it warmer", output_format="bmp").field == "output_format"


def test_no_picture_at_all_is_refused():
    with pytest.raises(EngineRefusal):
        EmbeddedEngine().edit(EngineRequest("Make it warmer", (), 1), lambda _s, _m: None)


def test_a_character_without_a_sign_is_named_and_not_drawn_as_a_box(edit):
    part = refusal_of(edit, "Add the text '営業' at the top")
    assert facts(part)["characters"] == ["営", "業"]


# ---------------------------------------------------------------- seam
def test_it_is_an_engine_and_never_passes_for_kontext():
    engine: Engine = EmbeddedEngine()
    assert engine.model_id == MODEL_ID == "kontext-studio/embedded"


def test_the_plan_can_be_read_without_a_picture():
    assert plan("Make it warmer") == EmbeddedEngine().plan("Make it warmer")


def test_reading_instructions_loads_no_array_library():
    code = (
        "import sys; from kontext_studio.engine.embedded import EmbeddedEngine; "
        "EmbeddedEngine().plan('Change the red cup to green'); "
        "sys.exit('numpy' in sys.modules or 'cv2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_transparency_is_laid_over_white_with_a_note(edit, scene, tmp_path):
    rgba = np.dstack([scene.pixels, np.full(scene.pixels.shape[:2], 255, np.uint8)])
    rgba[:20, :20, 3] = 0
    path = tmp_path / "clear.png"
    Image.fromarray(rgba).save(path)
    done = edit("Flip horizontally", picture=path.read_bytes())
    assert np.all(done.first[:20, -20:] == 255)
    assert "white" in done.note("Transparent")


def test_only_the_first_of_several_pictures_is_used_and_that_is_said(scene):
    request = EngineRequest("Make it warmer", (scene.png, scene.png), 1)
    result = EmbeddedEngine().edit(request, lambda _s, _m: None)
    assert "Only the first of 2 pictures was used" in result.notes


def test_the_smallest_and_the_narrowest_pictures_end_in_a_picture_or_a_refusal(edit):
    odd = [
        np.full((1, 1, 3), (200, 30, 30), np.uint8),
        np.random.default_rng(1).integers(0, 256, (1, 90, 3), dtype=np.uint8),
        np.random.default_rng(2).integers(0, 256, (70, 2, 3), dtype=np.uint8),
        np.zeros((12, 16, 3), np.uint8),
    ]
    made = 0
    for pixels in odd:
        for instruction in OPERATIONS:
            try:
                made += bool(edit(instruction, picture=encode_png(pixels)).pictures)
            except EngineRefusal:
                continue
    assert made > 100


def test_a_look_that_lies_over_the_picture_can_be_there_by_a_share(scene, edit):
    full, hint = edit("Make it sepia").first, edit("Sepia please, but subtle").first
    away_full = np.abs(full.astype(int) - scene.pixels).mean()
    away_hint = np.abs(hint.astype(int) - scene.pixels).mean()
    assert 0.3 * away_full < away_hint < 0.8 * away_full


def test_a_mood_names_what_it_raised_and_lowered(edit):
    done = edit("Make it moodier")
    assert done.note("Lowered the brightness")
    assert done.note("Raised the contrast")
