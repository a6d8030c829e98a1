"""One edit after the other at each kind of OpenAI-style server: what goes out, what comes back."""

import base64
import io
import json

import pytest
from PIL import Image

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import BadRequest, NoPicture, Refused
from kontext_studio.core.provider import Finished, RemoteDone, Sending
from kontext_studio.core.result import Cost
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_service import png, says
from tests.fakes.openai_service import BEHIND_LITELLM, KEY, SERVED, fields_of, form_of
from tests.fakes.photographs import encoded
from tests.unit.providers.conftest import Loads, kinds, picture
from tests.unit.providers.openai_images.conftest import WORDS, edit

FORMS = tuple(word for word in WORDS if word != "localai")


def result_of(events):
    (done,) = [event for event in events if isinstance(event, Finished)]
    return done.result


@pytest.mark.parametrize("word", WORDS)
def test_an_edit_is_one_post_whose_answer_is_the_result(run, waits, word):
    events, end, server = edit(run, waits, word)
    assert end is None
    assert kinds(events) == [Sending, RemoteDone, Finished]
    assert events[0] == Sending((), waits=True)
    assert server.sold == len(server.runs) == 1
    assert [one.data for one in result_of(events).images] == [png(grey=20)]


@pytest.mark.parametrize("word", WORDS)
def test_a_picture_from_text_goes_as_json(run, waits, word):
    events, end, server = edit(run, waits, word, pictures=())
    assert end is None
    assert not server.seen("edits")
    (seen,) = server.seen("generations")
    assert seen.headers["content-type"] == "application/json"
    assert seen.json()["prompt"] == "Make the car red"
    assert [one.data for one in result_of(events).images] == [png(grey=200)]


def test_one_picture_goes_without_saying_to_litellm_where_kontext_refuses_the_name(run, waits):
    behind = {"model": BEHIND_LITELLM}
    chosen = (("aspect_ratio", "16:9"), ("output_format", "jpeg"), ("safety_tolerance", 2))
    for parameters in ((), chosen):
        _, end, server = edit(run, waits, "litellm", model="*", route=behind, parameters=parameters)
        assert end is None
        assert "n" not in fields_of(server.runs[0])
    _, end, _ = edit(run, waits, "litellm", model="*", route=behind, count=2)
    assert isinstance(end, Refused)
    assert "not supported: n" in end.message


@pytest.mark.parametrize("pictures", [None, ()], ids=["edit", "from text"])
def test_a_lora_is_an_object_in_json_and_a_text_in_a_form(run, waits, pictures):
    lora = '{"name": "grün", "path": "/loras/a", "scale": 0.8}'
    _, end, server = edit(run, waits, "vllm-omni", pictures=pictures, parameters=(("lora", lora),))
    assert end is None
    sent = fields_of(server.runs[0])["lora"]
    assert sent == (lora if pictures is None else json.loads(lora))


@pytest.mark.parametrize("word", WORDS)
def test_several_pictures_of_a_run_all_arrive(run, waits, word):
    events, end, server = edit(run, waits, word, count=3)
    assert end is None
    assert server.sold == 1
    assert len(result_of(events).images) == 3
    assert str(fields_of(server.runs[0])["n"]) == "3"


@pytest.mark.parametrize("word", FORMS)
def test_a_file_is_a_part_with_a_name_and_a_type_behind_the_texts(run, waits, word):
    one = picture(Loads(png(grey=77), "image/jpeg"))
    _, end, server = edit(run, waits, word, pictures=(one,))
    assert end is None
    fields, (file,) = form_of(server.seen("edits")[0])
    assert (file.name, file.file_name, file.media_type) == ("image", "picture-1.jpg", "image/jpeg")
    assert file.data == png(grey=77)
    assert next(iter(fields)) == "prompt"


@pytest.mark.parametrize("word", [one for one in FORMS if one != "vllm-omni"])
def test_several_files_are_a_list_in_their_order(run, waits, word):
    first, second = picture(Loads(png(grey=1)), mark="a"), picture(Loads(png(grey=2)), mark="b")
    _, end, server = edit(run, waits, word, pictures=(first, second, first))
    assert end is None
    _, files = form_of(server.seen("edits")[0])
    assert [one.name for one in files] == ["image[]"] * 3
    assert [one.data for one in files] == [png(grey=1), png(grey=2), png(grey=1)]
    assert len({one.file_name for one in files}) == 3


def test_a_picture_that_is_used_twice_is_read_once(run, waits):
    loads = Loads()
    edit(run, waits, pictures=(picture(loads), picture(loads)))
    assert loads.times == 1


