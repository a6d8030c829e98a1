"""A run that was taken, followed to its answer: every call here may be repeated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from kontext_studio.core import kill_points
from kontext_studio.core.errors import (
    BadAnswer,
    NotFound,
    RateLimited,
    RouteError,
    StudioError,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import Queued, RemoteDone, Running, Trouble
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.answers import Answer, parse_json, shown
from kontext_studio.providers.client import HttpClient, NotAStream
from kontext_studio.providers.fal.errors import (
    Complaint,
    complaint_in,
    complaint_in_status,
    fault_of,
    passing,
)
from kontext_studio.providers.faults import Quiet
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.results import reduced
from kontext_studio.providers.retries import GONE_ATTEMPTS, QUICK_ATTEMPTS, Patience
from kontext_studio.providers.routing import BadCertificate, RouteUnfit
from kontext_studio.providers.service import Service

_STREAM_ATTEMPTS = 3
_ODD_ATTEMPTS = 3
_DRAIN_S = 0.1
_QUICK_POLL_S, _QUICK_POLLS = 0.5, 60
_SLOW_POLL_S = 1.0

# fal itself says COMPLETED to every end; some services that copy its protocol do not.
_ENDS = frozenset({"COMPLETED", "OK", "FAILED", "ERROR", "CANCELLED", "CANCELED"})

_UNDER_WAY = frozenset({"IN_QUEUE", "IN_PROGRESS"})

FollowEvent = Queued | Running | Trouble | RemoteDone


@dataclass(frozen=True, slots=True)
class _Status:
    """One status as it came, with the answer it came in (for the facts of a complaint)."""

    value: Mapping[str, object]
    answer: Answer

    @property
    def word(self) -> str:
        return shown(self.value.get("status", ""), 40)

    @property
    def ended(self) -> bool:
        return self.word.upper() in _ENDS

    def event(self) -> Queued | Running | None:
        if self.ended:
            return None
        if self.word == "IN_PROGRESS":
            return Running(fraction_in(self.value.get("progress")), last_message_in(self.value))
        position = self.value.get("queue_position")
        if isinstance(position, bool) or not isinstance(position, int):
            position = None
        return Queued(position, self.word)


class Follower:
    """Follows one run from its addresses to RemoteDone."""

    def __init__(
        self, client: HttpClient, service: Service, patience: Patience, remote: RemoteHandle
    ) -> None:
        self._client = client
        self._service = service
        self._patience = patience
        self._remote = remote

    async def events(self) -> AsyncGenerator[FollowEvent]:
        """Queued and Running when they change, Trouble around faults, RemoteDone at the end."""
        self._demand_own_addresses()
        troubled = False
        last: Queued | Running | None = None
        end: _Status | None = None
        async with aclosing(self._statuses()) as statuses:
            async for found in statuses:
                if isinstance(found, StudioError):
                    troubled = True
                    yield Trouble(found)
                    continue
                if troubled:
                    troubled = False
                    yield Trouble(None)
                event = found.event()
                if event is not None and event != last:
                    last = event
                    yield event
                    kill_points.reach(kill_points.KillPoint.BETWEEN_POLLS)
                if found.ended:
                    end = found
                    break
        kill_points.reach(kill_points.KillPoint.BEFORE_RESULT)
        said = complaint_in_status(end.answer, end.value) if end is not None else None
        async with aclosing(self._result(said)) as results:
            async for result in results:
                yield result

    async def result(self) -> AsyncGenerator[Trouble | RemoteDone]:
        """The result of a run that is known to have finished, asked for once more."""
        self._demand_own_addresses()
        async with aclosing(self._result(None)) as results:
            async for result in results:
                yield result

    def _demand_own_addresses(self) -> None:
        # The key goes to these, and a session file may come from anywhere.
        for url in (self._remote.status_url, self._remote.response_url):
            if not self._client.route.is_own(url):
                raise BadAnswer(
                    f"This run lies at {shown(host_of(url)) or 'an unknown address'}, "
                    "which is not part of the connection.",
                    hint="Nothing was sent there. Choose the connection the run was made with.",
                    detail=f"request {shown(self._remote.request_id)}",
                    charged=self._service.perhaps(),
                )

    async def _statuses(self) -> AsyncGenerator[_Status | StudioError]:
        """Statuses from the event stream while it works, else from polling; faults in between."""
        streams, polls, faults, unknown = _STREAM_ATTEMPTS, 0, 0, 0
        while True:
            if streams > 0:
                heard = False
                cost = 1
                try:
                    async with self._client.events(self._stream_url()) as texts:
                        async for text in self._in_time(texts):
                            if (status := _status_in(text)) is not None:
                                heard = True
                                if status.ended:
                                    await _drained(texts)
                                yield status
                                if status.ended:
                                    return
                except Quiet:
                    cost = 0
                except NotAStream:
                    pass
                except RouteError as fault:
                    _demand_fit(fault)
                    yield fault
                # Where nothing at all was heard, something on the way holds streams back.
                streams = streams - cost if heard else 0
            try:
                status = await self._poll()
            except StudioError as fault:
                _demand_fit(fault)
                faults += 1
                unknown = unknown + 1 if isinstance(fault, NotFound) else 0
                if unknown >= GONE_ATTEMPTS:
                    raise
                yield fault
                await self._patience.sleep(self._wait_s(faults, unknown))
                continue
            faults = unknown = 0
            yield status
            if status.ended:
                return
            polls += 1
            wait_s = _QUICK_POLL_S if polls <= _QUICK_POLLS else _SLOW_POLL_S
            await self._patience.sleep(wait_s)

    async def _in_time(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        """The texts of a stream; Quiet where it only keeps the connection warm."""
        while True:
            try:
                async with asyncio.timeout(2 * self._client.limits.gap_s):
                    text = await anext(texts, None)
            except TimeoutError:
                raise Quiet("The event stream says nothing of the run.") from None
            if text is None:
                return
            yield text

    async def _poll(self) -> _Status:
        answer = await self._client.api("GET", _with_logs(self._remote.status_url))
        value = self._value(answer)
        if not isinstance(value, dict) or not isinstance(value.get("status"), str):
            raise BadAnswer(f"The answer of {answer.host} makes no sense.", detail=answer.facts())
        return _Status(value, answer)

    async def _result(self, failed: Complaint | None) -> AsyncGenerator[Trouble | RemoteDone]:
        """The result of a finished run. Its own error is the end; whatever else goes wrong is only
        in the way, unless the status has told already that the run `failed`."""
        faults = unknown = odd = 0
        while True:
            try:
                value = await self._fetch_result()
            except _Over as over:
                raise over.fault from None
            except StudioError as fault:
                _demand_fit(fault)
                faults += 1
                unknown = unknown + 1 if isinstance(fault, NotFound) else 0
                over_now = unknown >= GONE_ATTEMPTS
                if failed is not None and (over_now or faults >= QUICK_ATTEMPTS):
                    raise self._end(failed) from None
                if over_now:
                    raise
                yield Trouble(fault)
                await self._patience.sleep(self._wait_s(faults, unknown))
                continue
            if failed is not None and not _has_pictures(value):
                raise self._end(failed)
            running = value.get("status") in _UNDER_WAY
            if "images" not in value and "image" not in value and (running or odd < _ODD_ATTEMPTS):
                # Somebody on the way, or a server of the service that is behind the others.
                odd += not running
                faults += 1
                yield Trouble(RateLimited("The service does not hand out the result yet."))
                await self._patience.sleep(self._wait_s(faults, odd))
                continue
            if faults:
                yield Trouble(None)
            yield RemoteDone(await asyncio.to_thread(reduced, value))
            return

    async def _fetch_result(self) -> Mapping[str, object]:
        answer = await self._client.api(
            "GET", self._remote.response_url, most_bytes=self._client.limits.result_bytes
        )
        if 300 <= answer.status < 400:
            raise redirected(answer)
        # With pictures inside it is too large to be read between two frames.
        value = await asyncio.to_thread(answer.json)
        said = complaint_in(answer, value)
        if said is None:
            if not isinstance(value, dict):
                raise BadAnswer(
                    f"The answer of {answer.host} makes no sense.", detail=answer.facts()
                )
            return value
        if said.gone:
            raise self._gone()
        if said.ends(self._remote.request_id) and not said.still_running:
            raise _Over(self._end(said))
        raise passing(said, self._service)

    def _end(self, said: Complaint) -> StudioError:
        return fault_of(said, self._service, ran=True)

    def _wait_s(self, faults: int, unknown: int) -> float:
        return (
            self._patience.gone_wait_s(unknown) if unknown else self._patience.read_wait_s(faults)
        )

    def _value(self, answer: Answer) -> object:
        """The JSON of a poll; its complaints are faults that may pass."""
        if 300 <= answer.status < 400:
            raise redirected(answer)
        value = answer.json()
        said = complaint_in(answer, value)
        if said is None:
            return value
        if said.gone:
            raise self._gone()
        raise passing(said, self._service)

    def _gone(self) -> NotFound:
        return NotFound(
            f"The service no longer knows this request ({shown(self._remote.request_id)}).",
            charged=self._service.perhaps(),
        )

    def _stream_url(self) -> str:
        parts = urlsplit(self._remote.status_url)
        return _with_logs(urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/stream")))


def _demand_fit(fault: StudioError) -> None:
    """Only a person can mend a route that is unfit. A strange certificate may be a sign-in page's,
    and passes with it."""
    if isinstance(fault, RouteUnfit) and not isinstance(fault, BadCertificate):
        raise fault


class _Over(Exception):
    """Carries the run's own end past the retries."""

    def __init__(self, fault: StudioError) -> None:
        super().__init__(fault.message)
        self.fault = fault


def _status_in(text: str) -> _Status | None:
    try:
        value = parse_json(text.encode("utf-8", "replace"))
    except ValueError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("status"), str):
        return None
    return _Status(value, Answer(200, {}, b"", ""))


async def _drained(texts: AsyncIterator[str]) -> None:
    """Read a stream to its end, so that its connection can carry the next call."""
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for _ in texts:
                pass
    except (TimeoutError, RouteError):
        pass  # then the next call makes a connection of its own


def _with_logs(url: str) -> str:
    return url + ("&" if urlsplit(url).query else "?") + "logs=1"


def _has_pictures(value: Mapping[str, object]) -> bool:
    return bool(value.get("images") or value.get("image"))


def fraction_in(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(1.0, max(0.0, float(value)))


def last_message_in(status: Mapping[str, object]) -> str:
    logs = status.get("logs")
    if not isinstance(logs, list):
        return ""
    for entry in reversed(logs):
        if isinstance(entry, dict) and entry.get("message"):
            return shown(entry["message"])
    return ""
