"""`edit`: pictures or a session's step in, a chain of edits out."""

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
from kontext_studio.core.area import USUAL_FEATHER_PX
from kontext_studio.core.delivery import Priority, Way
from kontext_studio.workbench.bench import Workbench


def register(app: typer.Typer) -> None:
    @app.command()
    def edit(
        words: list[str] = typer.Argument(
            ...,
            metavar="[IMAGE...] INSTRUCTION",
            help="Pictures, the main one first; then what to change.",
        ),
        then: list[str] = typer.Option([], "--then", help="A further edit of the result."),
        session: Path | None = options.SESSION,
        start: str = typer.Option(
            "", "--from", help="Step to start from: id, number, head or root."
        ),
        model: str = options.MODEL,
        route: str = options.ROUTE,
        param: list[str] = options.PARAM,
        variants: int = options.VARIANTS,
        seed: int | None = options.SEED,
        out: str | None = options.OUT,
        force: bool = options.FORCE,
        area: Path | None = typer.Option(
            None,
            "--area",
            metavar="MASK.png",
            help="Change only what is white in this picture, as large as the one to edit; the rest "
            "stays to the last bit. It holds for each --then as well.",
        ),
        feather: float = typer.Option(
            USUAL_FEATHER_PX, "--feather", help="Pixels over which the area's edge blends, inwards."
        ),
        way: Way = options.WAY,
        priority: Priority = options.PRIORITY,
        start_timeout: float | None = options.START_TIMEOUT,
        keep_for: str = options.KEEP_FOR,
        no_store: bool = options.NO_STORE,
        webhook: str = options.WEBHOOK,
        inline: bool = options.INLINE,
        estimate: bool = options.ESTIMATE,
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Edit a picture by instruction; each result is the input of the next."""

        async def work(bench: Workbench) -> None:
            plan = Plan(
                instructions=(words[-1], *then),
                images=tuple(Path(word) for word in words[:-1]),
                session=session,
                start=start,
                model=model,
                route=route,
                params=tuple(param),
                variants=variants,
                seed=seed,
                out=None if out is None else out_file(out),
                force=force,
                delivery=options.delivery_of(
                    way, priority, start_timeout, keep_for, no_store, webhook, inline
                ),
                area=area,
                feather_px=feather,
            )
            await (say_estimate if estimate else carry_out)(bench, plan, as_json)

        run(work, as_json=as_json)
