"""A prediction whose answer was lost, looked for in the account's own list.

It promises not to guess: model, instruction, settings, time and our own seed must all agree. A list
that cannot be read to its end proves nothing, so it raises rather than say that there is no such
run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadAnswer, NotFound, StudioError
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.request import EditRequest
from kontext_studio.providers.addresses import joined
from kontext_studio.providers.answers import Answer, seconds_of
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.complaints import complaint_in, passing
from kontext_studio.providers.fields import wire_name
from kontext_studio.providers.listing import (
    MOST_PAGES,
    WINDOW_S,
    no_sense,
    read_page,
    unlistable,
)
from kontext_studio.providers.replicate.body import input_of
from kontext_studio.providers.replicate.service import API, handle_of, is_number
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.service import Service


class _Fit(Enum):
    NO = 0
    YES = 1
    UNREADABLE = 2
    """Of the same model and time, with its input deleted: it may be the one."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The run that is looked for, and the moments at which it may have been sent."""

    spec: ModelSpec
    given: Mapping[str, object]
    moments: tuple[float, ...]


class Finder:
    """Looks through the list of one account over one route."""

    def __init__(self, client: HttpClient, service: Service, patience: Patience) -> None:
        self._client = client
        self._service = service
        self._patience = patience

    async def find(
        self,
        request: EditRequest,
        spec: ModelSpec,
        sent_at: float,
        picture_urls: Sequence[str] = (),
    ) -> tuple[RemoteHandle, ...]:
        """Every prediction in the list that can only be this one."""
        base = self._client.route.base(API)
        wanted = _Wanted(spec, input_of(request, spec, picture_urls), (sent_at,))
        found: dict[str, RemoteHandle] = {}
        deleted = 0
        url = f"{base}/v1/predictions"
        for _ in range(MOST_PAGES):
            page = await read_page(self._client, self._patience, url, self._fault_in)
            if page.clocks_differ:
                moments = (sent_at, sent_at + page.ahead_s)
                wanted = _Wanted(wanted.spec, wanted.given, moments)
            items = page.entries("results")
            for item in items:
                fit = _fit(item, wanted)
                if fit is _Fit.YES:
                    number = str(item["id"])
                    found[number] = handle_of(base, number)
                deleted += fit is _Fit.UNREADABLE
            following = page.value.get("next")
            if not following or _all_older(items, wanted):
                return self._decided(found, deleted)
            query = urlsplit(joined(url, following)).query if isinstance(following, str) else ""
            if not query:
                raise no_sense()
            url = f"{base}/v1/predictions?{query}"
        raise BadAnswer(
            "There are too many runs since then to look through.",
            hint="Look at the predictions in your account.",
        )

    def _decided(self, found: dict[str, RemoteHandle], deleted: int) -> tuple[RemoteHandle, ...]:
        if deleted and not found:
            raise NotFound(
                "The service has deleted what it knew of the runs of that time; one may be this.",
                hint="It keeps their facts for about an hour.",
                charged=self._service.perhaps(),
            )
        return tuple(found.values())

    def _fault_in(self, answer: Answer, value: object) -> StudioError | None:
        said = complaint_in(answer, value)
        if said is None:
            return None
        return unlistable(said.status, said.facts) or passing(said, self._service)


def _fit(item: Mapping[str, object], wanted: _Wanted) -> _Fit:
    created, number = seconds_of(item.get("created_at")), item.get("id")
    if item.get("model") != wanted.spec.id or not is_number(number):
        return _Fit.NO
    if created is None or all(abs(created - one) > WINDOW_S for one in wanted.moments):
        return _Fit.NO
    given = item.get("input")
    instruction = wire_name(wanted.spec, ParamRole.INSTRUCTION, "prompt")
    if not isinstance(given, dict) or given.get(instruction) is None:
        return _Fit.UNREADABLE
    seed = wire_name(wanted.spec, ParamRole.SEED, "seed")
    # As text, because some write it as text; a float, which may have lost digits, is never equal.
    if str(given.get(seed)) != str(wanted.given[seed]):
        return _Fit.NO
    picture = wire_name(wanted.spec, ParamRole.PICTURE, "input_image")
    for name, value in wanted.given.items():
        told = given.get(name)
        if name == seed or told is None:
            continue
        if _are_others(told, value) if name == picture else told != value:
            return _Fit.NO
    return _Fit.YES


def _are_others(told: object, sent: object) -> bool:
    """Whether two addresses are certainly of two pictures. The service may have moved one that was
    inside the request, or tell another address of it."""
    file = "/v1/files/"
    return file in str(told) and file in str(sent) and told != sent


def _all_older(items: Sequence[Mapping[str, object]], wanted: _Wanted) -> bool:
    """Whether this page lies before the time in question: the newest come first."""
    times = [seconds_of(item.get("created_at")) for item in items]
    known = [time for time in times if time is not None]
    return bool(known) and max(known) < min(wanted.moments) - WINDOW_S
