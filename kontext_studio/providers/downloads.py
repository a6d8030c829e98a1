"""Pictures fetched whole from wherever a service put them, without any credential."""

from __future__ import annotations

from collections.abc import AsyncGenerator

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
    AddressRefused,
    LeadsInside,
    host_of,
    is_inside,
    joined,
    keeps_secrets,
    origin,
)
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.client import HttpClient, Part
from kontext_studio.providers.faults import PictureOverLimit
from kontext_studio.providers.retries import GONE_ATTEMPTS, QUICK_ATTEMPTS, Patience
from kontext_studio.providers.routing import BadCertificate, RouteUnfit

_SIZE_ATTEMPTS = 5
"""A stated size that never comes true is then not believed any more; the decoder will tell."""


_BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"II*\0", b"MM\0*", b"BM")
"""Of every kind of picture that is decoded here but AVIF, whose mark comes four bytes later."""


class _Short(ConnectionLost):
    """Fewer bytes came than the service had stated."""


class Downloads:
    """Repeats until the picture is there, or until it is plain that it never will be.

    It was paid for, so nothing ends the attempts but the word of the storage that it is gone, an
    address that is refused, and a picture over the limit.
    """

    def __init__(self, client: HttpClient, patience: Patience, charged: Charged) -> None:
        self._client = client
        self._patience = patience
        self._charged = charged

    async def fetch(self, url: str, size: int | None = None) -> AsyncGenerator[Trouble | bytes]:
        """Trouble while it does not come through, at the end the bytes.

        `size` is what the service said; where a connection ends early without telling, it is the
        only sign of it.
        """
        part = Part()
        faults = gone = short = inside = 0
        while True:
            try:
                data = await self._once(url, size if short < _SIZE_ATTEMPTS else None, part)
            except NotFound as fault:
                gone += 1
                if gone >= GONE_ATTEMPTS:
                    raise
                trouble: StudioError = fault
                wait_s = self._patience.gone_wait_s(gone)
            except BadCertificate as fault:
                trouble, gone = fault, 0
                wait_s = self._patience.read_wait_s(faults + 1)
            except (AddressRefused, PictureOverLimit, RouteUnfit) as fault:
                inside += isinstance(fault, LeadsInside)
                if not isinstance(fault, LeadsInside) or inside >= QUICK_ATTEMPTS:
                    fault.charged = self._charged
                    raise
                trouble, gone = fault, 0
                wait_s = self._patience.read_wait_s(inside)
            except (RouteError, ServiceFailed) as fault:
                trouble, gone = fault, 0
                wait_s = self._patience.read_wait_s(faults + 1)
            else:
                if faults:
                    yield Trouble(None)
                yield data
                return
            short += isinstance(trouble, _Short)
            if not isinstance(trouble, ConnectionLost):
                part.clear()
            faults += 1
            yield Trouble(trouble)
            await self._patience.sleep(wait_s)

    async def _once(self, url: str, size: int | None, part: Part) -> bytes:
        for _ in range(self._client.limits.redirects + 1):
            self._demand_open(url)
            answer = await self._client.get_picture(url, part)
            if answer.status not in (301, 302, 303, 307, 308):
                return self._picture(answer, size)
            url = joined(url, answer.headers.get("location", ""))
        raise self._wrong("The picture's address leads on and on.", "")

    def _picture(self, answer: Answer, size: int | None) -> bytes:
        # A page is what somebody on the way says, a sign-in portal for example.
        if answer.status in (403, 404, 410) and not answer.is_html:
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
        # The bytes decide what a picture is, whatever their stated type.
        if not answer.body.startswith(_BEGINNINGS) and answer.body[4:8] != b"ftyp":
            raise self._wrong("What came is not a picture.", answer.facts())
        if size is not None and len(answer.body) < size:
            raise _Short(
                f"The picture arrived in part ({len(answer.body)} of {size} bytes).",
                charged=self._charged,
            )
        return answer.body

    def _demand_open(self, url: str) -> None:
        """Public addresses over https; others only where the route itself is at home there."""
        if origin(url) is None:
            raise AddressRefused("The picture's address makes no sense.", detail=shown(url))
        if self._client.route.is_own(url):
            return
        if not keeps_secrets(url) or is_inside(host_of(url)):
            raise AddressRefused(f"The picture's address is refused: {shown(host_of(url))}.")

    def _wrong(self, message: str, detail: str) -> BadAnswer:
        return BadAnswer(message, detail=detail, charged=self._charged)
