import json
from itertools import pairwise
from typing import cast

import pytest

from kontext_studio.core.errors import (
    Charged,
    ContentBlocked,
    NoPicture,
    NotFound,
    Refused,
    ServiceFailed,
    StudioError,
)
from kontext_studio.core.provider import Finished, RemoteDone, Trouble
from kontext_studio.providers.limits import PROMPT_CHARACTERS, Limits
from kontext_studio.providers.retries import GONE_ATTEMPTS
from kontext_studio.providers.routing import RouteUnfit
from tests.fakes.fal_service import (
    FalService,
    cut,
    drops,
    hangs,
    page,
    says,
    says_raw,
)
from tests.unit.providers.conftest import COMPLETED, end_of, kinds, provider_for, resume


def test_f_net_10_a_result_that_breaks_off_is_asked_for_until_it_is_whole(run, waits):
    events, end, fal = resume(
        run,
        waits,
        statuses=[COMPLETED],
        faults=[("result", fault) for fault in (cut(), drops(), page(200), page(502), cut())],
    )
    assert end is None
    assert len(fal.seen("result")) == 6
    assert kinds(events) == [Trouble] * 6 + [RemoteDone, Finished]
    assert events[5] == Trouble(None)


def test_a_result_may_be_as_large_as_the_pictures_inside_it(run, waits):
    url = "data:image/png;base64," + "A" * 4_000_000
    _, end, _ = resume(run, waits, statuses=[COMPLETED], result={"images": [{"url": url}]})
    assert end is None


def test_a_result_that_is_not_ready_is_waited_for(run, waits):
    early = says(400, {"detail": "Request is still in progress"})
    _, end, fal = resume(run, waits, statuses=[COMPLETED], faults=[("result", early)])
    assert end is None
    assert len(fal.seen("result")) == 2


def detail(kind, message="No.", **context):
    entry = {"loc": ["body", "prompt"], "msg": message, "type": kind}
    return {"detail": [{**entry, "ctx": context}] if context else [entry]}


ENDS = {
    "content": (422, detail("content_policy_violation"), ContentBlocked, Charged.MAYBE),
    "content as 400": (400, detail("content_policy_violation"), ContentBlocked, Charged.MAYBE),
    "field": (422, detail("image_too_small", min_width=64), Refused, Charged.MAYBE),
    "no media": (422, detail("no_media_generated"), Refused, Charged.MAYBE),
    "400": (400, {"detail": "bad header", "error_type": "bad_request"}, Refused, Charged.MAYBE),
    "500": (500, detail("internal_server_error"), ServiceFailed, Charged.NO),
    "503": (503, {"detail": "x", "error_type": "runner_disconnected"}, ServiceFailed, Charged.NO),
    "504": (504, detail("generation_timeout"), ServiceFailed, Charged.NO),
    "downstream": (400, detail("downstream_service_error"), ServiceFailed, Charged.NO),
    "cancelled": (499, {"detail": "x", "error_type": "client_cancelled"}, Refused, Charged.MAYBE),
}


@pytest.mark.parametrize("quirk", [False, True], ids=["status kept", "status lost"])
@pytest.mark.parametrize(("status", "body", "kind", "charged"), ENDS.values(), ids=ENDS.keys())
def test_f_api_16_an_error_of_the_model_in_the_result_is_the_end_of_the_run(
    run, waits, quirk, status, body, kind, charged
):
    events, end, fal = resume(
        run,
        waits,
        statuses=[COMPLETED],
        result=body,
        result_status=200 if quirk else status,
    )
    assert type(end) is kind
    assert end.charged is charged
    assert len(fal.seen("result")) == 1
    assert events == []


def test_f_api_16_the_models_500_without_a_type_is_known_by_the_runs_number(run, waits):
    mine = says(500, {"detail": "Internal Server Error"}, {"x-fal-request-id": "run-1"})
    _, end, _ = resume(run, waits, statuses=[COMPLETED], faults=[("result", mine)])
    assert isinstance(end, ServiceFailed)
    assert end.charged is Charged.NO


