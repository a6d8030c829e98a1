"""`serve`: the fal-speaking server over the embedded engine, for this program and for others."""

from __future__ import annotations

import typer

from kontext_studio.cli.reporting import report
from kontext_studio.core.errors import StudioError


def register(app: typer.Typer) -> None:
    @app.command()
    def serve(
        host: str = typer.Option("127.0.0.1", "--host", help="Address to listen on."),
        port: int = typer.Option(0, "--port", help="Port; 0 takes a free one."),
        queue_port: int | None = typer.Option(
            None, "--queue-port", help="A second port that queues, for clients with bare paths."
        ),
        open_to_network: bool = typer.Option(
            False, "--open-to-network", help="Allow an address that is not of this computer."
        ),
        parent: bool = typer.Option(False, "--parent", help="End when standard input closes."),
        as_json: bool = typer.Option(
            False, "--json", help="Say where it listens as one JSON line."
        ),
    ) -> None:
        """Serve the embedded engine in fal's protocol.

        The token is read from the environment variable KONTEXT_STUDIO_TOKEN, or made and printed.
        """
        from kontext_studio.server.serve import main

        try:
            code = main(
                host=host,
                port=port,
                queue_port=queue_port,
                parent=parent,
                as_json=as_json,
                open_to_network=open_to_network,
            )
        except StudioError as fault:
            code = report(fault, as_json)
        raise typer.Exit(code)
