"""From the first version of session files to the second: in the first an area was its mask alone.

Rows that cannot be read stay as they are; whoever opens the file says what is wrong with it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from kontext_studio.core.area import AREA_TYPE
from kontext_studio.core.errors import BadInput
from kontext_studio.store import schema
from kontext_studio.store.seals import KEY, fits, sealed

TABLES: Mapping[str, str] = schema.TABLES
"""As they are still; whoever changes those writes these down."""


def bring_to_version_2(connection: sqlite3.Connection) -> None:
    """Inside a transaction: each area gets the share of the picture that it is, and no feather,
    which there was none of. One whose mask cannot be read is left out."""
    for table in ("nodes", "jobs"):
        question = f"SELECT seq, id FROM {table} WHERE instr(body, '\"area\"')"
        for seq, name in connection.execute(question).fetchall():
            (body,) = connection.execute(
                f"SELECT body FROM {table} WHERE seq = ?", (seq,)
            ).fetchone()
            changed = _with_whole_area(connection, body)
            if changed is None:
                continue
            was_whole = fits(str(name), body) is not False
            changed.pop(KEY, None)
            text = sealed(str(name), changed) if was_whole else json.dumps(changed)
            connection.execute(f"UPDATE {table} SET body = ? WHERE seq = ?", (text, seq))


def _with_whole_area(connection: sqlite3.Connection, body: object) -> dict[str, Any] | None:
    """The same in the newer shape; None where it has that."""
    try:
        found: dict[str, Any] = json.loads(str(body))
        request = found.get("request")
        mask = request.get("area") if isinstance(request, dict) else None
    except (ValueError, RecursionError, AttributeError):
        return None
    if not isinstance(request, dict) or not isinstance(mask, dict) or "mask" in mask:
        return None
    share = _share(connection, mask)
    request["area"] = None
    if share is not None:
        ref = {**mask, "media_type": AREA_TYPE}
        request["area"] = {"mask": ref, "share": share, "feather_px": 0.0}
        update = "UPDATE images SET media_type = ? WHERE sha256 = ?"
        connection.execute(update, (AREA_TYPE, mask["sha256"]))
    return found


def _share(connection: sqlite3.Connection, mask: Mapping[str, object]) -> float | None:
    from kontext_studio.imaging.decode import decode_picture
    from kontext_studio.imaging.protecting import mask_in

    question = "SELECT data FROM images WHERE sha256 = ?"
    row = connection.execute(question, (str(mask.get("sha256")),)).fetchone()
    try:
        picture = decode_picture(bytes(row[0]))
        size = int(str(mask["width"])), int(str(mask["height"]))
        return float(mask_in(picture, size, "The area").mean())
    except (BadInput, KeyError, TypeError, ValueError):
        return None
