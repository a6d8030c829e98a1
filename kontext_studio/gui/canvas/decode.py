"""Picture bytes to display pixels: upright, in the display's colour space, within limits.

Plain functions for a worker thread. The view alone uses what comes out; stored and sent pixels are
made elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader

from kontext_studio.core.errors import BadPicture
from kontext_studio.gui.canvas.bands import converted_in_bands
from kontext_studio.gui.canvas.pyramid import Pyramid, build_pyramid
from kontext_studio.imaging import formats
from kontext_studio.imaging.containers import metadata_names
from kontext_studio.imaging.picture import MAX_PIXELS

if TYPE_CHECKING:
    from kontext_studio.imaging.picture import PictureFacts

_FORMATS = frozenset({b"png", b"jpeg", b"jpg", b"webp", b"gif", b"bmp", b"tiff"})
# Qt's own limit of 256 MiB would refuse a picture of 8192 by 8192; ours is MAX_PIXELS at 8 bytes.
_ALLOCATION_LIMIT_MIB = MAX_PIXELS * 8 // (1 << 20) + 1
_ALPHA = QImage.Format.Format_Alpha8
_SMOOTH = Qt.TransformationMode.SmoothTransformation
_TURNED = QImageIOHandler.Transformation.TransformationRotate90


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Display pixels, perhaps reduced; the size of the whole picture; its colour space in words;
    the pixels before they were converted for a display, where they were and all are there."""

    image: QImage
    width: int
    height: int
    colour_space: str
    stored: QImage | None = None


def decode_for_view(
    data: bytes, target_px: int | None = None, display_space: QColorSpace | None = None
) -> Decoded:
    """Decode `data`; with `target_px` only so large that neither side exceeds it (a first sight).

    Raises BadPicture for what is not a picture, damaged or over the limit.
    """
    if _is_beyond_qt(data):
        return _decoded_as_sent(data, target_px, display_space)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    try:
        # Asked of JPEG alone: Qt's TIFF reader does not find its way back after this question.
        four_inks = QImage.Format.Format_CMYK8888
        if reader.format().data() == b"jpeg" and reader.imageFormat() == four_inks:
            return _decoded_as_sent(data, target_px, display_space)
        image, size = _read(reader, target_px)
    finally:
        # Lets go of the buffer first: Qt's TIFF reader still uses it while it is destroyed, and
        # Python frees the two in the order it likes.
        reader.setDevice(None)  # type: ignore[arg-type]  # the stubs do not know that None is fine
    words = _space_in_words(image.colorSpace())
    stored = _stored(image, display_space, target_px)
    shown = _converted(image, display_space)
    return Decoded(shown, size.width(), size.height(), words, stored)


def _is_beyond_qt(data: bytes) -> bool:
    """Qt 6.11 has no reader for AVIF, turns neither PNG nor WebP by their EXIF data, and shows Lab
    as if it were RGB. Colours of CMYK, too, are nearer to the press in littleCMS."""
    kind = formats.media_type_of(data)
    if kind == formats.TIFF:
        return _facts(data).mode in ("CMYK", "LAB")
    if kind in (formats.PNG, formats.WEBP) and "EXIF" in metadata_names(data, str(kind)):
        return _facts(data).orientation != 1
    return kind == formats.AVIF


def _facts(data: bytes) -> PictureFacts:
    from kontext_studio.imaging.decode import probe

    return probe(data)


def _decoded_as_sent(
    data: bytes, target_px: int | None, display_space: QColorSpace | None
) -> Decoded:
    """The pixels that are sent and measured, which are in sRGB."""
    from kontext_studio.imaging.decode import decode_picture

    picture = decode_picture(data)
    pixels, size = picture.pixels, QSize(picture.width, picture.height)
    whole = QImage(
        pixels.data, size.width(), size.height(), 3 * size.width(), QImage.Format.Format_RGB888
    )
    if picture.alpha is not None:
        width, height = size.width(), size.height()
        alpha = QImage(picture.alpha.data, width, height, width, _ALPHA)
        whole = whole.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        whole.setAlphaChannel(alpha)
    if target_px is not None and max(size.width(), size.height()) > target_px:
        whole = whole.scaled(_at_most(size, target_px), mode=_SMOOTH)
    whole.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    words = "sRGB" if picture.facts.has_icc else "sRGB, assumed"
    # The copies outlive the array that the pixels belong to.
    image = _converted(whole, display_space).copy()
    stored = _stored(whole, display_space, target_px)
    kept = stored.copy() if stored is not None else None
    return Decoded(image, size.width(), size.height(), words, kept)


