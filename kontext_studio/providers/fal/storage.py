"""Pictures at the service: an address that still lives is passed on, anything else is uploaded."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from kontext_studio.core.errors import (
    BadAnswer,
    FieldProblem,
    Refused,
)
from kontext_studio.core.provider import HostedUrl, InputPicture, Trouble, Uploaded
from kontext_studio.providers.addresses import (
    AddressRefused,
    host_of,
    is_inside,
    is_loopback,
    keeps_secrets,
    origin,
)
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.fal.asking import LIFETIME_HEADERS, lifetime
from kontext_studio.providers.fal.errors import complaint_in, fault_of
from kontext_studio.providers.fal.parts import PartsOfUpload, Place, not_stored
from kontext_studio.providers.refusals import redirected, too_large
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.service import Service
from kontext_studio.providers.uploading import patiently

UPLOAD_LIFETIME_S = 7 * 24 * 3600
"""How long an uploaded picture is asked to be kept: a week of turns on the same photograph."""

LEAST_LIFETIME_S = 3600
"""A run may wait in the queue for that long before the service fetches its picture."""

_MARGIN_S = 3600.0

# Only this query passes the shipped proxies.
_INITIATE = "/storage/upload/initiate?storage_type=fal-cdn-v3"
# This one only a proxy of ours lets through.
_INITIATE_PARTS = "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3"
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class Storage:
    """The upload side of one service over one route."""

    def __init__(self, client: HttpClient, service: Service, patience: Patience) -> None:
        self._client = client
        self._service = service
        self._patience = patience

    def living(self, hosted: HostedUrl | None) -> str | None:
        """The address if the service can still fetch it."""
        if hosted is None:
            return None
        if hosted.expires is not None and hosted.expires <= self._patience.now() + _MARGIN_S:
            return None
        if origin(hosted.url) is None:
            return None
        # A local server that has been started again has another port and none of the old files.
        if is_loopback(host_of(hosted.url)) and not self._client.route.is_own(hosted.url):
            return None
        return hosted.url

    async def upload(
        self, picture: InputPicture, keep_s: int | None = None
    ) -> AsyncGenerator[Trouble | Uploaded]:
        """Send one picture, with patience: nothing is bought yet. Ends with Uploaded.

        With `keep_s` it is kept no longer than what is made of it.
        """
        data, media_type = await picture.load()
        lifetime_s = UPLOAD_LIFETIME_S
        if keep_s is not None:
            lifetime_s = min(lifetime_s, max(keep_s, LEAST_LIFETIME_S))
        large = len(data) > self._client.limits.one_put_bytes
        ways = [self._in_parts] if large else []
        for send in [*ways, self._at_once]:
            try:
                async with aclosing(send(data, media_type, lifetime_s)) as steps:
                    async for step in steps:
                        if isinstance(step, Trouble):
                            yield step
                        else:
                            yield Uploaded(picture.ref, step)
                return
            except _KnowsNoParts:
                pass  # a server of another maker; whether it takes so much at once it will tell

    async def _at_once(
        self, data: bytes, media_type: str, lifetime_s: int
    ) -> AsyncGenerator[Trouble | HostedUrl]:
        async def send() -> str:
            place = await self._initiate(_INITIATE, media_type, lifetime_s)
            stored = await self._client.put_picture(place.upload_url, data, media_type)
            if stored.status >= 300:
                raise not_stored(stored)
            return place.file_url

        async with aclosing(patiently(send, self._patience)) as tries:
            async for one in tries:
                yield one if isinstance(one, Trouble) else self._hosted(one, lifetime_s)

    async def _in_parts(
        self, data: bytes, media_type: str, lifetime_s: int
    ) -> AsyncGenerator[Trouble | HostedUrl]:
        """Each part is repeated on its own: a large picture is not sent again for one of them."""
        place: Place | None = None
        begun = patiently(
            lambda: self._initiate(_INITIATE_PARTS, media_type, lifetime_s), self._patience
        )
        async with aclosing(begun) as tries:
            async for step in tries:
                if isinstance(step, Trouble):
                    yield step
                else:
                    place = step
        assert place is not None  # it ends with one, or raises
        calls = PartsOfUpload(self._client, place, data)
        for number in range(1, calls.count + 1):
            sent = patiently(partial(calls.put, number), self._patience)
            async with aclosing(sent) as tries_of_part:
                async for one in tries_of_part:
                    if isinstance(one, Trouble):
                        yield one
        async with aclosing(patiently(calls.complete, self._patience)) as last:
            async for end in last:
                yield end if isinstance(end, Trouble) else self._hosted(place.file_url, lifetime_s)

    async def _initiate(self, path: str, media_type: str, lifetime_s: int) -> Place:
        name = f"picture.{_SUFFIXES.get(media_type, 'bin')}"
        answer = await self._client.api(
            "POST",
            self._client.route.base("rest") + path,
            json.dumps({"content_type": media_type, "file_name": name}).encode(),
            headers=dict.fromkeys(LIFETIME_HEADERS, lifetime(lifetime_s)),
        )
        if path == _INITIATE_PARTS:
            _demand_parts(answer)
        value = self._checked(answer)
        upload_url, file_url = value.get("upload_url"), value.get("file_url")
        if not isinstance(upload_url, str) or not isinstance(file_url, str):
            raise BadAnswer(f"{answer.host} gave no address to upload to.", detail=answer.facts())
        self._demand_outside(upload_url)
        return Place(upload_url, file_url)

    def _hosted(self, url: str, lifetime_s: int) -> HostedUrl:
        return HostedUrl(url, self._patience.now() + lifetime_s)

    def _checked(self, answer: Answer) -> dict[str, object]:
        if 300 <= answer.status < 400:
            raise redirected(answer)
        if answer.status == 413:
            raise too_large(answer.facts(), "image_url")
        value = answer.json()
        said = complaint_in(answer, value)
        if said is not None:
            raise fault_of(said, self._service, ran=False)
        if not isinstance(value, dict):
            raise BadAnswer(f"The answer of {answer.host} makes no sense.", detail=answer.facts())
        return value

    def _demand_outside(self, url: str) -> None:
        """A signed address may be anywhere in the open, or where this route talks to anyway."""
        if self._client.route.is_own(url):
            return
        if not keeps_secrets(url) or is_inside(host_of(url)):
            raise AddressRefused(
                f"The service named an address for the upload that is refused: "
                f"{shown(host_of(url))}.",
                hint="Nothing was sent there.",
            )


class _KnowsNoParts(Exception):
    """The server has never heard of uploads in parts."""


def _demand_parts(answer: Answer) -> None:
    if answer.status in (404, 405):
        raise _KnowsNoParts
    try:
        said = complaint_in(answer, answer.json())
    except BadAnswer:
        return  # told when the answer is read
    if said is not None and said.kind == "not_found":
        raise _KnowsNoParts
    if said is not None and said.from_proxy and said.status != 401:
        raise Refused(
            "The proxy passes no picture of this size on.",
            hint="Send it at one megapixel. Or whoever runs the proxy can allow uploads in parts "
            "(storage/upload/initiate-multipart).",
            problems=(FieldProblem("image_url", "file_too_large", "The picture is too large."),),
            detail=said.facts,
        )
