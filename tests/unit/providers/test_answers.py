import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.errors import BadAnswer
from kontext_studio.providers.answers import Answer, parse_json, shown


def answer(body: bytes, status: int = 200, kind: str = "application/json") -> Answer:
    return Answer(status, {"content-type": kind}, body, "queue.test")


def test_f_api_32_a_byte_order_mark_is_skipped():
    assert answer(b'\xef\xbb\xbf{"a": 1}').json() == {"a": 1}


def test_f_api_32_nan_becomes_null_so_that_a_paid_result_survives_it():
    assert answer(b'{"timings": {"inference": NaN}, "x": -Infinity}').json() == {
        "timings": {"inference": None},
        "x": None,
    }


def test_f_api_31_a_seed_beyond_two_to_the_53_stays_whole():
    assert parse_json(b'{"seed": 196619188014358660}') == {"seed": 196619188014358660}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b"[]" * 500_000,
        b"",
        b"{",
        b'{"a": 1} trailing',
        b"\x00\x01",
    ],
)
def test_f_api_32_a_body_that_is_no_json_is_a_bad_answer(body):
    with pytest.raises(BadAnswer, match="makes no sense"):
        answer(body).json()


def test_f_api_31_a_number_longer_than_any_seed_is_none_and_spoils_nothing_else():
    body = b'{"seed": ' + b"9" * 5000 + b', "less": -' + b"9" * 5000 + b', "n": 196619188014358660}'
    assert answer(body).json() == {"seed": None, "less": None, "n": 196619188014358660}


def test_nesting_to_the_limit_is_read():
    body = b'{"a":' * 16 + b"[" * 16 + b"1" + b"]" * 16 + b"}" * 16
    assert parse_json(body)
    assert parse_json(b"[" + b"[[]]," * 1000 + b"[]]") == [[[]]] * 1000 + [[]]


def test_nesting_is_counted_through_neighbours():
    def nested(depth: int) -> bytes:
        return b"[[]," * (depth - 1) + b"[]" + b"]" * (depth - 1)

    assert parse_json(nested(32))
    with pytest.raises(ValueError, match="too deeply"):
        parse_json(nested(33))


def test_brackets_inside_text_do_not_count_as_nesting():
    text = "[{" * 500
    assert parse_json(b'{"prompt": "' + text.encode() + b'"}') == {"prompt": text}


def test_f_net_16_a_page_where_json_is_due_is_a_sign_in_page():
    with pytest.raises(BadAnswer, match="sign-in page"):
        answer(b"\n<!DOCTYPE html><title>Wi-Fi</title>").json()
    with pytest.raises(BadAnswer, match="sign-in page"):
        answer(b"hello", kind="text/html; charset=utf-8").json()


def test_a_gateways_page_is_not_called_a_sign_in_page():
    with pytest.raises(BadAnswer, match="HTTP 502"):
        answer(b"<html>Bad Gateway</html>", status=502).json()


@given(st.binary(max_size=300))
def test_no_body_makes_the_reader_fail_in_another_way(body):
    with contextlib.suppress(BadAnswer):
        answer(body).json()


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_what_json_can_say_is_read_as_it_was(value):
    assert parse_json(json.dumps(value).encode()) == value


def test_f_sec_11_text_from_outside_is_one_plain_short_line():
    assert shown("a\x1b[31m\nb\u202ec\ud800") == "a [31m b c?"
    assert len(shown("x" * 5000)) == 300


def test_facts_hold_no_key_no_picture_and_no_signature():
    facts = answer(
        b'{"detail": "Key abc:def was sent", "u": "https://cdn.test/f?X-Sig=secret",'
        b' "i": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA"}',
        status=400,
    ).facts()
    assert "HTTP 400 from queue.test" in facts
    for secret in ("abc:def", "X-Sig", "iVBOR"):
        assert secret not in facts
    assert shown("a data:image/png;base64," + "A" * 400) == "a [300 bytes]"
