"""The published replicate package judges the stand-in that our own client is tested against: what
it can do at Replicate it can do there, and our client sends what it sends."""

import asyncio
import base64
import io
import json
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from kontext_studio.core.models import catalogue_from_json
from kontext_studio.providers.replicate.files import INLINE_BYTES
from kontext_studio.resources import read_json
from tests.fakes.fal_service import png
from tests.fakes.loopback_service import running
from tests.fakes.replicate_service import KEY, MODEL, ReplicateService
from tests.fakes.tls import certificate
from tests.unit.providers.conftest import Loads, Waits, picture
from tests.unit.providers.replicate.conftest import edit

PICTURE = png(width=9, height=9)

# replicate 1.0.7 builds its values with the first interface of pydantic, which warns of it.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    replicate: Any = pytest.importorskip("replicate")
    exceptions: Any = pytest.importorskip("replicate.exceptions")
    helpers: Any = pytest.importorskip("replicate.helpers")

pytestmark = pytest.mark.filterwarnings("ignore:.*[Pp]ydantic.*")


@contextmanager
def client_of(service: ReplicateService, key: str = KEY, **named) -> Iterator:
    """A client of the package; it has no way of its own to close its connections."""
    client = replicate.Client(api_token=key, base_url=service.origin, **named)
    client.poll_interval = 0.0
    try:
        yield client
    finally:
        client._client.close()


@pytest.fixture
def stage() -> Iterator:
    with running(ReplicateService()) as service, client_of(service) as client:
        yield service, client


def test_a_file_is_uploaded_and_passed_on_by_its_address(stage):
    service, client = stage
    given = {"prompt": "red car", "input_image": io.BytesIO(PICTURE)}
    output = client.run(MODEL, input=given)
    assert str(output).endswith(".png")
    assert list(service.files.values()) == [PICTURE]
    assert service.seen("create")[0].json()["input"]["input_image"].startswith(service.origin)


def test_a_file_can_be_sent_within_the_request(stage):
    service, client = stage
    given = {"prompt": "red car", "input_image": io.BytesIO(PICTURE)}
    client.run(MODEL, input=given, file_encoding_strategy="base64")
    head, _, inside = service.seen("create")[0].json()["input"]["input_image"].partition(",")
    assert head.startswith("data:")
    assert base64.b64decode(inside) == PICTURE
    assert service.files == {}


def test_a_run_that_outlasts_the_wait_is_polled(stage):
    service, client = stage
    assert client.run(MODEL, input={"prompt": "late"}, wait=5)
    assert service.seen("create")[0].headers["prefer"] == "wait=5"
    assert len(service.seen("poll")) == 3


def test_a_prediction_goes_through_its_states(stage):
    _, client = stage
    prediction = client.models.predictions.create(
        model=tuple(MODEL.split("/")), input={"prompt": "p"}
    )
    assert prediction.status == "starting"
    prediction.reload()
    prediction.reload()
    assert prediction.progress.percentage == 0.5
    prediction.wait()
    assert prediction.status == "succeeded"
    assert prediction.output.endswith(".png")


def test_a_prediction_is_cancelled(stage):
    _, client = stage
    prediction = client.models.predictions.create(model=MODEL, input={"prompt": "p"})
    prediction.cancel()
    assert prediction.status == "canceled"


def test_the_stream_of_a_picture_tells_its_end_and_nothing_on_the_way(stage):
    _, client = stage
    prediction = client.models.predictions.create(model=MODEL, input={"prompt": "p"}, stream=True)
    events = [(one.event.value, one.data) for one in prediction.stream()]
    assert [kind for kind, _ in events] == ["output", "done"]
    assert events[0][1].endswith(".png")


def test_a_run_that_failed_is_a_model_error(stage):
    _, client = stage
    with pytest.raises(exceptions.ModelError) as failed:
        client.run(MODEL, input={"prompt": "nsfw"})
    assert failed.value.prediction.status == "failed"


def test_a_missing_field_and_a_wrong_token_are_told_with_their_status(stage):
    service, client = stage
    with pytest.raises(exceptions.ReplicateError) as refused:
        client.run(MODEL, input={})
    assert refused.value.status == 422
    assert "prompt is required" in refused.value.detail
    with (
        client_of(service, key="r8_wrong") as stranger,
        pytest.raises(exceptions.ReplicateError) as unknown,
    ):
        stranger.run(MODEL, input={"prompt": "p"})
    assert unknown.value.status == 401


def test_the_list_is_read_page_by_page(stage):
    service, client = stage
    service.page_size = 2
    for _ in range(3):
        client.models.predictions.create(model=MODEL, input={"prompt": "p"})
    page = client.predictions.list()
    assert len(page.results) == 2
    rest = client.predictions.list(cursor=page.next)
    assert len(rest.results) == 1
    assert {one.model for one in (*page.results, *rest.results)} == {MODEL}


def test_a_file_and_a_model_are_looked_up(stage):
    service, client = stage
    made = client.files.create(io.BytesIO(PICTURE))
    assert client.files.get(made.id).urls["get"] == made.urls["get"]
    assert service.files[made.id] == PICTURE


def test_over_https_the_picture_is_read(tmp_path):
    shown, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, private)
    trusting = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=str(shown)))
    with (
        running(ReplicateService(tls=context)) as service,
        client_of(service, transport=trusting) as client,
    ):
        output = client.run(MODEL, input={"prompt": "red car"})
        assert isinstance(output, helpers.FileOutput)
        assert output.read() == png(grey=20)


def test_our_client_sends_what_the_package_sends(stage):
    large = PICTURE + b"\0" * INLINE_BYTES
    given = {
        "prompt": "Make the car red",
        "input_image": io.BytesIO(large),
        "seed": 7,
        "output_format": "png",
    }
    theirs, client = stage
    client.run(MODEL, input=given, wait=False)
    described = read_json("models.json")
    assert isinstance(described, dict)
    dev = catalogue_from_json(described).find("replicate", MODEL)
    _, end, ours = edit(asyncio.run, Waits(), dev, pictures=(picture(Loads(large)),))
    assert end is None
    assert [one.step for one in ours.ledger] == [
        *(one.step for one in theirs.ledger),
        "picture",  # which the package leaves to its caller
    ]
    for mine, other in zip(ours.ledger, theirs.ledger, strict=False):
        assert (mine.method, mine.path) == (other.method, other.path)
        assert mine.headers["authorization"] == other.headers["authorization"]
    assert list(ours.files.values()) == list(theirs.files.values()) == [large]
    sent, usual = (one.seen("create")[0].json() for one in (ours, theirs))
    for body, service in ((sent, ours), (usual, theirs)):
        body["input"]["input_image"] = body["input"]["input_image"].replace(service.origin, "")
    assert json.dumps(sent, sort_keys=True) == json.dumps(usual, sort_keys=True)
