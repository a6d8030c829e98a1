"""Every picture that people have opens right or is refused in a sentence."""

from __future__ import annotations

import io
import random
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from kontext_studio.core.errors import BadPicture
from kontext_studio.imaging.decode import decode_picture, over_colour, probe, working_picture
from kontext_studio.imaging.measure import delta_e_2000, srgb_to_lab
from kontext_studio.imaging.thumbnail import thumbnail
from tests.unit.imaging.samples import (
    ADOBE_RGB,
    DISPLAY_P3,
    cmyk_profile,
    exif,
    noise,
    opened,
    png16_rgb,
    png_chunk,
    png_of,
    quarters,
    rgb_profile,
    saved,
    srgb_of,
    srgb_profile,
    turned_away,
)

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")
LOSSLESS = ("PNG", "GIF", "TIFF", "BMP")


def saved_in(file_format: str, pixels: np.ndarray) -> bytes:
    options = {"JPEG": {"quality": 95}, "AVIF": {"quality": 95}, "WEBP": {"quality": 95}}
    return saved(pixels, file_format, **options.get(file_format, {}))


# ---------------------------------------------------------------- what opens


@pytest.mark.parametrize("file_format", FORMATS)
def test_f_loc_25_each_format_opens_with_the_right_pixels(file_format):
    data = saved_in(file_format, quarters())

    picture = decode_picture(data)

    assert (picture.width, picture.height) == (48, 32)
    assert picture.media_type == f"image/{file_format.lower()}"
    off = np.abs(picture.pixels.astype(int) - quarters())
    assert off.mean() < (0.01 if file_format in LOSSLESS else 4)
    assert picture.alpha is None
    assert picture.notes == ()


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_facts_are_those_of_the_pixels_and_need_no_decoding(file_format):
    data = saved_in(file_format, quarters())

    facts = probe(data)

    assert (facts.media_type, facts.width, facts.height) == (
        f"image/{file_format.lower()}",
        48,
        32,
    )
    assert facts == decode_picture(data).facts


def test_probing_reads_the_head_alone():
    whole = saved(noise(512, 512), "PNG")

    assert probe(whole[: len(whole) // 2]).width == 512
    with pytest.raises(BadPicture):
        decode_picture(whole[: len(whole) // 2])


def test_pixels_cannot_be_changed_by_whoever_is_given_the_picture():
    picture = decode_picture(saved(quarters(), "PNG"))

    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0] = 0


def test_f_loc_29_a_picture_under_a_wrong_name_opens_and_says_what_it_is():
    data = saved(quarters(), "WEBP")

    assert probe(data, name="cat.jpg").notes == ("Really a WebP, though its name says JPEG",)
    assert probe(data, name="cat.webp").notes == ()
    assert probe(data, name="cat").notes == ()


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 5000), (5000, 1), (300, 100), (10, 80), (2, 3), (16_384, 1), (30, 240)]
)
def test_f_loc_28_odd_sizes_open(size):
    pixels = noise(*size)
    assert (decode_picture(saved(pixels, "PNG")).pixels == pixels).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF"])
def test_f_loc_26_a_turned_picture_stands_upright(file_format, orientation):
    stored = turned_away(quarters(), orientation)
    tags = (
        {"tiffinfo": {274: orientation}}
        if file_format == "TIFF"
        else {"exif": exif(orientation=orientation)}
    )
    data = saved(stored, file_format, quality=95, **tags)

    facts, picture = probe(data), decode_picture(data)

    assert (facts.width, facts.height, facts.orientation) == (48, 32, orientation)
    assert (picture.width, picture.height) == (48, 32)
    assert np.abs(picture.pixels.astype(int) - quarters()).mean() < 4
    turned = "Turned upright as its EXIF data says"
    assert (turned in picture.notes) == (orientation != 1)


def test_a_png_whose_orientation_stands_behind_the_pixels_stands_upright():
    data = saved(turned_away(quarters(), 6), "PNG")
    tiff = exif(orientation=6).tobytes().removeprefix(b"Exif\0\0")
    late = data[:-12] + png_chunk(b"eXIf", tiff) + data[-12:]

    assert (decode_picture(late).pixels == quarters()).all()
    assert probe(late).orientation == 6


@pytest.mark.parametrize(
    "rubbish", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + b"\x7f" * 50]
)
def test_exif_rubbish_is_no_reason_to_refuse_the_pixels(rubbish):
    picture = decode_picture(saved(quarters(), "JPEG", exif=rubbish, quality=95))
    assert (picture.width, picture.facts.orientation) == (48, 1)


