"""`lint`: what the wording checker says of an instruction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, report
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.errors import BadInput
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding
from kontext_studio.prompting.lint import lint as find_problems

_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def register(app: typer.Typer) -> None:
    @app.command()
    def lint(
        text: str | None = typer.Argument(None, help="The instruction to check."),
        jsonl: Path | None = typer.Option(
            None,
            "--jsonl",
            help='A file of rows {"id", "text", "context"}; prints a row {"id", "findings"} for '
            "each. A row that cannot be read gets a message in place of findings.",
        ),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Check the wording of an instruction. Nothing leaves the machine."""
        if (text is None) == (jsonl is None):
            raise typer.BadParameter("give an instruction or --jsonl")
        if jsonl is not None:
            try:
                _check_file(jsonl)
            except BadInput as fault:
                raise typer.Exit(report(fault, as_json)) from None
            return
        findings = find_problems(text or "", LintContext())
        if as_json:
            print_json({"id": None, "findings": [finding.to_json() for finding in findings]})
            return
        for finding in findings:
            write_line(f"{finding.severity.value}: {finding.message} [{finding.rule}]")
            for fix in finding.fixes:
                write_line(f"    {fix.title}")
        if not findings:
            write_line("Nothing to improve.")


def _check_file(path: Path) -> None:
    """A row for every row. Raise BadInput at the end where some of them were none."""
    bad: list[int] = []
    for number, line in _lines(path):
        row_id: object = None
        try:
            row = json.loads(line)
            row_id = row.get("id")
            findings = _findings_of(row)
        except _UNREADABLE:
            bad.append(number)
            message = f"Line {number} of {path.name} is not a row to check."
            print_json(
                {"id": row_id, "error": {"kind": "bad_input", "message": message}}, indent=None
            )
            continue
        body = {"id": row_id, "findings": [finding.to_json() for finding in findings]}
        print_json(body, indent=None)
    if bad:
        lines = ", ".join(str(number) for number in bad[:5]) + (", …" if len(bad) > 5 else "")
        raise BadInput(f"{path.name} has lines that are no rows to check: {lines}.")


def _findings_of(row: dict[str, object]) -> tuple[Finding, ...]:
    text, context = row["text"], row.get("context") or {}
    if not isinstance(text, str) or not isinstance(context, dict):
        raise TypeError("not a row to check")
    return find_problems(text, LintContext.from_json(context))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The rows of a file with their numbers. Only a line feed ends one: other line ends of Unicode
    may stand inside a text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadInput(f"{path.name} cannot be read as text.") from exc
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line
