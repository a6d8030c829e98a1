"""`lint`: what the wording checker says of an instruction."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, report
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.errors import BadInput
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.lint import lint as find_problems


def register(app: typer.Typer) -> None:
    @app.command()
    def lint(
        text: str | None = typer.Argument(None, help="The instruction to check."),
        jsonl: Path | None = typer.Option(
            None, "--jsonl", help='A file of rows {"id", "text", "context"}; prints a row for each.'
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
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise BadInput(f"{path.name} cannot be read as text.") from exc
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            context = LintContext.from_json(row.get("context") or {})
            findings = find_problems(str(row["text"]), context)
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise BadInput(f"Line {number} of {path.name} is not a row to check.") from exc
        body = {"id": row.get("id"), "findings": [finding.to_json() for finding in findings]}
        print_json(body, indent=None)
