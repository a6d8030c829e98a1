"""Steps that are computed from others: beside them, never in place of a result."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core.derivation import Fit, Method
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadRequest, ReadOnlySession
from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.result import Cost
from kontext_studio.imaging.decode import decode_picture
from kontext_studio.store.salvage import check_file
from kontext_studio.workbench import areas
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from tests.fakes.photographs import encoded, png
from tests.fakes.scripted_provider import ScriptedProvider, whole_run
from tests.unit.imaging.drifting import (
    Drifting,
    blob,
    overlap,
    psnr,
    recoloured,
    sample,
)
from tests.unit.workbench.conftest import PAID, Studio
from tests.unit.workbench.paid import DEV, until

MULTI = "fal-ai/flux-pro/kontext/multi"
BASE = sample(width=256)
AREA = blob(BASE.shape, (0.6, 0.5), 0.3)
DRIFT = Drifting(shift=(2.0, -1.0), gain=(1.05, 0.96, 1.02), coded=False)
RESULT = DRIFT.of(recoloured(BASE, AREA))


def file_of(pixels: np.ndarray) -> bytes:
    return encoded(Image.fromarray(pixels))


def answering(*results: np.ndarray) -> ScriptedProvider:
    """A service that sends these, one after the other."""
    provider = ScriptedProvider(
        lambda request: whole_run([file_of(results[len(provider.sent) % len(results)])])
    )
    return provider


async def begun(bench: Workbench, path: Path, base: np.ndarray = BASE) -> Node:
    await bench.open_session(path, create=not path.exists())
    return await bench.import_picture(file_of(base), "cup.png")


async def edited(bench: Workbench, on: Node, text: str = "Make it warmer", **more: object) -> Node:
    order = RunOrder(text, (on.id,), DEV, PAID, **more)  # type: ignore[arg-type]
    node = bench.nodes_of((await bench.wait_for(await bench.submit(order))).record.id)[0]
    await bench.select(node.id)
    return node


async def pixels(bench: Workbench, node: Node) -> np.ndarray:
    return decode_picture(await bench.picture(node.image)).pixels


def test_what_did_not_change_is_taken_from_before_as_a_step_of_its_own(
    studio: Studio, session_path: Path
) -> None:
    heard: list[float] = []

    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        step = await edited(bench, root)
        kept = await bench.deriving.keep_everything_else(step.id, progress=heard.append)
        # 1. Where it stands in the tree.
        assert (kept.kind, kept.parents, kept.step) == (NodeKind.DERIVED, (root.id, step.id), 2)
        assert bench.session.head == kept.id
        assert bench.session.undo_text == "keep everything else"
        # 2. What it shows: the picture before to the last bit outside, the change inside.
        assert kept.area is not None
        mask = await bench.areas.read(kept.area)
        now = await pixels(bench, kept)
        assert np.array_equal(now[~mask], BASE[~mask])
        assert overlap(mask, AREA) > 0.85
        assert psnr(now, recoloured(BASE, AREA), AREA) > 30
        # 3. What is told of it; the result is left as it came.
        assert kept.derivation is not None
        assert kept.derivation.method is Method.KEEP
        assert kept.derivation.fact("shift_x") == pytest.approx(2.0, abs=0.1)
        assert kept.derivation.fact("colour_strength") == 1.0
        assert isinstance(kept.derivation.fact("seam_mean"), float)
        assert any("comes from the result" in note for note in kept.notes)
        assert kept.raw == step.image
        assert np.array_equal(await pixels(bench, step), RESULT)
        assert heard == sorted(heard)
        assert heard[-1] > 0.9
        # 4. A corrected area goes back to the same result; and an edit goes on from it.
        wider = await bench.areas.store(blob(BASE.shape, (0.6, 0.5), 0.4), feather_px=2)
        again = await bench.deriving.keep_everything_else(kept.id, area=wider)
        assert again.parents == (root.id, step.id)
        assert again.derivation is not None
        assert again.derivation.fact("found") == "no"
        await bench.undo()
        assert again.id in bench.session.hidden
        await bench.select(kept.id)
        assert (await edited(bench, kept)).step == 4

    studio.start(answering(RESULT), work)
    assert check_file(session_path).damages == ()


def test_the_changed_area_is_found_on_either_picture(studio: Studio, session_path: Path) -> None:
    far = Drifting(shift=(8.0, -5.0), coded=False).of(recoloured(BASE, AREA))
    large = np.asarray(Image.fromarray(far).resize((320, RESULT.shape[0] * 320 // 256)))

    async def work(bench: Workbench) -> None:
        step = await edited(bench, await begun(bench, session_path))
        on_parent = await bench.deriving.find_changed_area(step.id)
        assert overlap(on_parent.mask, AREA) > 0.8
        assert on_parent.aligned
        assert not on_parent.is_global
        on_step = await bench.deriving.find_changed_area(step.id, on_step=True)
        assert on_step.mask.shape == large.shape[:2]
        moved = np.roll(AREA, (-5, 8), (0, 1))
        unmoved, truth = (
            np.asarray(Image.fromarray(one).resize(large.shape[1::-1])) for one in (AREA, moved)
        )
        assert overlap(on_step.mask, truth) > max(0.8, overlap(on_step.mask, unmoved))

    studio.start(answering(large), work)


def test_the_remedies_of_a_visible_edge(studio: Studio, session_path: Path) -> None:
    red = np.zeros_like(BASE)
    red[..., 0] = 255

    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        area = await bench.areas.store(AREA, feather_px=0)
        step = await edited(bench, root, area=area)
        wide = await bench.areas.store(blob(BASE.shape, (0.5, 0.5), 0.5), feather_px=8)
        other = await bench.deriving.recompose(step.id, wide)
        assert other.derivation is not None
        assert other.area == wide
        mask = await bench.areas.read(wide)
        now = await pixels(bench, other)
        assert np.array_equal(now[~mask], BASE[~mask])
        assert tuple(now[BASE.shape[0] // 2, BASE.shape[1] // 2]) == (255, 0, 0)
        bare = await bench.deriving.use_unprotected(other.id)
        assert bare.image == step.raw
        assert bare.parents == (root.id, step.id)
        assert bare.area is None
        for mask in (np.ones((8, 8), bool), np.zeros(AREA.shape, bool)):
            with pytest.raises(BadRequest):
                await bench.deriving.recompose(step.id, await bench.areas.store(mask))
        with pytest.raises(BadRequest, match="as it came"):
            await bench.deriving.use_unprotected((await edited(bench, root)).id)

    studio.start(answering(red), work)
    assert check_file(session_path).damages == ()


def test_place_colours_and_size_are_brought_back_one_by_one(
    studio: Studio, session_path: Path
) -> None:
    small = np.asarray(Image.fromarray(BASE).resize((128, BASE.shape[0] // 2)))

    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        step = await edited(bench, root)
        raw = psnr(RESULT, BASE, ~AREA)
        aligned = await bench.deriving.align(step.id)
        placed = psnr(await pixels(bench, aligned), BASE, ~AREA)
        assert placed > raw + 2
        half = await bench.deriving.match_colours(aligned.id, strength=0.5)
        whole = await bench.deriving.match_colours(aligned.id)
        some, all_of_it = [psnr(await pixels(bench, one), BASE, ~AREA) for one in (half, whole)]
        assert placed < some < all_of_it
        assert whole.parents == (root.id, aligned.id)
        with pytest.raises(BadRequest, match="moved"):
            await bench.deriving.align(aligned.id)
        with pytest.raises(BadRequest, match="size"):
            await bench.deriving.bring_to_size(step.id)
        tiny = await edited(bench, root)
        assert any("Came as 128" in note for note in tiny.notes)
        back = await bench.deriving.bring_to_size(tiny.id)
        assert (back.image.width, back.image.height) == (root.image.width, root.image.height)
        assert back.title == "Brought back to size"
        # Another shape is told, and nothing is stretched that was not stretched before.
        wide = await edited(bench, root)
        fitted = await bench.deriving.bring_to_size(wide.id)
        assert (fitted.image.width, fitted.image.height) == (root.image.width, root.image.height)
        assert fitted.title == "Brought back to size, cropped"
        assert any("px were cut off" in note for note in fitted.notes)
        padded = await bench.deriving.bring_to_size(wide.id, fit=Fit.PAD)
        assert padded.title == "Brought back to size, set inside"

    studio.start(answering(RESULT, small, np.hstack([BASE, BASE[:, ::-1]])), work)


@pytest.mark.parametrize("act", ["keep_everything_else", "align", "match_colours"])
def test_where_nothing_changed_nothing_is_made(
    studio: Studio, session_path: Path, act: str
) -> None:
    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        step = await edited(bench, root)
        before = len(bench.session.history)
        with pytest.raises(BadRequest):
            await getattr(bench.deriving, act)(step.id)
        with pytest.raises(BadRequest, match="before this one"):
            await getattr(bench.deriving, act)(root.id)
        with pytest.raises(BadRequest, match="no such step"):
            await getattr(bench.deriving, act)(NodeId("gone"))
        assert len(bench.session.history) == before

    studio.start(answering(BASE), work)


def test_work_that_is_cancelled_or_not_allowed_writes_nothing(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        step = await edited(bench, await begun(bench, session_path))
        count = len(bench.session.history)
        hears = asyncio.Event()
        keeping = asyncio.create_task(
            bench.deriving.keep_everything_else(step.id, progress=lambda share: hears.set())
        )
        await hears.wait()
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping
        gone = asyncio.create_task(
            bench.deriving.keep_everything_else(step.id, progress=lambda share: hears.set())
        )
        hears.clear()
        await hears.wait()
        await bench.delete(step.id)
        with pytest.raises(BadRequest, match="deleted"):
            await gone
        assert len(bench.session.history) == count

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path, read_only=True)
        with pytest.raises(ReadOnlySession):
            await bench.deriving.align(NodeId("any"))

    studio.start(answering(RESULT), work)
    studio.start(answering(RESULT), look)


# Rebasing.


def chain(turns: int) -> tuple[list[np.ndarray], np.ndarray]:
    """What a service sends that moves the picture a little each turn, and the areas that its edits
    change."""
    random = np.random.default_rng(5)
    sent, now, areas = [], BASE, np.zeros(AREA.shape, bool)
    for turn in range(turns):
        at = (0.2 + 0.6 * (turn % 4) / 3, 0.25 + 0.5 * (turn // 4 % 2))
        mask = blob(BASE.shape, at, 0.12)
        areas |= mask
        drift = Drifting(shift=tuple(random.uniform(-1, 1, 2)), coded=False)
        now = drift.of(recoloured(now, mask), turn)
        sent.append(now)
    return sent, areas


def test_a_chain_is_stacked_on_its_original(studio: Studio, session_path: Path) -> None:
    sent, areas = chain(3)
    sent.append(BASE[::-1, ::-1].copy())

    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        on = root
        for _ in sent:
            on = await edited(bench, on)
        flat = await bench.rebasing.rebase(on.id)
        assert flat.parents == (root.id, on.id)
        assert flat.derivation is not None
        assert flat.derivation.method is Method.REBASE
        assert flat.area is not None
        mask = await bench.areas.read(flat.area)
        now = await pixels(bench, flat)
        assert np.array_equal(now[~mask], BASE[~mask])
        assert np.count_nonzero(mask & areas) > 0.8 * np.count_nonzero(areas)
        assert flat.derivation.fact("left_out") == "4"
        assert any(note.endswith("step 4") for note in flat.notes)
        with pytest.raises(BadRequest, match="original"):
            await bench.rebasing.rebase(root.id)

    studio.start(answering(*sent), work)


def test_a_chain_is_run_again_from_its_original_at_the_price_that_was_told(
    studio: Studio, session_path: Path
) -> None:
    provider = ScriptedProvider(lambda request: whole_run([png(len(provider.sent) + 3)]))

    async def work(bench: Workbench) -> None:
        await bench.open_session(session_path, create=True)
        root = on = await bench.import_picture(png(1), "cup.png")
        for number, text in enumerate(("Make it warmer", "Add a spoon", "Make it night")):
            area = None
            if number == 1:
                area = await bench.areas.store(blob((32, 48), (0.5, 0.5), 0.5))
            on = await edited(bench, on, text, area=area)
        plan = await bench.rebasing.begin_paid(on.id)
        one = bench.price_of(RunOrder("x", (root.id,), DEV, PAID))
        assert one is not None
        assert plan.price == Cost(round(3 * one.amount, 6))
        assert len(provider.sent) == 3
        # It stands in line and goes on; nothing else takes its place.
        assert (await bench.rebasing.begin_paid(on.id)).begun == bench.turns.view()
        with pytest.raises(BadRequest, match="Other steps are in line"):
            await bench.rebasing.begin_paid(on.id, merged=True)
        assert not bench.rebasing.made_of(plan, on.id)
        await bench.turns.run(all_of_them=True)
        await asyncio.wait_for(_until_none_is_left(bench), 20)
        assert [one.instruction for one in provider.sent[3:]] == list(plan.instructions)
        assert [one.area for one in provider.sent[:3]] == [one.area for one in provider.sent[3:]]
        again = bench.session.history.children(root.id)[-1]
        assert again.request is not None
        assert again.request.instruction == "Make it warmer"
        assert bench.rebasing.made_of(plan, on.id)[0] == again
        spent = sum(
            n.result.cost.amount for n in bench.session.history if n.result and n.result.cost
        )
        assert spent == pytest.approx(6 * one.amount)
        bare = await bench.deriving.use_unprotected(bench.session.history.path(on.id)[2].id)
        assert bench.rebasing.plan_paid(bare.id).instructions == plan.instructions[:2]
        merged = bench.rebasing.plan_paid(on.id, merged=True)
        assert len(merged.drafts) == 1
        assert merged.price == one
        with pytest.raises(BadRequest):
            bench.rebasing.plan_paid(root.id)

    studio.start(provider, work)


def test_a_turn_that_is_run_again_has_its_area_at_the_size_in_which_the_one_before_came(
    studio: Studio, session_path: Path
) -> None:
    first = BASE[:-4, :-4]  # a service that rounds the sides
    provider = answering(first, RESULT)

    async def work(bench: Workbench) -> None:
        step = await edited(bench, await begun(bench, session_path))
        sized = await bench.deriving.bring_to_size(step.id)
        last = await edited(bench, sized, area=await bench.areas.store(AREA, feather_px=2))
        await bench.rebasing.begin_paid(last.id)
        await bench.turns.run(all_of_them=True)
        await asyncio.wait_for(_until_none_is_left(bench), 20)
        again = bench.session.history.children(sized.parents[0])[-1]
        (made,) = bench.session.history.children(again.id)
        assert made.area is not None
        assert made.area.fits(again.image)
        assert made.area.feather_px == 2
        mask = await bench.areas.read(made.area)
        assert np.array_equal((await pixels(bench, made))[~mask], first[~mask])

    studio.start(provider, work)
    assert len(provider.sent) == 4


def test_a_line_stops_at_a_result_that_could_not_be_put_inside_its_area(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(areas, "inside_now", no_memory)
    provider = answering(RESULT)

    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        settings = Draft(model=DEV, route=PAID, area=await bench.areas.store(AREA))
        await bench.turns.begin(("Make it warmer", "Make it night"), root.id, settings)
        await bench.turns.run(all_of_them=True)
        await until(lambda: "without its area" in getattr(bench.turns.view(), "stopped", ""))
        view = bench.turns.view()
        assert view is not None
        assert (view.goes_on, view.queue.left) == (False, ("Make it night",))

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_what_cannot_be_run_again_is_not_put_in_line(studio: Studio, session_path: Path) -> None:
    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        other = await bench.import_picture(png(1), "spoon.png", go_there=False)
        order = RunOrder("Add the spoon", (root.id, other.id), MULTI, PAID)
        step = bench.nodes_of((await bench.wait_for(await bench.submit(order))).record.id)[0]
        last = await edited(bench, step)
        (merged,) = bench.rebasing.plan_paid(last.id, merged=True).drafts
        assert merged.model == MULTI  # the last one takes one picture alone
        assert merged.references == (other.id,)

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path, read_only=True)
        assert bench.session.head is not None
        with pytest.raises(ReadOnlySession):
            await bench.rebasing.begin_paid(bench.session.head)

    studio.start(answering(BASE), work)
    studio.start(answering(BASE), look)


async def _until_none_is_left(bench: Workbench) -> None:
    while bench.turns.view() is not None:
        await asyncio.sleep(0.002)
