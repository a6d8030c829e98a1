"""Pictures of many kinds, and what chance makes of them; run as a program of its own it decodes
them one by one and tells the worst of it as JSON."""

from __future__ import annotations

import io
import json
import random
import resource
import struct
import sys
import time
from collections.abc import Iterator

from PIL import Image

from kontext_studio.core.errors import BadPicture
from kontext_studio.imaging.decode import decode_picture
from tests.fakes.photographs import photograph

SAVED: tuple[tuple[str, tuple[str, ...], dict[str, object]], ...] = (
    ("PNG", ("RGB", "RGBA", "L", "LA", "P", "I;16", "1"), {}),
    ("JPEG", ("RGB", "L", "CMYK"), {"quality": 80}),
    ("JPEG", ("RGB", "L", "CMYK"), {"progressive": True}),
    ("WEBP", ("RGB", "RGBA"), {"quality": 70}),
    ("WEBP", ("RGB", "RGBA"), {"lossless": True}),
    ("GIF", ("P", "L"), {}),
    ("TIFF", ("RGB", "RGBA", "L", "CMYK", "I;16", "1"), {}),
    ("TIFF", ("RGB", "L"), {"compression": "tiff_lzw"}),
    ("TIFF", ("RGB", "CMYK"), {"compression": "tiff_adobe_deflate"}),
    ("BMP", ("RGB", "L", "P", "1"), {}),
    ("AVIF", ("RGB", "RGBA"), {"quality": 60}),
    ("PNG", ("RGB", "RGBA"), {"optimize": True}),
    ("GIF", ("P", "L"), {"interlace": 1}),
    ("JPEG", ("RGB",), {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"}),
)


def seeds() -> list[bytes]:
    """Forty whole pictures."""
    picture = photograph(96, 64, 5)
    found = []
    for kind, modes, options in SAVED:
        for mode in modes:
            grey = picture.convert("L")
            image = grey.convert(mode) if mode == "I;16" else picture.convert(mode)
            out = io.BytesIO()
            image.save(out, kind, **options)
            found.append(out.getvalue())
    return found


def broken(count: int, dice: random.Random) -> Iterator[bytes]:
    """Cut, flipped, spliced, with numbers that promise too much."""
    whole = seeds()
    for _ in range(count):
        data = bytearray(dice.choice(whole))
        match dice.randrange(5):
            case 0:
                del data[dice.randrange(len(data)) :]
            case 1:
                for _ in range(dice.choice((1, 4, 40))):
                    data[dice.randrange(len(data))] = dice.randrange(256)
            case 2:
                at = dice.randrange(min(len(data), 64) - 4)
                huge = dice.choice((0xFFFFFFFF, 0x7FFFFFFF, 30_000, 65_535))
                data[at : at + 4] = struct.pack(dice.choice(("<I", ">I")), huge)
            case 3:
                other = dice.choice(whole)
                at = dice.randrange(len(data))
                data[at:] = other[dice.randrange(len(other)) :]
            case _:
                at = dice.randrange(len(data))
                data[at:at] = bytes(dice.randrange(256) for _ in range(dice.choice((1, 16, 4096))))
        yield bytes(data)


def main(count: int) -> None:
    dice = random.Random(40)
    for data in seeds():
        decode_picture(data)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    opened = refused = 0
    slowest_s = 0.0
    for data in broken(count, dice):
        began = time.process_time()
        try:
            decode_picture(data)
            opened += 1
        except BadPicture:
            refused += 1
        slowest_s = max(slowest_s, time.process_time() - began)
    more_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak_kib
    worst = {"slowest_s": round(slowest_s, 3), "more_mb": round(more_kib / 1024, 1)}
    told = {"seeds": len(seeds()), "opened": opened, "refused": refused, **worst}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    Image.MAX_IMAGE_PIXELS = None  # the program's own limit has to hold
    main(int(sys.argv[1]))
