"""Type: Inter from the resources, in the sizes of the tokens.

The small sizes, in which facts and meters are written, have figures of equal width. The others
have not: that feature of Inter widens the hyphen too, which tears words such as "re-run" apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from kontext_studio.gui.theme.tokens import Theme, ThemeName, TypeStyle, load_theme
from kontext_studio.resources import resource_path

_TABULAR_ROLES = frozenset({"meta", "small"})
_FILES = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")


def load_fonts(theme: Theme) -> None:
    """Give Qt the shipped font files once; without them the system's own font is used."""
    if theme.font_family in QFontDatabase.families():
        return
    for name in _FILES:
        QFontDatabase.addApplicationFont(str(resource_path(f"fonts/{name}")))


def type_font(theme: Theme, role: str, *, tabular: bool | None = None) -> QFont:
    """The font of a role: meta, small, label, body, strong, prompt, title or page.

    `tabular` asks for figures of equal width, or against them, other than the role has by itself.
    """
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font = QFont([theme.font_family, system.family()])
    font.setPointSizeF(theme.point_size(role))
    font.setWeight(QFont.Weight(theme.type_styles[role].weight))
    # Hinted Inter is uneven at these sizes; the designs were drawn without hinting.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if role in _TABULAR_ROLES if tabular is None else tabular:
        for tag in theme.font_features:
            font.setFeature(QFont.Tag(tag), 1)
    return font


def line_height(font: QFont, role: str) -> int:
    """How far the lines of a role stand apart in this font, which may be scaled; body if unknown.

    Never less than the font itself needs: where Inter is missing another one stands in for it.
    """
    styles = _styles()
    style = styles.get(role) or styles["body"]
    metrics = QFontMetricsF(font)
    scale = font.pointSizeF() / (style.size_px * 0.75)
    return max(round(style.line_px * scale), math.floor(metrics.height()))


@cache
def _styles() -> Mapping[str, TypeStyle]:
    return load_theme(ThemeName.DARK).type_styles  # the same in every theme
