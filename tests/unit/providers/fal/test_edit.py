import json

import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.provider import (
    Finished,
    HostedUrl,
    Queued,
    RemoteDone,
    Running,
    Sending,
    Submitted,
    Uploaded,
)
from kontext_studio.providers.fal.storage import UPLOAD_LIFETIME_S
from tests.fakes.fal_service import APP, ENDPOINT, KEY, FalService, png
from tests.unit.providers.conftest import (
    NOW,
    Loads,
    events_of,
    picture,
    provider_for,
    request_for,
)


def test_an_edit_is_an_upload_one_post_and_a_stream_of_events_in_order(run, waits, dev):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            return fal, await events_of(provider, dev, picture(Loads()))

    fal, events = run(story())
    assert [type(event) for event in events] == [
        Uploaded,
        Sending,
        Submitted,
        Queued,
        Running,
        RemoteDone,
        Finished,
    ]
    uploaded, _, submitted, queued, running, done, finished = events
    assert uploaded.hosted == HostedUrl(f"{fal.origin}/files/input-0", NOW + UPLOAD_LIFETIME_S)
    assert submitted.remote == fal.remote("run-1")
    assert queued == Queued(1, "IN_QUEUE")
    assert running == Running(None, "half way")
    assert json.loads(done.answer)["seed"] == 196619188014358660
    assert finished.result.seed == 196619188014358660
    assert finished.result.images[0].data == png(grey=20)
    assert finished.result.images[0].url == f"{fal.origin}/files/result-0"
    assert finished.result.timings == (("inference", 0.5),)
    assert finished.result.prompt == "as sent"


def test_what_is_sent_is_exactly_this(run, waits, dev):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            await events_of(
                provider,
                dev,
                picture(Loads()),
                count=2,
                parameters=(("guidance_scale", 3.5), ("enhance_prompt", None)),
            )
            return fal

    fal = run(story())
    assert [(one.method, one.path) for one in fal.ledger] == [
        ("POST", "/storage/upload/initiate?storage_type=fal-cdn-v3"),
        ("PUT", "/put/input-0?signature=canary-signature"),
        ("POST", f"/{ENDPOINT}"),
        ("GET", f"/{APP}/requests/run-1/status/stream?logs=1"),
        ("GET", f"/{APP}/requests/run-1"),
        ("GET", "/files/result-0"),
    ]
    initiate, put, submit, _, _, download = fal.ledger
    assert initiate.json() == {"content_type": "image/png", "file_name": "picture.png"}
    assert json.loads(initiate.headers["x-fal-object-lifecycle-preference"]) == {
        "expiration_duration_seconds": UPLOAD_LIFETIME_S
    }
    assert put.body == png()
    assert put.headers["content-type"] == "image/png"
    assert submit.json() == {
        "prompt": "Make the car red",
        "image_url": f"{fal.origin}/files/input-0",
        "seed": 7,
        "num_images": 2,
        "output_format": "png",
        "guidance_scale": 3.5,
    }
    keyed = [one.step for one in fal.ledger if one.headers.get("authorization") == f"Key {KEY}"]
    assert keyed == ["initiate", "submit", "stream", "result"]
    for unkeyed in (put, download):
        assert KEY not in str(unkeyed.headers)


def test_the_second_turn_passes_the_hosted_address_and_uploads_nothing(run, waits, dev):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            first = await events_of(provider, dev, picture(Loads()))
            received = first[-1].result.images[0]
            load = Loads()
            parent = picture(load, HostedUrl(received.url, NOW + 86_400), mark="b")
            second = await events_of(provider, dev, parent)
            return fal, load, received, second

    fal, load, received, second = run(story())
    assert load.times == 0
    assert len(fal.seen("put")) == 1
    assert [type(event) for event in second][:2] == [Sending, Submitted]
    assert fal.seen("submit")[1].json()["image_url"] == received.url


