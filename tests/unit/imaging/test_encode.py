"""Pictures go out without loss where the format allows it, and say how they were made."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.core.errors import BadInput, BadPicture
from kontext_studio.imaging.decode import decode_picture, probe
from kontext_studio.imaging.encode import DigitalSource, encode, encode_png
from kontext_studio.imaging.export import export_picture, format_of_suffix
from kontext_studio.imaging.profiles import wordless
from tests.unit.imaging.samples import (
    DISPLAY_P3,
    exif,
    noise,
    opened,
    pixels_of,
    quarters,
    rgb_profile,
    saved,
    soft,
    turned_away,
)


@pytest.mark.parametrize(
    "shape", [(1, 1, 3), (1, 7, 3), (9, 1, 3), (33, 65, 3), (20, 20, 4), (5, 6, 1), (8, 9)]
)
def test_a_png_holds_exactly_the_pixels(shape):
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    read = np.asarray(opened(encode_png(pixels)))
    assert (read.reshape(shape) == pixels).all()


def test_a_png_of_a_view_into_another_array_is_right():
    pixels = noise(80, 60)[10:50:2, ::-1]
    assert (pixels_of(encode_png(pixels)) == pixels).all()


def test_a_png_is_not_much_larger_than_that_of_pillow():
    for pixels in (noise(300, 200), quarters(300, 200), np.zeros((200, 300, 3), np.uint8)):
        assert len(encode_png(pixels)) < 1.1 * len(saved(pixels, "PNG")) + 2000


@pytest.mark.parametrize(
    "bad", [np.zeros((2, 2, 3)), np.zeros((0, 2, 3), np.uint8), np.zeros(4, np.uint8)]
)
def test_what_is_not_8_bit_pixels_is_no_png(bad):
    with pytest.raises(ValueError):
        encode_png(bad)


@pytest.mark.parametrize("file_format", ["jpeg", "webp"])
def test_the_coders_with_loss_stay_near_and_obey_the_quality(file_format):
    fine, rough = encode(soft(), file_format, 95), encode(soft(), file_format, 20)

    assert np.abs(pixels_of(fine).astype(int) - soft()).mean() < 2
    assert len(rough) < len(fine)
    assert probe(fine).media_type == f"image/{file_format}"


def test_webp_of_quality_100_loses_nothing():
    assert (pixels_of(encode(noise(), "webp", 100)) == noise()).all()


@pytest.mark.parametrize("file_format", ["png", "webp"])
def test_alpha_is_written_where_the_format_has_it(file_format):
    alpha = noise(64, 48, 1)[..., 0]
    picture = decode_picture(encode(noise(), file_format, 100, alpha=alpha))
    assert picture.alpha is not None
    assert (picture.alpha == alpha).all()


@pytest.mark.parametrize("source", list(DigitalSource))
@pytest.mark.parametrize(
    ("file_format", "quality"), [("png", 92), ("jpeg", 92), ("webp", 92), ("webp", 100)]
)
def test_f_sec_25_an_export_names_its_digital_source(file_format, quality, source):
    for alpha in (None, noise(64, 48, 1)[..., 0]):
        data = encode(noise(), file_format, quality, alpha=alpha, digital_source=source)

        image = opened(data)
        raw = image.info.get("xmp")
        packet = raw.decode() if isinstance(raw, bytes) else str(raw)
        assert f'digitalsourcetype/{source.value}"' in packet
        assert "Iptc4xmpExt:DigitalSourceType" in packet
        if file_format == "png":
            assert (np.asarray(image)[..., :3] == noise()).all()
        if file_format == "webp":
            assert bool(data[20] & 0x10) == (alpha is not None)
        assert probe(data).has_alpha == (alpha is not None and file_format != "jpeg")
        assert image.size == (64, 48)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_an_export_in_the_stored_format_keeps_the_coded_pixels(file_format):
    stored = saved(noise(), file_format, exif=exif(maker="secret owner", gps="here"))

    data = export_picture(stored, file_format.lower(), digital_source=DigitalSource.EDITED)

    assert b"secret owner" not in data
    assert (pixels_of(data) == pixels_of(stored)).all()
    assert probe(data).metadata == ("XMP",)
    assert abs(len(data) - len(stored)) < 1200


def test_an_export_without_a_mark_of_plain_bytes_is_those_bytes():
    stored = saved(noise(), "PNG")
    assert export_picture(stored, "png") == stored


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp"])
def test_f_loc_22_an_export_carries_the_stored_profile(file_format):
    profile = rgb_profile(DISPLAY_P3, 2.2)
    for stored_format in ("PNG", "WEBP"):
        options = {"lossless": True} if stored_format == "WEBP" else {}
        stored = saved(soft(), stored_format, icc_profile=profile, **options)

        kept = export_picture(stored, file_format, 95)
        converted = export_picture(stored, file_format, 95, to_srgb=True)

        assert opened(kept).info["icc_profile"] == wordless(profile)
        assert not probe(converted).has_icc
        near = 2 if file_format != "png" else 0.001
        assert np.abs(pixels_of(kept).astype(int) - soft()).mean() < near
        expected = decode_picture(stored).pixels.astype(int)
        assert np.abs(pixels_of(converted).astype(int) - expected).mean() < near


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp"])
def test_f_loc_26_an_export_stands_upright(file_format):
    stored = saved(turned_away(quarters(), 8), "JPEG", exif=exif(orientation=8), quality=95)

    data = export_picture(stored, file_format)

    assert opened(data).size == (48, 32)
    assert probe(data).orientation == 1
    assert np.abs(pixels_of(data).astype(int) - quarters()).mean() < 6


def test_transparency_is_exported_and_lies_over_white_in_a_jpeg():
    rgba = np.dstack([quarters(), np.zeros((32, 48), np.uint8)])
    stored = saved(rgba, "PNG")

    assert decode_picture(export_picture(stored, "webp", 100)).alpha is not None
    assert (pixels_of(export_picture(stored, "jpeg")) > 250).all()


def test_a_damaged_stored_picture_is_not_exported():
    stored = saved(noise(200, 200), "PNG")
    broken = stored[:2000] + bytes(300) + stored[2300:]
    with pytest.raises(BadPicture, match=r"^Step 3 is damaged\.$"):
        export_picture(broken, "png", name="Step 3")


def test_the_ending_of_a_file_name_chooses_the_format():
    assert [format_of_suffix(one) for one in (".png", ".JPG", ".jpeg", ".webp")] == [
        "png",
        "jpeg",
        "jpeg",
        "webp",
    ]
    for ending, words in ((".psd", ".psd"), ("", "a file without an ending")):
        with pytest.raises(BadInput, match=words):
            format_of_suffix(ending)
