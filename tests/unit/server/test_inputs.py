import base64

import pytest

from tests.fakes.fal_service import png
from tests.unit.server.conftest import DATA_URI, MODEL

GOOD = {"prompt": "x", "image_url": DATA_URI}


def run(desk, **body):
    return desk.http.post(f"/run/{MODEL}", json=body)


@pytest.mark.parametrize(
    ("body", "field", "kind", "context"),
    [
        ({"image_url": DATA_URI}, "prompt", "missing", None),
        ({"prompt": "x"}, "image_url", "missing", None),
        ({**GOOD, "prompt": 7}, "prompt", "string_type", None),
        ({**GOOD, "prompt": "  "}, "prompt", "sequence_too_short", {"min_length": 1}),
        ({**GOOD, "image_url": ["x"]}, "image_url", "string_type", None),
        ({**GOOD, "seed": "7"}, "seed", "int_type", None),
        ({**GOOD, "seed": True}, "seed", "int_type", None),
        ({**GOOD, "seed": 1.5}, "seed", "int_type", None),
        ({**GOOD, "seed": -1}, "seed", "greater_than_equal", {"ge": 0}),
        ({**GOOD, "seed": 2**64}, "seed", "less_than_equal", {"le": 2**64 - 1}),
        ({**GOOD, "num_images": 0}, "num_images", "greater_than_equal", {"ge": 1}),
        ({**GOOD, "num_images": 5}, "num_images", "less_than_equal", {"le": 4}),
        (
            {**GOOD, "output_format": "gif"},
            "output_format",
            "one_of",
            {"expected": ["png", "jpeg"]},
        ),
        ({**GOOD, "sync_mode": "yes"}, "sync_mode", "bool_type", None),
        ({"prompt": "x", "image_urls": "x"}, "image_urls", "list_type", None),
        (
            {"prompt": "x", "image_urls": []},
            "image_urls",
            "sequence_too_short",
            {"min_length": 1, "max_length": 4},
        ),
        (
            {"prompt": "x", "image_urls": ["x"] * 5},
            "image_urls",
            "sequence_too_long",
            {"min_length": 1, "max_length": 4},
        ),
    ],
)
def test_each_fault_of_the_input_names_its_field_and_its_limits(desk, body, field, kind, context):
    answer = run(desk, **body)
    assert answer.status_code == 422
    (entry,) = answer.json()["detail"]
    assert (entry["loc"], entry["type"], entry.get("ctx")) == (["body", field], kind, context)
    assert desk.engine.requests == []


def test_all_faults_are_told_at_once(desk):
    answer = run(desk, seed="x", num_images=9)
    assert [entry["loc"][-1] for entry in answer.json()["detail"]] == [
        "prompt",
        "image_url",
        "seed",
        "num_images",
    ]


def test_fields_nobody_knows_are_passed_over(desk):
    assert run(desk, **GOOD, guidance_scale=3.5).status_code == 200


def test_nothing_is_the_same_as_not_given(desk):
    body = {**GOOD, "seed": None, "num_images": None, "output_format": None, "sync_mode": None}
    assert run(desk, **body).status_code == 200
    assert desk.engine.requests[0].output_format == "png"


@pytest.mark.parametrize("raw", [b"{", b"[1, 2", b"\xff\xfe", b"[" * 100_000, b'"text"', b"[1]"])
def test_a_body_that_is_no_json_object_is_refused(desk, raw):
    answer = desk.http.post(f"/run/{MODEL}", content=raw)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body"]


def test_a_picture_reaches_the_engine_byte_for_byte(desk):
    data = png(grey=200)
    for url in (
        "data:image/png;base64," + base64.b64encode(data).decode(),
        "data:image/png;base64," + base64.b64encode(data).decode().replace("+", "%2B"),
        "data:," + "".join(f"%{byte:02x}" for byte in data),
        upload(desk, data),
    ):
        assert run(desk, prompt="x", image_url=url).status_code == 200
        assert desk.engine.requests[-1].images == (data,)


def test_several_pictures_keep_their_order(desk):
    first, second = upload(desk, png(grey=1)), upload(desk, png(grey=2))
    assert run(desk, prompt="x", image_urls=[second, first]).status_code == 200
    assert desk.engine.requests[0].images == (png(grey=2), png(grey=1))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://pictures.test/cat.png", "file_download_error"),
        ("http://169.254.169.254/latest", "file_download_error"),
        ("file:///etc/passwd", "file_download_error"),
        ("../../etc/passwd", "file_download_error"),
        ("http://127.0.0.1/files/../../etc/passwd", "file_download_error"),
        ("", "file_download_error"),
        ("data:image/png;base64,@@@", "image_load_error"),
        ("data:image/png", "image_load_error"),
    ],
)
def test_a_picture_that_is_not_here_is_never_fetched_from_elsewhere(desk, url, kind):
    # The network of the tests would notice any attempt.
    answer = run(desk, prompt="x", image_url=url)
    assert answer.status_code == 422
    (entry,) = answer.json()["detail"]
    assert (entry["loc"], entry["type"]) == (["body", "image_url"], kind)
    assert desk.engine.requests == []


def upload(desk, data):
    body = {"content_type": "image/png", "file_name": "a.png"}
    where = "/rest/storage/upload/initiate?storage_type=fal-cdn-v3"
    answer = desk.http.post(where, json=body).json()
    assert desk.http.put(answer["upload_url"], content=data).status_code == 200
    return answer["file_url"]
