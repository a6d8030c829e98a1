"""Pictures beyond the limits are refused by their head alone, or opened smaller in little room."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core.errors import BadPicture, OutOfMemory, PictureTooLarge
from kontext_studio.imaging import limits
from kontext_studio.imaging import scaled as scaling
from kontext_studio.imaging.decode import decode_picture, probe
from kontext_studio.imaging.scaled import open_scaled
from tests.unit.imaging.samples import (
    exif,
    noise,
    png16_rgb,
    png_chunk,
    png_of,
    quarters,
    rgb_profile,
    saved,
    soft,
    turned_away,
)

ROOT = Path(__file__).parents[3]

MEASURED = """
import resource, sys
import numpy, PIL.Image
from kontext_studio.core.errors import BadPicture
from kontext_studio.imaging.decode import decode_picture, probe
from kontext_studio.imaging.scaled import open_scaled
from kontext_studio.imaging.thumbnail import thumbnail
for warm in (b"\\x89PNG\\r\\n\\x1a\\n", b"\\xff\\xd8\\xff", b"GIF89a", b"II*\\0"):
    try:
        probe(warm)
    except BadPicture:
        pass
def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
data = sys.stdin.buffer.read()
before = peak_mb()
for read in READERS:
    try:
        read(data)
        print("opened")
    except BadPicture as exc:
        print(type(exc).__name__, exc.message)
print(peak_mb() - before)
"""


def measured(data: bytes, readers: str = "[probe, decode_picture, thumbnail]") -> list[str]:
    """What a process of its own says of the picture, and by how many MB its peak grew."""
    script = MEASURED.replace("READERS", readers)
    done = subprocess.run(
        [sys.executable, "-c", script], input=data, capture_output=True, check=True, cwd=ROOT
    )
    return done.stdout.decode().splitlines()


def webp_of(width: int, height: int) -> bytes:
    head = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\0" * 21
    body = b"WEBPVP8L" + len(head).to_bytes(4, "little") + head
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def restated(data: bytes, width: int, height: int) -> bytes:
    """A JPEG whose head tells another size."""
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def gif_of(width: int, height: int) -> bytes:
    small = saved(quarters(), "GIF")
    return small[:6] + struct.pack("<HH", width, height) + small[10:]


def bmp_of(width: int, height: int) -> bytes:
    small = saved(quarters(), "BMP")
    return small[:18] + struct.pack("<ii", width, height) + small[26:]


def tiff_of(width: int, height: int) -> bytes:
    return (
        saved(Image.new("1", (8, 8)), "TIFF")
        .replace(struct.pack("<HHII", 256, 4, 1, 8), struct.pack("<HHII", 256, 4, 1, width))
        .replace(struct.pack("<HHII", 257, 4, 1, 8), struct.pack("<HHII", 257, 4, 1, height))
    )


def flat_png(width: int, height: int) -> bytes:
    """A whole PNG of one colour: small in the file, large in memory."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * width)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


# ---------------------------------------------------------------- refused by the head


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png_of(30_000, 30_000), "900 megapixels is more than the app opens (64)."),
        (webp_of(16_000, 16_000), "256 megapixels is more than the app opens (64)."),
        (
            restated(saved(quarters(), "JPEG"), 60_000, 60_000),
            "3,600 megapixels is more than the app opens (64).",
        ),
        (gif_of(60_000, 60_000), "3,600 megapixels is more than the app opens (64)."),
        (bmp_of(30_000, 30_000), "900 megapixels is more than the app opens (64)."),
        (tiff_of(30_000, 30_000), "900 megapixels is more than the app opens (64)."),
    ],
    ids=["png", "webp", "jpeg", "gif", "bmp", "tiff"],
)
def test_f_loc_17_a_picture_beyond_the_limits_takes_no_memory(data, words):
    *said, grown_mb = measured(data)

    assert said == [f"PictureTooLarge {words}"] * 3
    assert float(grown_mb) < 50


def test_f_loc_18_a_bomb_below_the_line_of_the_decoder_is_refused_the_same_way():
    bomb = flat_png(13_000, 13_000)
    assert len(bomb) < 600_000

    *said, grown_mb = measured(bomb)

    assert said == ["PictureTooLarge 169 megapixels is more than the app opens (64)."] * 3
    assert float(grown_mb) < 50


@pytest.mark.parametrize("size", [(16_385, 10), (10, 16_385)])
def test_f_loc_18_a_side_beyond_the_limit_is_refused(size):
    with pytest.raises(PictureTooLarge, match=r"16,384 a side") as refusal:
        decode_picture(png_of(*size))
    assert refusal.value.size == size


