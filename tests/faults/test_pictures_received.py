"""Pictures as services send them: of another type, damaged, none at all, or far too large."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core.errors import BadPicture, OutOfMemory, PictureTooLarge
from kontext_studio.core.history import History, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.result import ResultFacts
from kontext_studio.core.route import EMBEDDED
from kontext_studio.imaging.encode import DigitalSource
from kontext_studio.workbench import pictures
from tests.fakes.photographs import encoded, photograph, png

KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def examined(data: bytes, stated: tuple[int, int] | None = None) -> pictures.Imported:
    return asyncio.run(pictures.examine_received(data, stated))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_says(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 4000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.mark.parametrize("stated", list(KINDS))
@pytest.mark.parametrize("real", list(KINDS))
def test_f_api_19_the_bytes_decide_the_type(tmp_path, stated, real):
    # A service tells the type by header, JSON and the ending of the address; none is asked.
    data = encoded(photograph(), real)

    received = examined(data)

    assert received.ref.media_type == KINDS[real]
    assert received.data is data
    kept = asyncio.run(pictures.keep_aside(data, tmp_path, f"result.{stated.lower()}"))
    assert kept.suffix == {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}[real]


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><title>Sign in</title>",
        b'{"detail": "gone"}',
        b"Not found",
        b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        b"%PDF-1.7",
        b"\0\1\2\3" * 50,
        b"",
    ],
)
def test_f_api_20_what_is_not_a_picture_is_said_and_its_start_kept(body):
    with pytest.raises(BadPicture) as refusal:
        examined(body + b"x" * 5000 if body else b"")
    assert refusal.value.message == "What came is not a picture."
    assert len(refusal.value.detail) <= 2048
    if body.isascii() and b"\0" not in body:
        assert refusal.value.detail.startswith(body.decode())
    assert all(one.isprintable() for one in refusal.value.detail)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_f_api_21_a_picture_that_was_cut_is_found_by_decoding_it_whole(kind, share):
    data = encoded(photograph(400, 300), kind)
    with pytest.raises(BadPicture) as refusal:
        examined(data[: max(16, int(len(data) * share))])
    assert refusal.value.message == "The picture arrived damaged."
    assert type(refusal.value) is BadPicture


def test_f_api_21_looking_at_a_cut_jpeg_without_decoding_it_would_find_nothing():
    data = encoded(photograph(400, 300), "JPEG")
    cut = data[: len(data) // 2]
    with Image.open(io.BytesIO(cut)) as image:
        image.verify()
    with pytest.raises(BadPicture):
        examined(cut)


def test_f_api_23_a_picture_larger_than_allowed_is_refused_unopened_and_kept(tmp_path):
    data = png_that_says(20_000, 20_000)

    with pytest.raises(PictureTooLarge, match=r"400 megapixels") as refusal:
        examined(data, (1024, 1024))
    kept = asyncio.run(pictures.keep_aside(data, tmp_path, "step 3"))

    assert refusal.value.size == (20_000, 20_000)
    assert (kept.name, kept.read_bytes()) == ("step 3.png", data)
    assert asyncio.run(pictures.keep_aside(data, tmp_path, "step 3")) == kept


def test_f_api_23_another_result_never_takes_the_place_of_one_that_was_kept(tmp_path):
    first = asyncio.run(pictures.keep_aside(png(1), tmp_path, "step 3"))
    second = asyncio.run(pictures.keep_aside(png(2), tmp_path, "step 3"))
    assert (first.read_bytes(), second.read_bytes()) == (png(1), png(2))


def test_f_api_24_where_the_stated_size_is_wrong_the_bytes_decide_and_a_note_says_so():
    received = examined(png(1, 48, 32), (1024, 1024))
    assert (received.ref.width, received.ref.height) == (48, 32)
    assert received.notes == ("The service said 1,024 × 1,024 pixels; the picture has 48 × 32",)
    assert examined(png(1, 48, 32), (48, 32)).notes == ()
    assert examined(png(1, 48, 32)).notes == ()


def test_f_loc_37_no_memory_for_a_result_is_not_damage(monkeypatch):
    def no_room(*_args: object, **_named: object) -> np.ndarray:
        raise MemoryError

    data = png()
    monkeypatch.setattr(np, "empty", no_room)
    with pytest.raises(OutOfMemory, match=r"^Not enough memory for this picture\.$"):
        examined(data)


@pytest.mark.parametrize("work", ["compare", "working", "thumbnail", "export"])
def test_f_loc_37_memory_that_ends_anywhere_is_told_as_such(monkeypatch, tmp_path, work):
    def no_room(*_args: object, **_named: object) -> np.ndarray:
        raise MemoryError

    one, other, bmp = png(1), png(2), encoded(photograph(), "BMP")
    out = tmp_path / "out.webp"
    todo = {
        "compare": lambda: pictures.compare(one, other, bmp),
        "working": lambda: pictures.working_bytes(bmp),
        "thumbnail": lambda: pictures.make_thumbnail(one),
        "export": lambda: pictures.write_picture(one, out, overwrite=True),
    }[work]
    asyncio.run(todo())
    monkeypatch.setattr(np, "empty", no_room)
    monkeypatch.setattr(Image.Image, "resize", no_room)
    with pytest.raises(OutOfMemory):
        asyncio.run(todo())
    monkeypatch.undo()
    asyncio.run(todo())


# ---------------------------------------------------------------- how a picture came to be


def node(name: str, kind: NodeKind, *parents: str, by: str | None = None) -> Node:
    ref = ImageRef(Sha256("0" * 64), "image/png", 4, 4)
    result = ResultFacts(provider=by, route="r") if by else None
    above = tuple(NodeId(one) for one in parents)
    return Node(NodeId(name), above, kind, ref, 1, 0.0, result=result)


def history_of(*nodes: Node) -> History:
    history = History()
    for one in nodes:
        history.add(one)
    return history


PHOTO = node("photo", NodeKind.IMPORT)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], None),
        ([node("a", NodeKind.EDIT, "photo", by="fal")], DigitalSource.EDITED),
        ([node("a", NodeKind.EDIT, "photo", by=EMBEDDED)], DigitalSource.PROCESSED),
        (
            [
                node("a", NodeKind.EDIT, "photo", by="fal"),
                node("b", NodeKind.EDIT, "a", by=EMBEDDED),
            ],
            DigitalSource.EDITED,
        ),
        ([node("a", NodeKind.GENERATE, by="fal")], DigitalSource.GENERATED),
        (
            [
                node("a", NodeKind.GENERATE, by="fal"),
                node("b", NodeKind.EDIT, "a", by=EMBEDDED),
            ],
            DigitalSource.GENERATED,
        ),
        (
            [
                node("a", NodeKind.GENERATE, by="fal"),
                node("b", NodeKind.EDIT, "a", "photo", by="fal"),
            ],
            DigitalSource.EDITED,
        ),
        ([node("a", NodeKind.GENERATE, by=EMBEDDED)], DigitalSource.COMPUTED),
        (
            [
                node("a", NodeKind.EDIT, "photo", by="fal"),
                node("b", NodeKind.DERIVED, "a"),
            ],
            DigitalSource.EDITED,
        ),
    ],
)
def test_f_sec_25_an_export_claims_what_was_done_and_no_more(steps, expected):
    history = history_of(PHOTO, *steps)
    last = steps[-1] if steps else PHOTO
    assert pictures.digital_source_of(history, last) == expected


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("source", list(DigitalSource))
def test_f_sec_25_the_mark_is_read_back_and_the_coded_pixels_are_those_stored(
    tmp_path, kind, source
):
    stored = encoded(photograph(), kind)
    path = tmp_path / f"out.{kind.lower()}"

    as_stored = asyncio.run(pictures.write_picture(stored, path, overwrite=False, source=source))

    assert not as_stored
    with Image.open(path) as image:
        raw = image.info["xmp"]
        packet = raw if isinstance(raw, str) else raw.decode()
        assert np.array_equal(np.asarray(image), np.asarray(Image.open(io.BytesIO(stored))))
    assert packet.count("http://cv.iptc.org/newscodes/digitalsourcetype/") == 1
    assert f"digitalsourcetype/{source.value}" in packet
    assert len(path.read_bytes()) - len(stored) < 700


def test_f_sec_25_a_signed_result_goes_out_as_it_came(tmp_path):
    plain = png()
    signed = plain[:33] + chunk(b"caBX", b"a manifest of the service") + plain[33:]
    path = tmp_path / "out.png"
    done = pictures.write_picture(signed, path, overwrite=False, source=DigitalSource.EDITED)
    assert asyncio.run(done)
    assert path.read_bytes() == signed


def test_a_result_whose_mark_is_not_wanted_is_exported_as_stored(tmp_path):
    path = tmp_path / "out.png"
    assert asyncio.run(pictures.write_picture(png(), path, overwrite=False))
    assert path.read_bytes() == png()
