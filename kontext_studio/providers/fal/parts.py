"""A picture uploaded in parts to a signed address: the calls, each of which may be repeated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from kontext_studio.core.errors import BadAnswer, ServiceFailed, StudioError
from kontext_studio.providers.answers import Answer, parse_json
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.refusals import too_large


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture is put, and where it lies then."""

    upload_url: str
    file_url: str


class PartsOfUpload:
    """The parts of one picture on their way to one place."""

    def __init__(self, client: HttpClient, place: Place, data: bytes) -> None:
        self._client = client
        self._place = place
        self._data = data
        self._size = client.limits.part_bytes
        self._tags: dict[int, str] = {}

    @property
    def count(self) -> int:
        return -(-len(self._data) // self._size)

    async def put(self, number: int) -> None:
        """Send the part of that number, from 1."""
        piece = self._data[(number - 1) * self._size : number * self._size]
        # The address is signed without a type: the published client sends none.
        answer = await self._client.put_picture(self._under(str(number)), piece, "")
        if answer.status >= 300:
            raise not_stored(answer)
        self._tags[number] = _tag_in(answer)

    async def complete(self) -> None:
        parts = [{"partNumber": number, "etag": tag} for number, tag in sorted(self._tags.items())]
        answer = await self._client.put_picture(
            self._under("complete"),
            json.dumps({"parts": parts}).encode(),
            "application/json",
            method="POST",
        )
        if answer.status >= 300:
            raise not_stored(answer)

    def _under(self, step: str) -> str:
        parts = urlsplit(self._place.upload_url)
        return urlunsplit(parts._replace(path=f"{parts.path}/{step}"))


def not_stored(answer: Answer) -> StudioError:
    if answer.status == 413:
        return too_large(answer.facts(), "image_url")
    return ServiceFailed(
        f"{answer.host} did not take the picture (HTTP {answer.status}).", detail=answer.facts()
    )


def _tag_in(answer: Answer) -> str:
    try:
        value = parse_json(answer.body)
    except ValueError:
        value = None
    stated = value.get("etag") if isinstance(value, dict) else None
    tag = stated or answer.headers.get("etag", "")
    if not isinstance(tag, str) or not tag:
        raise BadAnswer(f"{answer.host} did not confirm a part of the picture.")
    return tag
