"""What a model's description allows: values from the command line, runs, prices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import (
    Catalogue,
    Mode,
    ModelSpec,
    ParamKind,
    ParamRole,
    ParamSpec,
    Price,
    catalogue_from_json,
)
from kontext_studio.core.request import ParamValue
from kontext_studio.core.result import Cost

STEPS = ParamSpec("num_inference_steps", "Steps", ParamKind.INTEGER, minimum=10, maximum=50)
GUIDANCE = ParamSpec("guidance_scale", "Guidance", ParamKind.NUMBER, minimum=1, maximum=20)
HINTED = ParamSpec(
    "guidance_scale", "Guidance", ParamKind.NUMBER, minimum=1, maximum=20, hinted=True
)
ENHANCE = ParamSpec("enhance_prompt", "Enhance prompt", ParamKind.FLAG)
TOLERANCE = ParamSpec("safety_tolerance", "Safety", ParamKind.CHOICE, choices=("1", "2"))
NEGATIVE = ParamSpec("negative_prompt", "Negative prompt", ParamKind.TEXT)
LORAS = ParamSpec("loras", "Loras", ParamKind.JSON)


@pytest.mark.parametrize(
    ("spec", "text", "value"),
    [
        (STEPS, "10", 10),
        (STEPS, "50", 50),
        (GUIDANCE, "2.5", 2.5),
        (GUIDANCE, "3", 3.0),
        (GUIDANCE, "1e1", 10.0),
        (HINTED, "25", 25.0),
        (ENHANCE, "true", True),
        (ENHANCE, "TRUE", True),
        (ENHANCE, "1", True),
        (ENHANCE, "false", False),
        (ENHANCE, "0", False),
        (TOLERANCE, "2", "2"),
        (NEGATIVE, "", ""),
        (NEGATIVE, "12", "12"),
        (LORAS, "[]", "[]"),
    ],
)
def test_text_is_read_as_the_parameters_kind(spec: ParamSpec, text: str, value: ParamValue) -> None:
    found = spec.parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("spec", "text", "words"),
    [
        (STEPS, "ten", "takes a whole number, not “ten”"),
        (STEPS, "10.0", "takes a whole number"),
        (STEPS, "", "takes a whole number"),
        (STEPS, "9", "is 10 to 50, not 9"),
        (STEPS, "51", "is 10 to 50, not 51"),
        (GUIDANCE, "much", "takes a number, not “much”"),
        (GUIDANCE, "nan", "cannot be"),
        (GUIDANCE, "inf", "cannot be"),
        (GUIDANCE, "-1e999", "cannot be"),
        (GUIDANCE, "0.999", "is 1 to 20, not 0.999"),
        (GUIDANCE, "20.001", "is 1 to 20, not 20.001"),
        (HINTED, "nan", "cannot be"),
        (ENHANCE, "yes", "takes true or false, not “yes”"),
        (ENHANCE, "", "takes true or false"),
        (TOLERANCE, "3", "is one of 1, 2, not “3”"),
        (TOLERANCE, "", "is one of"),
        (LORAS, "[", "takes JSON, not “\\["),
        (LORAS, "", "takes JSON"),
        (LORAS, "[NaN]", "takes JSON"),
        (LORAS, "[1e999]", "takes JSON"),
    ],
)
def test_text_that_does_not_fit_is_refused_by_the_parameters_name(
    spec: ParamSpec, text: str, words: str
) -> None:
    with pytest.raises(BadRequest, match=words) as caught:
        spec.parse(text)
    assert caught.value.field == spec.name
    assert caught.value.message.startswith(spec.name)


@pytest.mark.parametrize(
    ("spec", "value", "fits"),
    [
        (STEPS, None, True),
        (STEPS, 28, True),
        (STEPS, 28.0, False),
        (STEPS, True, False),
        (STEPS, "28", False),
        (GUIDANCE, 3, True),
        (GUIDANCE, True, False),
        (GUIDANCE, "3", False),
        (ENHANCE, False, True),
        (ENHANCE, 0, False),
        (TOLERANCE, "1", True),
        (TOLERANCE, 1, False),
        (NEGATIVE, "x", True),
        (NEGATIVE, 1, False),
        (LORAS, "[]", True),
        (LORAS, 5, False),
        (HINTED, -1000.0, True),
    ],
)
def test_a_value_of_another_kind_is_refused(spec: ParamSpec, value: ParamValue, fits: bool) -> None:
    if fits:
        spec.check(value)
    else:
        with pytest.raises(BadRequest) as caught:
            spec.check(value)
        assert caught.value.field == spec.name


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_stated_range_is_enforced_and_a_hinted_one_is_not(value: float) -> None:
    HINTED.check(value)
    if 1 <= value <= 20:
        GUIDANCE.check(value)
    else:
        with pytest.raises(BadRequest):
            GUIDANCE.check(value)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1, 4, "1 to 4"),
        (0.5, None, "at least 0.5"),
        (None, 1e6, "at most 1000000"),
        (None, None, ""),
    ],
)
def test_a_range_is_told_by_both_its_ends(
    low: float | None, high: float | None, words: str
) -> None:
    spec = ParamSpec("n", "N", ParamKind.NUMBER, minimum=low, maximum=high)
    assert spec.range_words == words


# Models.


def model(
    *parameters: ParamSpec, modes: frozenset[Mode] = frozenset({Mode.EDIT}), max_inputs: int = 1
) -> ModelSpec:
    prompt = ParamSpec("prompt", "Prompt", ParamKind.TEXT, ParamRole.INSTRUCTION, required=True)
    return ModelSpec(
        "m",
        "fal",
        "fal",
        "dev",
        "The model",
        modes,
        (prompt, *parameters),
        Price(0.04),
        max_inputs=max_inputs,
    )


COUNT = ParamSpec("num_images", "Variants", ParamKind.INTEGER, ParamRole.COUNT, maximum=4)
SEED = ParamSpec("seed", "Seed", ParamKind.INTEGER, ParamRole.SEED)
PNG = ParamSpec(
    "output_format", "Format", ParamKind.CHOICE, ParamRole.FORMAT, choices=("jpeg", "png")
)
BOTH = frozenset({Mode.EDIT, Mode.TEXT_TO_IMAGE})
TEXT_ONLY = frozenset({Mode.TEXT_TO_IMAGE})


@pytest.mark.parametrize(
    ("spec", "parameters", "count", "inputs"),
    [
        (model(), (), 1, 1),
        (model(STEPS, COUNT, PNG), (("output_format", "png"), (STEPS.name, 28)), 4, 1),
        (model(STEPS), ((STEPS.name, None),), 1, 1),
        (model(modes=BOTH), (), 1, 0),
        (model(modes=TEXT_ONLY, max_inputs=0), (), 1, 0),
        (model(max_inputs=4), (), 1, 4),
    ],
)
def test_what_a_model_takes_passes(
    spec: ModelSpec, parameters: tuple[tuple[str, ParamValue], ...], count: int, inputs: int
) -> None:
    spec.check(parameters, count=count, inputs=inputs)


@pytest.mark.parametrize(
    ("spec", "parameters", "count", "inputs", "field", "words"),
    [
        (model(STEPS), (("tempo", 1),), 1, 1, "tempo", "The model has no parameter tempo"),
        (model(SEED), (("seed", 5),), 1, 1, "seed", "is set by the program itself"),
        (model(), (("prompt", "x"),), 1, 1, "prompt", "is set by the program itself"),
        (model(STEPS), ((STEPS.name, 9),), 1, 1, STEPS.name, "10 to 50"),
        (model(PNG), (("output_format", "gif"),), 1, 1, "output_format", "one of jpeg, png"),
        (model(), (), 2, 1, "count", "makes one picture a run"),
        (model(COUNT), (), 5, 1, "count", "makes 1 to 4 pictures a run"),
        (model(COUNT), (), 0, 1, "count", "makes 1 to 4 pictures"),
        (model(), (), 1, 2, "inputs", "takes one picture"),
        (model(max_inputs=4), (), 1, 5, "inputs", "takes at most 4 pictures"),
        (model(modes=TEXT_ONLY, max_inputs=0), (), 1, 1, "inputs", "takes no picture"),
        (model(), (), 1, 0, "inputs", "needs a picture to edit"),
    ],
)
def test_what_a_model_does_not_take_is_refused_by_its_field(
    spec: ModelSpec,
    parameters: tuple[tuple[str, ParamValue], ...],
    count: int,
    inputs: int,
    field: str,
    words: str,
) -> None:
    with pytest.raises(BadRequest, match=words) as caught:
        spec.check(parameters, count=count, inputs=inputs)
    assert caught.value.field == field


def test_an_unknown_parameter_is_answered_with_the_known_ones() -> None:
    with pytest.raises(BadRequest) as caught:
        model(SEED, STEPS, PNG, GUIDANCE).check((("x", 1),), count=1, inputs=1)
    assert caught.value.hint == "It has guidance_scale, num_inference_steps, output_format."
    with pytest.raises(BadRequest) as caught:
        model(SEED).check((("x", 1),), count=1, inputs=1)
    assert caught.value.hint == "It has no settings."


def test_the_form_shows_settings_and_then_the_format() -> None:
    spec = model(PNG, SEED, STEPS, COUNT, GUIDANCE)
    assert spec.settings == (STEPS, GUIDANCE, PNG)
    assert spec.parameter("seed") is SEED
    assert spec.parameter("tempo") is None
    assert spec.with_role(ParamRole.PICTURE) is None


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        (model(), 1),
        (model(COUNT), 4),
        (model(ParamSpec("n", "Variants", ParamKind.INTEGER, ParamRole.COUNT)), 4),
    ],
)
def test_variants_are_limited_by_the_count_parameter(spec: ModelSpec, count: int) -> None:
    assert spec.max_count == count


def test_png_is_asked_for_only_where_the_service_has_it() -> None:
    jpeg = ParamSpec(
        "output_format", "Format", ParamKind.CHOICE, ParamRole.FORMAT, choices=("jpeg",)
    )
    assert model(PNG).lossless_format() == "png"
    assert model(jpeg).lossless_format() is None
    assert model().lossless_format() is None


@pytest.mark.parametrize(
    ("price", "count", "megapixels", "cost"),
    [
        (Price(0.04), 1, None, Cost(0.04)),
        (Price(0.04), 3, 8.0, Cost(0.12)),
        (Price(0.0), 4, None, Cost(0.0)),
        (Price(None), 1, 1.0, None),
        (Price(0.035, "megapixel"), 2, 2.0, Cost(0.14)),
        (Price(0.035, "megapixel"), 1, 0.25, Cost(0.035)),
        (Price(0.035, "megapixel"), 1, None, None),
        (Price(0.5, "second"), 1, 1.0, None),
    ],
)
def test_a_price_is_told_where_it_is_known_and_only_there(
    price: Price, count: int, megapixels: float | None, cost: Cost | None
) -> None:
    assert price.for_run(count, megapixels) == cost


# The catalogue as a reader.


def test_a_model_is_found_at_its_own_provider_only() -> None:
    catalogue = Catalogue((model(modes=TEXT_ONLY), model(STEPS)))
    assert catalogue.find("fal", "m") is catalogue.models[0]
    assert catalogue.first_edit_model("fal") is catalogue.models[1]
    with pytest.raises(BadRequest, match="m2 is not a model") as caught:
        catalogue.find("fal", "m2")
    assert (caught.value.field, caught.value.hint) == ("model", "It has m, m.")
    with pytest.raises(BadRequest) as caught:
        catalogue.find("bfl", "m")
    assert caught.value.hint == "It has no model."
    with pytest.raises(BadRequest, match="no model that edits"):
        catalogue.first_edit_model("bfl")


ENTRY: dict[str, object] = {
    "id": "m",
    "provider": "fal",
    "protocol": "fal",
    "tier": "dev",
    "title": "The model",
    "modes": ["edit"],
    "parameters": [{"name": "prompt", "type": "string", "required": True}],
    "price": {"usd": None, "unit": None},
    "endpoints": {"run": "POST https://run.example/m"},
}


def test_a_short_entry_is_filled_with_defaults() -> None:
    (found,) = catalogue_from_json({"models": [ENTRY]}).models
    assert found.price == Price(None, "image")
    assert found.endpoints == (("run", "POST https://run.example/m"),)
    assert (found.max_inputs, found.confirmed, found.licence_note) == (1, True, "")
    prompt = ParamSpec("prompt", "Prompt", ParamKind.TEXT, ParamRole.INSTRUCTION, required=True)
    assert found.parameters == (prompt,)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"models": {}},
        {"models": [{**ENTRY, "price": 1}]},
        {"models": [{**ENTRY, "endpoints": []}]},
        {"models": [{**ENTRY, "modes": "edit"}]},
        {"models": [{**ENTRY, "modes": ["paint"]}]},
        {"models": [{**ENTRY, "parameters": {}}]},
        {"models": [{**ENTRY, "parameters": [{"name": "x"}]}]},
        {"models": [{key: ENTRY[key] for key in ENTRY if key != "title"}]},
    ],
)
def test_what_is_not_a_catalogue_is_refused(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        catalogue_from_json(data)


@pytest.mark.parametrize(
    ("modes", "names", "stated", "inputs"),
    [
        (["edit"], ["image_url"], None, 1),
        (["edit", "multi-image"], ["image_urls"], None, 4),
        (["text-to-image"], [], None, 0),
        (["text-to-image", "stream"], [], None, 0),
        (["edit"], ["image_url"], 3, 3),
        (["inpaint"], ["image_url"], None, 1),
    ],
)
def test_how_many_pictures_go_in_follows_from_the_entry(
    modes: list[str], names: list[str], stated: int | None, inputs: int
) -> None:
    parameters = [{"name": name, "type": "string"} for name in names]
    entry = {**ENTRY, "modes": modes, "parameters": parameters, "max_input_images": stated}
    (found,) = catalogue_from_json({"models": [entry]}).models
    assert found.max_inputs == inputs
