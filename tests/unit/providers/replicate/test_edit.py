"""What is sent for an edit, and where the pictures go."""

import base64
import json

import pytest

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import BadRequest, ConnectionLost, Unauthorized
from kontext_studio.core.provider import (
    Finished,
    HostedUrl,
    Queued,
    RemoteDone,
    Running,
    Sending,
    Submitted,
    Trouble,
    Uploaded,
)
from kontext_studio.providers.replicate.files import INLINE_BYTES
from tests.fakes.fal_service import drops, png, says
from tests.fakes.replicate_service import KEY, ReplicateService
from tests.unit.providers.conftest import NOW, Loads, end_of, kinds, picture, request_for
from tests.unit.providers.replicate.conftest import edit, replicate_over

LARGE = png() + b"\0" * INLINE_BYTES


def test_an_edit_is_created_once_and_followed_to_its_picture(run, waits, dev):
    events, end, replicate = edit(run, waits, dev, seed=11, parameters=(("guidance", 3.5),))
    assert end is None
    assert kinds(events) == [Sending, Submitted, Queued, Running, RemoteDone, Finished]
    remote = replicate.remote(next(iter(replicate.predictions)))
    assert events[1] == Submitted(remote)
    assert events[2] == Queued(None, "starting")
    assert events[3] == Running(0.5, "Using seed: 7")
    (create,) = replicate.seen("create")
    assert create.path == "/v1/models/black-forest-labs/flux-kontext-dev/predictions"
    assert create.headers["authorization"] == f"Bearer {KEY}"
    assert "prefer" not in create.headers
    inside = base64.b64encode(png()).decode()
    assert create.json() == {
        "input": {
            "prompt": "Make the car red",
            "input_image": f"data:image/png;base64,{inside}",
            "seed": 11,
            "guidance": 3.5,
            "output_format": "png",
        }
    }
    result = events[-1].result
    assert [one.data for one in result.images] == [png(grey=20)]
    assert result.seed == 11
    assert dict(result.timings) == {"predict_time": 3.1, "total_time": 3.4}
    assert result.cost is None


def test_the_key_does_not_go_along_when_the_picture_is_fetched(run, waits, dev):
    *_, replicate = edit(run, waits, dev)
    (fetched,) = replicate.seen("picture")
    assert "authorization" not in fetched.headers
    assert KEY not in str(fetched)


def test_a_picture_is_made_from_text_alone(run, waits, pro):
    events, end, replicate = edit(run, waits, pro, pictures=())
    assert end is None
    assert isinstance(events[-1], Finished)
    assert "input_image" not in replicate.seen("create")[0].json()["input"]


def test_a_picture_inside_the_request_is_not_written_down_as_an_address(run, waits, dev):
    events, _, replicate = edit(run, waits, dev)
    assert events[0] == Sending(())
    assert replicate.seen("upload") == []


def test_a_large_picture_is_uploaded_first_and_passed_on_by_its_address(run, waits, dev):
    events, end, replicate = edit(run, waits, dev, pictures=(picture(Loads(LARGE)),))
    assert end is None
    url = f"{replicate.origin}/v1/files/file{0:022d}"
    assert isinstance(events[0], Uploaded)
    assert events[0].hosted == HostedUrl(url, NOW + 86_400)
    assert events[1] == Sending((url,))
    assert replicate.files == {f"file{0:022d}": LARGE}
    (upload,) = replicate.seen("upload")
    assert upload.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'filename="picture.png"' in upload.body
    assert replicate.seen("create")[0].json()["input"]["input_image"] == url


def edit_with_hosted(run, waits, dev, *faults, url="{origin}/v1/files/f1", left_s=86_400, turns=1):
    async def story():
        async with ReplicateService(clock=lambda: NOW) as replicate:
            replicate.files["f1"] = LARGE
            replicate.pictures["old.png"] = png()
            replicate.fault("file", *faults)
            load = Loads(LARGE)
            hosted = HostedUrl(url.replace("{origin}", replicate.origin), NOW + left_s)
            one = picture(load, hosted)
            async with replicate_over(replicate, waits) as provider:
                for _ in range(turns):
                    request = request_for(one, model=dev.id)
                    _, end = await end_of(provider.edit(request, dev, (one,)))
                    assert end is None
            return load, hosted, replicate

    return run(story())


def test_a_file_that_still_lives_is_not_uploaded_again_and_asked_for_once(run, waits, dev):
    load, hosted, replicate = edit_with_hosted(run, waits, dev, turns=3)
    assert load.times == 0
    assert replicate.seen("upload") == []
    assert len(replicate.seen("file")) == 1
    sent = {one.json()["input"]["input_image"] for one in replicate.seen("create")}
    assert sent == {hosted.url}


