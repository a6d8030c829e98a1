"""What the proxy reads of a body, and that two readers cannot read it differently."""

import pytest

from kontext_studio.server.proxy.bodies import Wanted, wanted
from kontext_studio.server.proxy.refusals import Refused

JSON = "application/json"
FORM = "multipart/form-data; boundary=b"


def read(body, kind=JSON):
    return wanted(body, kind, "model", ("n",))


def part(head, content=b"1"):
    return b"--b\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


def field(name, content):
    return part(f'Content-Disposition: form-data; name="{name}"'.encode(), content)


END = b"--b--\r\n"
MODEL = field("model", b"m")


@pytest.mark.parametrize(
    ("body", "kind", "found"),
    [
        (b'{"model": "m", "n": 3}', JSON, Wanted("m", 3)),
        (b'{"model": "m", "n": null}', "application/json; charset=utf-8", Wanted("m", 1)),
        (b"", JSON, Wanted("", 1)),
        (MODEL + field("n", b"3") + END, FORM, Wanted("m", 3)),
        (MODEL + END, 'multipart/form-data; boundary="b"', Wanted("m", 1)),
        (
            part(b'content-disposition: form-data; name="image"; filename="a.png"', b"\r\n\r\n")
            + MODEL
            + END,
            FORM,
            Wanted("m", 1),
        ),
    ],
)
def test_a_plain_body_tells_its_model_and_its_count(body, kind, found):
    assert read(body, kind) == found


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"n": 1, "n": 4}', JSON),
        (b'{"n": 1, "N": 4}', JSON),
        (b'{"model": "m", "Model": "x"}', JSON),
        (b'{"model": ["m"]}', JSON),
        (b"[]", JSON),
        (b'"x"', JSON),
        (b"{", JSON),
        (b"[" * 100_000, JSON),
        (b"\xff\xfe{}", JSON),
        (b'{"model": "m", "a": "&n=9"}', "application/x-www-form-urlencoded"),
        (b'{"model": "m"}', "text/plain"),
        (b'{"model": "m"}', ""),
        (b'{"model": "m"}', "multipart/form-data"),
        (b'{"model": "m"}', FORM),
        (MODEL + field("n", b"1") + field("n", b"4") + END, FORM),
        (MODEL + MODEL + END, FORM),
        (MODEL + field("N", b"4") + END, FORM),
        (MODEL + field("n", b"0") + END, FORM),
        (MODEL + field("n", b" 4") + END, FORM),
        (MODEL + field("n", b"4.0") + END, FORM),
        (MODEL, FORM),
        (b"preamble\r\n" + MODEL + END, FORM),
        (MODEL + part(b"Content-Disposition: form-data; name=n", b"4") + END, FORM),
        (MODEL + part(b"Content-Disposition: form-data; name*=utf-8''n", b"4") + END, FORM),
        (
            MODEL + part(b'Content-Disposition: form-data; name="x"\r\n ; name="n"', b"4") + END,
            FORM,
        ),
        (
            MODEL + part(b'Content-Disposition: form-data; name="x"; name="n"', b"4") + END,
            FORM,
        ),
        (
            MODEL
            + part(
                b'Content-Disposition: form-data; name="x"\r\n'
                b'Content-Disposition: form-data; name="n"',
                b"4",
            )
            + END,
            FORM,
        ),
        (part(b'Content-Disposition: form-data; name="model"; filename="f"', b"m") + END, FORM),
        (MODEL + field("x", b'\n--b\nContent-Disposition: form-data; name="n"\n\n4') + END, FORM),
        (MODEL + END, "multipart/form-data; boundary=b; boundary=c"),
        (MODEL + END, "multipart/mixed; boundary=b"),
    ],
)
def test_a_body_that_could_be_read_in_two_ways_is_refused(body, kind):
    with pytest.raises(Refused) as caught:
        read(body, kind)
    assert caught.value.refusal.status == 422
