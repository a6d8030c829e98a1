"""What of a request is really sent, as the form shows it and the wire has it."""

from __future__ import annotations

import pytest

from kontext_studio.core.handling import Handling, Treatment
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import Catalogue, catalogue_from_json
from kontext_studio.core.request import EditRequest, ParamValue
from kontext_studio.core.treatment import SentParam, nearest, sent_as
from kontext_studio.resources import read_json

PASSED, RENAMED, CONVERTED = Treatment.PASSED, Treatment.RENAMED, Treatment.CONVERTED
EMULATED, LEFT_OUT = Treatment.EMULATED, Treatment.LEFT_OUT
DEV = "flux.1-kontext-dev"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    data = read_json("models.json")
    assert isinstance(data, dict)
    return catalogue_from_json(data)


def sent(
    catalogue: Catalogue,
    parameters: dict[str, ParamValue] | None = None,
    *,
    provider: str = "lumenfall",
    model: str = DEV,
    picture: tuple[int, int] | None = (1000, 500),
    count: int = 1,
) -> dict[str, SentParam]:
    inputs = (ImageRef(Sha256("a" * 64), "image/png", *picture),) if picture else ()
    chosen = tuple((parameters or {}).items())
    request = EditRequest("Make it red", inputs, model, 7, count, chosen)
    return {one.name: one for one in sent_as(catalogue.find(provider, model), request)}


def told(one: SentParam) -> tuple[Treatment, ParamValue]:
    return one.treatment, one.wire_value


def test_the_instruction_comes_first_and_only_what_was_chosen_is_sent(
    catalogue: Catalogue,
) -> None:
    found = sent(catalogue)
    assert next(iter(found)) == "prompt"
    assert set(found) == {"prompt", "seed", "n", "response_format", "output_format"}
    assert told(found["prompt"]) == (PASSED, "Make it red")
    assert told(found["seed"]) == (PASSED, 7)
    assert told(found["output_format"]) == (PASSED, "png")
    assert told(found["response_format"]) == (EMULATED, "url")


def test_several_pictures_are_emulated_by_runs_that_are_each_billed(catalogue: Catalogue) -> None:
    assert told(sent(catalogue)["n"]) == (PASSED, 1)
    several = sent(catalogue, count=3)["n"]
    assert told(several) == (EMULATED, 3)
    assert several.note == "Lumenfall makes 3 runs of it, each billed."


@pytest.mark.parametrize(
    ("size", "treatment", "wire"),
    [
        ("1024x1024", PASSED, "1024x1024"),
        ("auto", PASSED, "auto"),
        ("1920x1080", CONVERTED, "1365x768"),
        ("16:9", CONVERTED, "1365x768"),
        ("900x2000", CONVERTED, "670x1564"),
        ("4000x10", CONVERTED, "1563x670"),
    ],
)
def test_the_nearest_size_is_what_is_sent(
    catalogue: Catalogue, size: str, treatment: Treatment, wire: str
) -> None:
    found = sent(catalogue, {"size": size})["size"]
    assert (found.value, *told(found)) == (size, treatment, wire)
    assert ("nearest" in found.note) is (treatment is CONVERTED)


def test_a_size_decides_over_the_ratio_and_the_resolution(catalogue: Catalogue) -> None:
    given: dict[str, ParamValue] = {"aspect_ratio": "16:9", "resolution": "1K"}
    found = sent(catalogue, {"size": "1024x1024", **given})
    assert told(found["aspect_ratio"]) == told(found["resolution"]) == (LEFT_OUT, None)
    assert found["aspect_ratio"].wire_name == ""
    assert found["aspect_ratio"].note == "size decides instead."
    for without in ({}, {"size": "auto"}):
        found = sent(catalogue, {**without, **given})
        assert told(found["aspect_ratio"]) == (PASSED, "16:9")
        assert told(found["resolution"]) == (PASSED, "1K")
    # The service lets a size win whatever it says; one that leaves the choice must not be there.
    assert told(found["size"]) == (LEFT_OUT, None)
    assert found["size"].note == "aspect_ratio decides instead."


def test_the_nearest_ratio_is_what_is_sent(catalogue: Catalogue) -> None:
    assert told(sent(catalogue, {"aspect_ratio": "7:1"})["aspect_ratio"]) == (CONVERTED, "21:9")
    # What the other models can make is not stated: Lumenfall chooses.
    pro = sent(catalogue, {"aspect_ratio": "7:1"}, model="flux.1-kontext-pro")["aspect_ratio"]
    assert told(pro) == (CONVERTED, "7:1")
    assert "Lumenfall" in pro.note


@pytest.mark.parametrize("word", ["gif", "webp", "avif"])
def test_formats_that_no_provider_makes_are_converted(catalogue: Catalogue, word: str) -> None:
    found = sent(catalogue, {"output_format": word})["output_format"]
    assert told(found) == (CONVERTED, word)
    assert "1600" in found.note
    jpeg = sent(catalogue, {"output_format": "jpeg"})["output_format"]
    assert (jpeg.treatment, jpeg.note) == (PASSED, "")


