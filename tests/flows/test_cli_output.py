"""What a command found or made goes to standard output; notices and faults go to the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from kontext_studio.core.models import ANY_MODEL
from tests.fakes.open_runs import session_with_runs
from tests.flows.driving import Program


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "s.kontext"
    session_with_runs(path)
    return path


RESULTS = {
    "check": (("check", "s.kontext"), "1 step, whole."),
    "export": (("export", "s.kontext", "0", "-o", "out.png"), "Wrote out.png"),
    "resume": (("resume", "s.kontext"), "Nothing is under way."),
    "dismiss": (("dismiss", "s.kontext", "unknown"), "0 runs dismissed."),
    "lint": (("lint", "Make the picture nicer"), "does not say what to change"),
    "doctor": (("doctor",), "✓ Embedded engine: starts and answers"),
    "routes test": (("routes", "test", "Embedded engine"), "✓ "),
    "routes add": (
        ("routes", "add", "p", "--provider", "fal", "--mode", "direct", "--key-env", "K"),
        "Added p.",
    ),
    "routes alone": (("routes",), "Embedded engine"),
}


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("name", sorted(RESULTS))
def test_what_a_command_found_goes_to_standard_output_alone(program: Program, name: str) -> None:
    words, said = RESULTS[name]
    ended = program(*words)
    assert ended.code == 0, ended.err
    assert said in ended.out
    assert ended.err == ""


def test_a_fault_goes_to_the_other_stream_alone(program: Program) -> None:
    ended = program("check", "nowhere.kontext")
    assert (ended.code, ended.out) == (6, "")
    assert ended.err.startswith("nowhere.kontext was not found.")


def test_routes_alone_is_json_where_that_was_asked_for(program: Program) -> None:
    assert program("routes", "--json").json == program("routes", "list", "--json").json


def test_the_models_that_are_listed_can_be_used(program: Program) -> None:
    lines = program("models").out.splitlines()
    listed = {ANY_MODEL if line.startswith("any model") else line.split()[0] for line in lines}
    usable = {one["id"] for one in program("models", "--json").json["models"] if one["usable"]}
    assert listed == usable
    other = program("models", "--provider", "vllm-omni").out
    assert other.startswith("any model")


def test_a_model_nobody_has_is_said_to_be_none(program: Program) -> None:
    ended = program("models", "--provider", "nobody")
    assert (ended.code, ended.out) == (3, "")
    assert "lists what there is" in ended.err