# ---------------------------------------------------------------- depth, palettes, alpha


def ramp16() -> np.ndarray:
    return np.tile(np.linspace(0, 65535, 512).round().astype(np.uint16), (4, 1))


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_f_loc_21_a_16_bit_grey_ramp_keeps_its_levels(file_format):
    picture = decode_picture(saved(ramp16(), file_format))

    expected = np.rint(ramp16() / 257.0)
    assert np.abs(picture.pixels - expected[..., None]).max() <= 1
    assert len(np.unique(picture.pixels)) == 256
    assert picture.notes == ("16 bits a channel, reduced to 8",)


def test_f_loc_21_a_16_bit_colour_png_keeps_its_levels():
    wide = np.stack([ramp16(), ramp16()[:, ::-1], np.full_like(ramp16(), 40000)], axis=-1)

    picture = decode_picture(png16_rgb(wide))

    assert np.abs(picture.pixels.astype(int) - np.rint(wide / 257.0)).max() <= 1
    assert picture.facts.bits == 16
    assert picture.notes == ("16 bits a channel, reduced to 8",)


def test_f_loc_21_a_16_bit_tiff_with_white_at_zero_is_not_a_negative():
    upside = saved(ramp16(), "TIFF", tiffinfo={262: 0})
    # The writer kept the tag, else this test would show nothing.
    assert getattr(opened(upside), "tag_v2")[262] == 0  # noqa: B009 - mypy knows no TIFF here

    picture = decode_picture(upside)

    assert picture.pixels[0, 0, 0] > 250
    assert picture.pixels[0, -1, 0] < 5


@pytest.mark.parametrize("top", [1.0, 255.0, 65535.0, 1e6])
def test_a_floating_point_tiff_is_scaled_to_the_range_it_uses(top):
    values = np.tile(np.linspace(0, top, 256, dtype=np.float32), (2, 1))

    pixels = decode_picture(saved(values, "TIFF")).pixels

    assert len(np.unique(pixels)) == 256


def test_f_loc_27_transparency_is_kept_in_all_its_forms():
    alpha = np.tile(np.linspace(0, 255, 48).astype(np.uint8), (32, 1))
    rgba = np.dstack([quarters(), alpha])
    for data in (saved(rgba, "PNG"), saved(rgba, "WEBP", lossless=True, exact=True)):
        picture = decode_picture(data)
        assert picture.alpha is not None
        assert (picture.alpha == alpha).all()
        assert (picture.pixels == quarters()).all()
        assert "Has transparency" in picture.notes

    grey = decode_picture(saved(np.dstack([quarters()[..., 0], alpha]), "PNG"))
    assert grey.facts.mode == "LA"
    assert grey.alpha is not None
    assert (grey.alpha == alpha).all()
    assert (grey.pixels == quarters()[..., :1]).all()

    palette = Image.fromarray(quarters()).quantize(4)
    palette.info["transparency"] = int(np.asarray(palette)[0, 0])
    picture = decode_picture(saved(palette, "PNG"))
    assert picture.facts.mode == "P"
    assert picture.alpha is not None
    assert (picture.alpha[:16, :24] == 0).all()
    assert (picture.alpha[16:] == 255).all()

    keyed = decode_picture(saved(quarters(), "PNG", transparency=(200, 40, 30)))
    assert keyed.alpha is not None
    assert (keyed.alpha == 0).sum() == 16 * 24


def test_a_picture_laid_over_a_colour_mixes_by_its_alpha():
    pixels = np.full((1, 3, 3), 100, np.uint8)
    alpha = np.array([[0, 128, 255]], np.uint8)

    over = over_colour(pixels, alpha, (200, 0, 255))

    assert over[0, 0].tolist() == [200, 0, 255]
    assert np.abs(over[0, 1].astype(int) - [150, 50, 177]).max() <= 1
    assert over[0, 2].tolist() == [100, 100, 100]


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_f_loc_27_each_kind_of_transparency_is_sent_on_white(mode):
    clear = np.dstack([quarters(), np.zeros((32, 48), np.uint8)])
    image = Image.fromarray(clear)
    if mode == "P":
        image = Image.fromarray(quarters()).quantize(4)
        image.info["transparency"] = bytes(4)
    data = saved(image.convert(mode) if mode != "P" else image, "PNG")

    assert decode_picture(data).alpha is not None
    working = working_picture(data)
    assert (np.asarray(opened(working.data)) == 255).all()
    assert "Transparent areas are sent as white" in working.notes


