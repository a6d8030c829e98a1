"""Pictures at Replicate: small ones travel inside the request, others are uploaded once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadAnswer, StudioError
from kontext_studio.core.provider import HostedUrl, InputPicture, Trouble, Uploaded
from kontext_studio.providers.answers import Answer, seconds_of
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.complaints import complaint_in, fault_of, passing
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.replicate.service import API
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.service import Service
from kontext_studio.providers.uploading import patiently

INLINE_BYTES = 256_000
"""The service asks for a data URI up to here and for an address above."""

_FILES = "/v1/files"
_MARGIN_S = 3600.0
_UNSTATED_LIFETIME_S = 3 * 3600.0
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Placed:
    """What the request says in place of a picture: an address, or the picture itself."""

    url: str

    @property
    def is_inside(self) -> bool:
        return self.url.startswith("data:")


class Files:
    """The files of one account over one route."""

    def __init__(self, client: HttpClient, service: Service, patience: Patience) -> None:
        self._client = client
        self._service = service
        self._patience = patience
        # A file is good for the key that it was uploaded with, and a picture's address outlives
        # the key: each is asked for once before it is passed on.
        self._known: set[str] = set()

    async def place(self, picture: InputPicture) -> AsyncGenerator[Trouble | Uploaded | Placed]:
        """Bring one picture to the service, with patience: nothing is bought yet."""
        if picture.hosted is not None and await self._lives(picture.hosted):
            yield Placed(picture.hosted.url)
            return
        data, media_type = await picture.load()
        if len(data) <= INLINE_BYTES:
            yield Placed(f"data:{media_type};base64,{base64.b64encode(data).decode()}")
            return
        async with aclosing(
            patiently(lambda: self._upload(data, media_type), self._patience)
        ) as tries:
            async for one in tries:
                if isinstance(one, Trouble):
                    yield one
                else:
                    yield Uploaded(picture.ref, one)
                    yield Placed(one.url)

    async def _lives(self, hosted: HostedUrl) -> bool:
        """Whether it is a file of this account that is still there. What the service made itself
        is none: those addresses die within the hour."""
        url = hosted.url
        if not self._client.route.is_own(url) or f"{_FILES}/" not in urlsplit(url).path:
            return False
        if hosted.expires is None or hosted.expires <= self._patience.now() + _MARGIN_S:
            return False
        if url not in self._known:
            try:
                answer = await self._client.api("GET", url)
            except StudioError:
                return False
            if answer.status != 200 or answer.is_page:
                return False
            self._known.add(url)
        return True

    async def _upload(self, data: bytes, media_type: str) -> HostedUrl:
        kind, body = _form(data, media_type)
        answer = await self._client.api(
            "POST",
            self._client.route.base(API) + _FILES,
            body,
            content_type=kind,
            total_s=self._client.limits.picture_s,
        )
        value = self._checked(answer)
        urls = value.get("urls")
        url = urls.get("get") if isinstance(urls, dict) else None
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise BadAnswer(f"{answer.host} gave no address of the file.", detail=answer.facts())
        self._known.add(url)
        until = seconds_of(value.get("expires_at"))
        return HostedUrl(url, until or self._patience.now() + _UNSTATED_LIFETIME_S)

    def _checked(self, answer: Answer) -> Mapping[str, object]:
        if 300 <= answer.status < 400:
            raise redirected(answer)
        said = complaint_in(answer, answer.json() if answer.status != 413 else None)
        if said is not None:
            passes = said.status == 429 or said.status >= 500
            raise passing(said, self._service) if passes else fault_of(said, self._service)
        value = answer.json()
        if not isinstance(value, dict):
            raise BadAnswer(f"The answer of {answer.host} makes no sense.", detail=answer.facts())
        return value


def _form(data: bytes, media_type: str) -> tuple[str, bytes]:
    """One file as a form: its media type and its body."""
    mark = secrets.token_hex(16)
    name = f"picture.{_SUFFIXES.get(media_type, 'bin')}"
    head = (
        f'--{mark}\r\ncontent-disposition: form-data; name="content"; filename="{name}"\r\n'
        f"content-type: {media_type}\r\n\r\n"
    )
    body = b"".join((head.encode(), data, f"\r\n--{mark}--\r\n".encode()))
    return f"multipart/form-data; boundary={mark}", body
