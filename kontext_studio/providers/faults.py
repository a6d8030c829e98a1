"""Every fault of the network library as one of ours.

It promises to tell apart "no connection was made" from "something may have been received".
"""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import httpx
from httpx_sse import SSEError
from socksio.exceptions import SOCKSError

from kontext_studio.core.errors import BadAnswer, ConnectionLost, StudioError, Unreachable
from kontext_studio.providers.limits import MIB
from kontext_studio.providers.routing import BadCertificate, RouteUnfit


class Quiet(ConnectionLost):
    """An event stream said nothing for a while; that alone is no trouble."""


_MOST_BUFFERED = 100 * 1024  # what httpcore 1.0.9 keeps of headers without an end


class TooLarge(BadAnswer):
    """An answer, or its headers, over the limit."""

    def __init__(self, host: str, most_bytes: int) -> None:
        most = f"{most_bytes / MIB:.0f} MiB" if most_bytes >= MIB else f"{most_bytes >> 10} KiB"
        super().__init__(f"The answer of {host} is too large (over {most}).")


class PictureOverLimit(TooLarge):
    """It will not be smaller the next time."""


Watch = Callable[[str, Mapping[str, object]], None]
"""Hears each moment of a connection, in the network library's own words."""


class Sent:
    """Notes whether any byte of a request left; the network library tells through its trace."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.anything = False
        self._watch = watch

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if self._watch is not None:
            self._watch(event, info)
        if event.endswith(".send_request_headers.started"):
            # The CONNECT to a network proxy is not yet the request.
            self.anything |= getattr(info.get("request"), "method", b"") != b"CONNECT"


@contextmanager
def mapped(host: str, sent: Sent, *, streaming: bool = False) -> Iterator[None]:
    """Turns every fault of the network library into one of ours."""
    try:
        yield
    except StudioError:
        raise
    except (httpx.DecodingError, zlib.error) as fault:
        raise BadAnswer(f"The answer of {host} makes no sense.") from fault
    except httpx.RemoteProtocolError as fault:
        if not sent.anything:
            raise _not_made(host, fault) from fault
        raise _broken_off(host, fault) from fault
    except RuntimeError as fault:
        if "client has been closed" not in str(fault):
            raise
        raise RouteUnfit("The connection was changed or closed meanwhile.") from fault
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.StreamError,
        SSEError,
        SOCKSError,
        OSError,  # TimeoutError of the total time among them
        ValueError,  # a header that cannot be written, a length that is no number
        AssertionError,  # httpcore 1.0.9 asserts what a SOCKS proxy answered
    ) as fault:
        if streaming and isinstance(fault, httpx.ReadTimeout):
            raise Quiet(f"{host} has been silent for a while.") from fault
        if not sent.anything:
            raise _not_made(host, fault) from fault
        detail = type(fault).__name__
        if isinstance(fault, (httpx.TimeoutException, TimeoutError)):
            raise ConnectionLost(f"{host} did not answer in time.", detail=detail) from fault
        raise ConnectionLost(f"The connection to {host} broke.", detail=detail) from fault


def _broken_off(host: str, fault: httpx.RemoteProtocolError) -> BadAnswer | ConnectionLost:
    """An answer that ended early, or one that is no HTTP; the library says it in words alone."""
    words = str(fault)
    detail = type(fault).__name__
    if "too long" in words:
        return TooLarge(host, _MOST_BUFFERED)
    if "disconnected" in words or "peer closed" in words:
        return ConnectionLost(f"The connection to {host} broke.", detail=detail)
    return BadAnswer(f"The answer of {host} makes no sense.", detail=detail)


def _not_made(host: str, fault: BaseException) -> Unreachable:
    causes = list(_causes(fault))
    detail = type(fault).__name__
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return BadCertificate(
                f"The certificate of {host} is not valid ({cause.verify_message}). "
                "Nothing was sent.",
                hint="Where your network has a certificate of its own, add its file in Settings.",
                detail=detail,
            )
        if isinstance(cause, socket.gaierror):
            return Unreachable(
                f"The server {host} cannot be found. Nothing was sent.",
                hint="Check the network and the address of the connection.",
                detail=detail,
            )
        if isinstance(cause, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
            return RouteUnfit(
                "The address cannot be used. Nothing was sent.",
                hint="Check the addresses of the connection.",
                detail=detail,
            )
    if isinstance(fault, httpx.ProxyError) and str(fault).startswith("407"):
        return RouteUnfit(
            "The network proxy wants a user name and a password. Nothing was sent.",
            hint="Write them into the proxy's address in Settings.",
            detail=detail,
        )
    if isinstance(fault, (httpx.ProxyError, SOCKSError, AssertionError)):
        return Unreachable(
            f"The network proxy makes no connection to {host}. Nothing was sent.",
            hint="Check the proxy's address in Settings.",
            detail=detail,
        )
    return Unreachable(
        f"{host} is not answering. Nothing was sent.",
        hint="Check the network and the address of the connection.",
        detail=detail,
    )


def _causes(fault: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = fault
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