def test_guidance_is_renamed_for_each_provider(catalogue: Catalogue) -> None:
    found = sent(catalogue, {"cfg_scale": 3.5})["cfg_scale"]
    assert (*told(found), found.wire_name) == (RENAMED, 3.5, "cfg_scale")
    assert found.note == "fal.ai calls it guidance_scale, Replicate calls it guidance."
    forced = sent(catalogue, {"cfg_scale": 3.5}, model="fal/flux.1-kontext-dev-edit")
    assert forced["cfg_scale"].note == "fal.ai calls it guidance_scale."


def test_what_one_provider_takes_is_said_to_be_uncertain_until_it_is_forced(
    catalogue: Catalogue,
) -> None:
    chosen: dict[str, ParamValue] = {"acceleration": "high"}
    open_to_all = sent(catalogue, chosen)["acceleration"]
    assert told(open_to_all) == (PASSED, "high")
    assert "Only fal.ai takes it" in open_to_all.note
    assert "begins with fal/" in open_to_all.note
    forced = sent(catalogue, chosen, model="fal/flux.1-kontext-dev-edit")["acceleration"]
    assert (*told(forced), forced.note) == (PASSED, "high", "")


def test_models_of_one_provider_have_nothing_that_another_alone_takes(
    catalogue: Catalogue,
) -> None:
    for spec in catalogue.of_provider("lumenfall"):
        who, slash, _ = spec.id.partition("/")
        reached = {one.handling.reaches for one in spec.parameters} - {""}
        assert not slash or reached <= {who}, spec.id
    assert {one.name for one in catalogue.find("lumenfall", DEV).parameters} >= {
        "acceleration",
        "disable_safety_checker",
    }


def test_a_service_without_seeds_is_said_to_take_none(catalogue: Catalogue) -> None:
    found = sent(catalogue, provider="openai", model="gpt-image-2")
    assert (*told(found["seed"]), found["seed"].note) == (LEFT_OUT, None, "OpenAI takes no seed.")
    assert "response_format" not in found


def test_what_edits_alone_take_is_left_out_of_pictures_from_text(catalogue: Catalogue) -> None:
    auto: dict[str, ParamValue] = {"size": "auto"}
    assert told(sent(catalogue, auto, provider="vllm-omni")["size"]) == (PASSED, "auto")
    text = sent(catalogue, auto, provider="vllm-omni", picture=None)["size"]
    assert told(text) == (LEFT_OUT, None)
    low: dict[str, ParamValue] = {"moderation": "low"}
    edit = sent(catalogue, low, provider="openai", model="gpt-image-2")["moderation"]
    assert told(edit) == (LEFT_OUT, None)
    made = sent(catalogue, low, provider="openai", model="gpt-image-2", picture=None)
    assert told(made["moderation"]) == (PASSED, "low")


def test_what_goes_without_saying_is_not_sent(catalogue: Catalogue) -> None:
    one = sent(catalogue, provider="litellm", model="*")
    assert "n" not in one
    assert told(sent(catalogue, provider="litellm", model="*", count=2)["n"]) == (PASSED, 2)


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        ((1000, 500), "992x496"),
        ((4000, 2000), "1456x720"),
        ((8192, 8192), "1024x1024"),
        ((1, 1), "16x16"),
        ((10_000, 10), "10000x16"),
        (None, "1024x1024"),
    ],
)
def test_localai_is_told_a_size_about_that_of_the_picture(
    catalogue: Catalogue, picture: tuple[int, int] | None, size: str
) -> None:
    assert told(sent(catalogue, provider="localai", picture=picture)["size"]) == (EMULATED, size)


@pytest.mark.parametrize("text", ["", "auto", "x", "0x10", "10x0", "a:b", "1x2x3", "½:2"])
def test_what_is_no_shape_has_no_nearest(text: str) -> None:
    assert nearest(text, ("1024x1024", "auto")) == text
    assert nearest("16:9", ("auto",)) == "16:9"


def test_every_model_sends_what_it_describes(catalogue: Catalogue) -> None:
    for spec in catalogue.models:
        chosen = {one.name: one.choices[0] for one in spec.settings if one.choices}
        inputs = (ImageRef(Sha256("a" * 64), "image/png", 4, 4),) if spec.max_inputs else ()
        request = EditRequest("x", inputs, spec.id, 7, 1, tuple(chosen.items()))
        for one in sent_as(spec, request):
            if one.treatment is LEFT_OUT:
                assert (one.wire_name, one.wire_value) == ("", None)
                assert one.note
            else:
                assert spec.parameter(one.wire_name) is not None
                assert one.wire_value is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [("treatment", "lost"), ("native", "png"), ("names", []), ("fixed", []), ("unsaid", [])],
)
def test_a_handling_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Handling.from_json({name: value}, None)
