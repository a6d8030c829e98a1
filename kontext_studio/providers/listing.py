"""Pages of an account's list of runs, in which a run is looked for whose answer was lost.

What a page says of a run is the provider's to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kontext_studio.core.errors import (
    BadAnswer,
    NotFound,
    RateLimited,
    RouteError,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.retries import CONNECT_ATTEMPTS, Patience
from kontext_studio.providers.routing import RouteUnfit

WINDOW_S = 300.0
"""How far the service's time of a run may lie from ours."""

MOST_PAGES = 20

_CLOCK_DIFFERS_S = 60.0

_NOT_LISTED = frozenset({400, 403, 404, 405, 410, 422})


@dataclass(frozen=True, slots=True)
class Page:
    """`value` is its JSON; the service's clock is `ahead_s` ahead of ours."""

    value: Mapping[str, object]
    ahead_s: float

    @property
    def clocks_differ(self) -> bool:
        """One of the clocks is wrong. Which one told when a run was sent is not known."""
        return abs(self.ahead_s) > _CLOCK_DIFFERS_S

    def entries(self, name: str) -> list[Mapping[str, object]]:
        """The runs on the page. Raise BadAnswer where it has no list of that name."""
        entries = self.value.get(name)
        if not isinstance(entries, list):
            raise no_sense()
        return [entry for entry in entries if isinstance(entry, dict)]


async def read_page(
    client: HttpClient,
    patience: Patience,
    url: str,
    fault_in: Callable[[Answer, object], StudioError | None],
) -> Page:
    """One page, asked for a few times where it does not come. `fault_in` finds what an answer and
    its JSON complain of; `unlistable` helps it. Raise StudioError where there is no page."""
    attempt = 0
    while True:
        attempt += 1
        try:
            # Other programs of the account may put whole pictures into their requests.
            answer = await client.api("GET", url, most_bytes=client.limits.result_bytes)
            return Page(_read(answer, fault_in), patience.clock_is_behind_s(answer.headers))
        except RouteUnfit:
            raise
        except (RouteError, ServiceFailed, RateLimited):
            if attempt >= CONNECT_ATTEMPTS:
                raise
            await patience.sleep(patience.read_wait_s(attempt))


def _read(
    answer: Answer, fault_in: Callable[[Answer, object], StudioError | None]
) -> Mapping[str, object]:
    if 300 <= answer.status < 400:
        raise redirected(answer)
    value = answer.json()
    if (fault := fault_in(answer, value)) is not None:
        raise fault
    if not isinstance(value, dict):
        raise BadAnswer(f"The answer of {answer.host} makes no sense.", detail=answer.facts())
    return value


def unlistable(status: int, facts: str, *, from_proxy: bool = False) -> StudioError | None:
    """What a refused list means, None where it means nothing of its own."""
    if status == 403 and not from_proxy:
        return Unauthorized("This key may not read the list of runs.", detail=facts)
    if status in _NOT_LISTED:
        return NotFound("This connection hands out no list of runs.", detail=facts)
    return None


def no_sense() -> BadAnswer:
    return BadAnswer("The list of runs makes no sense.")
