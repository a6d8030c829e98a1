"""Lucide icons in the colours of a theme.

An icon is asked for by its Lucide name and by the role it plays; the role decides the colours of
its normal, hovered, checked and disabled states.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.resources import read_text

_LUCIDE_BOX_PX = 24.0
_MOST_SCALE = 1.4


@dataclass(frozen=True, slots=True)
class _Tints:
    """Colour tokens of one role by state."""

    off: str
    hover: str
    on: str
    disabled: str = "text.disabled"


_ROLES = {
    "default": _Tints("text.secondary", "text.primary", "text.primary"),
    "primary": _Tints("text.primary", "text.primary", "text.primary"),
    "tertiary": _Tints("text.tertiary", "text.secondary", "text.primary"),
    "accent": _Tints("accent.text", "accent.text", "accent.text"),
    "on_accent": _Tints("accent.on", "accent.on", "accent.on"),
    "star": _Tints("text.secondary", "text.primary", "star"),
    "success": _Tints("success.text", "success.text", "success.text"),
    "warning": _Tints("warning.text", "warning.text", "warning.text"),
    "danger": _Tints("danger.text", "danger.text", "danger.text"),
    "overlay": _Tints("overlay.text.dim", "overlay.text", "overlay.text"),
    "overlay_star": _Tints("overlay.text.dim", "overlay.text", "overlay.star"),
}
# A star that is on is a filled star; all other icons are outlines in every state.
_FILLED_WHEN_ON = frozenset({"star", "overlay_star"})


def icon(theme: Theme, name: str, role: str = "default", size_px: int = 16) -> QIcon:
    """The icon called `name`; roles: default, primary, tertiary, accent, on_accent, star,
    success, warning, danger, overlay, overlay_star."""
    tints = _ROLES[role]
    filled_on = role in _FILLED_WHEN_ON
    states = (
        (QIcon.Mode.Normal, QIcon.State.Off, tints.off, False),
        (QIcon.Mode.Normal, QIcon.State.On, tints.on, filled_on),
        (QIcon.Mode.Active, QIcon.State.Off, tints.hover, False),
        (QIcon.Mode.Active, QIcon.State.On, tints.on, filled_on),
        (QIcon.Mode.Selected, QIcon.State.Off, tints.hover, False),
        (QIcon.Mode.Selected, QIcon.State.On, tints.on, filled_on),
        (QIcon.Mode.Disabled, QIcon.State.Off, tints.disabled, False),
        (QIcon.Mode.Disabled, QIcon.State.On, tints.disabled, filled_on),
    )
    made = QIcon()
    # Tool buttons show it larger beside larger text; from its own drawing it is sharp there too.
    sizes = {size_px, round(size_px * icon_scale(theme.text_scale))}
    for ratio in _device_pixel_ratios():
        for mode, state, token, filled in states:
            for size in sizes:
                made.addPixmap(icon_pixmap(theme, name, token, size, ratio, filled), mode, state)
    return made


def icon_scale(text_scale: float) -> float:
    """How much larger icons are beside larger text: as far as a button of usual height has room."""
    return min(_MOST_SCALE, max(1.0, text_scale))


def icon_pixmap(
    theme: Theme, name: str, token: str, size_px: int, ratio: float, filled: bool = False
) -> QPixmap:
    """One picture of an icon in the colour `token`, for painting by hand."""
    colour = theme.colour(token)
    key = f"kontext-icon/{name}/{colour.rgba():08x}/{size_px}@{ratio}/{filled:d}"
    pixmap = QPixmap()
    # Qt's cache rather than a dictionary of ours: it is emptied before the application ends.
    if QPixmapCache.find(key, pixmap):
        return pixmap
    svg = icon_svg(name, colour, theme.stroke("stroke.icon") * _LUCIDE_BOX_PX / size_px, filled)
    pixmap = QPixmap(QSize(size_px, size_px) * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        QSvgRenderer(QByteArray(svg)).render(painter, QRectF(pixmap.rect()))
    pixmap.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, pixmap)
    return pixmap


def icon_svg(name: str, colour: QColor, stroke: float, filled: bool = False) -> bytes:
    """The SVG text of an icon, tinted; `stroke` in units of Lucide's 24 by 24 box."""
    text = read_text(f"icons/{name}.svg").replace("currentColor", colour.name())
    text = re.sub(r'stroke-width="[^"]*"', f'stroke-width="{stroke:g}"', text)
    if filled:
        text = text.replace('fill="none"', f'fill="{colour.name()}"', 1)
    return text.encode()


def _device_pixel_ratios() -> list[float]:
    screens = {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    return sorted({1.0, 2.0} | screens)