def test_two_colours_and_grey_become_rgb():
    grey = noise(40, 30, 1)[..., 0]
    assert (decode_picture(saved(grey, "JPEG", quality=95)).pixels.shape) == (30, 40, 3)
    black_white = Image.fromarray(grey).convert("1")
    pixels = decode_picture(saved(black_white, "PNG")).pixels
    assert set(np.unique(pixels)) == {0, 255}


# ---------------------------------------------------------------- animations


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG", "AVIF"])
def test_f_loc_24_an_animation_opens_at_its_first_frame(file_format):
    frames = [Image.fromarray(np.full((16, 16, 3), 10 * k, np.uint8)) for k in range(24)]
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = saved(frames[0], file_format, save_all=True, append_images=frames[1:], **options)

    picture = decode_picture(data)

    assert picture.frames == 24
    assert "1 of 24 frames" in picture.notes
    assert picture.pixels.max() < 5


def test_a_tiff_of_several_pages_opens_at_its_first_page():
    pages = [Image.fromarray(quarters()), Image.fromarray(quarters()[::-1])]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    picture = decode_picture(data)

    assert picture.notes == ("1 of 2 pages",)
    assert (picture.pixels == quarters()).all()


def test_f_loc_24_an_animation_with_a_broken_later_frame_still_opens():
    frames = [Image.fromarray(noise(32, 32)) for _ in range(3)]
    data = saved(frames[0], "GIF", save_all=True, append_images=[Image.fromarray(quarters())])
    assert decode_picture(data[:-40]).width == 32


# ---------------------------------------------------------------- colour


@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB])
def test_f_loc_22_a_wide_gamut_is_converted_to_srgb(primaries):
    profile = rgb_profile(primaries, 2.2, "Wide colours")
    pixels = noise(64, 64)
    data = saved(pixels, "PNG", icc_profile=profile)

    picture = decode_picture(data)

    expected = srgb_of(pixels, primaries, 563 / 256).astype(int)
    assert np.abs(picture.pixels.astype(int) - expected).mean() < 1
    assert np.abs(pixels.astype(int) - expected).mean() > 3
    assert picture.notes == ("Converted from Wide colours to sRGB",)
    assert picture.icc is None
    assert picture.facts.has_icc


def test_a_wide_gamut_can_be_left_as_it_is_for_export():
    profile = rgb_profile(DISPLAY_P3, 2.2)
    pixels = noise()

    picture = decode_picture(saved(pixels, "PNG", icc_profile=profile), keep_profile=True)

    assert (picture.pixels == pixels).all()
    assert picture.icc == profile


def test_an_srgb_profile_changes_no_pixel_and_is_no_news():
    pixels = noise()
    picture = decode_picture(saved(pixels, "PNG", icc_profile=srgb_profile()))
    assert (picture.pixels == pixels).all()
    assert picture.notes == ()


@pytest.mark.parametrize(
    "profile",
    [b"rubbish" * 40, b"\0" * 200, srgb_profile()[:300], cmyk_profile({})],
    ids=["rubbish", "zeros", "cut", "of another kind"],
)
def test_f_loc_23_a_profile_that_cannot_be_used_is_ignored_with_a_note(profile):
    pixels = noise()

    picture = decode_picture(saved(pixels, "PNG", icc_profile=profile))

    assert (picture.pixels == pixels).all()
    assert picture.notes == ("The colour profile cannot be used and was ignored",)


def test_a_profile_of_another_kind_is_not_kept_for_export():
    data = saved(noise(), "PNG", icc_profile=cmyk_profile({}))
    assert decode_picture(data, keep_profile=True).icc is None


