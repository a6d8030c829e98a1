"""A run over an event stream: previews on the way, and the last frame is the result."""

import asyncio

import pytest

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import (
    BadRequest,
    Charged,
    ContentBlocked,
    NotFound,
    OutcomeUnknown,
    Refused,
    ServiceFailed,
    Unauthorized,
)
from kontext_studio.core.provider import (
    Finished,
    NotAccepted,
    Preview,
    RemoteDone,
    Running,
    Sending,
    Uploaded,
)
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_runs import data_uri, frame
from tests.fakes.fal_service import ENDPOINT, FalService, drops, hangs, page, png, says
from tests.fakes.fal_stream_faults import breaks_after, goes_quiet_after, only_keeps_warm
from tests.unit.providers.conftest import Loads, picture, provider_for, request_for
from tests.unit.providers.fal.conftest import HOSTED

LIVE = Delivery(Way.STREAM)
ONE, TWO = frame(png(grey=1)), frame(png(grey=2))


def test_a_live_run_shows_its_previews_and_ends_with_its_last_frame(ask):
    told = ask(LIVE)
    assert told.end is None
    assert told.kinds == [Sending, Preview, Preview, RemoteDone, Finished]
    assert told.events[0] == Sending((HOSTED.url,), waits=True)
    assert [event.data for event in told.events[1:3]] == [png(grey=1), png(grey=2)]
    assert told.events[-1].result.images[0].data == png(grey=20)
    assert told.events[-1].result.seed == 196619188014358660
    assert [(one.method, one.path) for one in told.fal.ledger] == [
        ("POST", f"/run/{ENDPOINT}/stream"),
        ("GET", "/files/result-0"),
    ]


def test_a_stream_is_given_only_what_it_takes(ask):
    told = ask(LIVE, parameters=(("guidance_scale", 3.5), ("acceleration", "high")))
    (post,) = told.fal.seen("live")
    assert post.headers["accept"] == "text/event-stream"
    assert post.json() == {
        "prompt": "Make the car red",
        "image_url": HOSTED.url,
        "seed": 7,
        "output_format": "png",
        "guidance_scale": 3.5,
        "acceleration": "high",
    }


def test_what_is_not_stated_of_a_stream_is_sent_as_always_but_for_the_number(ask):
    told = ask(
        LIVE,
        model="fal-ai/flux-kontext-lora",
        parameters=(("loras", '[{"path": "https://x.test/a", "scale": 0.5}]'),),
    )
    body = told.fal.seen("live")[0].json()
    assert body["loras"] == [{"path": "https://x.test/a", "scale": 0.5}]
    assert "num_images" not in body


@pytest.mark.parametrize(
    ("model", "changes", "field"),
    [("fal-ai/flux-pro/kontext", {}, "way"), (ENDPOINT, {"count": 2}, "count")],
)
def test_what_cannot_be_streamed_is_refused_before_anything_is_sent(ask, model, changes, field):
    told = ask(LIVE, model=model, inputs=[picture()], **changes)
    assert isinstance(told.end, BadRequest)
    assert told.end.field == field
    assert told.fal.ledger == []


def test_frames_without_pictures_tell_of_progress_and_rubbish_is_passed_over(ask):
    frames = [
        {"progress": 0.25},
        {"logs": [{"message": "looking"}]},
        {"timings": {}},
        ": ping\n\n",
        "data: [DONE]\n\n",
        "event: x\ndata: 7\n\n",
        frame("data:image/png;base64,%%%"),
        frame(png(grey=5), progress=0.5),
        {"images": []},
    ]
    told = ask(LIVE, service={"frames": frames})
    assert told.events[1:4] == [
        Running(0.25, ""),
        Running(None, "looking"),
        Preview(png(grey=5), 0.5),
    ]
    # The last frame that holds a picture is the result, wherever that lies.
    assert told.kinds[4:] == [RemoteDone, Finished]
    assert told.events[-1].result.images[0].data == png(grey=5)


def test_a_picture_that_is_flagged_or_lies_elsewhere_or_is_large_is_no_preview(ask):
    frames = [
        frame(png(), has_nsfw_concepts=[True]),
        frame("https://v3.fal.media/files/early"),
        frame(data_uri(b"\x89PNG" + b"0" * 7_000_000)),
        frame(png(grey=5)),
    ]
    told = ask(LIVE, service={"frames": frames})
    assert told.kinds == [Sending, Preview, RemoteDone, Finished]
    assert told.events[1].data == png(grey=5)
    assert [one.step for one in told.fal.ledger] == ["live"]


@pytest.mark.parametrize("frames", [[], [{"progress": 1.0}], [{"images": [{}]}]])
def test_a_stream_that_ends_without_a_picture_ends_unknown(ask, frames):
    told = ask(LIVE, service={"frames": frames})
    assert isinstance(told.end, OutcomeUnknown)
    assert "may have been charged" in told.end.message
    assert len(told.fal.seen("live")) == 1


