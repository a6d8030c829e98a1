"""Which format some bytes are in, told by their first bytes alone; file names are not believed.

Seven formats are opened. The others that people have are known well enough to be refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
GIF = "image/gif"
AVIF = "image/avif"
TIFF = "image/tiff"
BMP = "image/bmp"

TITLES = {
    PNG: "PNG",
    JPEG: "JPEG",
    WEBP: "WebP",
    GIF: "GIF",
    AVIF: "AVIF",
    TIFF: "TIFF",
    BMP: "BMP",
}

SUFFIXES = {
    PNG: (".png", ".apng"),
    JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    WEBP: (".webp",),
    GIF: (".gif",),
    AVIF: (".avif",),
    TIFF: (".tif", ".tiff"),
    BMP: (".bmp", ".dib"),
}
"""File name endings of each format that is opened; the first is the one to write."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A format that is known and not opened, with its article: "an SVG drawing"."""

    title: str


_FOREIGN_PREFIXES = (
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"%!PS", "an EPS drawing"),
    (b"\xc5\xd0\xd3\xc6", "an EPS drawing"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"icns", "an icon file"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"gimp xcf", "a GIMP document"),
    (b"SQLite format 3\x00", "a database"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x1a\x45\xdf\xa3", "a video"),
)
_FTYP_FOREIGN = {
    b"heic": "a HEIC picture",
    b"heix": "a HEIC picture",
    b"heim": "a HEIC picture",
    b"heis": "a HEIC picture",
    b"hevc": "a HEIC picture",
    b"mif1": "a HEIC picture",
    b"msf1": "a HEIC picture",
    b"crx ": "a raw camera file",
}
_TEXT = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0C, 0x0D} | frozenset(range(0x80, 0x100))


def media_type_of(data: bytes) -> str | Foreign | None:
    """The media type of a format that is opened, the name of one that is not, or None."""
    head = data[:4096]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return Foreign("a raw camera file") if head[8:10] == b"CR" else TIFF
    if head.startswith(b"BM") and len(head) >= 18 and head[6:10] == b"\0\0\0\0":
        return BMP
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    for prefix, title in _FOREIGN_PREFIXES:
        if head.startswith(prefix):
            return Foreign(title)
    return _text_format(head)


def _iso_media(head: bytes) -> str | Foreign:
    """AVIF, HEIC and films share one container; its list of brands tells them apart."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if b"avif" in brands or b"avis" in brands:
        return AVIF
    for brand in brands:
        if title := _FTYP_FOREIGN.get(brand):
            return Foreign(title)
    return Foreign("a video")


def _text_format(head: bytes) -> Foreign | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start[:1024]:
        return Foreign("an SVG drawing")
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return Foreign("a web page")
    if start and all(byte in _TEXT for byte in head):
        return Foreign("a text file")
    return None
