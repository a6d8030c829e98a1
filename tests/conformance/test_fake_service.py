"""The published fal-client judges the stand-in for fal that the other tests rely on, and what our
provider sends is held against what that client sends for the same wish."""

from __future__ import annotations

import asyncio
import base64
import gc
import itertools
import json
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import fal_client
import fal_client.client
import httpx
import httpx_sse
import pytest

from kontext_studio.core.delivery import Delivery, Priority, Way
from kontext_studio.core.errors import ContentBlocked, StudioError
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.provider import Finished, HostedUrl, InputPicture, JobEvent, Preview
from kontext_studio.core.request import EditRequest
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.retries import Patience
from kontext_studio.workbench.catalogue import load_catalogue
from tests.fakes.fal_service import ENDPOINT, KEY, FalService, png, says
from tests.fakes.threaded_service import fal_service_running

# fal-client 1.0.3 leaves connections of uploads open; what is left is collected after each test.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

SPEC = load_catalogue().find("fal", ENDPOINT)
HOSTED = "https://v3.fal.media/files/x"
HOOK = "https://studio.example/told?by=fal&for=me"
ARGUMENTS = {
    "prompt": "Make it blue",
    "image_url": HOSTED,
    "seed": 7,
    "num_images": 1,
    "output_format": "png",
}
BLOCKED = {
    "detail": [{"loc": ["body", "prompt"], "msg": "No.", "type": "content_policy_violation"}]
}


@contextmanager
def pointed_at(monkeypatch: pytest.MonkeyPatch, fal: FalService) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(fal_client.client, "RUN_URL_FORMAT", f"{fal.origin}/run/")
        patched.setattr(fal_client.client, "QUEUE_URL_FORMAT", f"{fal.origin}/")
        patched.setattr(fal_client.client, "REST_URL", fal.origin)
        yield


@pytest.fixture
def fal(monkeypatch: pytest.MonkeyPatch) -> Iterator[FalService]:
    with fal_service_running() as service, pointed_at(monkeypatch, service):
        yield service
    gc.collect()


@pytest.fixture
def client(fal: FalService) -> Iterator[fal_client.SyncClient]:
    made = fal_client.SyncClient(key=KEY)
    with made._client:
        yield made


def ours(
    fal: FalService, delivery: Delivery, **changes: Any
) -> tuple[list[JobEvent], StudioError | None]:
    """The same wish through our provider."""

    async def load() -> tuple[bytes, str]:
        return png(grey=33), "image/png"

    hosted = changes.pop("hosted", HostedUrl(HOSTED, None))
    one = InputPicture(ImageRef(Sha256("a" * 64), "image/png", 4, 4), load, hosted)
    request = EditRequest("Make it blue", (one.ref,), ENDPOINT, 7, **changes)

    async def story() -> tuple[list[JobEvent], StudioError | None]:
        provider = FalProvider(fal.access(), patience=Patience(sleep=_at_once))
        events: list[JobEvent] = []
        try:
            async with (
                asyncio.timeout(20),
                aclosing(provider.edit(request, SPEC, (one,), delivery)) as stream,
            ):
                async for event in stream:
                    events.append(event)
        except StudioError as fault:
            return events, fault
        finally:
            await provider.close()
        return events, None

    return asyncio.run(story())


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def downloaded(output: dict[str, Any]) -> list[bytes]:
    return [httpx.get(image["url"], trust_env=False).content for image in output["images"]]


# The stand-in.


def test_run(fal, client):
    assert downloaded(client.run(ENDPOINT, ARGUMENTS)) == [png(grey=20)]


def test_subscribe_sees_the_three_states_with_their_logs(fal, client):
    seen: list[Any] = []
    output = client.subscribe(ENDPOINT, ARGUMENTS, with_logs=True, on_queue_update=seen.append)
    assert output["seed"] == 196619188014358660
    kinds = [kind for kind, _ in itertools.groupby(map(type, seen))]
    assert kinds == [fal_client.Queued, fal_client.InProgress, fal_client.Completed]
    assert seen[0].position == 1
    assert seen[1].logs == [{"message": "half way"}]


def test_a_result_is_found_by_its_number_alone(fal, client):
    handle = client.submit(ENDPOINT, ARGUMENTS)
    assert client.get_handle(ENDPOINT, handle.request_id).get()["prompt"] == "as sent"


@pytest.mark.parametrize(
    ("status", "fails"),
    [("OK", False), ("CANCELLATION_REQUESTED", False), ("ALREADY_COMPLETED", True)],
)
def test_cancel(fal, client, status, fails):
    fal.cancel_status = status
    handle = client.submit(ENDPOINT, ARGUMENTS)
    if fails:
        with pytest.raises(fal_client.FalClientHTTPError) as caught:
            handle.cancel()
        assert caught.value.status_code == 400
    else:
        handle.cancel()
    assert len(fal.seen("cancel")) == 1


def test_stream(fal, client):
    frames = list(client.stream(ENDPOINT, ARGUMENTS))
    assert len(frames) == 3
    assert all(frame["images"][0]["url"].startswith("data:image/jpeg") for frame in frames[:2])
    assert downloaded(frames[-1]) == [png(grey=20)]


