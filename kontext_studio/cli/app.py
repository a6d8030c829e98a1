"""The commands by name, and how a process of them begins and ends."""

from __future__ import annotations

import sys

import typer

from kontext_studio import __version__
from kontext_studio.cli import edit, environment, look, routes, serve, wording

EXIT_STOPPED = 130


def make_app() -> typer.Typer:
    """The whole command line as one typer application."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Edit pictures by instruction. Without a command the window opens.",
    )

    @app.callback()
    def options(
        version: bool = typer.Option(
            False,
            "--version",
            is_eager=True,
            callback=_print_version,
            help="Print the version and end.",
        ),
    ) -> None:
        pass

    edit.register(app)
    look.register(app)
    wording.register(app)
    routes.register(app)
    environment.register(app)
    serve.register(app)

    @app.command()
    def tour() -> None:
        """Drive the real window through a whole story and save a picture of every view."""
        # Dispatched before the command line is built: only the window's side can do it.

    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"kontext-studio {__version__}\n")
        raise typer.Exit


def main(argv: list[str]) -> int:
    """Run one command; return its exit code (0 done, 2 usage, 3 bad input, 4 provider said no,
    5 route, 6 session file, 7 outcome unknown, 1 inner fault, 130 stopped)."""
    try:
        make_app()(args=argv, prog_name="kontext-studio", standalone_mode=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return EXIT_STOPPED
    return 0
