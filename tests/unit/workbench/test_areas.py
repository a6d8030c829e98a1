"""An edit inside an area: outside it every pixel is the one before, whatever the service sends."""

from __future__ import annotations

import asyncio
import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core import provider as wire
from kontext_studio.core.area import Area
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadInput, BadRequest
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.result import EditResult, ReceivedImage
from kontext_studio.imaging.decode import decode_picture
from kontext_studio.store.salvage import check_file, salvage
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import areas
from kontext_studio.workbench.areas import mask_from_file
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from tests.fakes.photographs import encoded, photograph, png
from tests.fakes.scripted_provider import ScriptedProvider, whole_run
from tests.unit.imaging.drifting import blob
from tests.unit.workbench.conftest import PAID, Studio
from tests.unit.workbench.paid import DEV, good, opened

SHAPE = (32, 48)
MASK = blob(SHAPE, (0.6, 0.5), 0.5)


def deep(width: int, height: int) -> bytes:
    """16 bits a channel."""
    levels = np.linspace(0, 65_535, width * height).reshape(height, width).astype(np.uint16)
    return encoded(Image.fromarray(levels))


ANSWERS = {
    "all red": encoded(Image.new("RGB", (48, 32), (255, 0, 0))),
    "another size": png(7, 64, 64),
    "smaller": png(8, 17, 31),
    "grey": encoded(photograph(seed=3).convert("L")),
    "transparent": encoded(photograph(seed=4).convert("RGBA")),
    "a palette": encoded(photograph(seed=5).convert("P")),
    "16 bits": deep(48, 32),
    "a JPEG": encoded(photograph(seed=6), "JPEG", quality=60),
}


def pixels(data: bytes) -> np.ndarray:
    return decode_picture(data).pixels


async def edited(bench: Workbench, on: NodeId, area: Area | None, **more: object) -> Node:
    order = RunOrder("Make it warmer", (on,), DEV, PAID, area=area, **more)  # type: ignore[arg-type]
    view = await bench.wait_for(await bench.submit(order))
    assert view.record.state is JobState.STORED, view.record.fault
    return bench.nodes_of(view.record.id)[0]


def test_outside_the_area_every_pixel_stays_over_turns_whatever_comes(
    studio: Studio, session_path: Path
) -> None:
    answers = list(ANSWERS.values())
    provider = ScriptedProvider(lambda request: whole_run([answers[len(provider.sent)]]))
    made: list[NodeId] = []

    async def work(bench: Workbench) -> None:
        (on,) = (await opened(bench, session_path)).parents
        area = await bench.areas.store(MASK, feather_px=3)
        for _ in answers:
            made.append((await edited(bench, on, area)).id)
            on = made[-1]

    studio.start(provider, work)
    with SessionFile.open(session_path, read_only=True) as file:
        history = file.load().session.history
        before = pixels(png(1))
        for node_id, came in zip(made, answers, strict=True):
            node = history[node_id]
            assert node.raw is not None
            assert file.read_image(node.raw.sha256) == came
            now = pixels(file.read_image(node.image.sha256))
            assert np.array_equal(now[~MASK], before[~MASK])
            assert not np.array_equal(now[MASK], before[MASK])
            assert node.image.media_type == "image/png"
            before = now
        assert all(request.area is not None for request in provider.sent)
        sizes = [note for one in made for note in history[one].notes if "for the area" in note]
        assert len(sizes) == 2
        shapes = [note for one in made for note in history[one].notes if "stretched" in note]
        assert len(shapes) == 2
    assert check_file(session_path).damages == ()


def test_transparency_and_what_is_under_it_stay(studio: Studio, session_path: Path) -> None:
    alpha = np.full(SHAPE, 255, np.uint8)
    alpha[:, :20] = 0
    base = np.dstack([np.asarray(photograph()), alpha])
    red = ANSWERS["all red"]

    async def work(bench: Workbench) -> None:
        await bench.open_session(session_path, create=True)
        root = await bench.import_picture(encoded(Image.fromarray(base)), "cup.png")
        area = await bench.areas.store(MASK, feather_px=0)
        node = await edited(bench, root.id, area)
        now = np.asarray(Image.open(io.BytesIO(await bench.picture(node.image))))
        assert np.array_equal(now[~MASK], base[~MASK])
        assert np.array_equal(now[..., 3], alpha)
        assert (now[MASK][:, :3] == (255, 0, 0)).all()
        share = round(100 * np.count_nonzero(MASK[:, :20]) / np.count_nonzero(MASK))
        assert node.notes == (f"{share} % of the area is transparent; what came there is not seen",)

    studio.start(ScriptedProvider(lambda request: whole_run([red])), work)