def test_errors(fal, client):
    answers: list[tuple[int, dict[str, Any], dict[str, str], str | None]] = [
        (422, BLOCKED, {}, None),
        (503, {"detail": "gone", "error_type": "runner_disconnected"}, {}, "runner_disconnected"),
        (401, {"detail": "No user found for Key ID and Secret"}, {}, None),
        (504, {"detail": "late"}, {"x-fal-request-timeout-type": "user"}, None),
    ]
    for status, body, headers, kind in answers:
        fal.fault("run", says(status, body, headers))
        with pytest.raises(fal_client.FalClientHTTPError) as caught:
            client.run(ENDPOINT, ARGUMENTS)
        assert caught.value.status_code == status
        assert caught.value.message == body["detail"]
        assert kind is None or caught.value.error_type == kind
    # None of these is sent again by that client either.
    assert len(fal.seen("run")) == len(answers)


def test_a_busy_service_is_asked_again_and_makes_one_job(fal, client):
    fal.fault("submit", says(429, {"detail": "busy"}))
    client.submit(ENDPOINT, ARGUMENTS).get()
    assert fal.sold == 1
    assert len(fal.seen("submit")) == 2


def test_an_upload_by_a_signed_address(fal, client):
    url = client.upload(png(grey=44), "image/png", "a.png", repository="fal")
    assert httpx.get(url, trust_env=False).content == png(grey=44)


# What we send, against what that client sends.


def told_of(seen: Any) -> dict[str, str]:
    """What is asked for in headers, apart from who asks; of a number its value counts."""
    return {
        name: str(float(value)) if name == "x-fal-request-timeout" else value
        for name, value in seen.headers.items()
        if name.startswith("x-fal-") and not name.startswith("x-fal-app")
    }


def test_a_queued_run_is_asked_for_as_by_the_published_client(fal, client):
    client.submit(
        ENDPOINT,
        ARGUMENTS,
        priority="low",
        start_timeout=30.5,
        webhook_url=HOOK,
        headers={
            "X-Fal-Store-IO": "0",
            "X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": 7200}),
        },
    )
    events, end = ours(fal, Delivery(Way.QUEUE, Priority.LOW, 30.5, 7200, True, HOOK))
    assert end is None
    theirs, mine = fal.seen("submit")
    assert mine.path == theirs.path
    assert mine.json() == theirs.json() == ARGUMENTS
    assert told_of(mine) == told_of(theirs)
    for name in ("authorization", "content-type"):
        assert mine.headers[name] == theirs.headers[name]
    assert isinstance(events[-1], Finished)


def test_a_usual_run_is_asked_for_as_by_the_published_client(fal, client):
    client.submit(ENDPOINT, ARGUMENTS).get()
    ours(fal, Delivery())
    theirs, mine = fal.seen("submit")
    assert (mine.path, mine.json(), told_of(mine)) == (theirs.path, theirs.json(), told_of(theirs))
    addresses = {one.path.split("?")[0].replace("run-2", "run-1") for one in fal.seen("result")}
    assert len(addresses) == 1


def test_a_waited_run_is_asked_for_as_by_the_published_client(fal, client):
    output = client.run(ENDPOINT, ARGUMENTS, start_timeout=20)
    events, _ = ours(fal, Delivery(Way.SYNC, start_timeout_s=20))
    theirs, mine = fal.seen("run")
    assert (mine.path, mine.json(), told_of(mine)) == (theirs.path, theirs.json(), told_of(theirs))
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert [one.data for one in finished.result.images] == downloaded(output)
    assert finished.result.seed == output["seed"]


def test_a_live_run_is_asked_for_as_by_the_published_client(fal, client):
    narrower = {name: value for name, value in ARGUMENTS.items() if name != "num_images"}
    frames = list(client.stream(ENDPOINT, narrower))
    events, _ = ours(fal, Delivery(Way.STREAM))
    theirs, mine = fal.seen("live")
    assert (mine.path, mine.json(), told_of(mine)) == (theirs.path, theirs.json(), told_of(theirs))
    for name in ("accept", "cache-control", "content-type", "authorization"):
        assert mine.headers[name] == theirs.headers[name]
    previews = [event.data for event in events if isinstance(event, Preview)]
    assert previews == [_inside(frame) for frame in frames[:-1]]
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert [one.data for one in finished.result.images] == downloaded(frames[-1])


def _inside(frame: dict[str, Any]) -> bytes:
    return base64.b64decode(frame["images"][0]["url"].partition(",")[2])


def test_a_picture_inside_is_encoded_as_by_the_published_client(fal, client):
    encoded = fal_client.encode(png(grey=33), "image/png")
    client.submit(ENDPOINT, {**ARGUMENTS, "image_url": encoded})
    ours(fal, Delivery(inline=True), hosted=None)
    theirs, mine = fal.seen("submit")
    assert mine.json() == theirs.json()


def test_an_upload_tells_its_lifetime_as_the_published_client_does(fal, client):
    life = fal_client.StorageSettings(expires_in="1d")
    client.upload(png(grey=33), "image/png", "picture.png", repository="fal", lifecycle=life)
    ours(fal, Delivery(keep_s=86_400), hosted=None)
    theirs, mine = fal.seen("initiate")
    assert mine.json() == theirs.json()
    assert told_of(mine) == told_of(theirs)
    their_put, my_put = fal.seen("put")
    assert my_put.body == their_put.body
    assert my_put.headers["content-type"] == their_put.headers["content-type"]
    # That client sends the key to the storage as well; we do not.
    assert KEY in their_put.headers["authorization"]
    assert "authorization" not in my_put.headers


def test_a_refused_stream_keeps_its_reason_here_where_the_published_client_loses_it(fal, client):
    fal.fault("live", says(422, BLOCKED), says(422, BLOCKED))
    with pytest.raises(httpx_sse.SSEError):
        list(client.stream(ENDPOINT, ARGUMENTS))
    _, end = ours(fal, Delivery(Way.STREAM))
    assert isinstance(end, ContentBlocked)
