"""Where services hold the session's pictures: remembered, passed on while it lasts, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kontext_studio.core import provider as wire
from kontext_studio.core.images import ImageRef
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import pictures
from kontext_studio.workbench.desk import Desk

LIFETIME_S = 6 * 86_400.0
"""A result's address is passed on for this long; fal keeps outputs for at least 7 days."""
MARGIN_S = 600.0


class HostedPictures:
    """The addresses of one desk's pictures, by the storage they lie in."""

    def __init__(self, desk: Desk, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock

    async def input(self, ref: ImageRef, storage: str) -> wire.InputPicture:
        """A picture to send, with its address where the service has it for a while yet."""

        async def load() -> tuple[bytes, str]:
            return await pictures.working_bytes(await self._desk.read_image(ref.sha256))

        hosted = await self._desk.run(lambda file: file.hosted_url(ref.sha256, storage))
        soon = self._clock() + MARGIN_S
        if hosted is not None and hosted.expires is not None and hosted.expires < soon:
            hosted = None
        return wire.InputPicture(ref, load, hosted)

    async def remember(self, ref: ImageRef, storage: str, hosted: wire.HostedUrl) -> None:
        """Keep where an input was uploaded to."""
        await self._desk.run(lambda file: file.remember_hosted(ref.sha256, storage, hosted))

    async def remember_result(
        self, ref: ImageRef, storage: str, url: str, keep_s: int | None = None
    ) -> None:
        """Keep where a result lies: it is the next input, and need not be uploaded. `keep_s` is how
        long the service was asked to keep it."""
        if url.startswith(("https://", "http://")):
            hosted = wire.HostedUrl(url, self._clock() + (LIFETIME_S if keep_s is None else keep_s))
            await self.remember(ref, storage, hosted)

    async def forget(self, refs: tuple[ImageRef, ...]) -> None:
        """A refused address may have expired early: the next run uploads again."""
        for ref in refs:
            await self._desk.run(partial(SessionFile.forget_hosted, sha256=ref.sha256))