def test_texts_numbers_and_flags_of_a_form_are_what_a_server_reads(run, waits):
    words = "Ändere das „Schild“ zu 東京 🚗\r\n--kontext-studio\nline"
    parameters = (("enable_safety_checker", False), ("cfg_scale", 3.5), ("aspect_ratio", "16:9"))
    _, end, server = edit(run, waits, instruction=words, parameters=parameters)
    assert end is None
    assert form_of(server.seen("edits")[0])[0] == {
        "prompt": words,
        "model": "flux.1-kontext-dev",
        "seed": "7",
        "aspect_ratio": "16:9",
        "response_format": "url",
        "output_format": "png",
        "n": "1",
        "cfg_scale": "3.5",
        "enable_safety_checker": "false",
    }


@pytest.mark.parametrize("pictures", [None, ()], ids=["edit", "from text"])
def test_what_is_sent_is_what_is_shown_as_sent(run, waits, pictures):
    chosen = (("size", "1920x1080"), ("aspect_ratio", "1:1"), ("resolution", "1K"))
    _, end, server = edit(run, waits, pictures=pictures, parameters=chosen)
    assert end is None
    fields = fields_of(server.runs[0])
    assert fields["size"] == "1365x768"
    assert not {"aspect_ratio", "resolution"} & set(fields)
    _, _, server = edit(run, waits, pictures=pictures, parameters=(("aspect_ratio", "7:1"),))
    assert fields_of(server.runs[0])["aspect_ratio"] == "21:9"


@pytest.mark.parametrize("word", ["gif", "webp", "avif"])
def test_pictures_of_every_format_come_as_they_are(run, waits, word):
    """By address and within the answer; the bytes decide what it is."""
    data = encoded(Image.new("RGB", (8, 6), (200, 40, 40)), word.upper())
    chosen = (("output_format", word), ("output_compression", 80))
    told = {"data": [{"url": "/files/one"}, {"b64_json": base64.b64encode(data).decode()}]}
    kept = {"pictures": {"one": data}}
    events, end, server = edit(
        run, waits, "lumenfall", says(200, told), service=kept, parameters=chosen
    )
    assert end is None
    assert [one.data for one in result_of(events).images] == [data, data]
    fields = form_of(server.seen("edits")[0])[0]
    assert (fields["output_format"], fields["output_compression"]) == (word, "80")


def test_json_keeps_the_types_of_its_values(run, waits):
    _, end, server = edit(
        run, waits, "vllm-omni", pictures=(), parameters=(("guidance_scale", 2.5),)
    )
    assert end is None
    asked = server.seen("generations")[0].json()
    assert (asked["seed"], asked["n"], asked["guidance_scale"]) == (7, 1, 2.5)
    assert asked["response_format"] == "b64_json"


def test_localai_gets_bare_base64_and_never_a_data_uri(run, waits):
    _, end, server = edit(run, waits, "localai")
    assert end is None
    (seen,) = server.seen("generations")
    assert seen.json()["ref_images"] == [base64.b64encode(png()).decode()]


def test_localai_gets_as_png_what_it_could_not_read_and_would_drop_without_a_word(run, waits):
    made = encoded(Image.new("RGB", (8, 6), (200, 40, 40)), "WEBP", lossless=True)
    one = picture(Loads(made, "image/webp"))
    events, end, server = edit(run, waits, "localai", pictures=(one,))
    assert end is None
    sent = base64.b64decode(server.seen("generations")[0].json()["ref_images"][0])
    with Image.open(io.BytesIO(sent)) as arrived:
        assert (arrived.format, arrived.size) == ("PNG", (8, 6))
        assert arrived.getpixel((0, 0)) == (200, 40, 40)
    assert result_of(events).images[0].data == png(grey=20)  # an edit, not another picture


def test_localai_is_told_the_size_of_the_picture(run, waits):
    _, end, server = edit(run, waits, "localai")
    assert end is None
    assert server.made == ["16x16"]  # the grid of the models is the least
    _, _, server = edit(run, waits, "localai", pictures=())
    assert server.made == ["1024x1024"]


def test_a_vertical_bar_is_refused_before_anything_is_sent_to_localai(run, waits):
    events, end, server = edit(run, waits, "localai", instruction="red|blue")
    assert isinstance(end, BadRequest)
    assert end.field == "instruction"
    assert "vertical bar" in end.message
    assert (events, server.ledger) == ([], [])


