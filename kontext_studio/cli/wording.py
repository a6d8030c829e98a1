"""`lint`: what the wording checker says of an instruction."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, places, report
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.errors import BadInput
from kontext_studio.core.settings import Settings
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding
from kontext_studio.prompting.lint import lint as find_problems
from kontext_studio.store.settings_file import load_settings

_STANDARD_INPUT = Path("-")
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def register(app: typer.Typer) -> None:
    @app.command()
    def lint(
        text: str | None = typer.Argument(None, help="The instruction to check."),
        jsonl: Path | None = typer.Option(
            None,
            "--jsonl",
            help='A file of rows {"id", "text", "context"}, or - for standard input; prints a row '
            '{"id", "findings"} for each. A row that cannot be read gets a message in place of '
            "findings.",
        ),
        as_shipped: bool = typer.Option(
            False,
            "--as-shipped",
            help="Leave out what the settings say: your own words and the rules that you switched "
            "off. Scripts then get the same answer on every machine.",
        ),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Check the wording of an instruction. Nothing leaves the machine.

        Your own words and the rules that you switched off count as in the window.
        """
        if (text is None) == (jsonl is None):
            raise typer.BadParameter("give an instruction or --jsonl")
        settings = Settings() if as_shipped else load_settings(places().settings_file)
        if jsonl is not None:
            try:
                _check_file(jsonl, settings)
            except BadInput as fault:
                raise typer.Exit(report(fault, as_json)) from None
            return
        findings = _heeded(text or "", LintContext(), settings)
        if as_json:
            print_json({"id": None, "findings": [finding.to_json() for finding in findings]})
            return
        for finding in findings:
            write_line(f"{finding.severity.value}: {finding.message} [{finding.rule}]")
            for fix in finding.fixes:
                write_line(f"    {fix.title}")
        if not findings:
            write_line("Nothing to improve.")


def _heeded(text: str, context: LintContext, settings: Settings) -> tuple[Finding, ...]:
    """The findings of the rules that are on, with the person's own words beside the context's."""
    words = context.personal_words | {*settings.personal_words}
    found = find_problems(text, replace(context, personal_words=words))
    return tuple(one for one in found if one.rule not in settings.rules_off)


def _check_file(path: Path, settings: Settings) -> None:
    """A row for every row. Raise BadInput at the end where some of them were none."""
    bad: list[int] = []
    name = "standard input" if path == _STANDARD_INPUT else path.name
    for number, line in _lines(path):
        row_id: object = None
        try:
            row = json.loads(line.decode("utf-8"))
            row_id = row.get("id")
            findings = _findings_of(row, settings)
        except _UNREADABLE:
            bad.append(number)
            message = f"Line {number} of {name} is not a row to check."
            print_json(
                {"id": row_id, "error": {"kind": "bad_input", "message": message}}, indent=None
            )
            continue
        body = {"id": row_id, "findings": [finding.to_json() for finding in findings]}
        print_json(body, indent=None)
    if bad:
        lines = ", ".join(str(number) for number in bad[:5]) + (", …" if len(bad) > 5 else "")
        has = "Standard input has" if path == _STANDARD_INPUT else f"{name} has"
        raise BadInput(f"{has} lines that are no rows to check: {lines}.")


def _findings_of(row: dict[str, object], settings: Settings) -> tuple[Finding, ...]:
    text, context = row["text"], row.get("context") or {}
    if not isinstance(text, str) or not isinstance(context, dict):
        raise TypeError("not a row to check")
    return _heeded(text, LintContext.from_json(context), settings)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The rows of a file with their numbers, those of standard input as they come. Only a line
    feed ends one: other line ends of Unicode may stand inside a text."""
    if path == _STANDARD_INPUT:
        yield from _numbered(sys.stdin.buffer)
        return
    try:
        body = path.read_bytes()
        body.decode("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadInput(f"{path.name} cannot be read as text.") from exc
    yield from _numbered(body.split(b"\n"))


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, start=1):
        row = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if row.strip():
            yield number, row
