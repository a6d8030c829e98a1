"""A run whose answer was lost, looked for in the account's own list of runs.

It promises not to guess: model, instruction, pictures, settings, time and our own seed must all
agree. A list that cannot be read to its end proves nothing, so it raises rather than say that there
is no such run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from kontext_studio.core.errors import BadAnswer, NotFound, StudioError
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.request import EditRequest
from kontext_studio.providers.answers import Answer, seconds_of
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.fal.body import body_of
from kontext_studio.providers.fal.errors import complaint_in, passing
from kontext_studio.providers.fal.service import handle_of
from kontext_studio.providers.fields import wire_name
from kontext_studio.providers.listing import (
    MOST_PAGES,
    WINDOW_S,
    Page,
    no_sense,
    read_page,
    unlistable,
)
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import OPTIONAL_ROLE
from kontext_studio.providers.service import Service

_PATH = "/v1/models/requests/by-endpoint"
_ENTRIES = 100
# The list may be bounded by the end of a run, and a run may wait long in the queue.
_LONGEST_RUN_S = 24 * 3600.0
_LAST_TIME_S = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_REQUEST_ID = re.compile(r"[\w-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The run that is looked for: its model, its body, when it was sent, and the time now."""

    spec: ModelSpec
    body: Mapping[str, object]
    sent_at: float
    now: float

    def by_a_clock_that_is_ahead(self, seconds: float) -> _Wanted:
        return replace(self, sent_at=self.sent_at + seconds, now=self.now + seconds)


class Finder:
    """Looks through the list of one service over one route."""

    def __init__(self, client: HttpClient, service: Service, patience: Patience) -> None:
        self._client = client
        self._service = service
        self._patience = patience

    @property
    def cannot(self) -> str:
        """Why there is no list to look through; empty where there is one."""
        if OPTIONAL_ROLE in self._client.route.bases:
            return ""
        if not self._service.billed:
            return "The embedded engine keeps no list of its runs. Running again costs nothing."
        return "This connection's service has no list of runs that could be looked through."

    async def find(
        self,
        request: EditRequest,
        spec: ModelSpec,
        sent_at: float,
        picture_urls: Sequence[str] = (),
    ) -> tuple[RemoteHandle, ...]:
        """Every run in the list that can only be this one."""
        if self.cannot:
            raise NotFound(self.cannot)
        body = json.loads(body_of(request, spec, picture_urls))
        wanted = _Wanted(spec, body, sent_at, self._patience.now())
        found, ahead_s = await self._listed(wanted)
        if ahead_s:  # both clocks count
            again, _ = await self._listed(wanted.by_a_clock_that_is_ahead(ahead_s))
            found |= again
        return tuple(found.values())

    async def _listed(self, wanted: _Wanted) -> tuple[dict[str, RemoteHandle], float]:
        """The runs that can be it by number, and how far the service's clock is ahead of ours; 0
        where the two agree."""
        found: dict[str, RemoteHandle] = {}
        cursor = ""
        base = self._client.route.base("queue")
        for _ in range(MOST_PAGES):
            page = await self._page(wanted, cursor)
            for item in page.entries("items"):
                if _is_it(item, wanted):
                    request_id = str(item["request_id"])
                    found[request_id] = handle_of(base, wanted.spec.id, request_id)
            if not page.value.get("has_more"):
                return found, page.ahead_s if page.clocks_differ else 0.0
            following = page.value.get("next_cursor")
            if not isinstance(following, str) or following in ("", cursor):
                raise no_sense()
            cursor = following
        raise BadAnswer(
            "There are too many runs around that time to look through.",
            hint="Look at the requests in your account.",
        )

    async def _page(self, wanted: _Wanted, cursor: str) -> Page:
        asked = {
            "endpoint_id": wanted.spec.id,
            "start": _iso(wanted.sent_at - WINDOW_S),
            "end": _iso(min(wanted.sent_at + _LONGEST_RUN_S, wanted.now) + WINDOW_S),
            "expand": "payloads",
            "limit": str(_ENTRIES),
        }
        if cursor:
            asked["cursor"] = cursor
        url = f"{self._client.route.base(OPTIONAL_ROLE)}{_PATH}?{urlencode(asked)}"
        return await read_page(self._client, self._patience, url, self._fault_in)

    def _fault_in(self, answer: Answer, value: object) -> StudioError | None:
        said = complaint_in(answer, value)
        if said is None:
            return None
        refused = unlistable(said.status, said.facts, from_proxy=said.from_proxy)
        return refused or passing(said, self._service)


def _is_it(item: Mapping[str, object], wanted: _Wanted) -> bool:
    given, request_id, time = item.get("json_input"), item.get("request_id"), item.get("sent_at")
    if not isinstance(given, dict) or item.get("endpoint_id") != wanted.spec.id:
        return False
    if not isinstance(request_id, str) or not _REQUEST_ID.fullmatch(request_id):
        return False
    seed = wire_name(wanted.spec, ParamRole.SEED, "seed")
    instruction = wire_name(wanted.spec, ParamRole.INSTRUCTION, "prompt")
    # As text, because some write it as text; a float, which may have lost digits, is never equal.
    if str(given.get(seed)) != str(wanted.body[seed]) or given.get(instruction) is None:
        return False
    for name, value in wanted.body.items():
        if name != seed and given.get(name) is not None and given[name] != value:
            return False
    seconds = seconds_of(time)
    return seconds is not None and abs(seconds - wanted.sent_at) <= WINDOW_S


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(min(max(seconds, 0.0), _LAST_TIME_S), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
