"""The catalogue that comes with the program is read whole and as it is written."""

from __future__ import annotations

from typing import Any

import pytest

from kontext_studio.core.models import Catalogue, Mode, ModelSpec, ParamKind, catalogue_from_json
from kontext_studio.core.request import ParamValue
from kontext_studio.resources import read_json


def _file() -> dict[str, Any]:
    data = read_json("models.json")
    assert isinstance(data, dict)
    return data


def _catalogue() -> Catalogue:
    return catalogue_from_json(_file())


ENTRIES = [(entry["provider"], entry["id"]) for entry in _file()["models"]]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return _catalogue()


@pytest.mark.parametrize(("provider", "model_id"), ENTRIES)
def test_every_entry_reads_as_it_is_written(
    catalogue: Catalogue, provider: str, model_id: str
) -> None:
    (entry,) = (e for e in _file()["models"] if (e["provider"], e["id"]) == (provider, model_id))
    spec = catalogue.find(provider, model_id)
    assert (spec.title, spec.tier, spec.protocol) == (
        entry["title"],
        entry["tier"],
        entry["protocol"],
    )
    assert {mode.value for mode in spec.modes} == set(entry["modes"])
    assert spec.price.usd == entry["price"]["usd"]
    assert dict(spec.endpoints) == entry["endpoints"]
    assert spec.confirmed == entry.get("confirmed", True)
    assert [one.name for one in spec.parameters] == [one["name"] for one in entry["parameters"]]
    for found, written in zip(spec.parameters, entry["parameters"], strict=True):
        bounds = written.get("range_guess", written)
        default = written.get("default")
        assert found.default == (None if isinstance(default, list) else default)
        assert type(found.default) is type(None if isinstance(default, list) else default)
        assert list(found.choices) == written.get("enum", [])
        assert (found.minimum, found.maximum) == (bounds.get("min"), bounds.get("max"))
        assert found.required == (written.get("required") is True)
        assert found.hinted == ("range_guess" in written)


def test_the_file_names_each_model_of_a_provider_once() -> None:
    assert len(set(ENTRIES)) == len(ENTRIES) == len(_catalogue().models)


@pytest.mark.parametrize(("provider", "model_id"), ENTRIES)
def test_every_default_is_a_value_that_the_model_takes(
    catalogue: Catalogue, provider: str, model_id: str
) -> None:
    spec = catalogue.find(provider, model_id)
    for parameter in spec.parameters:
        parameter.check(parameter.default)
        assert parameter.label
        assert (parameter.kind is ParamKind.CHOICE) == bool(parameter.choices)
    defaults = tuple((one.name, one.default) for one in spec.settings)
    spec.check(defaults, count=1, inputs=1 if spec.max_inputs else 0)


@pytest.mark.parametrize("provider", ["embedded", "fal"])
def test_what_the_form_shows_has_nothing_of_the_programs_own(
    catalogue: Catalogue, provider: str
) -> None:
    own = {"prompt", "image_url", "image_urls", "seed", "num_images", "sync_mode"}
    for spec in catalogue.of_provider(provider):
        assert not own & {one.name for one in spec.settings}


SHAPES = ["auto", "match_input", "1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3"]
SHAPES += ["9:16", "9:21"]
PRO_SHAPES = ["21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21"]
DEV: dict[str, ParamValue] = {
    "prompt": None,
    "image_url": None,
    "num_inference_steps": 28,
    "seed": None,
    "guidance_scale": 2.5,
    "sync_mode": False,
    "num_images": 1,
    "enable_safety_checker": True,
    "output_format": "jpeg",
    "acceleration": "none",
    "enhance_prompt": False,
    "resolution_mode": "match_input",
}
PRO: dict[str, ParamValue] = {
    "prompt": None,
    "image_url": None,
    "seed": None,
    "guidance_scale": 3.5,
    "sync_mode": False,
    "num_images": 1,
    "output_format": "jpeg",
    "safety_tolerance": "2",
    "enhance_prompt": False,
    "aspect_ratio": None,
}


@pytest.mark.parametrize(
    ("model_id", "price", "defaults", "choices"),
    [
        (
            "fal-ai/flux-kontext/dev",
            0.025,
            DEV,
            {"acceleration": ["none", "regular", "high"], "resolution_mode": SHAPES},
        ),
        (
            "fal-ai/flux-pro/kontext",
            0.04,
            PRO,
            {"safety_tolerance": list("123456"), "aspect_ratio": PRO_SHAPES},
        ),
        (
            "fal-ai/flux-pro/kontext/max",
            0.08,
            PRO,
            {"safety_tolerance": list("123456"), "aspect_ratio": PRO_SHAPES},
        ),
    ],
)
def test_the_edit_models_of_fal_have_their_documented_parameters(
    catalogue: Catalogue,
    model_id: str,
    price: float,
    defaults: dict[str, ParamValue],
    choices: dict[str, list[str]],
) -> None:
    spec = catalogue.find("fal", model_id)
    assert {one.name: one.default for one in spec.parameters} == defaults
    found = {one.name: list(one.choices) for one in spec.parameters if one.choices}
    assert found == {"output_format": ["jpeg", "png"], **choices}
    assert {one.name for one in spec.parameters if one.required} == {"prompt", "image_url"}
    assert spec.price.for_run(1) is not None
    assert spec.price.usd == price
    assert (spec.edits, spec.generates, spec.max_inputs, spec.max_count) == (True, False, 1, 4)
    assert spec.lossless_format() == "png"


def _bounds(spec: ModelSpec, name: str) -> tuple[float | None, float | None, bool]:
    found = spec.parameter(name)
    assert found is not None
    return found.minimum, found.maximum, found.hinted


def test_only_ranges_that_fal_states_are_enforced(catalogue: Catalogue) -> None:
    dev = catalogue.find("fal", "fal-ai/flux-kontext/dev")
    assert _bounds(dev, "guidance_scale") == (1, 20, True)
    assert _bounds(dev, "num_inference_steps") == (10, 50, True)
    for model_id in ("fal-ai/flux-pro/kontext", "fal-ai/flux-pro/kontext/max"):
        spec = catalogue.find("fal", model_id)
        assert _bounds(spec, "guidance_scale") == (1, 20, False)
        assert _bounds(spec, "num_images") == (1, 4, False)


def test_each_provider_edits_with_its_first_model_that_can(catalogue: Catalogue) -> None:
    for provider in dict.fromkeys(provider for provider, _ in ENTRIES):
        assert catalogue.first_edit_model(provider).edits
    assert catalogue.first_edit_model("embedded").id == "kontext-studio/embedded"
    assert catalogue.first_edit_model("fal").id == "fal-ai/flux-kontext/dev"


def test_models_for_text_take_no_picture_and_multi_models_take_four(catalogue: Catalogue) -> None:
    for spec in catalogue.of_provider("fal"):
        if Mode.MULTI_IMAGE in spec.modes:
            assert spec.max_inputs == 4
        elif not spec.edits and Mode.INPAINT not in spec.modes:
            assert spec.max_inputs == 0
