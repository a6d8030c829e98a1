"""Profiles lose their words and keep their colours."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from kontext_studio.imaging.containers import with_icc
from kontext_studio.imaging.measure import delta_e_2000, srgb_to_lab
from kontext_studio.imaging.profiles import wordless
from tests.unit.imaging.samples import (
    ADOBE_RGB,
    DISPLAY_P3,
    cmyk_profile,
    noise,
    opened,
    pixels_of,
    rgb_profile,
    saved,
    srgb_profile,
)

OWNER = "Screen of Ada Owner, serial 4711"


def through(icc: bytes, pixels: np.ndarray) -> np.ndarray:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    image = Image.fromarray(pixels)
    target = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, profile, target, outputMode="RGB")
    assert converted is not None
    return np.asarray(converted)


@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB])
def test_f_sec_18_a_profile_keeps_its_colours_and_loses_its_owner(primaries):
    icc = bytearray(rgb_profile(primaries, 2.2, OWNER))
    icc[48:56] = b"ADAOWNER"

    bare = wordless(bytes(icc))

    assert b"Ada" not in bare
    assert b"ADAO" not in bare
    assert OWNER.encode("utf-16-be") not in bare
    assert (through(bare, noise()) == through(bytes(icc), noise())).all()


def test_a_name_that_many_profiles_share_stays():
    assert b"Adobe RGB (1998)" in wordless(rgb_profile(ADOBE_RGB, 2.2, "Adobe RGB (1998)"))


def test_a_profile_of_version_4_stays_one():
    bare = wordless(srgb_profile())
    profile = ImageCms.ImageCmsProfile(io.BytesIO(bare))
    assert ImageCms.getProfileDescription(profile).strip() == "Colour profile"
    assert (through(bare, noise()) == through(srgb_profile(), noise())).all()


@pytest.mark.parametrize("icc", [b"", b"rubbish" * 60, srgb_profile()[:200], b"\0" * 500])
def test_what_is_no_profile_is_refused(icc):
    with pytest.raises(ValueError, match=r"profile|past the end"):
        wordless(icc)


def test_a_press_profile_keeps_its_table():
    press = cmyk_profile({(1, 0, 0, 0): (62.0, -31.0, -48.0)})
    bare = wordless(press)
    assert b"Small press" not in bare
    cyan = Image.new("CMYK", (1, 1), (255, 0, 0, 0))
    seen = [
        np.asarray(
            ImageCms.profileToProfile(
                cyan,
                ImageCms.ImageCmsProfile(io.BytesIO(one)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        )
        for one in (press, bare)
    ]
    assert float(delta_e_2000(srgb_to_lab(seen[0]), srgb_to_lab(seen[1])).max()) < 0.01


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("filler", [0, 200_000])
def test_a_profile_is_put_into_a_file_around_its_pixels(file_format, filler):
    icc = rgb_profile(DISPLAY_P3, 2.2) + b"x" * filler
    data = saved(noise(), file_format)

    dressed = with_icc(data, f"image/{file_format.lower()}", icc, size=(64, 48))

    assert opened(dressed).info["icc_profile"] == icc
    assert (pixels_of(dressed) == pixels_of(data)).all()