@pytest.mark.parametrize(
    "hosted",
    [
        HostedUrl("https://v3.fal.media/files/x", NOW - 1),
        HostedUrl("https://v3.fal.media/files/x", NOW + 60),
        HostedUrl("http://127.0.0.1:1/files/of-a-server-that-was-stopped", None),
        HostedUrl("https://user@v3.fal.media/files/x", None),
    ],
    ids=["expired", "about to expire", "another local server", "no plain address"],
)
def test_a_hosted_address_that_will_not_hold_is_replaced_by_an_upload(run, waits, dev, hosted):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            await events_of(provider, dev, picture(Loads(), hosted))
            return fal

    fal = run(story())
    assert len(fal.seen("put")) == 1
    assert fal.seen("submit")[0].json()["image_url"] == f"{fal.origin}/files/input-0"


def test_a_hosted_address_without_an_end_is_used(run, waits, dev):
    hosted = HostedUrl("https://v3.fal.media/files/x", None)

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            await events_of(provider, dev, picture(Loads(), hosted))
            return fal

    assert run(story()).seen("submit")[0].json()["image_url"] == hosted.url


def test_one_picture_given_twice_is_uploaded_once(run, waits, catalogue):
    multi = catalogue.find("fal", "fal-ai/flux-pro/kontext/multi")
    load = Loads()

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            await events_of(provider, multi, picture(load), picture(load), picture(mark="b"))
            return fal

    fal = run(story())
    assert load.times == 1
    first, second = (f"{fal.origin}/files/input-{index}" for index in (0, 1))
    body = fal.seen("submit")[0].json()
    assert body["image_urls"] == [first, first, second]
    assert "image_url" not in body
    assert fal.seen("submit")[0].path == "/fal-ai/flux-pro/kontext/multi"


def test_a_format_the_person_chose_is_kept_and_sync_mode_is_never_sent(run, waits, dev):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            chosen = (("output_format", "jpeg"), ("sync_mode", True))
            await events_of(provider, dev, picture(), parameters=chosen)
            return fal

    body = run(story()).seen("submit")[0].json()
    assert body["output_format"] == "jpeg"
    assert "sync_mode" not in body


def test_a_parameter_written_as_json_is_sent_as_json(run, waits, catalogue):
    lora = catalogue.find("fal", "fal-ai/flux-kontext-lora")
    value = '[{"path": "https://x.test/a.safetensors", "scale": 0.8}]'

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            await events_of(provider, lora, picture(), parameters=(("loras", value),))
            with pytest.raises(BadRequest, match="loras takes JSON"):
                await events_of(provider, lora, picture(), parameters=(("loras", "[oops"),))
            return fal

    fal = run(story())
    assert fal.seen("submit")[0].json()["loras"] == json.loads(value)
    assert len(fal.seen("submit")) == 1


def test_a_picture_from_text_needs_no_upload(run, waits, catalogue):
    text = catalogue.find("fal", "fal-ai/flux-kontext/dev/text-to-image")

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            await events_of(provider, text)
            return fal

    fal = run(story())
    assert not fal.seen("initiate")
    assert "image_url" not in fal.seen("submit")[0].json()


def test_any_unicode_reaches_the_service_as_it_was_typed(run, waits, dev):
    text = "Put “Ωμέγα” 🦊 on the sign\nعربي e\u0301"

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            await events_of(provider, dev, picture(), instruction=text)
            return fal

    assert run(story()).seen("submit")[0].json()["prompt"] == text


def test_nothing_leaves_before_the_event_that_announces_it_was_committed(run, waits, dev):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            one = picture(hosted=HostedUrl("https://v3.fal.media/files/x", None))
            stream = provider.edit(request_for(one), dev, (one,))
            assert isinstance(await anext(stream), Sending)
            before_post = len(fal.ledger)
            assert isinstance(await anext(stream), Submitted)
            before_poll = [seen.step for seen in fal.ledger]
            await stream.aclose()
            return before_post, before_poll

    assert run(story()) == (0, ["submit"])


def test_all_turns_go_over_one_connection(run, waits, dev):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            for _ in range(3):
                await events_of(provider, dev, picture())
            return fal

    fal = run(story())
    assert len(fal.seen("submit")) == 3
    assert fal.connections == 1
