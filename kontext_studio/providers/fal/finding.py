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

from kontext_studio.core.errors import (
    BadAnswer,
    NotFound,
    RateLimited,
    RouteError,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.request import EditRequest
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.fal.body import body_of
from kontext_studio.providers.fal.errors import Complaint, complaint_in, passing
from kontext_studio.providers.fal.service import handle_of
from kontext_studio.providers.fields import wire_name
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.retries import CONNECT_ATTEMPTS, Patience
from kontext_studio.providers.routing import OPTIONAL_ROLE, RouteUnfit
from kontext_studio.providers.service import Service

WINDOW_S = 300.0
"""How far the service's time of a run may lie from ours."""

_PATH = "/v1/models/requests/by-endpoint"
_PAGE, _MOST_PAGES = 100, 20
# The list may be bounded by the end of a run, and a run may wait long in the queue.
_LONGEST_RUN_S = 24 * 3600.0
_CLOCK_DIFFERS_S = 60.0
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
        if abs(ahead_s) > _CLOCK_DIFFERS_S:
            # One of the clocks is wrong. Which one told when it was sent is not known: both count.
            again, _ = await self._listed(wanted.by_a_clock_that_is_ahead(ahead_s))
            found |= again
        return tuple(found.values())

    async def _listed(self, wanted: _Wanted) -> tuple[dict[str, RemoteHandle], float]:
        """The runs that can be it by number, and how far the service's clock is ahead of ours."""
        found: dict[str, RemoteHandle] = {}
        cursor = ""
        for _ in range(_MOST_PAGES):
            page, ahead_s = await self._page(wanted, cursor)
            items = page.get("items")
            if not isinstance(items, list):
                raise BadAnswer("The list of runs makes no sense.")
            for item in items:
                if isinstance(item, dict) and _is_it(item, wanted):
                    request_id = str(item["request_id"])
                    base = self._client.route.base("queue")
                    found[request_id] = handle_of(base, wanted.spec.id, request_id)
            if not page.get("has_more"):
                return found, ahead_s
            following = page.get("next_cursor")
            if not isinstance(following, str) or following in ("", cursor):
                raise BadAnswer("The list of runs makes no sense.")
            cursor = following
        raise BadAnswer(
            "There are too many runs around that time to look through.",
            hint="Look at the requests in your account.",
        )

    async def _page(self, wanted: _Wanted, cursor: str) -> tuple[Mapping[str, object], float]:
        asked = {
            "endpoint_id": wanted.spec.id,
            "start": _iso(wanted.sent_at - WINDOW_S),
            "end": _iso(min(wanted.sent_at + _LONGEST_RUN_S, wanted.now) + WINDOW_S),
            "expand": "payloads",
            "limit": str(_PAGE),
        }
        if cursor:
            asked["cursor"] = cursor
        url = f"{self._client.route.base(OPTIONAL_ROLE)}{_PATH}?{urlencode(asked)}"
        attempt = 0
        while True:
            attempt += 1
            try:
                # Other programs of the account may put whole pictures into their requests.
                most = self._client.limits.result_bytes
                answer = await self._client.api("GET", url, most_bytes=most)
                return self._read(answer), self._patience.clock_is_behind_s(answer.headers)
            except RouteUnfit:
                raise
            except (RouteError, ServiceFailed, RateLimited):
                if attempt >= CONNECT_ATTEMPTS:
                    raise
                await self._patience.sleep(self._patience.read_wait_s(attempt))

    def _read(self, answer: Answer) -> Mapping[str, object]:
        if 300 <= answer.status < 400:
            raise redirected(answer)
        value = answer.json()
        said = complaint_in(answer, value)
        if said is not None:
            raise self._fault(said)
        if not isinstance(value, dict):
            raise BadAnswer(f"The answer of {answer.host} makes no sense.", detail=answer.facts())
        return value

    def _fault(self, said: Complaint) -> StudioError:
        if said.status == 403 and not said.from_proxy:
            return Unauthorized("This key may not read the list of runs.", detail=said.facts)
        if said.status in (400, 403, 404, 405, 410, 422):
            return NotFound("This connection hands out no list of runs.", detail=said.facts)
        return passing(said, self._service)


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
    seconds = _seconds_of(time)
    return seconds is not None and abs(seconds - wanted.sent_at) <= WINDOW_S


def _seconds_of(time: object) -> float | None:
    if not isinstance(time, str):
        return None
    try:
        moment = datetime.fromisoformat(time)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(min(max(seconds, 0.0), _LAST_TIME_S), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
