"""Every parameter of every fal model, from the catalogue to the wire, in the type fal takes."""

import dataclasses
import json

import pytest

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ParamKind, ParamRole, catalogue_from_json
from kontext_studio.core.provider import Finished
from kontext_studio.providers.fal.body import body_of
from kontext_studio.resources import read_json
from tests.fakes.fal_service import ENDPOINT
from tests.unit.providers.conftest import picture, request_for
from tests.unit.providers.fal.conftest import HOSTED

MODELS = catalogue_from_json(read_json("models.json")).of_provider("fal")  # type: ignore[arg-type]
T2I = "fal-ai/flux-kontext/dev/text-to-image"
LORA = "fal-ai/flux-kontext-lora"
MULTI = "fal-ai/flux-pro/kontext/multi"
LORAS = '[{"path": "owner/style", "scale": 0.8}, {"path": "https://x.test/b.safetensors"}]'

SET = [
    (spec.id, one.name, value)
    for spec in MODELS
    for one in spec.settings
    for value in (
        one.choices
        or {
            ParamKind.INTEGER: (12,),
            ParamKind.NUMBER: (2.5, 3),
            ParamKind.FLAG: (True, False),
            ParamKind.JSON: (LORAS,),
        }.get(one.kind, ("https://x.test/mask.png",))
    )
]
WIRE = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}


def entry_of(model, name):
    (found,) = (one for one in read_json("models.json")["models"] if one["id"] == model)  # type: ignore[index]
    return next(one for one in found["parameters"] if one["name"] == name)


def body(model, *, inputs=1, streamed=False, **changes):
    (spec,) = (one for one in MODELS if one.id == model)
    pictures = tuple(picture(mark=mark) for mark in "abcd"[:inputs])
    request = request_for(*pictures, model=model, **changes)
    urls = [f"https://x.test/{index}" for index in range(inputs)]
    return json.loads(body_of(request, spec, urls, streamed=streamed))


@pytest.mark.parametrize(("model", "name", "value"), SET)
def test_a_value_reaches_the_wire_in_its_type(model, name, value):
    (spec,) = (one for one in MODELS if one.id == model)
    inputs = 0 if spec.generates else 1
    spec.check(((name, value),), count=1, inputs=inputs)
    sent = body(model, inputs=inputs, parameters=((name, value),))[name]
    kinds = {
        "integer": ("integer",),
        "float": ("number", "integer"),
        "boolean": ("boolean",),
        "list<{path, scale}>": ("array",),
    }.get(entry_of(model, name)["type"], ("string",))
    assert WIRE[type(sent)] in kinds
    assert sent == (json.loads(value) if name == "loras" else value)


def test_the_table_above_leaves_no_model_and_no_setting_out():
    assert {model for model, *_ in SET} == {spec.id for spec in MODELS}
    assert {(ENDPOINT, "resolution_mode", "match_input"), (ENDPOINT, "acceleration", "high")} < {
        *SET
    }
    tolerances = [value for model, name, value in SET if name == "safety_tolerance"]
    assert set(tolerances) == {"1", "2", "3", "4", "5", "6"}


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.id)
def test_what_the_program_sets_itself_has_its_place_and_sync_mode_has_none(spec):
    inputs = 0 if spec.generates else 1
    sent = body(spec.id, inputs=inputs, count=2, parameters=(("sync_mode", True),))
    assert (sent["prompt"], sent["seed"], sent["num_images"]) == ("Make the car red", 7, 2)
    assert sent["output_format"] == "png"
    assert "sync_mode" not in sent
    one, several = spec.with_role(ParamRole.PICTURE), spec.with_role(ParamRole.PICTURES)
    if several is not None:
        assert sent["image_urls"] == ["https://x.test/0"]
    elif one is not None:
        assert sent["image_url"] == "https://x.test/0"
    else:
        assert not any("image_url" in name for name in sent)


def test_several_pictures_are_a_list_and_keep_their_order():
    assert body(MULTI, inputs=4)["image_urls"] == [f"https://x.test/{n}" for n in range(4)]


@pytest.mark.parametrize("model", [T2I, f"{LORA}/text-to-image"])
@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("square_hd", "square_hd"),
        ("1024x768", {"width": 1024, "height": 768}),
        ("1024 × 768", {"width": 1024, "height": 768}),
        ('{"width": 512, "height": 640}', {"width": 512, "height": 640}),
    ],
)
def test_a_size_is_a_word_or_two_sides(model, value, sent):
    (spec,) = (one for one in MODELS if one.id == model)
    spec.check((("image_size", value),), count=1, inputs=0)
    assert body(model, inputs=0, parameters=(("image_size", value),))["image_size"] == sent


