"""Changing the settings of the program, also two at a time, and where they cannot be written."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from kontext_studio.core.errors import DiskFull
from kontext_studio.store import settings_file
from kontext_studio.workbench.bench import Workbench
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import good


def test_two_changes_at_the_same_time_are_both_kept(studio: Studio) -> None:
    async def work(bench: Workbench) -> None:
        async def light() -> None:
            await bench.change_settings(replace(bench.settings, theme="light"))

        async def recent() -> None:
            await bench.change_settings(bench.settings.with_recent("a.kontext"))

        await asyncio.gather(light(), recent())
        kept = settings_file.load_settings(bench.places.settings_file)
        assert kept == bench.settings
        assert (kept.theme, kept.recent) == ("light", ("a.kontext",))

    studio.start(good(), work)


def test_settings_that_cannot_be_written_stay_as_they_were(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise DiskFull("There is no room on the disk.")

    async def work(bench: Workbench) -> None:
        before = bench.settings
        with monkeypatch.context() as patched:
            patched.setattr(settings_file, "save_settings", full)
            with pytest.raises(DiskFull):
                await bench.change_settings(replace(before, theme="light"))
        assert bench.settings == before

    studio.start(good(), work)


def test_a_change_whose_caller_is_cancelled_is_written_before_the_program_ends(
    studio: Studio,
) -> None:
    async def work(bench: Workbench) -> None:
        changes = [
            asyncio.ensure_future(bench.change_settings(replace(bench.settings, theme=theme)))
            for theme in ("light", "system")
        ]
        await asyncio.sleep(0)
        for change in changes:
            change.cancel()
        await bench.shutdown()
        assert settings_file.load_settings(bench.places.settings_file).theme == "system"

    studio.start(good(), work)
