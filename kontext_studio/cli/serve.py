"""`serve`: the fal-speaking server over the embedded engine, for this program and for others."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def serve(
        host: str = typer.Option("127.0.0.1", "--host", help="Address to listen on."),
        port: int = typer.Option(0, "--port", help="Port; 0 takes a free one."),
        parent: bool = typer.Option(False, "--parent", help="End when standard input closes."),
        as_json: bool = typer.Option(
            False, "--json", help="Say where it listens as one JSON line."
        ),
    ) -> None:
        """Serve the embedded engine in fal's protocol. The token is read from the environment
        variable KONTEXT_STUDIO_TOKEN, or made and printed."""
        from kontext_studio.server.serve import main

        raise typer.Exit(main(host=host, port=port, parent=parent, as_json=as_json))
