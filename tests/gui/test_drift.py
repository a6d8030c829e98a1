"""The drift tools in the whole window: the meter, what mends drift, sizes, and the original."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSlider, QSpinBox

from kontext_studio.core.derivation import Method
from kontext_studio.core.figures import Level
from kontext_studio.core.history import Node
from kontext_studio.core.sizes import ExpectedSize, Told
from kontext_studio.gui.history.drift_meter import DriftMeter
from kontext_studio.gui.presenters.sizes import size_note
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.studio import Studio
from tests.fakes.photographs import encoded
from tests.fakes.scripted_provider import ScriptedProvider, whole_run
from tests.gui.driving import Window, focused, has_stored, is_marked, part, run_once, until
from tests.unit.imaging.drifting import Drifting, blob, recoloured, sample

BASE = sample(width=256)
DRIFTED = Drifting(shift=(2.0, -1.0), gain=(1.05, 0.96, 1.02), coded=False).of(
    recoloured(BASE, blob(BASE.shape, (0.6, 0.5), 0.3))
)
SMALLER = Image.fromarray(DRIFTED).resize((192, 144))


def services(*pictures: Image.Image) -> ScriptedProvider:
    """Each run gives the next of them."""
    left = [encoded(one) for one in pictures]
    return ScriptedProvider(lambda request: whole_run([left.pop(0)]))


async def opened(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "cup.png").write_bytes(encoded(Image.fromarray(BASE)))
    studio.files.open_paths([tmp_path / "cup.png"])
    await until(lambda: studio.window.stage.canvas.pyramid is not None)
    await until(lambda: studio.steps.current is not None)


def current(studio: Studio) -> Node:
    node = studio.steps.current
    assert node is not None
    return node


def newest(studio: Studio, method: Method) -> bool:
    node = list(studio.bench.session.history)[-1]
    return node.derivation is not None and node.derivation.method is method


def test_drift_is_measured_where_one_looks_and_mended_by_steps_of_their_own(
    at_the_window: Window, tmp_path: Path
):
    async def act(studio: Studio) -> None:
        await opened(studio, tmp_path)
        await run_once(studio, "Make the sky red")
        actions, history = studio.window.actions_by_id, studio.window.history
        meter = part(history.inspector, DriftMeter, "driftMeter")
        await until(lambda: meter.lines() and meter.lines()[0].level is not None)
        (line,) = meter.lines()
        assert line.against == "The original"
        assert line.level in (Level.AMBER, Level.RED)
        assert "px" in line.figures[0]

        step = current(studio)
        await until(actions["align"].isEnabled)
        assert not actions["bring_to_size"].isEnabled()  # it has that size
        actions["align"].trigger()
        await until(lambda: newest(studio, Method.ALIGN))
        await until(lambda: is_marked(studio, 2))
        assert step.id not in studio.bench.session.hidden

        actions["match_colours"].trigger()
        slider = part(studio.window, QSlider, "colourSlider")
        await until(slider.hasFocus)
        QTest.keyClick(slider, Qt.Key.Key_PageDown)
        assert part(studio.window, QSpinBox, "colourShare").value() == 90
        part(studio.window, QPushButton, "colourMatch").click()
        assert not slider.isVisible()
        await until(lambda: newest(studio, Method.COLOURS))
        await until(lambda: is_marked(studio, 3))
        row = history.view.rows.rows[history.view.currentIndex().row()]
        assert (row.title, row.mark) == ("Colours matched 90 %", "palette")
        assert row.meta.startswith("from step 2")
        await until(lambda: actions["undo"].isEnabled())
        actions["undo"].trigger()
        await until(
            lambda: list(studio.bench.session.history)[-1].id in studio.bench.session.hidden
        )

    at_the_window(services(Image.fromarray(DRIFTED)), act)


def test_a_service_that_changes_the_size_is_told_and_the_size_before_can_be_had(
    at_the_window: Window, tmp_path: Path
):
    async def act(studio: Studio) -> None:
        await opened(studio, tmp_path)
        note = part(studio.window, Label, "sizeNote")
        height, width = BASE.shape[:2]
        same = f"Comes back as large as the picture, {width} × {height} pixels"
        await until(lambda: note.text() == same)
        offer = part(studio.window, QPushButton, "sizeBack")
        assert not offer.isVisible()
        await run_once(studio, "Make the sky red")
        await until(offer.isVisible)
        offer.click()
        await until(lambda: newest(studio, Method.SIZE))
        await until(lambda: is_marked(studio, 2))
        await until(lambda: not offer.isVisible())
        made = current(studio).image
        assert (made.width, made.height) == (width, height)
        # What this service made of that size before is known now.
        await until(lambda: note.text().startswith("Comes back as 192 × 144 pixels, as step 1 "))

    at_the_window(services(SMALLER), act)


def test_rebasing_tells_what_it_costs_before_turns_stand_in_line(
    at_the_window: Window, tmp_path: Path
):
    async def act(studio: Studio) -> None:
        await opened(studio, tmp_path)
        await run_once(studio, "Make the sky red")
        await run_once(studio, "Make the door blue")
        actions = studio.window.actions_by_id
        await until(actions["rebase"].isEnabled)
        actions["rebase"].trigger()
        stack = part(studio.window, QPushButton, "rebase_stack")
        replay = part(studio.window, QPushButton, "rebase_replay")
        await until(stack.hasFocus)
        assert replay.text() == "Put 2 turns in line"
        assert replay.accessibleName().endswith("2 runs · free")
        assert part(studio.window, QPushButton, "rebase_merge").text() == "Put 1 turn in line"
        QTest.keyClick(focused(), Qt.Key.Key_Escape)
        assert not stack.isVisible()

        actions["rebase"].trigger()
        part(studio.window, QPushButton, "rebase_replay").click()
        await until(studio.bench.turns.view)
        await until(studio.window.right.instruction.turns.isVisible)
        assert studio.window.right.instruction.turns.texts() == (
            "Make the sky red",
            "Make the door blue",
        )
        assert has_stored(studio, 2)  # nothing was run
        actions["rebase"].trigger()  # what stands in line is not thrown away unasked
        await until(lambda: not part(studio.window, QPushButton, "rebase_merge").isEnabled())
        replay = part(studio.window, QPushButton, "rebase_replay")
        assert (replay.text(), replay.isEnabled()) == ("Go on with it", True)
        assert replay.accessibleName().endswith("2 runs left · free")
        part(studio.window.right, QPushButton, "turnsDiscard").click()
        await until(lambda: part(studio.window, QPushButton, "rebase_merge").isEnabled())
        part(studio.window, QPushButton, "rebase_stack").click()
        await until(lambda: newest(studio, Method.REBASE))
        node = list(studio.bench.session.history)[-1]
        assert node.parent == studio.bench.session.history.root_of(node.id).id

    second = Drifting(shift=(1.0, 1.0), coded=False).of(
        recoloured(DRIFTED, blob(BASE.shape, (0.2, 0.3), 0.2))
    )
    at_the_window(services(Image.fromarray(DRIFTED), Image.fromarray(second)), act)


def test_the_size_before_a_run_says_no_more_than_is_known():
    known = ExpectedSize(Told.STATED, (1248, 832), exact=False, input=(1250, 830))
    assert size_note(known) == "Comes back as about 1248 × 832 pixels"
    assert size_note(ExpectedSize(Told.UNKNOWN)) == "Size chosen by the service"