IN_THE_WAY = {
    "401": says(401, {"detail": "No user found for Key ID and Secret"}),
    "401 with its type": says(401, {"detail": "No key", "error_type": "unauthorized"}),
    "402": says(402, {"detail": "Payment required"}),
    "403": says(403, {"detail": "Forbidden"}),
    "403 without credit": says(403, {"detail": "User is locked. Exhausted balance."}),
    "403 of a page": page(403),
    "404 of a page": page(404),
    "404 of a proxy": says(404, b'"Not Found"'),
    "407": says(407, {"detail": "Proxy Authentication Required"}),
    "408": says(408, {"detail": "Request Timeout"}),
    "409": says(409, {"detail": "Conflict"}),
    "429": says(429, {"detail": "Too many requests"}),
    "429 of a full queue": says(429, {"detail": "Full", "error_type": "queue_full"}),
    "a proxy that refuses": says(400, b'"Invalid request"'),
    "a proxy that refuses with 200": says(200, b'"Invalid request"'),
    "a proxy that lost the status": says(200, {"detail": "Forbidden"}),
    "500 of a gateway": says(500, {"detail": "Internal Server Error"}),
    "500 of a gateway with a number": says(500, {"detail": "x"}, {"x-fal-request-id": "other"}),
    "502": says(502, {"detail": "Bad Gateway"}),
    "503": says(503, {"detail": "Service Unavailable"}),
    "503 of a page": page(503),
    "504": says(504, {"message": "Endpoint request timed out"}),
    "a sign-in page": page(200),
    "a redirect": says(302, b"", {"location": "https://login.test"}),
    "nothing": drops(),
    "silence": hangs(),
    "rubbish": says_raw(b"\x16\x03\x01garbage\r\n\r\n"),
}


@pytest.mark.parametrize("step", ["status", "result"])
@pytest.mark.parametrize("fault", IN_THE_WAY.values(), ids=IN_THE_WAY.keys())
def test_f_net_9_a_run_that_was_paid_for_outlasts_what_stands_in_its_way(run, waits, step, fault):
    times = 1 if fault is IN_THE_WAY["silence"] else 12
    events, end, _ = resume(
        run,
        waits,
        limits=Limits(gap_s=0.2) if times == 1 else None,
        streams=False,
        statuses=[COMPLETED],
        faults=[(step, fault)] * times,
    )
    assert end is None
    assert isinstance(events[-1], Finished)
    assert isinstance(events[0].reason, StudioError)
    assert Trouble(None) in events
    assert "model stopped" not in events[0].reason.message
    assert waits.asked == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 60, 60, 60][:times]


@pytest.mark.parametrize("status", [404, 410])
def test_f_api_6_a_result_nobody_knows_is_asked_for_over_more_than_a_minute(run, waits, status):
    unknown = says(status, {"detail": "Request not found"})
    _, end, fal = resume(run, waits, statuses=[COMPLETED], faults=[("result", unknown)] * 9)
    assert isinstance(end, NotFound)
    assert "run-1" in end.message
    assert end.charged is Charged.MAYBE
    assert len(fal.seen("result")) == GONE_ATTEMPTS
    assert waits.asked == [2.0, 10.0, 30.0, 80.0]


def test_f_api_6_answers_in_a_row_are_meant(run, waits):
    unknown = says(404, {"detail": "Request not found"})
    between = [*[unknown] * 4, drops(), *[unknown] * 4, page(502), unknown]
    faults = [("result", fault) for fault in between]
    _, end, fal = resume(run, waits, statuses=[COMPLETED], faults=faults)
    assert end is None
    assert len(fal.seen("result")) == 12


ODD = {
    "a message": says(200, {"message": "Too many requests"}),
    "another server's status": says(200, {"status": "IN_PROGRESS"}),
    "nothing": says(200, {}),
}


@pytest.mark.parametrize("fault", ODD.values(), ids=ODD.keys())
def test_f_api_18_what_is_no_result_is_not_the_end_of_a_run_that_was_paid_for(run, waits, fault):
    events, end, fal = resume(run, waits, statuses=[COMPLETED], faults=[("result", fault)] * 3)
    assert end is None
    assert kinds(events) == [Trouble] * 4 + [RemoteDone, Finished]
    assert events[3] == Trouble(None)
    assert len(fal.seen("result")) == 4
    assert all(0 < earlier <= later for earlier, later in pairwise(waits.asked))


def test_f_api_18_what_stays_no_result_is_believed_and_kept(run, waits):
    odd = [("result", ODD["a message"])] * 9
    events, end, fal = resume(run, waits, statuses=[COMPLETED], faults=odd)
    assert isinstance(end, NoPicture)
    assert len(fal.seen("result")) == 4
    assert waits.asked == [2.0, 10.0, 30.0]
    assert json.loads(events[-1].answer) == {"message": "Too many requests"}


def test_f_api_18_a_service_that_says_that_it_still_works_is_waited_for(run, waits):
    faults = [("result", ODD["another server's status"])] * 30
    _, end, fal = resume(run, waits, statuses=[COMPLETED], faults=faults)
    assert end is None
    assert len(fal.seen("result")) == 31


@pytest.mark.parametrize("images", [[], None, "x"])
def test_f_api_18_a_result_without_a_picture_is_the_services_word(run, waits, images):
    _, end, fal = resume(run, waits, statuses=[COMPLETED], result={"images": images})
    assert isinstance(end, NoPicture)
    assert len(fal.seen("result")) == 1


