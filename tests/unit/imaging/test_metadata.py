"""What a camera, a program or a person wrote beside the pixels stays at home."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from kontext_studio.imaging.decode import decode_picture, probe, working_picture
from kontext_studio.imaging.encode import DigitalSource
from kontext_studio.imaging.export import export_picture
from tests.unit.imaging.samples import (
    DISPLAY_P3,
    noise,
    opened,
    pixels_of,
    png_chunk,
    rgb_profile,
    saved,
    srgb_profile,
)

CANARY = "K4N4RY51N012W"
TEXT = CANARY.encode()
FORMS = (TEXT, CANARY.encode("utf-16-le"), CANARY.encode("utf-16-be"), TEXT[::-1])
"""As the formats write text; EXIF's Windows tags are UTF-16."""


def full_exif(thumbnail: bytes = b"") -> bytes:
    """Place, serial numbers, owner, maker note, the Windows author and an embedded thumbnail."""
    exif = Image.Exif()
    exif[271] = exif[305] = exif[315] = exif[33432] = CANARY
    exif[40093] = CANARY.encode("utf-16-le")  # XPAuthor
    inner = exif.get_ifd(0x8769)
    inner[42032] = inner[42033] = inner[42037] = CANARY  # owner, body and lens serial number
    inner[37500] = b"Nikon\0" + TEXT * 20  # maker note
    inner[37510] = b"ASCII\0\0\0" + TEXT
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[27], place[29] = "N", (51.0, 0.0, 12.0), TEXT, CANARY
    raw = exif.tobytes()
    return raw + thumbnail


def xmp() -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        f'aux:SerialNumber="{CANARY}" exif:GPSLatitude="{CANARY}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(**options: object) -> bytes:
    """A JPEG with a canary in every kind of segment that is not pixels."""
    plain = saved(noise(), "JPEG", quality=92, **options)
    assert plain[2:4] == b"\xff\xe0"
    iptc = b"\x1c\x02\x50" + struct.pack(">H", len(TEXT)) + TEXT
    resources = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    thumbnail = saved(Image.new("RGB", (8, 8)), "JPEG", comment=TEXT)
    parts = [
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\3" + (TEXT * 2)[:18]),
        segment(0xE0, b"JFXX\0\x10" + thumbnail),
        segment(0xE1, full_exif(thumbnail)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp()),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + TEXT * 3),
        segment(0xED, resources),
        segment(0xE2, b"MPF\0" + TEXT),
        segment(0xEB, b"JP\0\1" + TEXT),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + TEXT),
        segment(0xFE, TEXT),
    ]
    return plain[:2] + b"".join(parts) + plain[20:] + b"MotionPhoto" + TEXT


def png() -> bytes:
    """A PNG with a canary in every kind of chunk that is not pixels."""
    plain = saved(noise(), "PNG")
    profile = rgb_profile(DISPLAY_P3, 2.2, CANARY)
    before = [
        png_chunk(b"iCCP", TEXT + b"\0\0" + zlib.compress(profile)),
        png_chunk(b"tEXt", b"Author\0" + TEXT),
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(TEXT)),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp()),
        png_chunk(b"iTXt", b"Place\0\1\0en\0\0" + zlib.compress(TEXT)),
        png_chunk(b"eXIf", full_exif().removeprefix(b"Exif\0\0")),
        png_chunk(b"sPLT", TEXT + b"\0\x08" + TEXT[:6]),
        png_chunk(b"prVt", TEXT),
        png_chunk(b"caBX", TEXT),
        png_chunk(b"tIME", TEXT[:7]),
    ]
    late = png_chunk(b"tEXt", b"Serial\0" + TEXT)
    return plain[:33] + b"".join(before) + plain[33:-12] + late + plain[-12:] + TEXT


def webp() -> bytes:
    plain = saved(
        noise(),
        "WEBP",
        lossless=True,
        exif=full_exif(),
        xmp=xmp(),
        icc_profile=rgb_profile(DISPLAY_P3, 2.2, CANARY),
    )
    private = b"PRIV" + struct.pack("<I", len(TEXT)) + TEXT + b"\0" * (len(TEXT) % 2)
    body = plain[8:] + private
    return b"RIFF" + struct.pack("<I", len(body)) + body + TEXT


