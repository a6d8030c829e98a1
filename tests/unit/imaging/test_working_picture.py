"""What is sent is sRGB, 8 bit, upright and without metadata, and coded again only if it must be."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from kontext_studio.imaging.decode import decode_picture, probe, working_picture
from tests.unit.imaging.samples import (
    DISPLAY_P3,
    exif,
    noise,
    opened,
    pixels_of,
    png16_rgb,
    png_chunk,
    quarters,
    rgb_profile,
    saved,
    srgb_profile,
    turned_away,
)

CANARY = "CANARY-51-5N-0-12W"
XMP = f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode()


def plain(data: bytes) -> bool:
    """Whether some bytes are a picture that may be sent."""
    facts = probe(data)
    image = opened(data)
    return (
        facts.mode == "RGB"
        and facts.bits == 8
        and facts.orientation == 1
        and facts.metadata == ()
        and facts.frames == 1
        and not set(image.info) & {"exif", "xmp", "comment", "photoshop", "Software"}
    )


@pytest.mark.parametrize(
    "data",
    [
        saved(noise(), "PNG"),
        saved(noise(), "PNG", dpi=(300, 300)),
        saved(noise(), "JPEG", quality=90),
        saved(noise(), "JPEG", progressive=True),
        saved(noise(), "JPEG", restart_marker_blocks=2),
        saved(noise(), "WEBP"),
        saved(noise(), "WEBP", lossless=True),
    ],
)
def test_stored_bytes_that_may_be_sent_are_sent_untouched(data):
    working = working_picture(data)

    assert working.same_bytes
    assert working.data is data
    assert working.media_type == probe(data).media_type
    assert (working.width, working.height) == (64, 48)
    assert plain(data)


def with_png_metadata() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", CANARY)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return saved(noise(), "PNG", pnginfo=texts, exif=exif(maker=CANARY, gps=CANARY))


def with_jpeg_metadata() -> bytes:
    options = {"exif": exif(maker=CANARY, gps=CANARY), "xmp": XMP, "comment": CANARY.encode()}
    return saved(noise(), "JPEG", progressive=True, **options)


def with_iptc_and_thumbnail() -> bytes:
    data = saved(noise(), "JPEG", icc_profile=srgb_profile())
    body = CANARY.encode()
    iptc = b"\xff\xed" + (len(body) + 16).to_bytes(2, "big") + b"Photoshop 3.0\0" + body
    thumbnail = b"JFIF\0\1\1\0\0\1\0\1\1\6" + (CANARY * 1).encode().ljust(18, b"x")[:18]
    jfif = b"\xff\xe0" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + jfif + iptc + data[20:]


@pytest.mark.parametrize(
    "data",
    [
        with_png_metadata(),
        with_jpeg_metadata(),
        with_iptc_and_thumbnail(),
        saved(noise(), "WEBP", exif=exif(maker=CANARY, gps=CANARY), xmp=XMP),
        saved(noise(), "WEBP", lossless=True, xmp=XMP, icc_profile=srgb_profile()),
        saved(noise(), "PNG") + CANARY.encode(),
        saved(noise(), "JPEG") + CANARY.encode(),
        saved(noise(), "WEBP") + CANARY.encode(),
        saved(noise(), "PNG")[:33]
        + png_chunk(b"caBX", CANARY.encode())
        + saved(noise(), "PNG")[33:],
        saved(noise(), "JPEG", exif=exif(orientation=3, maker=CANARY)),
        saved(noise(), "TIFF", tiffinfo={271: CANARY}),
        saved(Image.fromarray(noise()), "GIF", comment=CANARY.encode()),
        saved(noise(), "AVIF", exif=exif(maker=CANARY).tobytes(), xmp=XMP),
    ],
)
def test_f_sec_18_nothing_that_lies_beside_the_pixels_is_sent(data):
    assert CANARY.encode() in data

    working = working_picture(data)

    assert CANARY.encode() not in working.data
    assert CANARY[:12].encode() not in working.data
    assert not working.same_bytes
    assert plain(working.data)
    assert (pixels_of(working.data) == decode_picture(data).pixels).all()


@pytest.mark.parametrize("data", [with_png_metadata(), with_jpeg_metadata()])
def test_where_only_metadata_is_in_the_way_the_coded_pixels_are_kept(data):
    working = working_picture(data)

    assert working.media_type == probe(data).media_type
    assert len(working.data) < len(data)


def test_what_lies_beside_the_pixels_is_named():
    assert set(probe(with_png_metadata()).metadata) == {"EXIF", "location", "XMP", "text"}
    assert set(probe(with_jpeg_metadata()).metadata) == {"EXIF", "location", "XMP", "comment"}
    assert set(probe(with_iptc_and_thumbnail()).metadata) == {"IPTC", "thumbnail"}
    webp = saved(noise(), "WEBP", exif=exif(maker="x"), xmp=XMP)
    assert set(probe(webp).metadata) == {"EXIF", "XMP"}


@pytest.mark.parametrize(
    "data",
    [
        saved(noise()[..., 0], "PNG"),
        saved(noise()[..., 0], "JPEG"),
        saved(Image.fromarray(noise()).quantize(64), "PNG"),
        png16_rgb(noise().astype(np.uint16) * 257),
        saved(noise(), "PNG", icc_profile=rgb_profile(DISPLAY_P3, 2.2)),
        saved(noise(), "WEBP", lossless=True, icc_profile=rgb_profile(DISPLAY_P3, 2.2)),
        saved(turned_away(noise(), 6), "PNG", exif=exif(orientation=6)),
        saved(noise(), "BMP"),
        saved(Image.fromarray(noise()).convert("CMYK"), "JPEG"),
    ],
)
def test_what_cannot_be_sent_as_it_is_becomes_a_png(data):
    working = working_picture(data)

    assert working.media_type == "image/png"
    assert not working.same_bytes
    assert plain(working.data)
    assert not probe(working.data).has_icc
    assert (pixels_of(working.data) == decode_picture(data).pixels).all()
    assert (working.width, working.height) == (64, 48)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_an_srgb_profile_is_left_out_around_the_same_coded_pixels(file_format):
    data = saved(noise(), file_format, icc_profile=srgb_profile())

    working = working_picture(data)

    assert working.media_type == probe(data).media_type
    assert not probe(working.data).has_icc
    assert plain(working.data)
    assert (pixels_of(working.data) == pixels_of(data)).all()


def test_a_profile_that_cannot_be_used_is_not_sent():
    data = saved(noise(), "PNG", icc_profile=b"rubbish" * 30)

    working = working_picture(data)

    assert b"iCCP" not in working.data
    assert (pixels_of(working.data) == noise()).all()


def test_transparent_areas_are_sent_as_white_with_a_note():
    rgba = np.dstack([quarters(), np.full((32, 48), 255, np.uint8)])
    rgba[:16, :24, 3] = 0

    working = working_picture(saved(rgba, "PNG"))

    pixels = pixels_of(working.data)
    assert (pixels[:16, :24] == 255).all()
    assert (pixels[16:] == quarters()[16:]).all()
    assert working.notes == ("Has transparency", "Transparent areas are sent as white")


def test_an_alpha_that_hides_nothing_is_dropped_without_a_word_of_white():
    rgba = np.dstack([quarters(), np.full((32, 48), 255, np.uint8)])
    assert working_picture(saved(rgba, "PNG")).notes == ("Has transparency",)


def test_a_working_picture_is_its_own_working_picture():
    for data in (with_jpeg_metadata(), with_png_metadata(), saved(noise(), "BMP")):
        once = working_picture(data)
        twice = working_picture(once.data)
        assert twice.same_bytes
        assert twice.data == once.data


def test_a_webp_that_was_cut_no_longer_claims_what_is_gone():
    data = saved(noise(), "WEBP", exif=exif(maker="x"), xmp=XMP, icc_profile=srgb_profile())
    assert data[12:16] == b"VP8X"
    assert data[20] == 0x04 | 0x08 | 0x20

    assert working_picture(data).data[20] == 0


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_is_sent_alone(file_format):
    frames = [Image.fromarray(quarters()), Image.fromarray(quarters()[::-1].copy())]
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = saved(frames[0], file_format, save_all=True, append_images=frames[1:], **options)

    working = working_picture(data)

    assert probe(working.data).frames == 1
    assert (pixels_of(working.data) == quarters()).all()
