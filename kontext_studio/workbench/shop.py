"""What all runs of one session work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.core.models import Catalogue
from kontext_studio.workbench.announcements import Announcer
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.hosted import HostedPictures
from kontext_studio.workbench.keeping import Keeper
from kontext_studio.workbench.line import Line
from kontext_studio.workbench.progress import Durations
from kontext_studio.workbench.reach import Reach

if TYPE_CHECKING:
    from kontext_studio.workbench.run import Run


@dataclass(frozen=True, slots=True)
class Shop:
    """What all runs of one session work with. `first_to_ask` says of a run whose service wants the
    key or money whether it is the one that asks for it, and holds those behind it in the line.
    `disk_attempts` says how often a write is tried that must not be lost; None is for ever. With
    `waits_for_network` a run that cannot leave an offline machine waits, and is sent then."""

    desk: Desk
    reach: Reach
    catalogue: Catalogue
    announcer: Announcer
    hosted: HostedPictures
    keeper: Keeper
    line: Line
    durations: Durations
    clock: Callable[[], float]
    first_to_ask: Callable[[Run], bool]
    disk_attempts: int | None = None
    waits_for_network: bool = False
