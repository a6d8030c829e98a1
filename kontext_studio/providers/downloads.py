"""Pictures fetched whole from wherever a service put them, without any credential."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import urljoin

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ConnectionLost,
    NotFound,
    RouteError,
    ServiceFailed,
    StudioError,
)
from kontext_studio.core.provider import Trouble
from kontext_studio.providers.addresses import (
    host_of,
    keeps_secrets,
    leads_inside,
    origin,
)
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import RouteUnfit

_REDIRECTS = 3
_GONE_ATTEMPTS = 3
_WRONG_ATTEMPTS = 5


class Downloads:
    """Repeats until the picture is there, or until it is plain that it never will be."""

    def __init__(self, client: HttpClient, patience: Patience, charged: Charged) -> None:
        self._client = client
        self._patience = patience
        self._charged = charged

    async def fetch(self, url: str, size: int | None = None) -> AsyncGenerator[Trouble | bytes]:
        """Trouble while it does not come through, at the end the bytes.

        `size` is what the service said; where a connection ends early without telling, it is the
        only sign of it.
        """
        faults = gone = wrong = 0
        while True:
            try:
                data = await self._once(url, size if wrong < _WRONG_ATTEMPTS - 1 else None)
            except NotFound as fault:
                gone += 1
                if gone >= _GONE_ATTEMPTS:
                    raise
                trouble: StudioError = fault
            except RouteUnfit:
                raise
            except BadAnswer as fault:
                wrong += 1
                if wrong >= _WRONG_ATTEMPTS:
                    raise
                trouble = fault
            except (RouteError, ServiceFailed) as fault:
                trouble = fault
            else:
                if faults:
                    yield Trouble(None)
                yield data
                return
            faults += 1
            yield Trouble(trouble)
            await self._patience.sleep(self._patience.read_wait_s(faults))

    async def _once(self, url: str, size: int | None) -> bytes:
        for _ in range(_REDIRECTS + 1):
            await self._demand_open(url)
            answer = await self._client.get_picture(url)
            if answer.status not in (301, 302, 303, 307, 308):
                return self._picture(answer, size)
            url = urljoin(url, answer.headers.get("location", ""))
        raise self._wrong("The picture's address leads on and on.", "")

    def _picture(self, answer: Answer, size: int | None) -> bytes:
        if answer.status in (403, 404, 410):
            raise NotFound(
                "The picture is no longer on the service's servers.",
                hint="Run it again with the same seed.",
                detail=f"HTTP {answer.status} from {answer.host}",
                charged=self._charged,
            )
        if answer.status != 200:
            raise ServiceFailed(
                f"{answer.host} does not hand out the picture (HTTP {answer.status}).",
                detail=answer.facts(),
                charged=self._charged,
            )
        kind = answer.headers.get("content-type", "").lower()
        # The bytes decide what a picture is; only text in its place is told apart here.
        if answer.is_page or not answer.body or "json" in kind or answer.body[:1] in b"{[":
            raise self._wrong("What came is not a picture.", answer.facts())
        if size is not None and len(answer.body) < size:
            raise ConnectionLost(
                f"The picture arrived in part ({len(answer.body)} of {size} bytes).",
                charged=self._charged,
            )
        return answer.body

    async def _demand_open(self, url: str) -> None:
        """Public addresses over https; others only where the route itself is at home there."""
        if origin(url) is None:
            raise self._wrong("The picture's address makes no sense.", shown(url))
        if self._client.road.is_own(url):
            return
        if not keeps_secrets(url) or await leads_inside(url):
            raise self._wrong(f"The picture's address is refused: {shown(host_of(url))}.", "")

    def _wrong(self, message: str, detail: str) -> BadAnswer:
        return BadAnswer(message, detail=detail, charged=self._charged)
