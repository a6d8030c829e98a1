"""Large pictures are uploaded in parts, each of which is repeated on its own."""

import pytest

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import BadAnswer, ConnectionLost, Refused, Unauthorized
from kontext_studio.core.provider import Finished, Trouble, Uploaded
from kontext_studio.providers.addresses import AddressRefused
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_service import KEY, cut, drops, page, says
from tests.unit.providers.conftest import Loads, picture

LARGE = bytes(range(256)) * 4
SMALL_PARTS = Limits(one_put_bytes=1000, part_bytes=400)


def upload(ask, *faults, data=LARGE, **more):
    return ask(Delivery(), *faults, inputs=[picture(Loads(data))], limits=SMALL_PARTS, **more)


def test_a_large_picture_arrives_in_parts_without_a_key_but_at_the_first_call(ask):
    told = upload(ask)
    assert isinstance(told.events[-1], Finished)
    assert told.fal.pictures["input-0"] == LARGE
    begin, *parts, end = told.fal.ledger[:5]
    assert begin.path == "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3"
    assert begin.json() == {"content_type": "image/png", "file_name": "picture.png"}
    assert begin.headers["authorization"] == f"Key {KEY}"
    signed = "/parts/input-0/{}?signature=canary-signature"
    assert [(one.method, one.path) for one in parts] == [
        ("PUT", signed.format(number)) for number in (1, 2, 3)
    ]
    assert [len(one.body) for one in parts] == [400, 400, 224]
    assert (end.method, end.path) == ("POST", signed.format("complete"))
    assert end.json() == {"parts": [{"partNumber": n, "etag": f"tag-{n}"} for n in (1, 2, 3)]}
    for one in [*parts, end]:
        assert KEY not in str(one.headers)
    # Signed without a type, as the published client sends them.
    assert {one.headers.get("content-type") for one in parts} == {None}
    assert told.fal.seen("submit")[0].json()["image_url"] == f"{told.fal.origin}/files/input-0"


def test_a_picture_up_to_the_limit_goes_at_once(ask):
    told = upload(ask, data=LARGE[:1000])
    assert len(told.fal.seen("put")) == 1
    assert told.fal.seen("parts_begin") == []


def test_only_the_part_that_broke_is_sent_again(ask):
    faults = [("part", drops()), ("part", says(500, b"x", kind="text/plain")), ("part", cut())]
    told = upload(ask, *faults)
    assert told.kinds[:5] == [Trouble, Trouble, Trouble, Trouble, Uploaded]
    paths = [one.path.split("?")[0].rpartition("/")[2] for one in told.fal.seen("part")]
    assert paths == ["1", "1", "1", "1", "2", "3"]
    assert told.fal.pictures["input-0"] == LARGE
    assert len(told.fal.seen("parts_begin")) == 1


@pytest.mark.parametrize("step", ["parts_begin", "part", "parts_end"])
def test_a_step_that_never_works_is_given_up_and_nothing_is_bought(ask, step):
    told = upload(ask, *[(step, drops())] * 9)
    assert isinstance(told.end, ConnectionLost)
    assert len(told.fal.seen(step)) == 5
    assert told.fal.seen("submit") == []


def test_a_part_is_confirmed_by_a_header_too(ask):
    by_header = says(200, b"", {"ETag": "tag-1"}, kind="text/plain")
    told = upload(ask, ("part", by_header))
    assert told.fal.seen("parts_end")[0].json()["parts"][0] == {"partNumber": 1, "etag": "tag-1"}


def test_a_part_that_is_never_confirmed_ends_the_upload(ask):
    told = upload(ask, *[("part", says(200, {}))] * 9)
    assert isinstance(told.end, BadAnswer)
    assert told.fal.seen("submit") == []


@pytest.mark.parametrize(
    "fault",
    [
        says(404, {"detail": "Not Found"}),
        says(405, {"detail": "Method Not Allowed"}),
        says(200, {"detail": "Not Found", "error_type": "not_found"}),
        page(404),
    ],
    ids=["404", "405", "404 of a quirky proxy", "a page"],
)
def test_a_server_that_knows_no_parts_is_given_the_picture_at_once(ask, fault):
    told = upload(ask, ("parts_begin", fault))
    assert isinstance(told.events[-1], Finished)
    assert told.fal.seen("put")[0].body == LARGE


def test_f_api_8_a_proxy_that_passes_no_parts_on_is_named(ask):
    told = upload(ask, ("parts_begin", says(400, b'"Invalid request"')))
    assert type(told.end) is Refused
    assert told.end.message == "The proxy passes no picture of this size on."
    assert "one megapixel" in told.end.hint
    assert told.end.problems[0].kind == "file_too_large"
    assert told.end.charged == "no"
    assert [one.step for one in told.fal.ledger] == ["parts_begin"]


def test_a_sign_in_that_is_missing_is_no_matter_of_size(ask):
    told = upload(ask, ("parts_begin", says(401, b'"Unauthorized"')))
    assert isinstance(told.end, Unauthorized)


def test_f_api_8_a_part_that_is_too_large_is_not_repeated(ask):
    told = upload(ask, ("part", says(413, b"big", kind="text/plain")))
    assert type(told.end) is Refused
    assert len(told.fal.seen("part")) == 1


def test_f_sec_12_parts_do_not_go_into_the_network(ask):
    inside = {"upload_url": "https://10.0.0.1/parts", "file_url": "https://v3.fal.media/x"}
    told = upload(ask, ("parts_begin", says(200, inside)))
    assert isinstance(told.end, AddressRefused)
    assert [one.step for one in told.fal.ledger] == ["parts_begin"]