def cmyk_inks(inks: tuple[int, int, int, int]) -> np.ndarray:
    return np.broadcast_to(np.array(inks, np.uint8), (16, 16, 4)).copy()


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_f_loc_20_cmyk_without_a_profile_is_converted_by_the_plain_formula(file_format):
    image = Image.fromarray(cmyk_inks((255, 0, 51, 51)), "CMYK")

    picture = decode_picture(saved(image, file_format, **quality_of(file_format)))

    assert np.abs(picture.pixels.astype(int) - [0, 204, 163]).max() <= 3
    assert picture.notes == ("CMYK without a usable profile, converted by the plain formula",)


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_f_loc_20_cmyk_is_converted_by_its_profile(file_format):
    # Lab (62, -31, -48) is about sRGB (0, 164, 236), far from the plain formula's (0, 255, 255).
    press = cmyk_profile({(1, 0, 0, 0): (62.0, -31.0, -48.0)})
    image = Image.fromarray(cmyk_inks((255, 0, 0, 0)), "CMYK")

    picture = decode_picture(
        saved(image, file_format, icc_profile=press, **quality_of(file_format))
    )

    assert np.abs(picture.pixels[8, 8].astype(int) - [0, 164, 236]).max() <= 6
    assert picture.notes == ("Converted from CMYK to sRGB",)


def without_adobe_marker(data: bytes) -> bytes:
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


@pytest.mark.parametrize("with_profile", [False, True])
def test_f_loc_20_cmyk_without_the_adobe_marker_stores_its_inks_as_they_are(with_profile):
    press = cmyk_profile({(1, 0, 0, 0): (62.0, -31.0, -48.0)})
    options = {"quality": 95, **({"icc_profile": press} if with_profile else {})}
    inks = cmyk_inks((255, 0, 0, 0))
    adobe = saved(Image.fromarray(inks, "CMYK"), "JPEG", **options)
    plain = without_adobe_marker(saved(Image.fromarray(255 - inks, "CMYK"), "JPEG", **options))

    expected = decode_picture(adobe)
    picture = decode_picture(plain)

    assert worst_delta_e(picture.pixels, expected.pixels) < 2
    assert picture.notes == expected.notes
    thumbs = [np.asarray(opened(thumbnail(one)).convert("RGB")) for one in (adobe, plain)]
    assert worst_delta_e(*thumbs) < 2


def worst_delta_e(first: np.ndarray, second: np.ndarray) -> float:
    return float(delta_e_2000(srgb_to_lab(first), srgb_to_lab(second)).max())


def by_little_cms(image: Image.Image, icc: bytes) -> np.ndarray:
    """The reference: littleCMS asked directly, with the same intent."""
    converted = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None
    return np.asarray(converted)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB])
def test_f_loc_22_a_wide_gamut_is_within_one_delta_e_of_little_cms(primaries, file_format):
    icc = rgb_profile(primaries, 2.2)
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = saved(noise(), file_format, icc_profile=icc, **options)

    picture = decode_picture(data)

    assert worst_delta_e(picture.pixels, by_little_cms(Image.fromarray(noise()), icc)) < 1


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_f_loc_20_cmyk_is_within_two_delta_e_of_little_cms(file_format):
    press = cmyk_profile({(1, 0, 0, 0): (62.0, -31.0, -48.0), (0, 1, 0, 0): (48.0, 74.0, -3.0)})
    image = Image.fromarray(noise()).convert("CMYK")
    data = saved(image, file_format, icc_profile=press, **quality_of(file_format))

    reference = by_little_cms(opened(data), press)

    assert worst_delta_e(decode_picture(data).pixels, reference) < 2


def quality_of(file_format: str) -> dict[str, int]:
    return {"quality": 95} if file_format == "JPEG" else {}