def test_f_loc_19_a_bomb_of_text_or_profile_takes_little_memory():
    plain = saved(quarters(), "PNG")
    bomb = zlib.compress(b"\0" * 400_000_000, 9)
    for chunk in (
        png_chunk(b"iCCP", b"x\0\0" + bomb),
        png_chunk(b"zTXt", b"x\0\0" + bomb),
        png_chunk(b"iTXt", b"x\0\1\0\0\0" + bomb),
        png_chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 1_000_000, 9)) * 300,
    ):
        *said, grown_mb = measured(plain[:33] + chunk + plain[33:])
        assert set(said) == {"BadPicture The picture is damaged."}
        assert float(grown_mb) < 120


@pytest.mark.parametrize(
    "start",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"8BPS\0\1", b"%!PS-Adobe-3.0", b"%PDF-1.7",
     b"\xc5\xd0\xd3\xc6", b"P6 1 1 255\n\0\0\0", b"\0\0\1\0\1\0", b"SIMPLE  =                    T",
     b"\x59\xa6\x6a\x95", b"\x0a\x05\x01\x08", b"gd2\0", b"\x8aMNG\r\n\x1a\n", b"FWS"],
)  # fmt: skip
def test_f_loc_19_no_other_decoder_is_ever_asked(start, monkeypatch):
    asked = []
    monkeypatch.setattr(Image, "open", lambda *a, **k: asked.append(a))
    with pytest.raises(BadPicture, match=r"not a picture|does not open here"):
        decode_picture(start + b"\0" * 200)
    assert asked == []


def test_f_sec_23_pillow_is_new_enough():
    major, minor = (int(part) for part in version("pillow").split(".")[:2])
    assert (major, minor) >= (12, 3)
    declared = (ROOT / "pyproject.toml").read_text()
    assert '"pillow>=12.3,' in declared


# ---------------------------------------------------------------- memory


def test_a_picture_at_the_limit_is_held_by_the_decoder_and_by_us_and_no_third_time():
    said, grown_mb = measured(flat_png(8192, 8192), "[decode_picture]")
    assert said == "opened"
    assert float(grown_mb) < 8192 * 8192 * (4 + 3) / 2**20 + 60


WITHOUT_MEMORY = """
import resource, sys
import numpy, PIL.Image
from kontext_studio.core.errors import OutOfMemory
from kontext_studio.imaging.decode import decode_picture, probe
from kontext_studio.imaging.export import export_picture
from kontext_studio.imaging.thumbnail import thumbnail
from tests.unit.imaging.samples import png_of, quarters, saved
small = saved(quarters(), "PNG")
for work in (decode_picture, thumbnail, lambda data: export_picture(data, "png")):
    work(small)
data = sys.stdin.buffer.read()
pages = int(open("/proc/self/statm").read().split()[0])
room = pages * resource.getpagesize() + 60_000_000
resource.setrlimit(resource.RLIMIT_AS, (room, room))
for work in (decode_picture, thumbnail, lambda data: export_picture(data, "png")):
    try:
        work(data)
        print("opened")
    except OutOfMemory as exc:
        print(exc.message)
print(decode_picture(small).width)
"""


def test_f_loc_37_where_memory_runs_out_it_is_said_and_the_process_lives():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_MEMORY],
        input=flat_png(8000, 8000),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.decode().splitlines() == ["Not enough memory for this picture."] * 3 + ["48"]


def test_f_loc_37_the_name_is_told():
    fault = limits.out_of_memory("cat.png")
    assert isinstance(fault, OutOfMemory)
    assert fault.message == "Not enough memory for cat.png."


# ---------------------------------------------------------------- opened smaller


@pytest.mark.parametrize(
    ("size", "kind", "row_by_row", "expected"),
    [
        ((30_000, 30_000), "image/png", True, (8192, 8192)),
        ((30_000, 30_000), "image/png", False, None),
        ((20_000, 100), "image/png", True, (8192, 41)),
        ((1, 65_000), "image/png", True, (1, 8192)),
        ((70_000, 10), "image/png", True, None),
        ((40_000, 40_000), "image/png", True, None),
        ((9000, 9000), "image/jpeg", True, (8192, 8192)),
        ((16_000, 12_000), "image/jpeg", True, (8000, 6000)),
        ((30_000, 30_000), "image/jpeg", True, (7500, 7500)),
        ((9000, 9000), "image/jpeg", False, (8192, 8192)),
        ((16_000, 12_000), "image/jpeg", False, None),
        ((16_000, 12_000), "image/webp", True, None),
        ((30_000, 30_000), "image/tiff", True, None),
    ],
)
def test_f_loc_17_the_refusal_tells_at_which_size_it_could_be_opened(
    size, kind, row_by_row, expected
):
    with pytest.raises(PictureTooLarge) as refusal:
        limits.check_size(size, kind, row_by_row=row_by_row)
    assert (refusal.value.size, refusal.value.scaled) == (size, expected)


def test_f_loc_17_a_refused_picture_says_how_it_opens():
    for data, scaled in (
        (png_of(30_000, 30_000), (8192, 8192)),
        (png_of(30_000, 30_000, bits=16), None),
        (restated(saved(quarters(), "JPEG"), 16_000, 12_000), (8000, 6000)),
        (webp_of(16_000, 16_000), None),
    ):
        with pytest.raises(PictureTooLarge) as refusal:
            probe(data)
        assert refusal.value.scaled == scaled


