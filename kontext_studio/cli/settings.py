"""`settings`: what the window's settings hold, told and changed; connections are `routes`."""

from __future__ import annotations

import typer

from kontext_studio.cli.reporting import JSON_OPTION, Usage
from kontext_studio.cli.running import run
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.settings import Settings
from kontext_studio.workbench.bench import Workbench

_YES_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
Plain = int | float | bool


def register(app: typer.Typer) -> None:
    @app.command()
    def settings(
        name: str = typer.Argument("", help="One of them, such as spend_limit_usd."),
        value: str = typer.Argument("", help="What it is to be."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Tell the settings, or change one. spend_limit_usd is for each session, 0 is none."""

        async def work(bench: Workbench) -> None:
            if value:
                await bench.change_settings(_changed(bench.settings, name, value))
            shown = _plain(bench.settings)
            if name:
                shown = {name: _known(shown, name)}
            if as_json:
                print_json(shown)
                return
            width = max(map(len, shown))
            for one, now in shown.items():
                write_line(f"{one:<{width}}  {_words(now)}")

        run(work, as_json=as_json)


def _plain(settings: Settings) -> dict[str, Plain]:
    """Those that are numbers, or yes and no."""
    known = settings.to_json().items()
    return {name: one for name, one in known if isinstance(one, int | float)}


def _known(plain: dict[str, Plain], name: str) -> Plain:
    if name not in plain:
        raise Usage(f"There is no setting “{name}”.", hint=f"There are {', '.join(plain)}.")
    return plain[name]


def _changed(settings: Settings, name: str, words: str) -> Settings:
    """Raise Usage where it cannot be that."""
    now = _known(_plain(settings), name)
    try:
        value: Plain
        if isinstance(now, bool):
            value = _YES_NO[words.casefold()]
        else:
            value = type(now)(words)
        changed = Settings.from_json({**settings.to_json(), name: value})
    except (KeyError, ValueError, OverflowError):
        raise Usage(f"“{words}” is no value of {name}.", hint=f"It is {_words(now)} now.") from None
    if _plain(changed)[name] != value:  # it was out of range
        raise Usage(f"“{words}” is out of the range of {name}.", hint=f"It is {_words(now)} now.")
    return changed


def _words(value: Plain) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
