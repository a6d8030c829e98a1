import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    ConnectionLost,
    OutOfCredit,
    Refused,
    ServiceFailed,
    Unauthorized,
)
from kontext_studio.core.provider import Finished, Trouble, Uploaded
from kontext_studio.providers.addresses import AddressRefused
from tests.fakes.fal_service import FalService, drops, page, says
from tests.unit.providers.conftest import end_of, picture, provider_for, request_for


def edit(run, waits, dev, *faults):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            for step, fault in faults:
                fal.fault(step, fault)
            one = picture()
            events, end = await end_of(provider.edit(request_for(one), dev, (one,)))
            return events, end, fal

    return run(story())


@pytest.mark.parametrize("step", ["initiate", "put"])
@pytest.mark.parametrize(
    "fault",
    [drops(), says(500, {"detail": "x"}), page(502), says(429, {"detail": "x"})],
    ids=["dropped", "500", "502", "429"],
)
def test_an_upload_is_repeated_because_nothing_is_bought_yet(run, waits, dev, step, fault):
    events, end, fal = edit(run, waits, dev, (step, fault), (step, fault))
    assert end is None
    assert [type(event) for event in events[:4]] == [Trouble, Trouble, Trouble, Uploaded]
    assert events[2] == Trouble(None)
    assert isinstance(events[-1], Finished)
    assert len(fal.seen("submit")) == 1
    assert waits.asked[:2] == [0.5, 1.0]


@pytest.mark.parametrize("step", ["initiate", "put"])
def test_an_upload_that_never_works_is_given_up_after_five_times(run, waits, dev, step):
    _, end, fal = edit(run, waits, dev, *[(step, drops())] * 9)
    assert isinstance(end, ConnectionLost)
    assert len(fal.seen(step)) == 5
    assert fal.seen("submit") == []


@pytest.mark.parametrize(
    ("step", "fault", "kind"),
    [
        ("initiate", says(401, {"detail": "No user found"}), Unauthorized),
        ("initiate", says(403, {"detail": "User is locked. Exhausted balance."}), OutOfCredit),
        ("initiate", says(413, b"big", kind="text/plain"), Refused),
        ("initiate", says(200, b'"Invalid request"'), Refused),
        ("put", says(413, b"big", kind="text/plain"), Refused),
        ("put", page(413), Refused),
    ],
)
def test_an_upload_that_is_refused_is_not_repeated(run, waits, dev, step, fault, kind):
    events, end, fal = edit(run, waits, dev, (step, fault))
    assert type(end) is kind
    assert end.charged == "no"
    assert events == []
    assert len(fal.seen(step)) == 1
    assert fal.seen("submit") == []


def test_a_storage_that_answers_rubbish_ends_the_run_before_it_begins(run, waits, dev):
    answers: list[object] = [{"upload_url": 7}, {}, [], "x"]
    for answer in answers:
        rubbish = ("initiate", says(200, answer))
        _, end, fal = edit(run, waits, dev, *[rubbish] * 5)
        assert isinstance(end, (BadAnswer, Refused))
        assert fal.seen("submit") == []


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.test/put?sig=1",
        "https://169.254.169.254/put",
        "https://127.0.0.1/put",
        "http://127.0.0.1:1/put",
        "ftp://storage.test/put",
        "https://me@storage.test/put",
    ],
)
def test_f_sec_12_a_picture_is_not_uploaded_in_the_clear_or_into_the_network(run, waits, dev, url):
    # The network of the tests would notice any attempt to look up or reach it.
    answer = says(200, {"upload_url": url, "file_url": "https://v3.fal.media/files/x"})
    _, end, fal = edit(run, waits, dev, *[("initiate", answer)] * 5)
    assert isinstance(end, AddressRefused)
    assert "is refused" in end.message
    assert fal.seen("submit") == []
    assert waits.asked == []


def test_f_sec_12_a_network_proxy_is_not_asked_to_upload_into_its_own_network(run, waits, dev):
    answer = says(200, {"upload_url": "https://10.0.0.1/put", "file_url": "https://x.test/x"})

    async def story():
        async with FalService() as fal:
            fal.fault("submit", answer)  # every POST to it as a proxy
            access = fal.access(network_proxy=fal.origin)
            async with provider_for(access, waits) as provider:
                one = picture()
                return await end_of(provider.edit(request_for(one), dev, (one,))), fal

    (_, end), fal = run(story())
    assert isinstance(end, AddressRefused)
    assert [one.method for one in fal.ledger] == ["POST"]


def test_a_put_that_is_refused_for_a_moment_is_no_loss(run, waits, dev):
    _, end, _ = edit(run, waits, dev, ("put", says(503, b"", kind="text/plain")))
    assert end is None
    _, end, _ = edit(run, waits, dev, *[("put", says(503, b"", kind="text/plain"))] * 5)
    assert isinstance(end, ServiceFailed)
