"""Whose a run is: a client sees, cancels and lists its own, unless all share theirs.

What became of an order whose answer was lost belongs to nobody. A client that has lost one of that
model and time finds it in the list, and it is the client's from then on.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping

from kontext_studio.server.proxy.bodies import json_or_none
from kontext_studio.server.proxy.clients import LOCAL
from kontext_studio.server.proxy.config import ProxyConfig
from kontext_studio.server.proxy.forwarding import Lost
from kontext_studio.server.proxy.ledger import Ledger
from kontext_studio.server.proxy.refusals import NO_SUCH_RUN, Refused
from kontext_studio.server.proxy.upstream import Upstream

_MADE_UP = re.compile("0{26}|00000000-0000-4000-8000-0{12}")
"""Numbers that no run has: connections are tested with them, and the service itself is to answer
whether it takes the key."""


class Owners:
    """Asks the ledger on behalf of one client at a time."""

    def __init__(self, config: ProxyConfig, ledger: Ledger) -> None:
        self._config = config
        self._ledger = ledger

    async def demand_own(self, upstream: Upstream, number: str, client: str) -> None:
        """Raise Refused (404) where a run or file is not the client's, or nobody's."""
        if self._all_see_all(client) or _MADE_UP.fullmatch(number):
            return
        if not await asyncio.to_thread(self._ledger.is_own, upstream.name, number, client):
            raise Refused(NO_SUCH_RUN)

    async def only_own(self, upstream: Upstream, whole: bytes, client: str) -> bytes:
        """A service's list of runs without those of others. Raise Lost where it is no list."""
        if self._all_see_all(client):
            return whole
        return await asyncio.to_thread(self._filtered, upstream, whole, client)

    def _all_see_all(self, client: str) -> bool:
        return self._config.share_runs or client == LOCAL

    def _filtered(self, upstream: Upstream, whole: bytes, client: str) -> bytes:
        value = json_or_none(whole)
        items = value.get(upstream.list_field) if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(items, list):
            raise Lost
        own = [
            one for one in items if isinstance(one, dict) and self._is_own(upstream, one, client)
        ]
        return json.dumps({**value, upstream.list_field: own}).encode()

    def _is_own(self, upstream: Upstream, item: Mapping[str, object], client: str) -> bool:
        run = upstream.listed(item)
        return self._ledger.may_be_own(upstream.name, run.number, client, run.model, run.made)
