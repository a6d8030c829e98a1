"""Pictures made on the spot for the tests of imaging: bytes in every shape that people have."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms

RED, GREEN, BLUE, GREY = (200, 40, 30), (40, 170, 60), (30, 60, 190), (120, 120, 120)


def quarters(width: int = 48, height: int = 32) -> np.ndarray:
    """Four flat colours, one in each quarter: every turn of it looks different."""
    pixels = np.zeros((height, width, 3), np.uint8)
    half_w, half_h = width // 2, height // 2
    pixels[:half_h, :half_w], pixels[:half_h, half_w:] = RED, GREEN
    pixels[half_h:, :half_w], pixels[half_h:, half_w:] = BLUE, GREY
    return pixels


def noise(width: int = 64, height: int = 48, channels: int = 3) -> np.ndarray:
    """Soft random colours, so that coders have something to do."""
    random = np.random.default_rng(7)
    rough = random.integers(0, 256, (height // 8 + 1, width // 8 + 1, channels), dtype=np.uint8)
    big = np.kron(rough, np.ones((8, 8, 1), np.uint8))[:height, :width]
    return (big // 2 + random.integers(0, 100, big.shape, dtype=np.uint8)).astype(np.uint8)


def soft(width: int = 64, height: int = 48) -> np.ndarray:
    """Smooth colours, which coders with loss keep well."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return np.rint(np.dstack([40 + 180 * x, 220 - 160 * y, 60 + 90 * (x + y)])).astype(np.uint8)


def saved(image: Image.Image | np.ndarray, file_format: str, **options: object) -> bytes:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def pixels_of(data: bytes) -> np.ndarray:
    return np.asarray(opened(data).convert("RGB"))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(
    width: int,
    height: int,
    rows: bytes = b"",
    *,
    bits: int = 8,
    colour: int = 2,
    extra: bytes = b"",
) -> bytes:
    """A PNG that states any size; `rows` are raw filtered rows, `extra` whole chunks."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + extra
        + png_chunk(b"IDAT", zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )


def png16_rgb(values: np.ndarray) -> bytes:
    """A PNG of 16 bits a channel from (height, width, 3) values; Pillow writes none."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png_of(values.shape[1], values.shape[0], rows, bits=16)


def exif(**tags: int | str) -> Image.Exif:
    """EXIF with any of: orientation, maker, gps (a text put into the location)."""
    data = Image.Exif()
    if "orientation" in tags:
        data[274] = tags["orientation"]
    if "maker" in tags:
        data[271] = tags["maker"]
    if "gps" in tags:
        data.get_ifd(0x8825)[27] = str(tags["gps"]).encode()
    return data


def turned_away(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The stored pixels that EXIF `orientation` turns back into `pixels`."""
    stored = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.swapaxes(0, 1),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(p, 2).swapaxes(0, 1),
        8: lambda p: np.rot90(p, -1),
    }
    return np.ascontiguousarray(stored[orientation](pixels))


# ---------------------------------------------------------------- colour profiles

DISPLAY_P3 = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))


def _number(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _profile(space: bytes, connection: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(body), len(value))
        body += value + b"\0" * (-len(value) % 4)
    size = start + len(body)
    head = struct.pack(">I", size) + b"\0" * 4 + b"\x02\x40\0\0" + kind + space + connection
    head += b"\0" * 12 + b"acsp" + b"\0" * 28
    head += _number(0.9642) + _number(1.0) + _number(0.8249)
    return head.ljust(128, b"\0") + table + body


def _text(words: str) -> bytes:
    data = words.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(data)) + data + b"\0" * 78


def rgb_profile(primaries: tuple, gamma: float, name: str = "Wide colours") -> bytes:
    """A matrix profile; `primaries` are the D50 XYZ of red, green and blue."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    tags = {b"desc": _text(name), b"wtpt": b"XYZ \0\0\0\0" + _xyz((0.9642, 1.0, 0.8249))}
    for channel, xyz in zip("rgb", primaries, strict=True):
        tags[channel.encode() + b"XYZ"] = b"XYZ \0\0\0\0" + _xyz(xyz)
        tags[channel.encode() + b"TRC"] = curve
    return _profile(b"RGB ", b"XYZ ", b"mntr", tags)


def _xyz(values: tuple) -> bytes:
    return b"".join(_number(value) for value in values)


def cmyk_profile(corners: dict[tuple[int, int, int, int], tuple[float, float, float]]) -> bytes:
    """A press of which some full inks are told, as Lab; the others are greys."""
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0])
    lut += b"".join(_number(value) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    lut += bytes(range(256)) * 4
    for index in range(16):
        inks = (index >> 3 & 1, index >> 2 & 1, index >> 1 & 1, index & 1)
        light, a, b = corners.get(inks, (100.0 - 22.0 * sum(inks[:3]) - 34.0 * inks[3], 0.0, 0.0))
        lut += bytes([round(light * 2.55), round(a + 128), round(b + 128)])
    lut += bytes(range(256)) * 3
    tags = {b"desc": _text("Small press"), b"wtpt": b"XYZ \0\0\0\0" + _xyz((0.9642, 1.0, 0.8249))}
    return _profile(b"CMYK", b"Lab ", b"prtr", {**tags, b"A2B0": lut})


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def srgb_of(values: np.ndarray, primaries: tuple, gamma: float) -> np.ndarray:
    """What sRGB shows of wide-gamut values, by matrices alone, without littleCMS."""
    to_xyz = np.array(primaries).T
    srgb = np.array(
        [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
    )
    linear = (values / 255.0) ** gamma @ to_xyz.T @ np.linalg.inv(srgb).T
    linear = np.clip(linear, 0, 1)
    coded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(coded * 255).astype(np.uint8)
