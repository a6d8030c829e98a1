"""The commands by name, and how a process of them begins and ends."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

import typer

from kontext_studio import __version__
from kontext_studio.cli import (
    compare,
    deriving,
    edit,
    environment,
    estimates,
    generate,
    keep,
    line,
    look,
    marks,
    models,
    proxy,
    rebase,
    resume,
    routes,
    serve,
    settings,
    wording,
)
from kontext_studio.cli.reporting import (
    EXIT_STOPPED,
    Usage,
    report,
    report_inner,
    report_output,
)
from kontext_studio.cli.terminal import make_streams_safe, say, write_line
from kontext_studio.cli.usage import usage_words
from kontext_studio.core.errors import StudioError
from kontext_studio.store.places import Places
from kontext_studio.workbench.logs import start_logging

log = logging.getLogger(__name__)


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
    generate.register(app)
    look.register(app)
    marks.register(app)
    compare.register(app)
    keep.register(app)
    deriving.register(app)
    rebase.register(app)
    line.register(app)
    resume.register(app)
    wording.register(app)
    routes.register(app)
    models.register(app)
    estimates.register(app)
    environment.register(app)
    settings.register(app)
    serve.register(app)
    proxy.register(app)

    @app.command()
    def tour() -> None:
        """Drive the real window through a whole story and save a picture of every view."""
        # Dispatched before the command line is built: only the window's side can do it.

    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        write_line(f"kontext-studio {__version__}")
        raise typer.Exit


def main(argv: Sequence[str]) -> int:
    """Run one command; return its exit code (0 done, 2 usage, 3 bad input, 4 provider said no,
    5 route, 6 session file, 7 outcome unknown, 1 inner fault or output that cannot be written,
    141 output that nobody reads, 128 and its number for the signal that stopped it)."""
    make_streams_safe()
    return report_output(_run(argv))


def _run(argv: Sequence[str]) -> int:
    as_json = "--json" in argv
    try:
        _start_log(argv)
        code = make_app()(args=list(argv), prog_name="kontext-studio", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except _UsageError as fault:
        return _report_usage(fault, as_json)
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_STOPPED
    except StudioError as fault:
        return report(fault, as_json)
    except SystemExit as end:  # typer's end where nobody reads the output any more
        return end.code if isinstance(end.code, int) else 1
    except Exception as fault:  # noqa: BLE001  # the outermost edge: no traceback on a terminal
        return report_inner(fault, as_json)


def _start_log(argv: Sequence[str]) -> None:
    command = argv[0] if argv else ""
    if command.startswith("-") or not command:
        return
    # The engine's parent reads what the engine says on standard error.
    start_logging(Places.from_environment(os.environ).log_file, console=command == "serve")
    log.info("“%s” of %s begins on %s", command[:20], __version__, sys.platform)


# typer brings click along under another name from 0.29 on; what a fault of usage is, is the same.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def _report_usage(fault: BaseException, as_json: bool) -> int:
    words = usage_words(fault)
    if type(fault).__name__ == "NoArgsIsHelpError":
        if words:
            say(words)
        return Usage.exit_code
    context = getattr(fault, "ctx", None)
    name = context.command_path if context is not None else "kontext-studio"
    return report(Usage(words, hint=f"“{name} --help” lists what it takes."), as_json)
