"""Pictures at the service: an address that still lives is passed on, anything else is uploaded."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

from kontext_studio.core.errors import (
    BadAnswer,
    RateLimited,
    RouteError,
    ServiceFailed,
    StudioError,
    Unreachable,
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
from kontext_studio.providers.fal.errors import complaint_in, fault_of, redirected, too_large
from kontext_studio.providers.retries import CONNECT_ATTEMPTS, Patience
from kontext_studio.providers.routing import RouteUnfit
from kontext_studio.providers.service import Service

UPLOAD_LIFETIME_S = 7 * 24 * 3600
"""How long an uploaded picture is asked to be kept: a week of turns on the same photograph."""

_MARGIN_S = 3600.0
_UPLOAD_ATTEMPTS = 5

# Only this query passes the shipped proxies.
_INITIATE = "/storage/upload/initiate?storage_type=fal-cdn-v3"
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

    async def upload(self, picture: InputPicture) -> AsyncGenerator[Trouble | Uploaded]:
        """Send one picture, with patience: nothing is bought yet. Ends with Uploaded."""
        data, media_type = await picture.load()
        attempt = connects = 0
        while True:
            attempt += 1
            try:
                hosted = await self._once(data, media_type)
            except (RouteUnfit, AddressRefused):
                raise
            except (RouteError, ServiceFailed, RateLimited) as fault:
                connects += isinstance(fault, Unreachable)
                if attempt >= _UPLOAD_ATTEMPTS or connects >= CONNECT_ATTEMPTS:
                    raise
                yield Trouble(fault)
                await self._patience.sleep(self._patience.read_wait_s(attempt))
            else:
                if attempt > 1:
                    yield Trouble(None)
                yield Uploaded(picture.ref, hosted)
                return

    async def _once(self, data: bytes, media_type: str) -> HostedUrl:
        name = f"picture.{_SUFFIXES.get(media_type, 'bin')}"
        lifetime = json.dumps({"expiration_duration_seconds": UPLOAD_LIFETIME_S})
        answer = await self._client.api(
            "POST",
            self._client.route.base("rest") + _INITIATE,
            json.dumps({"content_type": media_type, "file_name": name}).encode(),
            headers={"x-fal-object-lifecycle-preference": lifetime},
        )
        value = self._checked(answer)
        upload_url, file_url = value.get("upload_url"), value.get("file_url")
        if not isinstance(upload_url, str) or not isinstance(file_url, str):
            raise BadAnswer(f"{answer.host} gave no address to upload to.", detail=answer.facts())
        self._demand_outside(upload_url)
        stored = await self._client.put_picture(upload_url, data, media_type)
        if stored.status >= 300:
            raise _not_stored(stored)
        return HostedUrl(file_url, self._patience.now() + UPLOAD_LIFETIME_S)

    def _checked(self, answer: Answer) -> dict[str, object]:
        if 300 <= answer.status < 400:
            raise redirected(answer)
        if answer.status == 413:
            raise too_large(answer.facts())
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


def _not_stored(answer: Answer) -> StudioError:
    if answer.status == 413:
        return too_large(answer.facts())
    return ServiceFailed(
        f"{answer.host} did not take the picture (HTTP {answer.status}).", detail=answer.facts()
    )
