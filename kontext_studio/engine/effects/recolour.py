"""Gives a found thing another colour, its light, texture and highlights kept.

Only pixels of the thing's mask are touched; every other pixel leaves exactly as it came.
"""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_names import Lab, NamedColour, into_gamut
from kontext_studio.engine.colour_space import Bytes, Floats, Mask, lab_of, pixels_of_lab
from kontext_studio.engine.finding import Found
from kontext_studio.engine.sight.growing import fit_to, outside_band
from kontext_studio.engine.strips import strips_of
from kontext_studio.engine.variation import Variation

_LIGHTNESS_FOLLOWS = 0.92  # how far a thing's lightness goes towards that of the new colour
_STEEPEST = 2.4  # lightness is never spread further than this: it would show the noise
_MATTE = 0.35  # what is left of a highlight on a matte finish


def recoloured(
    pixels: Bytes, found: Found, colour: NamedColour, variation: Variation, matte: bool = False
) -> Bytes:
    """`pixels` with the found thing in `colour`."""
    target = shade_for(colour, variation)
    curve = lightness_curve(found.lab[0], target[0], matte)
    rim = _rim_of(found)
    out = pixels.copy()
    for rows in strips_of(*pixels.shape[:2]):
        near = rim[rows] | (found.alpha[rows] > 0)
        columns = np.flatnonzero(near.any(axis=0))
        if not len(columns):
            continue
        span = slice(int(columns[0]), int(columns[-1]) + 1)
        piece = np.ascontiguousarray(pixels[rows, span])
        alpha = _unmixed_alpha(piece, found, found.alpha[rows, span], rim[rows, span])
        new = _in_new_colour(piece, found, target, curve, matte)
        touched = alpha > 0
        share = alpha[touched][:, None]
        old = piece[touched].astype(np.float32)
        mixed = old + (new[touched].astype(np.float32) - old) * share
        view = out[rows, span]
        view[touched] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return out


def shade_for(colour: NamedColour, variation: Variation) -> Lab:
    """The named colour, with a little play between variants unless it was given as numbers."""
    if colour.exact:
        return into_gamut(colour.lab)
    play = 0.5 if colour.is_neutral else 1.0
    lightness = min(98.0, max(3.0, colour.lab[0] + 6.0 * variation.spread(0)))
    chroma = colour.chroma * variation.factor(1, 0.1 * play)
    hue = np.radians(colour.hue_deg + (4.0 * variation.spread(2) if colour.chroma > 8 else 0.0))
    return into_gamut((lightness, float(chroma * np.cos(hue)), float(chroma * np.sin(hue))))


def lightness_curve(usual: float, target: float, matte: bool = False) -> Floats:
    """New lightness for 0, 0.1 ... 100: rises everywhere, so that light and shade keep their order.

    Shadows scale with the body as they do on a real surface; from the body up to white, highlights
    keep their place between the two.
    """
    usual = min(92.0, max(6.0, usual))
    wanted = usual + _LIGHTNESS_FOLLOWS * (target - usual)
    wanted = min(wanted, usual * _STEEPEST, 97.0)
    top = wanted + (100 - wanted) * (_MATTE if matte else 1.0)
    top = max(top, wanted + 1.0)
    steps = np.linspace(0, 100, 1001)
    knots = np.array([0.0, usual * 0.5, usual, (usual + 100) / 2, 100.0])
    values = np.array([0.0, wanted * 0.5, wanted, (wanted + top) / 2, top])
    curve = np.interp(steps, knots, values)
    kernel = np.hanning(121)
    padded = np.pad(curve, 60, mode="reflect", reflect_type="odd")
    smooth = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return np.clip(smooth, 0, 100).astype(np.float32)


def _in_new_colour(piece: Bytes, found: Found, target: Lab, curve: Floats, matte: bool) -> Bytes:
    lab = lab_of(piece)
    lightness = lab[..., 0]
    lifted = curve[np.clip(lightness * 10 + 0.5, 0, 1000).astype(np.intp)]
    if found.body is None:
        share = np.ones_like(lightness)
        rest = lab[..., 1:] * np.float32(0.25)
    else:
        share, rest = _body_and_rest(lab, found)
        if matte:  # what was a mirrored light now shows the body
            share = np.maximum(share, np.clip((lightness - found.lab[0]) / 30, 0, 0.7))
        # Straps, buttons and lettering on the thing have little of its colour: they keep theirs.
        lifted = lightness + (lifted - lightness) * np.clip(share / 0.3, 0, 1)
    # Constant reflectance means a chroma that rises with lightness.
    strength = (lifted + 16) / np.float32(max(target[0], 8.0) + 16) * share
    out = np.empty_like(lab)
    out[..., 0] = lifted
    out[..., 1] = strength * np.float32(target[1]) + rest[..., 0]
    out[..., 2] = strength * np.float32(target[2]) + rest[..., 1]
    return pixels_of_lab(out)


def _body_and_rest(lab: Floats, found: Found) -> tuple[Floats, Floats]:
    """How much of the thing's own colour is in each pixel, and the colour that is left then."""
    usual = np.asarray(found.lab, dtype=np.float32)
    chroma = max(float(np.hypot(usual[1], usual[2])), 4.0)
    direction = usual[1:] / chroma
    saturation = np.float32(chroma / (usual[0] + 16))
    own = saturation * (lab[..., 0] + 16)
    along = lab[..., 1] * direction[0] + lab[..., 2] * direction[1]
    across = lab[..., 2] * direction[0] - lab[..., 1] * direction[1]
    share = np.clip(along / own, 0, 1.3)
    # Hues lean in deep shade: that belongs to the thing. Hues far off belong to something else.
    lean = np.degrees(np.arctan2(np.abs(across), np.maximum(along, 0.01)))
    foreign = np.clip((lean - 30) / 35, 0, 1)
    behind = np.minimum(along, 0)
    rest_along, rest_across = behind, across * foreign
    rest = np.stack(
        [
            rest_along * direction[0] - rest_across * direction[1],
            rest_along * direction[1] + rest_across * direction[0],
        ],
        axis=-1,
    )
    return share.astype(np.float32), rest.astype(np.float32)


def area_of(found: Found) -> Mask:
    """Every pixel that recolouring may touch: the mask and its rim."""
    return (found.alpha > 0) | _rim_of(found)


def _rim_of(found: Found) -> Mask:
    """A narrow band around the mask, where pixels can be mixtures of thing and surroundings."""
    if found.body is None:
        return np.zeros(found.alpha.shape, dtype=bool)
    reach = max(1, round(max(found.alpha.shape) / 500))
    inside = (found.alpha > 0.5).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(inside, kernel), dtype=np.uint8) > 0


def _unmixed_alpha(piece: Bytes, found: Found, alpha: Floats, rim: Mask) -> Floats:
    """On the rim, mixtures with white or gray count in full: their own colour says how much of
    the thing they hold, and no fringe of the old colour stays."""
    if found.body is None or not rim.any():
        return alpha
    misfit, _ = fit_to(piece, found.body)
    belongs = np.clip(1 - outside_band(misfit, found.body) / 0.6, 0, 1)
    return np.where(rim, np.maximum(alpha, belongs), alpha).astype(np.float32)