@pytest.mark.parametrize(
    ("word", "changes", "field"),
    [
        ("lumenfall", {"instruction": "a" * 1001}, "instruction"),
        ("lumenfall", {"parameters": (("size", "wide"),)}, "size"),
        ("lumenfall", {"parameters": (("size", "20000x10"),)}, "size"),
        ("lumenfall", {"parameters": (("nothing", 1),)}, "nothing"),
        ("openai", {"parameters": (("size", "1000x1000"),)}, "size"),
        ("vllm-omni", {"parameters": (("num_inference_steps", 500),)}, "num_inference_steps"),
        ("vllm-omni", {"pictures": (picture(), picture())}, "inputs"),
        ("sglang", {"count": 10, "parameters": (("seed", 3),)}, "seed"),
    ],
)
def test_what_the_server_would_refuse_stops_before_a_picture_is_read(
    run, waits, word, changes, field
):
    events, end, server = edit(run, waits, word, **changes)
    assert isinstance(end, BadRequest)
    assert end.field == field
    assert (events, server.ledger) == ([], [])


def test_a_thousand_characters_are_sent_to_lumenfall(run, waits):
    _, end, _ = edit(run, waits, instruction="é" * 1000)
    assert end is None


def test_what_lumenfall_charged_is_the_cost_and_who_made_it_is_told(run, waits):
    events, _, _ = edit(run, waits, count=2)
    result = result_of(events)
    assert result.cost == Cost(0.05, "USD", estimated=False)
    assert result.notes == ("Made by fal.ai with fal/flux.1-kontext-dev-edit.",)
    assert result.prompt == "as it was understood"


def test_another_currency_and_a_single_attempt_are_told_as_they_are(run, waits):
    meta = {"cost": 0.5, "cost_currency": "eur", "attempts": 1, "provider": "fal"}
    events, _, _ = edit(run, waits, service={"extra": {"metadata": meta}})
    result = result_of(events)
    assert result.cost == Cost(0.5, "EUR", estimated=False)
    assert result.notes == ("Made by fal.",)


@pytest.mark.parametrize("attempts", [3, [{}, {}, {}]])
def test_attempts_at_several_providers_are_told(run, waits, attempts):
    meta = {"provider": "replicate", "cost": "free", "attempts": attempts}
    events, _, _ = edit(run, waits, service={"extra": {"metadata": meta}})
    result = result_of(events)
    assert result.cost is None
    assert result.notes == ("Made by replicate.", "It took 3 attempts at the providers.")


def test_the_facts_of_vllm_omni_stay_with_the_result(run, waits):
    events, _, _ = edit(run, waits, "vllm-omni", service={"extra": {"seed": 2**60}})
    result = result_of(events)
    assert result.timings == (("denoise", 1.5),)
    assert (result.seed, result.images[0].stated) == (2**60, (4, 4))


def test_sglang_tells_how_long_it_took_and_memory_is_no_time(run, waits):
    events, _, _ = edit(run, waits, "sglang")
    assert result_of(events).timings == (("inference", 2.5),)
    for name, odd in (
        ("metrics", {"stage_durations": None}),
        ("metrics", []),
        ("inference_time_s", "x"),
    ):
        events, end, _ = edit(run, waits, "openai", service={"extra": {name: odd}})
        assert (end, result_of(events).timings) == (None, ())


def test_a_model_of_ones_own_server_is_named_by_the_connection_or_not_at_all(run, waits):
    named = {"model": SERVED["vllm-omni"]}
    _, end, server = edit(run, waits, "vllm-omni", model="*", route=named)
    assert end is None
    assert fields_of(server.runs[0])["model"] == SERVED["vllm-omni"]
    _, end, server = edit(run, waits, "vllm-omni", model="*")
    assert end is None
    assert "model" not in fields_of(server.runs[0])
    _, end, server = edit(run, waits, "litellm", model="*")
    assert isinstance(end, BadRequest)
    assert (end.field, server.ledger) == ("model", [])


def test_a_provider_is_forced_by_the_name_of_the_model(run, waits):
    _, end, server = edit(run, waits, model="fal/flux.1-kontext-dev-edit")
    assert end is None
    assert fields_of(server.runs[0])["model"] == "fal/flux.1-kontext-dev-edit"


def test_an_address_without_a_host_lies_at_the_server(run, waits):
    answer = {"data": [{"url": "/generated-images/one.png"}]}
    kept = {"pictures": {"one.png": png(grey=5)}}
    events, end, server = edit(run, waits, "localai", says(200, answer), service=kept)
    assert end is None
    assert result_of(events).images[0].data == png(grey=5)
    assert server.seen("picture")[0].path == "/generated-images/one.png"
    assert "authorization" not in server.seen("picture")[0].headers