def test_lab_tiff_opens():
    lab = Image.fromarray(np.full((4, 4, 3), (137, 0, 0), np.uint8), "LAB")  # L* about 53.7
    assert np.abs(decode_picture(saved(lab, "TIFF")).pixels.astype(int) - 128).max() <= 3


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "cat.png is empty."),
        (b"\x00\x01\x02\x03" * 40, "cat.png is not a picture."),
        (b"hello, I am no picture", "cat.png is a text file, which does not open here."),
        (b"%PDF-1.7 ...", "cat.png is a PDF document, which does not open here."),
        (b"8BPS\0\1" + b"\0" * 40, "cat.png is a Photoshop document, which does not open here."),
        (b"%!PS-Adobe-3.0 EPSF", "cat.png is an EPS drawing, which does not open here."),
        (b"<?xml version='1.0'?>\n<svg/>", "cat.png is an SVG drawing, which does not open here."),
        (b"<!DOCTYPE html><title>x", "cat.png is a web page, which does not open here."),
        (b"PK\x03\x04" + b"\0" * 40, "cat.png is a ZIP archive, which does not open here."),
        (b"SQLite format 3\0" + b"\0" * 84, "cat.png is a database, which does not open here."),
        (b"\xff\x0a" + b"\0" * 40, "cat.png is a JPEG XL picture, which does not open here."),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2", "cat.png is a video, which does not open here."),
        (
            b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf",
            "cat.png is a HEIC picture, which is not supported yet.",
        ),
        (b"II*\0\x10\0\0\0CR\2\0", "cat.png is a raw camera file, which does not open here."),
        (b"\x89PNG\r\n\x1a\n", "cat.png is damaged."),
        (b"\xff\xd8\xff\xe0", "cat.png is damaged."),
        (b"GIF89a", "cat.png is damaged."),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "cat.png is damaged."),
        (b"II*\0\xff\xff\xff\xff", "cat.png is damaged."),
        (b"BM" + b"\0" * 30, "cat.png is damaged."),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "cat.png is damaged."),
        (png_of(0, 5), "cat.png is damaged."),
    ],
)
def test_f_loc_29_what_is_not_a_picture_is_refused_by_name(data, sentence):
    for read in (probe, decode_picture):
        with pytest.raises(BadPicture) as refusal:
            read(data, name="cat.png")
        assert refusal.value.message == sentence


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9])
def test_f_loc_29_a_picture_that_stops_early_is_damaged(file_format, share):
    data = saved(noise(160, 120), file_format)
    with pytest.raises(BadPicture, match=r"damaged|empty"):
        decode_picture(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("width", "height", "sentence"),
    [
        (30_000, 30_000, "900 megapixels is more than the app opens (64)."),
        (13_000, 13_000, "169 megapixels is more than the app opens (64)."),
        (8193, 8192, "67 megapixels is more than the app opens (64)."),
        (20_000, 100, "20,000 × 100 pixels is more than the app opens (16,384 a side)."),
    ],
)
def test_f_loc_17_18_a_picture_over_the_limits_is_refused_before_decoding(width, height, sentence):
    # There are no pixels in it: whoever decoded first would call it damaged.
    with pytest.raises(BadPicture) as refusal:
        decode_picture(png_of(width, height))
    assert refusal.value.message == sentence


@pytest.mark.parametrize(("width", "height"), [(8192, 8192), (16_384, 4096)])
def test_a_picture_at_the_limit_is_let_in(width, height):
    assert probe(png_of(width, height)).width == width


def test_the_limit_holds_for_webp_too():
    head = b"\x2f" + ((16_000 - 1) | (16_000 - 1) << 14).to_bytes(4, "little") + b"\0" * 20
    body = b"WEBPVP8L" + len(head).to_bytes(4, "little") + head + b"\0" * (len(head) % 2)
    with pytest.raises(BadPicture, match=r"256 megapixels is more than the app opens \(64\)"):
        probe(b"RIFF" + len(body).to_bytes(4, "little") + body)


def test_f_loc_19_a_png_whose_texts_or_profile_are_bombs_is_refused_or_harmless():
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    for chunk in (
        png_chunk(b"iCCP", b"x\0\0" + bomb),
        png_chunk(b"zTXt", b"x\0\0" + bomb),
        png_chunk(b"iTXt", b"x\0\1\0\0\0" + bomb),
    ):
        data = saved(quarters(), "PNG")
        with pytest.raises(BadPicture, match="damaged"):
            decode_picture(data[:33] + chunk + data[33:])


@pytest.mark.parametrize("file_format", FORMATS)
def test_bit_flips_never_raise_anything_but_bad_picture(file_format):
    data = saved(
        noise(48, 40),
        file_format,
        **({"exif": exif(maker="x")} if file_format in ("PNG", "JPEG") else {}),
    )
    dice = random.Random(3)
    outcomes = set()
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(dice.choice((1, 1, 3, 20))):
            at = dice.randrange(min(len(broken), dice.choice((64, 600, 100_000))))
            broken[at] = dice.randrange(256)
        try:
            decode_picture(bytes(broken))
            outcomes.add("opened")
        except BadPicture:
            outcomes.add("refused")
    assert "refused" in outcomes


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
def test_f_loc_25_a_heic_picture_is_refused_with_what_to_do(brand):
    with pytest.raises(BadPicture, match="HEIC picture, which is not supported yet") as refusal:
        decode_picture(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" + brand * 2 + b"\0" * 100)
    assert refusal.value.hint == "Convert it to PNG or JPEG."