GONE = {
    "deleted": {"faults": [says(404, {"detail": "no"})]},
    "of another account": {"faults": [says(403, {"detail": "no"})]},
    "nobody can tell": {"faults": [drops()]},
    "about to expire": {"left_s": 1800},
    "what the service made itself": {"url": "https://replicate.delivery/x/out.png"},
    "what a stand-in made itself": {"url": "{origin}/delivery/old.png"},
    "of another service": {"url": "https://elsewhere.test/v1/files/f1"},
}


@pytest.mark.parametrize("case", GONE.values(), ids=GONE.keys())
def test_a_picture_whose_address_may_be_dead_is_uploaded_again(run, waits, dev, case):
    case = dict(case)
    faults = case.pop("faults", [])
    load, _, replicate = edit_with_hosted(run, waits, dev, *faults, **case)
    assert load.times == 1
    assert len(replicate.seen("upload")) == 1
    assert replicate.seen("create")[0].json()["input"]["input_image"].startswith(replicate.origin)


def test_an_upload_that_breaks_is_repeated_for_nothing_is_bought_yet(run, waits, dev):
    faults = [drops(), says(503, {"detail": "x"}), says(429, {"detail": "x"})]
    big = (picture(Loads(LARGE)),)
    events, end, replicate = edit(run, waits, dev, *faults, step="upload", pictures=big)
    assert end is None
    assert kinds(events)[:6] == [Trouble, Trouble, Trouble, Trouble, Uploaded, Sending]
    assert events[3] == Trouble(None)
    assert replicate.sold == 1


def test_an_upload_that_never_comes_through_ends_before_anything_is_sold(run, waits, dev):
    big = (picture(Loads(LARGE)),)
    _, end, replicate = edit(run, waits, dev, *[drops()] * 5, step="upload", pictures=big)
    assert isinstance(end, ConnectionLost)
    _, end, replicate = edit(
        run, waits, dev, says(401, {"detail": "x"}), step="upload", pictures=big
    )
    assert isinstance(end, Unauthorized)
    assert replicate.seen("create") == []


def test_jpeg_is_called_jpg_here(run, waits, pro):
    *_, replicate = edit(run, waits, pro, parameters=(("output_format", "jpeg"),))
    assert replicate.seen("create")[0].json()["input"]["output_format"] == "jpg"


def test_two_pictures_are_refused_before_anything_is_sent(run, waits, dev):
    two = (picture(Loads(LARGE)), picture(Loads(LARGE), mark="b"))
    events, end, replicate = edit(run, waits, dev, pictures=two)
    assert isinstance(end, BadRequest)
    assert end.field == "inputs"
    assert (events, replicate.ledger) == ([], [])


def test_a_safety_tolerance_that_only_text_allows_is_refused_with_a_picture(pro):
    pro.check((("safety_tolerance", 6),), count=1, inputs=0)
    pro.check((("safety_tolerance", 2),), count=1, inputs=1)
    with pytest.raises(BadRequest, match="0 to 2") as refused:
        pro.check((("safety_tolerance", 3),), count=1, inputs=1)
    assert refused.value.field == "safety_tolerance"


def test_a_webhook_is_told_beside_the_input(run, waits, dev):
    delivery = Delivery(webhook="https://hooks.example/kontext")
    *_, replicate = edit(run, waits, dev, delivery=delivery)
    body = replicate.seen("create")[0].json()
    assert body["webhook"] == "https://hooks.example/kontext"
    assert body["webhook_events_filter"] == ["completed"]
    assert "webhook" not in body["input"]


def test_a_run_that_waits_for_its_answer_needs_no_poll_and_can_still_be_taken_up(run, waits, dev):
    events, end, replicate = edit(run, waits, dev, delivery=Delivery(way=Way.SYNC))
    assert end is None
    assert kinds(events) == [Sending, Submitted, RemoteDone, Finished]
    assert replicate.seen("create")[0].headers["prefer"] == "wait=30"
    assert replicate.seen("poll") == []


def test_a_wait_that_ran_out_is_polled(run, waits, dev):
    events, end, replicate = edit(
        run, waits, dev, delivery=Delivery(way=Way.SYNC), instruction="late"
    )
    assert end is None
    assert kinds(events) == [Sending, Submitted, Queued, Running, RemoteDone, Finished]
    assert len(replicate.seen("poll")) == 3
    assert replicate.sold == 1


def test_the_answer_that_is_kept_holds_where_the_picture_is_and_no_key(run, waits, dev):
    events, _, replicate = edit(run, waits, dev)
    (done,) = [one for one in events if isinstance(one, RemoteDone)]
    value = json.loads(done.answer)
    assert value["images"] == [
        {"url": f"{replicate.origin}/delivery/{events[1].remote.request_id}.png"}
    ]
    assert KEY not in done.answer