def test_a_result_that_is_fetched_later_comes_out_the_same(
    studio: Studio, session_path: Path, tmp_path: Path
) -> None:
    red = ANSWERS["another size"]
    broken = whole_run([red])[:-1]  # the program ends before the picture is here
    first = ScriptedProvider(lambda request: broken, collected=whole_run([red])[-1:])
    whole = ScriptedProvider(lambda request: whole_run([red]))
    made = []

    for provider, path in ((first, session_path), (whole, tmp_path / "other.kontext")):

        async def send(bench: Workbench, path: Path = path) -> None:
            (root,) = (await opened(bench, path)).parents
            area = await bench.areas.store(MASK)
            order = RunOrder("Make it warmer", (root,), DEV, PAID, area=area)
            await bench.wait_for(await bench.submit(order))

        async def look(bench: Workbench, path: Path = path) -> None:
            await opened(bench, path)
            await bench.runs.wait_all()
            (node,) = (one for one in bench.session.history if one.request)
            made.append((node.image.sha256, node.raw))

        studio.start(provider, send)
        studio.start(provider, look)
    assert made[0] == made[1]
    assert len(first.sent) == 1


def test_an_edit_that_is_run_again_has_its_area(studio: Studio, session_path: Path) -> None:
    provider = good()

    async def work(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        area = await bench.areas.store(MASK)
        node = await edited(bench, root, area)
        assert node.job is not None
        again = await bench.wait_for(await bench.rerun(node.job))
        assert again.record.request.area == area

    studio.start(provider, work)


def test_a_paid_result_is_kept_as_it_came_where_it_cannot_be_put_inside_its_area_now(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    async def work(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        area = await bench.areas.store(MASK)
        with monkeypatch.context() as now:
            now.setattr(areas, "inside_now", no_memory)
            node = await edited(bench, root, area)
        assert await bench.picture(node.image) == png(2)
        assert (node.raw, node.area) == (None, None)
        assert any(note.startswith("Kept without its area: Not enough") for note in node.notes)
        later = await bench.deriving.recompose(node.id, area)
        now_pixels, before = pixels(await bench.picture(later.image)), pixels(png(1))
        assert np.array_equal(now_pixels[~MASK], before[~MASK])

    studio.start(good(), work)


@pytest.mark.parametrize(
    ("mask", "parameters", "field", "words"),
    [
        (np.zeros(SHAPE, bool), (), "area", "empty"),
        (np.ones((8, 8), bool), (), "area", "8 × 8"),
        (MASK, (("output_format", "jpeg"),), "output_format", "PNG"),
    ],
)
def test_an_area_that_cannot_be_is_refused_in_words(
    studio: Studio,
    session_path: Path,
    mask: np.ndarray,
    parameters: tuple[tuple[str, str], ...],
    field: str,
    words: str,
) -> None:
    provider = good()

    async def work(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        area = await bench.areas.store(mask)
        with pytest.raises(BadRequest, match=words) as refused:
            await edited(bench, root, area, parameters=parameters)
        assert refused.value.field == field

    studio.start(provider, work)
    assert not provider.sent


def test_an_area_of_another_session_is_refused_and_the_whole_picture_counts_as_none(
    studio: Studio, session_path: Path, tmp_path: Path
) -> None:
    provider = good()

    async def work(bench: Workbench) -> None:
        await opened(bench, tmp_path / "other.kontext")
        area = await bench.areas.store(MASK)
        (root,) = (await opened(bench, session_path)).parents
        with pytest.raises(BadRequest, match="not in this session"):
            await edited(bench, root, area)
        node = await edited(bench, root, await bench.areas.store(np.ones(SHAPE, bool)))
        assert node.raw is None

    studio.start(provider, work)
    assert provider.sent[0].area is None


def test_a_draft_brings_its_area_through_a_restart(studio: Studio, session_path: Path) -> None:
    async def paint(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        area = await bench.areas.store(MASK, feather_px=20)
        await bench.save_draft(root, Draft(text="Make", area=area, keep_area=True))

    async def look(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        draft = bench.draft(root)
        assert draft.area is not None
        assert draft.area.feather_px == 20
        assert draft.keep_area
        assert np.array_equal(await bench.areas.read(draft.area), MASK)

    studio.start(good(), paint)
    studio.start(good(), look)


def test_a_mask_file_has_the_size_of_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    Image.fromarray(MASK.astype(np.uint8) * 255).save(path)
    assert np.array_equal(asyncio.run(mask_from_file(path, (48, 32))), MASK)
    with pytest.raises(BadInput, match="32 × 48"):
        asyncio.run(mask_from_file(path, (32, 48)))


def test_two_pictures_of_a_run_are_both_inside(studio: Studio, session_path: Path) -> None:
    images = tuple(ReceivedImage(ANSWERS[one], "") for one in ("all red", "grey"))
    steps = [*whole_run([])[:-1], wire.Finished(EditResult(images, seed=7))]

    async def work(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        node = await edited(bench, root, await bench.areas.store(MASK), count=2)
        both = bench.session.history.variants(node.id)
        before = pixels(png(1))
        assert len(both) == 2
        for one in both:
            now = pixels(await bench.picture(one.image))
            assert np.array_equal(now[~MASK], before[~MASK])

    studio.start(ScriptedProvider(lambda request: steps), work)


def test_a_repaired_session_has_its_areas_and_makes_no_steps_of_them(
    studio: Studio, session_path: Path
) -> None:
    async def paint(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        await bench.areas.store(~MASK)  # painted, and painted anew
        await bench.save_draft(root, Draft(area=await bench.areas.store(MASK)))

    async def look(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        assert len(bench.session.history) == 1
        area = bench.draft(root).area
        assert area is not None
        assert np.array_equal(await bench.areas.read(area), MASK)

    studio.start(good(), paint)
    salvage(session_path)
    studio.start(good(), look)


@pytest.mark.parametrize("lost", ["the area", "the picture before"])
def test_a_paid_result_is_kept_where_what_its_run_began_with_was_lost_meanwhile(
    studio: Studio, session_path: Path, lost: str
) -> None:
    steps = whole_run([ANSWERS["all red"]])
    provider = ScriptedProvider(lambda request: steps[:-1], collected=steps[-1:])
    gone: list[str] = []

    async def send(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        area = await bench.areas.store(MASK)
        picture = bench.session.history[order.parents[0]].image
        gone.append(area.mask.sha256 if lost == "the area" else picture.sha256)
        await bench.wait_for(await bench.submit(replace(order, area=area)))

    studio.start(provider, send)
    with closing(sqlite3.connect(session_path)) as file, file:
        file.execute("UPDATE images SET data = x'00' WHERE sha256 = ?", gone)
    salvage(session_path)

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (node,) = (one for one in bench.session.history if one.request)
        assert await bench.picture(node.image) == ANSWERS["all red"]
        assert node.lacks_its_area
        assert any(note.startswith("Kept without its area: ") for note in node.notes)

    studio.start(provider, look)
    report = check_file(session_path)
    assert report.damages == ()
    assert [one.message for one in report.losses if one.step == "Step 1"]


def test_an_area_that_is_damaged_is_found_out_before_anything_is_paid_for(
    studio: Studio, session_path: Path
) -> None:
    provider = good()

    async def work(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        area = await bench.areas.store(MASK)

        def damage(_file: SessionFile) -> None:
            with closing(sqlite3.connect(session_path)) as file, file:
                file.execute("UPDATE images SET data = x'00' WHERE sha256 = ?", (area.mask.sha256,))

        await bench.desk.run(damage)
        with pytest.raises(BadRequest, match="not in this session"):
            await edited(bench, root, area)
        assert await bench.areas.store(MASK) == area  # painted again
        assert (await edited(bench, root, area)).raw is not None

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_a_paid_result_is_shown_as_it_came_where_the_picture_inside_its_area_is_lost(
    studio: Studio, session_path: Path
) -> None:
    made: list[Node] = []

    async def work(bench: Workbench) -> None:
        (root,) = (await opened(bench, session_path)).parents
        made.append(await edited(bench, root, await bench.areas.store(MASK)))

    provider = ScriptedProvider(lambda request: whole_run([ANSWERS["all red"]]))
    studio.start(provider, work)
    with closing(sqlite3.connect(session_path)) as file, file:
        file.execute("UPDATE images SET data = x'00' WHERE sha256 = ?", (made[0].image.sha256,))
    assert any("as it came" in words for words in salvage(session_path).steps_lost)

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        node = bench.session.history[made[0].id]
        assert await bench.picture(node.image) == ANSWERS["all red"]
        assert (node.area, node.job) == (None, made[0].job)
        assert bench.runs.view(made[0].job or JobId("")).record.state is JobState.STORED

    studio.start(provider, look)
    assert check_file(session_path).damages == ()
