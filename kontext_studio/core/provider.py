"""What the program asks of a service, and the events a run consists of.

A provider's generator stops at each `yield` until the caller asks for the next event. The caller
commits what an event says before it asks: this is how "sending" is on disk before the first byte
leaves, and the remote addresses before the first poll.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import StudioError
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost, EditResult


@dataclass(frozen=True, slots=True)
class HostedUrl:
    """Where a service already holds a picture, and until when (seconds since 1970, or None)."""

    url: str
    expires: float | None


@dataclass(frozen=True, slots=True)
class InputPicture:
    """One picture to send. `load` gives the working picture's bytes and their media type; it is
    called only where no living `hosted` address can be passed instead."""

    ref: ImageRef
    load: Callable[[], Awaitable[tuple[bytes, str]]]
    hosted: HostedUrl | None = None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An input now lies at the service: remember the address."""

    ref: ImageRef
    hosted: HostedUrl


@dataclass(frozen=True, slots=True)
class Sending:
    """The POST leaves as soon as the next event is asked for. `picture_urls` is where the service
    is told to find the inputs; with `waits` its answer is the result, and the connection all there
    is of the run. `order_key` goes along with every POST of the run where a proxy may read it."""

    picture_urls: tuple[str, ...] = ()
    waits: bool = False
    order_key: str = ""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The service certainly did not take the job; it is sent again after `retry_in_s`."""

    reason: StudioError
    attempt: int
    retry_in_s: float


@dataclass(frozen=True, slots=True)
class Submitted:
    remote: RemoteHandle


@dataclass(frozen=True, slots=True)
class Queued:
    """`position` counts from 0 and is None where the service does not say."""

    position: int | None
    status: str = "IN_QUEUE"


@dataclass(frozen=True, slots=True)
class Running:
    """`fraction` (0 to 1) only where the service really reports steps."""

    fraction: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """An unfinished picture, to look at and nothing else; it is kept nowhere."""

    data: bytes
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that may be repeated did not go through; still trying. None: it works again."""

    reason: StudioError | None


@dataclass(frozen=True, slots=True)
class RemoteDone:
    """The service finished; `answer` is its result as JSON text."""

    answer: str


@dataclass(frozen=True, slots=True)
class Finished:
    result: EditResult


JobEvent = (
    Uploaded
    | Sending
    | NotAccepted
    | Submitted
    | Queued
    | Running
    | Preview
    | Trouble
    | RemoteDone
    | Finished
)


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """What the service said to a cancel: `accepted` also where it only asked the runner."""

    accepted: bool
    already_finished: bool = False
    status: str = ""


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One line of a connection test: what was tried and whether it held; None where it was not
    tried, or cannot be. `kind` is that of the fault where it did not hold, `hint` the remedy."""

    name: str
    passed: bool | None
    message: str
    seconds: float = 0.0
    kind: str = ""
    hint: str = ""


USUAL = Delivery()


class Provider(Protocol):
    """One service over one route. Every method raises StudioError and nothing else of its own."""

    name: str

    def edit(
        self,
        request: EditRequest,
        spec: ModelSpec,
        pictures: tuple[InputPicture, ...],
        delivery: Delivery = USUAL,
    ) -> AsyncGenerator[JobEvent]:
        """Send once and follow to the end: Sending ... Submitted ... RemoteDone, Finished.

        What waits on one connection for its pictures is never Submitted: Sending, Preview ...,
        RemoteDone, Finished.
        """
        ...

    def resume(self, remote: RemoteHandle) -> AsyncGenerator[JobEvent]:
        """Follow a run that was sent before: Queued ... RemoteDone, Finished."""
        ...

    def collect(self, answer: str, remote: RemoteHandle | None = None) -> AsyncGenerator[JobEvent]:
        """Download the pictures of a finished run from its stored answer: Finished.

        With `remote`, the answer is asked for once more where its addresses have expired.
        """
        ...

    @property
    def cannot_find(self) -> str:
        """Why a lost run cannot be looked for here, in words; empty where `find` can be asked."""
        ...

    async def find(
        self,
        request: EditRequest,
        spec: ModelSpec,
        sent_at: float,
        picture_urls: tuple[str, ...] = (),
    ) -> tuple[RemoteHandle, ...]:
        """Runs in the account's list that can only be this request, whose POST began at `sent_at`
        (seconds since 1970) and whose answer was lost. `picture_urls` are those that were sent;
        none where they are not known.

        Adopt the run only where there is exactly one. None may also mean that the service lists a
        run no sooner than it has ended.
        """
        ...

    async def cancel(self, remote: RemoteHandle) -> CancelAnswer: ...

    def check(self) -> AsyncGenerator[CheckStep]:
        """Test the connection stage by stage, each told as soon as it is known. No picture and no
        instruction is sent, and nothing is paid for."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Estimates(Protocol):
    """What a provider can do beside, where its service tells a price ahead."""

    async def estimate(
        self, request: EditRequest, spec: ModelSpec, pictures: tuple[InputPicture, ...]
    ) -> Cost | None:
        """What the service says this run would cost; None where it does not say. Nothing is run
        and nothing is paid for. Raise StudioError where the service would refuse the run."""
        ...


@runtime_checkable
class AsksAgain(Protocol):
    """What a provider can do beside, where a proxy before its service keeps answers."""

    async def answer_to(
        self, order_key: str, spec: ModelSpec, delivery: Delivery = USUAL
    ) -> Submitted | RemoteDone | None:
        """What was answered to the POST that carried this key; None where nobody has kept it.
        Nothing is bought, and nothing is sent to the service."""
        ...


@runtime_checkable
class TellsBalance(Protocol):
    """What a provider can do beside, where its service tells what the account holds."""

    async def balance(self) -> Cost | None:
        """What is left, None where it is not bounded."""
        ...
