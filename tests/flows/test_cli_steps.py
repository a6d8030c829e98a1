"""What the window does with steps, from the command line: computed ones, marks, undo."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.imaging.encode import encode_png
from kontext_studio.store.session_file import SessionFile
from tests.flows.driving import Program
from tests.unit.imaging.drifting import EVERYTHING, blob, recoloured, sample

BASE = sample(width=256)
CAME = EVERYTHING.of(recoloured(BASE, blob(BASE.shape, (0.6, 0.5), 0.3)))
WIDE = np.hstack([CAME, CAME[:, ::-1]])
OTHER = np.random.default_rng(1).integers(0, 255, BASE.shape, np.uint8)


@pytest.fixture
def session(tmp_path: Path) -> str:
    """An original, and beside each other what came of it: drifted, of another shape, of another
    view."""
    path = tmp_path / "s.kontext"
    with SessionFile.create(path) as file:
        known = file.load().session
        for number, pixels in enumerate((BASE, CAME, WIDE, OTHER)):
            data = encode_png(pixels)
            height, width = pixels.shape[:2]
            ref = ImageRef(Sha256(sha256(data).hexdigest()), "image/png", width, height)
            parents = (NodeId("n0"),) if number else ()
            kind = NodeKind.EDIT if number else NodeKind.IMPORT
            node = Node(NodeId(f"n{number}"), parents, kind, ref, step=number, created=1.0)
            change = known.add((node,), move_head=True)
            file.commit(change, images=((ref, data),))
            known.apply(change)
    return "s.kontext"


def made(told: dict[str, Any]) -> dict[str, Any]:
    (new,) = (one for one in told["nodes"] if one["id"] in told["new"])
    return new


def test_steps_are_computed_from_steps_as_in_the_window(program: Program, session: str) -> None:
    aligned = made(program("align", session, "1", "--json").json)
    assert (aligned["kind"], aligned["parents"]) == ("derived", ["n0", "n1"])
    assert aligned["derived"]["shift_x"] == pytest.approx(EVERYTHING.shift[0], abs=0.1)
    said = program("match-colours", session, "1", "--amount", "60")
    assert "Colours matched 60 %" in said.out
    sized = made(program("to-size", session, "2", "--json").json)
    assert (sized["image"]["width"], sized["derived"]["fit"]) == (256, "crop")
    padded = made(program("to-size", session, "2", "--fit", "pad", "--json").json)
    assert padded["title"] == "Brought back to size, set inside"
    kept = made(program("keep", "0", "1", "--session", session, "--step", "--json").json)
    assert (kept["derived"]["method"], kept["parents"]) == ("keep", ["n0", "n1"])
    for words, code, words_said in (
        (("align", session, "3"), 3, "does not show the same view"),
        (("match-colours", session, "1", "--amount", "0"), 2, "between 1 and 100"),
        (("unprotected", session, "1"), 3, "the result as it came"),
        (("keep", "0", "1"), 2, "with -o"),
        (("keep", "1", "2", "--session", session, "--step"), 3, "was not made from"),
    ):
        ended = program(*words)
        assert (ended.code, words_said in ended.err) == (code, True), ended.err


def test_steps_are_marked_and_every_mark_is_taken_back(program: Program, session: str) -> None:
    def after(*words: str) -> dict[str, Any]:
        told = program(*words, "--json").json
        return {one["id"]: one for one in told["nodes"]} | {"head": told["head"]}

    assert program("star", session, "1", "2").out.splitlines()[1].startswith("Starred: 2")
    after("rename", session, "2", "The  good one")
    after("pick", session, "1", "3")
    after("pick", session, "1", "--off")
    assert after("go", session, "1")["head"] == "n1"
    now = after("delete", session, "2")
    assert (now["n1"]["starred"], now["n2"]["starred"], now["n2"]["deleted"]) == (True, True, True)
    assert now["n2"]["label"] == "The good one"
    assert (now["n1"]["picked"], now["n3"]["picked"]) == (False, True)
    assert program("undo", session).out.startswith("Taken back: delete")
    assert after("redo", session)["n2"]["deleted"]
    assert not after("delete", session, "2", "--off")["n2"]["deleted"]
    assert program("redo", session).code == 3
    assert program("star", session, "3", "99").code == 3
    assert not after("history", session)["n3"]["starred"]  # all or none


def test_what_was_measured_is_told_in_the_words_of_the_window(
    program: Program, session: str
) -> None:
    told = program("show", session, "1").out
    assert "% of the picture visibly (more than ΔE 2)" in told
    assert any(f", {word} drift, ΔE " in told for word in ("small", "visible", "strong"))
    assert not any(word in told for word in ("green", "amber", "red)"))


def test_deleting_says_how_many_steps_went_with_those_named(program: Program, session: str) -> None:
    assert program("delete", session, "2").out.startswith("Deleted 1 step: 2  ")
    told = program("delete", session, "0")
    assert told.out.startswith("Deleted 3 steps: 0  ")
    assert told.out.endswith(", and those made from it\n")
    history = program("history", session)
    assert (history.code, history.out) == (0, "")
    assert history.err.startswith("All steps of this session are deleted.")
    told = program("delete", session, "1", "--off")
    assert told.out.startswith("Brought back 2 steps: 1  ")
    assert program("delete", session, "0", "--json").json["changed_steps"] == 2
    assert program("delete", session, "0").out == "Deleted no step: nothing changed\n"


def test_nothing_begins_at_a_deleted_step(program: Program, session: str) -> None:
    program("delete", session, "1")
    for words in (("go", session, "1"), ("edit", "Warmer", "--session", session, "--from", "1")):
        refused = program(*words, "--json")
        assert (refused.code, refused.json["error"]["message"]) == (3, "Step 1 is deleted.")
        assert "delete SESSION 1 --off" in refused.json["error"]["hint"]
    history = program("history", session, "--json").json
    assert (history["head"], len(history["nodes"])) == ("n3", 4)


def test_the_limit_of_spending_is_set_without_the_window(program: Program) -> None:
    assert program("settings", "spend_limit_usd", "12.5").out == "spend_limit_usd  12.5\n"
    assert program("settings", "--json").json["spend_limit_usd"] == 12.5
    for words in (("spend_limit_usd", "much"), ("max_running", "99"), ("theme", "dark")):
        assert program("settings", *words).code == 2