@pytest.fixture
def small_limits(monkeypatch):
    """The same ways with limits that a test can pass in no time."""
    monkeypatch.setattr(limits, "MAX_PIXELS", 10_000)
    monkeypatch.setattr(limits, "MOST_DRAFT_PIXELS", 20_000)
    monkeypatch.setattr(limits, "SCALED_SIDE_PX", 90)
    monkeypatch.setattr(scaling, "_BAND_PIXELS", 3000)


def boxed(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX)).astype(int)


@pytest.mark.parametrize("size", [(300, 200), (123, 457), (1000, 11), (200, 181)])
def test_f_loc_17_a_large_png_opens_scaled_as_if_it_had_been_decoded_whole(small_limits, size):
    for pixels, most in ((soft(*size), 3), (noise(*size), 30)):
        picture = open_scaled(saved(pixels, "PNG"))

        assert max(picture.width, picture.height) == 90
        off = np.abs(picture.pixels - boxed(pixels, (picture.width, picture.height)))
        # Where a row lies half in a band, rounding decides whether it counts.
        assert off.max() <= most
        assert off.mean() < 0.5
    width, height = (f"{side:,}" for side in size)
    assert picture.notes[-1].startswith("Opened at ")
    assert picture.notes[-1].endswith(f"pixels of {width} × {height}")


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P"])
def test_f_loc_17_every_kind_of_8_bit_png_opens_scaled(small_limits, mode):
    pixels = noise(300, 200, 4)
    image = Image.fromarray(pixels).convert("RGB").quantize(40)
    if mode != "P":
        image = Image.fromarray(pixels).convert(mode)

    picture = open_scaled(saved(image, "PNG"))

    whole = image.convert("RGBA").resize((90, 60), Image.Resampling.BOX)
    assert (picture.width, picture.height) == (90, 60)
    assert np.abs(picture.pixels.astype(int) - np.asarray(whole)[..., :3]).max() <= 2
    assert (picture.alpha is not None) == (mode in ("LA", "RGBA"))


def test_f_loc_17_a_scaled_picture_is_upright_and_in_srgb(small_limits):
    from tests.unit.imaging.samples import DISPLAY_P3

    pixels = soft(300, 200)
    options = {"icc_profile": rgb_profile(DISPLAY_P3, 2.2), "exif": exif(orientation=6)}
    for kind in ("PNG", "JPEG"):
        data = saved(turned_away(pixels, 6), kind, **options)
        picture = open_scaled(data)
        assert picture.width > picture.height
        assert "Turned upright as its EXIF data says" in picture.notes
        assert "Converted from Wide colours to sRGB" in picture.notes
        straight = np.asarray(Image.fromarray(picture.pixels).resize((30, 20)))
        managed = saved(pixels, "PNG", icc_profile=options["icc_profile"])
        with pytest.MonkeyPatch.context() as large:
            large.setattr(limits, "MAX_PIXELS", 10**6)
            expected = Image.fromarray(decode_picture(managed).pixels).resize((30, 20))
        assert np.abs(straight.astype(int) - np.asarray(expected)).mean() < 3


@pytest.mark.parametrize("size", [(150, 120), (300, 200), (400, 390)])
def test_f_loc_17_a_large_jpeg_opens_scaled(small_limits, size):
    pixels = soft(*size)
    data = saved(pixels, "JPEG", quality=95)

    picture = open_scaled(data)

    with pytest.raises(PictureTooLarge) as refusal:
        decode_picture(data)
    assert refusal.value.scaled == (picture.width, picture.height)
    assert np.abs(picture.pixels - boxed(pixels, (picture.width, picture.height))).mean() < 3


def test_f_loc_17_what_cannot_be_scaled_while_it_is_decoded_stays_refused(small_limits):
    for data in (
        saved(noise(300, 200), "WEBP"),
        saved(noise(300, 200), "TIFF"),
        png16_rgb(noise(300, 200).astype(np.uint16)),
        saved(noise(300, 200), "JPEG", progressive=True),
    ):
        with pytest.raises(PictureTooLarge) as refusal:
            open_scaled(data)
        assert refusal.value.scaled is None


def test_a_picture_within_the_limits_opens_whole():
    assert (open_scaled(saved(noise(), "PNG")).pixels == noise()).all()


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_f_loc_17_a_damaged_large_png_is_damaged(small_limits, share):
    data = saved(noise(300, 200), "PNG")
    with pytest.raises(BadPicture, match="damaged"):
        open_scaled(data[: int(len(data) * share)])


def test_f_loc_17_900_megapixels_open_scaled_in_bounded_memory():
    # A tenth of the height: the same memory, and no test that takes a quarter of a minute.
    said, grown_mb = measured(flat_png(30_000, 3000), "[open_scaled]")
    assert said == "opened"
    assert float(grown_mb) < 300
