"""What derived steps are made of: stored bytes in, a picture and the facts of its making out.

Runs in threads; knows nothing of sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.core.area import Area
from kontext_studio.core.derivation import Fact, Fit
from kontext_studio.core.errors import BadRequest
from kontext_studio.imaging.watching import Watch
from kontext_studio.workbench.areas import (
    area_of,
    inside_now,
    is_stretched,
    mask_in_stored,
)
from kontext_studio.workbench.pictures import Imported, stored_png
from kontext_studio.workbench.pixel_work import as_sent, decoded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.alignment import Alignment
    from kontext_studio.imaging.fitting import Fitted
    from kontext_studio.imaging.keeping import Kept
    from kontext_studio.imaging.seam import Seam

    Bytes = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

Facts = tuple[tuple[str, Fact], ...]

_ANOTHER_VIEW = "It does not show the same view as the picture before."


@dataclass(frozen=True, slots=True)
class Made:
    """A picture that was computed, with notes in words. `area` is where it may differ from the
    picture on which it builds, where that is bounded, `mask` its bytes as they are stored."""

    picture: Imported
    facts: Facts = ()
    area: Area | None = None
    mask: bytes = b""


def kept(
    base: bytes,
    result: bytes,
    given: tuple[Area, bytes] | None,
    sensitivity: float,
    feather_px: float | None,
    colours: float,
    watch: Watch,
) -> Made:
    """Of the result only what changed, on the base. Raise BadRequest where that is nothing."""
    from kontext_studio.imaging.decode import opaque
    from kontext_studio.imaging.encode import encode_png
    from kontext_studio.imaging.keeping import keep_everything_else
    from kontext_studio.imaging.protecting import laid_on

    before = decoded(base)
    found = keep_everything_else(
        opaque(before),
        as_sent(result),
        mask=mask_in_stored(given[1], given[0]) if given is not None else None,
        sensitivity=sensitivity,
        feather_px=feather_px,
        colours=colours,
        watch=watch.part(0.0, 0.95),
    )
    if not found.mask.any():
        raise BadRequest("Nothing was found that changed.", hint="Paint what changed.")
    area, mask = area_of(found.mask, found.feather_px)
    data = encode_png(laid_on(before, found.pixels, found.mask))
    picture = stored_png(data, (before.width, before.height), kept_words(found))
    facts: Facts = (
        ("found", "yes" if found.found else "no"),
        ("sensitivity", sensitivity),
        ("changed_share", round(found.share, 6)),
        *_place(found.alignment),
        ("colour_strength", found.match.strength),
        ("colour_farthest", round(found.match.colours.farthest(), 2)),
        *_seam(found.seam),
    )
    return Made(picture, facts, area, mask)


def kept_words(found: Kept) -> tuple[str, ...]:
    """What was done, a sentence each."""
    words = [f"{found.share * 100:.1f} % of the picture comes from the result"]
    place = found.alignment
    if not place.found:
        words.append("The result could not be aligned: it does not show the same view")
    elif not place.is_still:
        words.append(_moved_words(place))
    if found.match.strength:
        farthest = found.match.colours.farthest()
        words.append(f"Colours brought back by up to {farthest:.0f} levels")
    if found.seam.visible:
        words.append(f"The edge is visible (ΔE {found.seam.mean:.1f})")
    return tuple(words)


def recomposed(base: bytes, result: bytes, area: Area, mask: bytes, watch: Watch) -> Made:
    """The result inside an area, on the base."""
    from kontext_studio.imaging.operators import resized
    from kontext_studio.imaging.seam import measure_seam

    picture = inside_now(base, result, mask, area, watch.part(0.0, 0.8))
    there = mask_in_stored(mask, area)
    fitting = resized(as_sent(result), area.size)
    seam = measure_seam(as_sent(picture.data), as_sent(base), fitting, there)
    return Made(picture, (("changed_share", round(area.share, 6)), *_seam(seam)), area, mask)


def aligned(base: bytes, result: bytes, watch: Watch) -> Made:
    """The result where the base has its content. What it does not show at the border is the base's.
    Raise BadRequest where the views differ, or nothing moved."""
    import numpy as np

    from kontext_studio.imaging.encode import encode_png
    from kontext_studio.imaging.matching import match

    before, after = as_sent(base), as_sent(result)
    found = match(before, after, strength=0.0, watch=watch.part(0.0, 0.7))
    place = found.alignment
    if not place.found:
        raise BadRequest(
            f"{_ANOTHER_VIEW} Nothing was moved.", hint="After a change of camera this is right."
        )
    if place.is_still and before.shape == after.shape:
        raise BadRequest("Nothing has moved against the picture before.")
    moved = found.applied(after, watch.part(0.7, 0.95))
    pixels = np.where(found.known()[..., None], moved, before)
    size = (before.shape[1], before.shape[0])
    notes = () if place.is_still else (_moved_words(place),)
    return Made(stored_png(encode_png(pixels), size, notes), _place(place))


def coloured(base: bytes, result: bytes, strength: float, watch: Watch) -> Made:
    """The result in the colours of the base, as far as `strength` says, at its own size. Raise
    BadRequest where they agree already."""
    from kontext_studio.imaging.alignment import Alignment
    from kontext_studio.imaging.encode import encode_png
    from kontext_studio.imaging.matching import Match, match

    before, after = as_sent(base), as_sent(result)
    found = match(before, after, strength=strength, straighten=False, watch=watch.part(0.0, 0.8))
    if not found.strength:
        raise BadRequest("The colours agree with those of the picture before already.")
    size = (after.shape[1], after.shape[0])
    here = Match(Alignment(*size), found.colours, strength)
    pixels = here.applied(after, watch.part(0.8, 0.95))
    farthest = found.colours.farthest()
    words = (
        f"Colours brought back by {strength * 100:.0f} %, up to {farthest * strength:.0f} levels",
    )
    facts: Facts = (("colour_strength", strength), ("colour_farthest", round(farthest, 2)))
    return Made(stored_png(encode_png(pixels), size, words), facts)


def sized(base: bytes, result: bytes, fit: Fit | None, watch: Watch) -> Made:
    """The result at the size of the base; of another shape as `fit` says, or as fits its content.
    Raise BadRequest where it has that size."""
    from kontext_studio.imaging.encode import encode_png
    from kontext_studio.imaging.fitting import fitted

    after, before = as_sent(result), as_sent(base)
    came, size = (after.shape[1], after.shape[0]), (before.shape[1], before.shape[0])
    if came == size:
        raise BadRequest("It has the size of the picture before already.")
    watch.reach(0.3)
    found = fitted(after, before, same_shape=not is_stretched(came, size), how=fit)
    notes = [f"Brought from {came[0]:,} × {came[1]:,} to {size[0]:,} × {size[1]:,} pixels"]
    if found.how is not None:
        notes.append(_fitted_words(found))
    facts: list[tuple[str, Fact]] = [("width_before", came[0]), ("height_before", came[1])]
    if found.how is not None:
        facts.append(("fit", found.how.value))
    return Made(stored_png(encode_png(found.pixels), size, tuple(notes)), tuple(facts))


def _fitted_words(found: Fitted) -> str:
    x, y = found.missing_px
    match found.how:
        case Fit.CROP if y:
            return f"It had another shape: {y:,} px were cut off, above and below"
        case Fit.CROP:
            return f"It had another shape: {x:,} px were cut off, left and right"
        case Fit.PAD:
            return "It had another shape: around it the picture before is seen"
    return "It had another shape and was stretched back to the one before"


def changed(
    base: bytes, result: bytes, sensitivity: float, on_result: bool, watch: Watch
) -> tuple[Mask, float, bool, bool]:
    """Where the two differ, on the places of the base or of the result; the share of that, whether
    they show the same view, and whether most of it changed."""
    import numpy as np

    from kontext_studio.imaging.changed_area import find_changed_area
    from kontext_studio.imaging.keeping import GLOBAL_SHARE
    from kontext_studio.imaging.operators import mask_of_size, moved

    before, after = as_sent(base), as_sent(result)
    found = find_changed_area(before, after, sensitivity=sensitivity, watch=watch)
    mask, place = found.mask, found.alignment
    if on_result:
        size = (mask.shape[1], mask.shape[0])
        if place.found and not place.is_still:
            there = moved(mask.astype(np.float32), place.reversed().matrix, size)
            mask = there > 0.5
        mask = mask_of_size(mask, (after.shape[1], after.shape[0]))
    share = float(np.count_nonzero(mask) / mask.size)
    return mask, share, place.found, share > GLOBAL_SHARE


def _place(found: Alignment) -> Facts:
    x, y = found.shift_px
    known = found.found
    return (
        ("alignment", found.outcome.value),
        ("shift_x", round(x, 3) if known else None),
        ("shift_y", round(y, 3) if known else None),
        ("zoom", round(found.zoom, 6) if known else None),
    )


def _seam(seam: Seam) -> Facts:
    return (
        ("seam_mean", round(seam.mean, 3)),
        ("seam_most", round(seam.most, 3)),
        ("seam_length", seam.length_px),
    )


def _moved_words(place: Alignment) -> str:
    x, y = place.shift_px
    zoom = (place.zoom - 1) * 100
    return f"Moved back by {-x:+.2f}, {-y:+.2f} px; zoom of {zoom:+.2f} % undone"