REFUSED = [
    (T2I, "image_size", "huge"),
    (T2I, "image_size", "0x768"),
    (T2I, "image_size", "99999x768"),
    (T2I, "image_size", '{"width": 1}'),
    (T2I, "image_size", '{"width": true, "height": 2}'),
    (LORA, "loras", "owner/style"),
    (LORA, "loras", "{}"),
    (LORA, "loras", '["owner/style"]'),
    (LORA, "loras", '[{"scale": 1}]'),
    (LORA, "loras", '[{"path": " "}]'),
    (LORA, "loras", '[{"path": "a", "scale": "1"}]'),
    (LORA, "loras", '[{"path": "a", "scale": true}]'),
    (LORA, "loras", '[{"path": "a", "scale": 1e999}]'),
    (LORA, "loras", '[{"path": "a", "weight": 1}]'),
    (LORA, "num_inference_steps", 9),
    (LORA, "guidance_scale", 20.5),
    ("fal-ai/flux-pro/kontext", "safety_tolerance", 2),
    ("fal-ai/flux-pro/kontext", "safety_tolerance", "7"),
    ("fal-ai/flux-pro/kontext", "aspect_ratio", "4:5"),
    ("fal-ai/flux-pro/kontext", "num_inference_steps", 28),
]


@pytest.mark.parametrize(("model", "name", "value"), REFUSED)
def test_a_value_that_the_service_would_refuse_is_stopped_at_its_field(model, name, value):
    (spec,) = (one for one in MODELS if one.id == model)
    with pytest.raises(BadRequest) as caught:
        spec.check(((name, value),), count=1, inputs=0 if spec.generates else 1)
    assert name in caught.value.message


def test_a_stream_is_given_only_what_is_stated_where_that_is_stated():
    (spec,) = (one for one in MODELS if one.id == ENDPOINT)
    narrow = dataclasses.replace(spec, stream_names=("prompt", "seed", "image_url"))
    request = request_for(picture(), parameters=(("acceleration", "high"),))
    told = json.loads(body_of(request, narrow, ["https://x.test/0"], streamed=True))
    assert told == {"prompt": "Make the car red", "seed": 7, "image_url": "https://x.test/0"}
    assert spec.stream_names[:2] == ("prompt", "image_url")
    assert "num_images" not in spec.stream_names


def test_a_list_that_is_wrong_is_refused_before_its_picture_is_sent(ask):
    told = ask(Delivery(), model=LORA, inputs=[picture()], parameters=(("loras", "[1]"),))
    assert isinstance(told.end, BadRequest)
    assert told.end.field == "loras"
    assert told.fal.ledger == []


@pytest.mark.parametrize("spec", [one for one in MODELS if one.generates], ids=lambda one: one.id)
@pytest.mark.parametrize("way", [Way.QUEUE, Way.SYNC])
def test_a_picture_is_made_from_words_alone(ask, spec, way):
    told = ask(Delivery(way), model=spec.id, inputs=[])
    assert isinstance(told.events[-1], Finished)
    step = "submit" if way is Way.QUEUE else "run"
    (post,) = told.fal.seen(step)
    assert post.path.endswith(spec.id)
    assert not any("image_url" in name for name in post.json())


def test_several_pictures_go_to_the_model_that_takes_them(ask):
    pictures = [picture(hosted=HOSTED, mark=mark) for mark in "ab"]
    told = ask(Delivery(), model=MULTI, inputs=pictures)
    assert told.fal.seen("submit")[0].json()["image_urls"] == [HOSTED.url] * 2
    told = ask(Delivery(), inputs=pictures)
    assert isinstance(told.end, BadRequest)
    assert told.end.field == "inputs"
    assert told.fal.ledger == []


def test_f_api_31_a_long_seed_comes_back_whole(ask):
    seed = 2**63 + 12_345
    told = ask(Delivery(), service={"result": None})
    assert told.events[-1].result.seed == 196619188014358660
    answer = {"images": [{"url": "data:image/png;base64,iVBORw0KGgo="}], "seed": seed}
    told = ask(Delivery(Way.SYNC), service={"result": answer})
    assert told.events[-1].result.seed == seed
    assert str(seed) in told.events[-2].answer