def photographs() -> dict[str, bytes]:
    wide = rgb_profile(DISPLAY_P3, 2.2, CANARY)
    return {
        "jpeg": jpeg(),
        "jpeg-progressive": jpeg(progressive=True),
        "jpeg-wide-gamut": saved(noise(), "JPEG", icc_profile=wide, exif=full_exif()),
        "jpeg-srgb-of-a-screen": saved(
            noise(), "JPEG", icc_profile=srgb_profile() + TEXT, comment=TEXT
        ),
        "png": png(),
        "webp": webp(),
        "tiff": saved(
            noise(), "TIFF", tiffinfo={271: CANARY, 700: xmp(), 33723: TEXT, 34377: TEXT}
        ),
        "avif": saved(noise(), "AVIF", exif=full_exif(), xmp=xmp(), icc_profile=wide),
        "gif": saved(Image.fromarray(noise()), "GIF", comment=TEXT),
    }


def unpacked(data: bytes) -> bytes:
    """The file and everything that is deflated in it."""
    found = [data]
    for at in range(len(data) - 2):
        if data[at] in (0x78, 0x58) and (data[at] * 256 + data[at + 1]) % 31 == 0:
            try:
                found.append(zlib.decompressobj().decompress(data[at:], 1_000_000))
            except zlib.error:
                continue
    return b"".join(found)


def canaries_in(data: bytes) -> list[bytes]:
    whole = unpacked(data)
    return [form for form in FORMS if form in whole]


@pytest.mark.parametrize("name", list(photographs()))
def test_f_sec_18_not_a_byte_of_what_is_private_is_sent(name):
    data = photographs()[name]
    assert canaries_in(data)

    working = working_picture(data)

    assert canaries_in(working.data) == []
    facts = probe(working.data)
    assert (facts.metadata, facts.has_icc, facts.mode) == ((), False, "RGB")
    assert (pixels_of(working.data) == decode_picture(data).pixels).all()


@pytest.mark.parametrize("to_srgb", [False, True])
@pytest.mark.parametrize("source", [None, DigitalSource.EDITED])
@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("name", list(photographs()))
def test_f_sec_18_not_a_byte_of_what_is_private_is_exported(name, file_format, source, to_srgb):
    data = photographs()[name]

    exported = export_picture(data, file_format, digital_source=source, to_srgb=to_srgb)

    assert canaries_in(exported) == []
    assert probe(exported).metadata == (("XMP",) if source else ())
    if file_format == "png" and not to_srgb:
        kept = decode_picture(data, keep_profile=True)
        assert (pixels_of(exported) == kept.pixels).all()


@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_f_sec_18_what_is_ticked_stays(name):
    data = photographs()[name]
    assert export_picture(data, name, keep_metadata=True) == data


def test_f_sec_18_a_wide_gamut_stays_wide_without_the_name_of_the_screen():
    data = photographs()["jpeg-wide-gamut"]
    exported = export_picture(data, "jpeg")
    assert probe(exported).has_icc
    assert (decode_picture(exported).pixels == decode_picture(data).pixels).all()


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("jpeg", {"EXIF", "location", "XMP", "IPTC", "thumbnail", "comment", "private data",
                  "content credentials"}),
        ("png", {"EXIF", "location", "XMP", "text", "date", "private data",
                 "content credentials"}),
        ("webp", {"EXIF", "location", "XMP", "private data"}),
    ],
)  # fmt: skip
def test_f_sec_18_the_person_can_see_what_is_left_out(name, kinds):
    assert set(probe(photographs()[name]).metadata) == kinds


def test_a_jpeg_keeps_what_its_colours_need():
    cmyk = saved(Image.fromarray(noise()).convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in cmyk[:200]
    exported = export_picture(cmyk, "jpeg")
    assert b"Adobe" in exported[:200]
    assert np.array_equal(np.asarray(opened(exported)), np.asarray(opened(cmyk)))