@pytest.mark.parametrize("k", range(4))
def test_f_net_14_a_live_run_that_breaks_off_after_a_frame_ends_unknown(ask, k):
    frames = [{"progress": 0.1}, ONE, TWO, ONE][:k]
    told = ask(LIVE, ("live", breaks_after(frames)))
    assert isinstance(told.end, OutcomeUnknown)
    assert "may have been charged" in told.end.message
    assert told.fal.sold == 1
    assert told.kinds == [Sending, Running, Preview, Preview][: k + 1]


def test_f_net_14_a_result_that_lies_at_the_service_is_kept_although_the_stream_broke(ask):
    async def broke(exchange):
        exchange.service.pictures["kept"] = png(grey=77)
        url = f"{exchange.service.origin}/files/kept"
        await breaks_after([ONE, frame(url, notes=["One."])])(exchange)

    told = ask(LIVE, ("live", broke))
    assert told.kinds == [Sending, Preview, RemoteDone, Finished]
    result = told.events[-1].result
    assert result.images[0].data == png(grey=77)
    assert result.notes[0] == "One."
    assert "may be unfinished" in result.notes[1]


BROKEN = {
    "dropped": (drops(), Limits()),
    "no answer": (hangs(), Limits(run_s=0.3)),
    "quiet after a frame": (goes_quiet_after([ONE]), Limits(run_s=0.5)),
    "only kept warm": (only_keeps_warm(), Limits(run_s=0.5)),
    "too much": (goes_quiet_after([frame("data:,x" + "x" * 9000)]), Limits(result_bytes=5000)),
    "a gateway's page": (page(502), Limits()),
    "a gateway's 500": (says(500, {"detail": "Internal Server Error"}), Limits()),
}


@pytest.mark.parametrize(("fault", "limits"), BROKEN.values(), ids=BROKEN.keys())
def test_f_net_14_a_live_run_of_which_no_end_is_heard_ends_unknown(ask, fault, limits):
    told = ask(LIVE, ("live", fault), limits=limits)
    assert isinstance(told.end, OutcomeUnknown)
    assert len(told.fal.seen("live")) == 1


def problem(kind):
    return {"detail": [{"loc": ["body", "prompt"], "msg": "No.", "type": kind}]}


@pytest.mark.parametrize("status", [200, None], ids=["express quirk", "as it is"])
@pytest.mark.parametrize(
    ("real", "said", "kind"),
    [
        (401, {"detail": "No user found for Key ID and Secret"}, Unauthorized),
        (404, {"detail": "Path /stream not found"}, NotFound),
        (422, problem("value_error.missing"), Refused),
        (422, problem("content_policy_violation"), ContentBlocked),
        (503, {"detail": "x", "error_type": "runner_disconnected"}, ServiceFailed),
    ],
)
def test_an_error_instead_of_a_stream_is_that_error(ask, status, real, said, kind):
    told = ask(LIVE, ("live", says(status or real, said)))
    assert type(told.end) is kind
    assert told.kinds == [Sending]


def test_an_error_within_the_stream_is_the_end_of_the_run(ask):
    told = ask(LIVE, service={"frames": [ONE, problem("content_policy_violation")]})
    assert type(told.end) is ContentBlocked
    assert told.end.charged is Charged.MAYBE
    assert told.kinds == [Sending, Preview]


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        ({"error": "CUDA out of memory", "error_type": "internal_error"}, ServiceFailed),
        ({"status": "COMPLETED", "error": "It did not work."}, Refused),
        ({"status": "FAILED"}, ServiceFailed),
    ],
)
def test_an_error_told_as_a_status_within_the_stream_leaves_no_preview_as_the_result(
    ask, last, kind
):
    told = ask(LIVE, service={"frames": [ONE, last]})
    assert type(told.end) is kind
    assert told.kinds == [Sending, Preview]


def test_a_whole_answer_instead_of_a_stream_may_be_the_result(ask):
    told = ask(LIVE, ("live", says(200, frame(png(grey=8)))))
    assert told.kinds == [Sending, RemoteDone, Finished]
    assert told.events[-1].result.images[0].data == png(grey=8)


def test_a_live_run_that_is_not_taken_now_is_sent_again(ask):
    told = ask(LIVE, ("live", says(429, {"detail": "busy"})))
    assert told.kinds[:3] == [Sending, NotAccepted, Sending]
    assert told.kinds[-1] is Finished


def test_a_live_run_uploads_its_picture_first(ask):
    told = ask(LIVE, inputs=[picture(Loads())])
    assert told.kinds[:2] == [Uploaded, Sending]
    assert told.fal.seen("live")[0].json()["image_url"] == f"{told.fal.origin}/files/input-0"


def test_leaving_a_live_run_closes_its_connection(run, waits, dev):
    gone = asyncio.Event()

    async def waits_for_the_end(exchange):
        await goes_quiet_after([ONE])(exchange)
        gone.set()

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            fal.fault("live", waits_for_the_end)
            one = picture(hosted=HOSTED)
            events = provider.edit(request_for(one), dev, (one,), LIVE)
            seen = [await anext(events), await anext(events)]
            await events.aclose()
            await gone.wait()
            return seen

    assert [type(event) for event in run(story())] == [Sending, Preview]
