"""`generate`: words in, an original out."""

from __future__ import annotations

from pathlib import Path

import typer

from kontext_studio.cli import run_options as options
from kontext_studio.cli.carrying_out import carry_out
from kontext_studio.cli.edit_plan import Plan
from kontext_studio.cli.estimates import say_estimate
from kontext_studio.cli.out_file import out_file
from kontext_studio.cli.reporting import JSON_OPTION
from kontext_studio.cli.running import run
from kontext_studio.core.delivery import Priority, Way
from kontext_studio.workbench.bench import Workbench


def register(app: typer.Typer) -> None:
    @app.command()
    def generate(
        text: str = typer.Argument(..., metavar="TEXT", help="What the picture shows."),
        session: Path | None = options.SESSION,
        model: str = options.MODEL,
        route: str = options.ROUTE,
        param: list[str] = options.PARAM,
        variants: int = options.VARIANTS,
        seed: int | None = options.SEED,
        out: str | None = options.OUT,
        force: bool = options.FORCE,
        way: Way = options.WAY,
        priority: Priority = options.PRIORITY,
        start_timeout: float | None = options.START_TIMEOUT,
        keep_for: str = options.KEEP_FOR,
        no_store: bool = options.NO_STORE,
        webhook: str = options.WEBHOOK,
        estimate: bool = options.ESTIMATE,
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Make an original from text; “edit” goes on from it."""

        async def work(bench: Workbench) -> None:
            plan = Plan(
                instructions=(text,),
                images=(),
                session=session,
                start="",
                model=model,
                route=route,
                params=tuple(param),
                variants=variants,
                seed=seed,
                out=None if out is None else out_file(out),
                force=force,
                delivery=options.delivery_of(
                    way, priority, start_timeout, keep_for, no_store, webhook, False
                ),
                generates=True,
            )
            await (say_estimate if estimate else carry_out)(bench, plan, as_json)

        run(work, as_json=as_json)