def _read(reader: QImageReader, target_px: int | None) -> tuple[QImage, QSize]:
    """The pixels, upright and perhaps reduced, and the upright size of the whole."""
    if reader.format().data() not in _FORMATS:
        raise BadPicture("This is not a picture that can be shown.", hint="Use PNG, JPEG or WebP.")
    stored = reader.size()
    if not stored.isValid() or stored.isEmpty():
        raise BadPicture("The picture does not say how large it is; it may be damaged.")
    if stored.width() * stored.height() > MAX_PIXELS:
        raise BadPicture(
            f"The picture has {stored.width()} × {stored.height()} pixels, too many to show.",
            hint=f"Use one of at most {MAX_PIXELS // 1_000_000} million pixels.",
        )
    reader.setAutoTransform(True)
    turned = bool(reader.transformation() & _TURNED)
    if target_px is not None and max(stored.width(), stored.height()) > target_px:
        reader.setScaledSize(_at_most(stored, target_px))
    QImageReader.setAllocationLimit(_ALLOCATION_LIMIT_MIB)
    image = reader.read()
    if image.isNull():
        raise BadPicture("The picture is damaged and cannot be shown.", detail=reader.errorString())
    return image, stored.transposed() if turned else stored


def load_pyramid(
    data: bytes, target_px: int | None = None, display_space: QColorSpace | None = None
) -> tuple[Pyramid, str]:
    """Decode and build in one call for a worker thread: pyramid, colour space in words."""
    decoded = decode_for_view(data, target_px, display_space)
    size = decoded.width, decoded.height
    return build_pyramid(decoded.image, size, stored=decoded.stored), decoded.colour_space


def _at_most(size: QSize, side_px: int) -> QSize:
    return size.scaled(side_px, side_px, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))


def _converted(image: QImage, display_space: QColorSpace | None) -> QImage:
    """In the display's space and a format for painting; without a profile sRGB is assumed."""
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    target = display_space or srgb
    formats = QImage.Format
    wanted = (
        formats.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else formats.Format_RGB32
    )
    tagged = image.colorSpace().isValid()

    def convert(band: QImage) -> QImage:
        if not tagged:
            band = band.convertToFormat(wanted)
            band.setColorSpace(srgb)
        shown = band.convertedToColorSpace(target, wanted)
        # A profile that Qt cannot use leaves nothing; the numbers as they are serve better.
        return band.convertToFormat(wanted) if shown.isNull() else shown

    if (image.colorSpace() if tagged else srgb) != target:
        return converted_in_bands(image, wanted, convert)
    if image.format() != wanted:
        return converted_in_bands(image, wanted, lambda band: band.convertToFormat(wanted))
    return image


def _stored(
    image: QImage, display_space: QColorSpace | None, target_px: int | None
) -> QImage | None:
    """The whole picture with the numbers of its file, where those that are shown are others."""
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    own = image.colorSpace() if image.colorSpace().isValid() else srgb
    if target_px is not None or own == (display_space or srgb):
        return None
    formats = QImage.Format
    kind = formats.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else formats.Format_RGB32
    if image.format() == kind:
        return image
    return converted_in_bands(image, kind, lambda band: band.convertToFormat(kind))


def _space_in_words(space: QColorSpace) -> str:
    if not space.isValid():
        return "sRGB, assumed"
    same_primaries = space.primaries() is QColorSpace.Primaries.SRgb
    if same_primaries and space.transferFunction() is QColorSpace.TransferFunction.SRgb:
        return "sRGB"
    return space.description().strip() or "Embedded profile"
