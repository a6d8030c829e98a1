"""The person's settings: in memory at once, on disk soon, and never lost at the end.

Changes are written one after the other; each write holds all changes that were made until then.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from kontext_studio.core.errors import StudioError
from kontext_studio.core.settings import Settings


class KeptSettings:
    """`value` is what holds now."""

    def __init__(self, path: Path) -> None:
        self.value = Settings()
        self._path = path
        self._in_turn = asyncio.Lock()
        self._writes: set[asyncio.Task[None]] = set()

    def read(self) -> None:
        """Take what the file says. Blocks; for a thread."""
        from kontext_studio.store.settings_file import load_settings

        self.value = load_settings(self._path)

    async def change(self, settings: Settings) -> None:
        """Let them hold, and write them, also where the caller is cancelled meanwhile. Raise
        StudioError where they cannot be written: they hold as they were then."""
        # At once: another change that is asked for meanwhile must build on this one.
        before, self.value = self.value, settings
        write = asyncio.get_running_loop().create_task(self._write(before, settings))
        self._writes.add(write)
        write.add_done_callback(self._writes.discard)
        await asyncio.shield(write)

    async def settle(self) -> None:
        """Until all is written that can be."""
        await asyncio.gather(*self._writes, return_exceptions=True)

    async def _write(self, before: Settings, settings: Settings) -> None:
        from kontext_studio.store.settings_file import save_settings

        try:
            async with self._in_turn:
                await asyncio.to_thread(save_settings, self._path, self.value)
        except StudioError:
            if self.value == settings:
                self.value = before
            raise
