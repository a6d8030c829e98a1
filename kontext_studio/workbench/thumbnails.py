"""Small pictures of one session: made once however many ask at the same time, kept in its file."""

from __future__ import annotations

import asyncio

from kontext_studio.workbench import pictures
from kontext_studio.workbench.desk import Desk


class Thumbnails:
    """The small pictures of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._making: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, sha256: str) -> bytes:
        """Encoded bytes. Raise SessionError where the picture cannot be read."""
        making = self._making.get(sha256)
        if making is None:
            # The list, the panel, the jobs and the canvas all ask when a result comes.
            making = asyncio.get_running_loop().create_task(self._get(sha256))
            self._making[sha256] = making
            making.add_done_callback(lambda _done: self._making.pop(sha256, None))
        return await asyncio.shield(making)

    async def close(self) -> None:
        """Stop making any."""
        making = tuple(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)

    async def _get(self, sha256: str) -> bytes:
        kept = await self._desk.run(lambda file: file.thumbnail(sha256))
        if kept is not None:
            return kept
        small = await pictures.make_thumbnail(await self._desk.read_image(sha256))
        if not self._desk.read_only:
            await self._desk.run(lambda file: file.put_thumbnail(sha256, small))
        return small
