"""Every service that the laboratory sells from."""

from __future__ import annotations

from tests.faults.lab.fal_markets import FAL_MARKETS
from tests.faults.lab.markets import Embedded, Market
from tests.faults.lab.other_markets import OTHER_MARKETS

MARKETS: tuple[type[Market], ...] = (*FAL_MARKETS, Embedded, *OTHER_MARKETS)
"""Each provider over each route and each way of asking."""
