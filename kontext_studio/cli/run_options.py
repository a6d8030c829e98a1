"""What `edit` and `generate` both take: the options by name, and how a run is asked for."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from kontext_studio.cli.reporting import Usage
from kontext_studio.core.delivery import Delivery, Priority, Way
from kontext_studio.core.errors import BadRequest

SESSION: Path | None = typer.Option(
    None, "--session", help="Session file to work in; made if it is not there."
)
MODEL: str = typer.Option("", "--model", help="Model id; see “models”.")
ROUTE: str = typer.Option("", "--route", help="Connection by name; see “routes list”.")
PARAM: list[str] = typer.Option([], "--param", help="A parameter as name=value; see “models”.")
VARIANTS: int = typer.Option(1, "--variants", help="Pictures a run.")
SEED: int | None = typer.Option(None, "--seed", help="Seed of each run; random without.")
OUT: str | None = typer.Option(None, "-o", "--out", help="Write the last result here.")
FORCE: bool = typer.Option(False, "--force", help="Write over a file that is there.")
ESTIMATE: bool = typer.Option(
    False, "--estimate", help="Say what it would cost, and make nothing; free."
)

_DELIVERY = "How a run is asked for"
WAY: Way = typer.Option(
    Way.QUEUE.value,
    "--way",
    rich_help_panel=_DELIVERY,
    help="sync and stream wait on one connection; if it breaks, nobody knows the outcome.",
)
PRIORITY: Priority = typer.Option(
    Priority.NORMAL.value, "--priority", rich_help_panel=_DELIVERY, help="In the queue."
)
START_TIMEOUT: float | None = typer.Option(
    None,
    "--start-timeout",
    rich_help_panel=_DELIVERY,
    help="Seconds in which the work has to start.",
)
KEEP_FOR: str = typer.Option(
    "",
    "--keep-for",
    rich_help_panel=_DELIVERY,
    help="How long the service keeps its pictures: 90s, 30m, 12h, 7d.",
)
NO_STORE: bool = typer.Option(
    False,
    "--no-store",
    rich_help_panel=_DELIVERY,
    help="The service is to keep no record of the request.",
)
WEBHOOK: str = typer.Option(
    "", "--webhook", rich_help_panel=_DELIVERY, help="An https address that is told as well."
)
INLINE: bool = typer.Option(
    False,
    "--inline",
    rich_help_panel=_DELIVERY,
    help="Put the pictures into the request rather than upload them before.",
)

_DURATION = re.compile(r"(\d{1,9})([smhd]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def delivery_of(
    way: Way,
    priority: Priority,
    start_timeout_s: float | None,
    keep_for: str,
    no_store: bool,
    webhook: str,
    inline: bool,
) -> Delivery:
    """How a run is asked for, as typed. Raise Usage; whether the service offers it is another
    matter."""
    try:
        keep_s = _seconds(keep_for) if keep_for else None
        return Delivery(way, priority, start_timeout_s, keep_s, no_store, webhook, inline)
    except BadRequest as refusal:
        raise Usage(refusal.message, hint=refusal.hint) from refusal


def _seconds(words: str) -> int:
    found = _DURATION.fullmatch(words.strip())
    if found is None:
        raise Usage(f"--keep-for takes 90s, 30m, 12h or 7d, not “{words}”.")
    return int(found[1]) * _SECONDS[found[2]]