@pytest.mark.parametrize(
    "entry",
    [
        {"b64_json": f"data:image/png;base64,{base64.b64encode(png()).decode()}"},
        {"url": f"data:image/png;base64,{base64.b64encode(png()).decode()}"},
        {"b64_json": base64.encodebytes(png()).decode(), "url": None},
        {"b64_json": "", "url": f"data:;base64,{base64.b64encode(png()).decode()}"},
    ],
)
def test_a_picture_within_the_answer_is_read_in_every_form(run, waits, entry):
    events, end, _ = edit(run, waits, "sglang", says(200, {"data": [entry]}))
    assert end is None
    assert result_of(events).images[0].data == png()


@pytest.mark.parametrize(
    "data", [[], None, "x", [{}], [{"file_path": "/tmp/a.png"}], [None], [{"url": 7}]]
)
def test_f_api_18_an_answer_without_a_picture_is_told_as_charged(run, waits, data):
    events, end, _ = edit(run, waits, "lumenfall", says(200, {"data": data}))
    assert isinstance(end, NoPicture)
    assert end.charged.value == "yes"
    assert kinds(events) == [Sending, RemoteDone]


def test_a_damaged_picture_is_not_taken_for_one(run, waits):
    _, end, _ = edit(run, waits, "sglang", says(200, {"data": [{"b64_json": "&&&"}]}))
    assert end is not None
    assert "damaged" in end.message


def test_the_stored_answer_alone_brings_the_pictures_again(run, waits):
    events, _, _ = edit(run, waits, "sglang", count=2)
    (done,) = [event for event in events if isinstance(event, RemoteDone)]
    stored = json.loads(done.answer)
    assert all(one["url"].startswith("data:;base64,") for one in stored["images"])


def test_the_key_goes_with_calls_and_a_server_of_ones_own_needs_none(run, waits):
    _, _, server = edit(run, waits)
    assert server.seen("edits")[0].headers["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in server.seen("picture")[0].headers
    service, route = {"key": None}, {"key": None}
    _, end, server = edit(run, waits, "vllm-omni", service=service, route=route)
    assert end is None
    assert "authorization" not in server.seen("edits")[0].headers


def test_the_connections_headers_go_with_every_call_to_a_server_of_ones_own(run, waits):
    route = {"headers": (("x-team", "design"), ("authorization", "Bearer of the gate"))}
    _, end, server = edit(run, waits, "vllm-omni", service={"key": None}, route=route)
    assert end is None
    (post,) = server.seen("edits")
    assert (post.headers["x-team"], post.headers["authorization"]) == (
        "design",
        "Bearer of the gate",
    )
    assert all("x-team" not in one.headers for one in server.seen("picture"))


def test_an_answer_may_be_large_with_its_pictures_within(run, waits):
    limits = Limits(json_bytes=200)
    events, end, _ = edit(run, waits, "sglang", limits=limits)
    assert end is None
    assert result_of(events).images[0].data == png(grey=20)


def test_a_way_that_is_not_offered_is_refused_before_anything_is_sent(run, waits):
    events, end, server = edit(run, waits, delivery=Delivery(Way.STREAM))
    assert isinstance(end, BadRequest)
    assert (events, server.ledger) == ([], [])


@pytest.mark.parametrize("word", WORDS)
def test_a_gateway_holds_the_key_and_gets_every_call(run, waits, word):
    route = {
        "key": None,
        "mode": RouteMode.GATEWAY,
        "headers": (("authorization", f"Bearer {KEY}"), ("x-team", "blue")),
    }
    _, end, server = edit(run, waits, word, route=route)
    assert end is None
    for seen in server.ledger:
        assert ("x-team" in seen.headers) is (seen.step != "picture")


def test_a_gateway_is_asked_for_the_pictures_within_the_answer(run, waits):
    """Who can reach it may not reach the service's files."""
    headers = (("authorization", f"Bearer {KEY}"),)
    over = {"key": None, "mode": RouteMode.GATEWAY, "headers": headers}
    for route, asked, fetched in ((None, "url", 1), (over, "b64_json", 0)):
        for pictures in (None, ()):
            events, end, server = edit(run, waits, pictures=pictures, route=route)
            assert end is None
            assert fields_of(server.runs[0])["response_format"] == asked
            assert len(server.seen("picture")) == fetched
            assert len(result_of(events).images) == 1
    for word in ("openai", "litellm"):  # some models there refuse the very name
        _, end, server = edit(run, waits, word, route=over)
        assert end is None
        assert "response_format" not in fields_of(server.runs[0])


def test_a_server_of_ones_own_without_an_address_is_asked_nothing(run, waits):
    with pytest.raises(BadRequest, match="no address"):
        edit(run, waits, "vllm-omni", route={"address": ""})
