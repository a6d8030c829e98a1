"""`models`: what the catalogue says of each model, its parameters, ways and price."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from kontext_studio.cli.reporting import JSON_OPTION
from kontext_studio.cli.running import run
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.delivery import offered
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ANY_MODEL, ModelSpec, ParamRole, ParamSpec
from kontext_studio.providers.registry import built_words
from kontext_studio.workbench.bench import Workbench


def register(app: typer.Typer) -> None:
    @app.command()
    def models(
        provider: str = typer.Option("", "--provider", help="Only this provider's."),
        route: str = typer.Option("", "--route", help="Only those of this connection."),
        model: str = typer.Option("", "--model", help="Only this one."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """The models of the catalogue with their prices; with an option also their parameters."""

        async def work(bench: Workbench) -> None:
            word = bench.connections.get(route).provider if route else provider
            shown = [
                one
                for one in bench.catalogue.models
                if word in ("", one.provider) and model in ("", one.id)
            ]
            if not shown:
                raise BadRequest(
                    "The catalogue has no such model.",
                    field="model",
                    hint="`kontext-studio models` lists what there is.",
                )
            if as_json:
                print_json({"models": [_model_json(one) for one in shown]})
                return
            # Unless asked by name, only what there can be a connection to.
            whole = bool(word or model)
            for one in shown:
                if whole or one.provider in built_words():
                    write_line(_line(one))
                if whole:
                    for words in _details(one):
                        write_line(f"    {words}")

        run(work, as_json=as_json)


def _line(one: ModelSpec) -> str:
    model_id = "any model" if one.id == ANY_MODEL else one.id
    price = "free" if one.price.usd == 0 else "price unknown"
    if one.price.usd:
        price = f"${one.price.usd:g} per {one.price.unit}"
    modes = ", ".join(sorted(mode.value for mode in one.modes))
    return f"{model_id:<42} {one.provider:<12} {price:<20} {modes}"


def _details(one: ModelSpec) -> Iterator[str]:
    pictures = "no picture" if not one.max_inputs else f"1 to {one.max_inputs} pictures"
    if one.max_inputs == 1:
        pictures = "1 picture"
    yield f"takes {pictures}, makes up to {one.max_count} a run"
    yield "--way " + ", ".join(way.value for way in offered(one).ways)
    for spec in one.settings:
        usual = spec.default
        if spec.role is ParamRole.FORMAT:  # what is asked for unless another one is chosen
            usual = one.lossless_format() or usual
        without = "" if usual is None else f"; {_text(usual)} without"
        yield f"--param {spec.name}={_values(spec)}{without}"


def _values(spec: ParamSpec) -> str:
    words = "|".join(spec.choices) or _KINDS.get(spec.kind.value, spec.kind.value)
    if spec.text.example:
        words = spec.text.example
    if spec.sizes:
        words = f"{words}|WIDTHxHEIGHT"
    if spec.range_words:
        words = f"{words}, {spec.range_words}"
        if spec.hinted:
            words = f"{words} (not enforced)"
    return words


_KINDS = {"integer": "whole number", "flag": "true|false"}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _model_json(model: ModelSpec) -> dict[str, object]:
    ways = offered(model)
    return {
        "id": model.id,
        "provider": model.provider,
        "title": model.title,
        "modes": sorted(mode.value for mode in model.modes),
        "usable": model.provider in built_words(),
        "price": {"usd": model.price.usd, "unit": model.price.unit},
        "max_inputs": model.max_inputs,
        "max_count": model.max_count,
        "licence_note": model.licence_note or None,
        "ways": [way.value for way in ways.ways],
        "delivery": [name for name, _ in ways.fields],
        "parameters": [
            {
                "name": one.name,
                "label": one.label,
                "kind": one.kind.value,
                "default": one.default,
                "minimum": one.minimum,
                "maximum": one.maximum,
                "enforced": not one.hinted,
                "choices": list(one.choices),
                "help": one.help,
            }
            for one in model.settings
        ],
    }