def test_f_api_32_of_a_large_answer_only_what_is_read_is_kept(run, waits):
    async def story():
        async with FalService(statuses=[COMPLETED]) as fal, provider_for(fal, waits) as provider:
            out = fal.output(1)
            (first,) = cast("list[dict[str, object]]", out["images"])
            first.update(file_data="x" * 100_000, file_size=None, odd="y")
            out["notes"] = ["Kept."]
            cyrillic = "\u044f" * 3_000_000
            out.update(prompt=cyrillic, padding=cyrillic, many=list(range(90_000)), small={"a": 1})
            out.update({f"fact {number}": "x" * 1900 for number in range(500)})
            raw = json.dumps(out, ensure_ascii=False).encode()
            fal.fault("result", says(200, raw))
            return out, await end_of(provider.resume(fal.remote("run-1")))

    out, (events, end) = run(story())
    assert end is None
    assert len(events[-1].result.prompt) == PROMPT_CHARACTERS
    (done,) = (event for event in events if isinstance(event, RemoteDone))
    assert done.answer.isascii()
    assert len(done.answer) < 300_000
    kept = json.loads(done.answer)
    for name in ("seed", "timings", "has_nsfw_concepts", "notes", "small"):
        assert kept[name] == out[name]
    assert set(kept["images"][0]) == {"url", "width", "height", "content_type", "file_size"}
    assert "padding" not in kept
    assert "many" not in kept


def test_a_route_that_only_a_person_can_mend_is_not_waited_for(run, waits, tmp_path):
    async def story():
        async with FalService(streams=False) as fal:
            async with provider_for(fal, waits) as provider:
                pass
            return await end_of(provider.resume(fal.remote("run-1")))

    events, end = run(story())
    assert isinstance(end, RouteUnfit)
    assert "closed meanwhile" in end.message
    assert events == []


def test_f_api_9_a_refusal_names_its_fields_with_all_their_facts(run, waits):
    body = {
        "detail": [
            {
                "loc": ["body", "image_url"],
                "msg": "too small",
                "type": "image_too_small",
                "ctx": {"min_width": 64},
                "url": "https://docs.test/errors",
            },
            {"loc": ["body", "loras", 0, "path"], "msg": "gone", "type": "file_download_error"},
            "rubbish",
        ]
    }
    _, end, _ = resume(run, waits, statuses=[COMPLETED], result=body, result_status=422)
    first, second = end.problems
    assert (first.field, first.kind, first.message) == ("image_url", "image_too_small", "too small")
    assert first.context == {"min_width": 64}
    assert second.field == "loras.0.path"
    assert end.message == "The service refused this request: too small gone"
    assert "HTTP 422" in end.detail


def test_f_api_29_completed_with_an_error_inside_ends_as_its_result_says(run, waits):
    failed = {**COMPLETED, "error": "Invalid status code: 422", "error_type": "bad_request"}
    _, end, _ = resume(
        run,
        waits,
        statuses=[failed],
        result=detail("content_policy_violation"),
        result_status=422,
    )
    assert isinstance(end, ContentBlocked)


@pytest.mark.parametrize(
    ("result", "result_status"), [({}, 200), ({"detail": "Request not found"}, 404)]
)
def test_f_api_29_completed_with_an_error_and_no_result_ends_as_the_status_says(
    run, waits, result, result_status
):
    failed = {**COMPLETED, "error": "The runner was lost", "error_type": "runner_disconnected"}
    _, end, _ = resume(run, waits, statuses=[failed], result=result, result_status=result_status)
    assert isinstance(end, ServiceFailed)
    assert "The runner was lost" in end.message


def test_a_service_that_says_failed_is_asked_for_the_reason(run, waits):
    _, end, _ = resume(
        run,
        waits,
        statuses=[{"status": "FAILED"}],
        result=detail("image_load_error"),
        result_status=422,
    )
    assert isinstance(end, Refused)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("FAILED", ServiceFailed), ("ERROR", ServiceFailed), ("CANCELLED", Refused)],
)
@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (says(404, {"detail": "Not found"}), GONE_ATTEMPTS),
        (page(502), 10),
        (says(503, {"detail": "x"}), 10),
    ],
    ids=["unknown", "a gateway's page", "503"],
)
def test_f_api_29_a_service_that_says_failed_and_no_more_is_believed_in_the_end(
    run, waits, word, kind, fault, asked
):
    faults = [("result", fault)] * 20
    _, end, fal = resume(run, waits, statuses=[{"status": word}], faults=faults)
    assert isinstance(end, kind)
    assert len(fal.seen("result")) == asked


def test_a_gateways_bare_400_is_not_the_end_of_a_run_that_was_paid_for(run, waits):
    gateway = says(400, {"detail": "Bad Request"})
    events, end, fal = resume(run, waits, statuses=[COMPLETED], faults=[("result", gateway)])
    assert end is None
    assert kinds(events)[-1] is Finished
    assert len(fal.seen("result")) == 2
