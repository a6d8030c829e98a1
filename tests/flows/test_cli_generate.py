"""`generate` by command line: words in, an original out, and a session that goes on from there."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, FalService
from tests.fakes.photographs import png
from tests.fakes.threaded_service import holds
from tests.flows.driving import LIMIT_S, Program, Started, killed

TEXT = "A red cup on a wooden table"
FROM_TEXT = f"{ENDPOINT}/text-to-image"
OWN = ("--route", "own")


def body_of(service: FalService, number: int = -1) -> dict[str, object]:
    body: dict[str, object] = service.seen("submit")[number].json()
    return body


@pytest.mark.usefixtures("own_route")
def test_a_picture_from_text_is_an_original_that_can_be_edited_exported_and_checked(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    session, out = tmp_path / "s.kontext", tmp_path / "out.png"
    made = program("generate", TEXT, *OWN, "--session", session, "-o", out, "--seed", "5", "--json")
    assert made.code == 0, made.err

    # 1. What was sent names no picture; the first model that makes one from text was taken.
    (sent,) = service.seen("submit")
    assert sent.path.strip("/") == FROM_TEXT
    body = sent.json()
    assert (body["prompt"], body["seed"], body["output_format"]) == (TEXT, 5, "png")
    assert not {name for name in body if "image_url" in name}
    assert service.seen("initiate") == []

    # 2. The step is an original, and the current one.
    (node,) = made.json["nodes"]
    assert (node["kind"], node["parents"], node["inputs"]) == ("generate", [], [])
    assert (node["instruction"], node["model"]) == (TEXT, FROM_TEXT)
    assert made.json["head"] == node["id"]
    assert made.json["new"] == [node["id"]]
    assert out.stat().st_size > 0

    # 3. It is edited like any other picture, and the first result is named where it lies.
    edited = program("edit", "Make it warmer", *OWN, "--session", session, "--json")
    assert edited.code == 0, edited.err
    assert body_of(service)["image_url"] == f"{service.origin}/files/result-0"
    assert edited.json["nodes"][-1]["parents"] == [node["id"]]

    # 4. The file is whole, holds no open run, and gives the picture out.
    assert program("check", session, "--json").json["ok"]
    resumed = program("resume", session, "--json")
    assert (resumed.code, [one["state"] for one in resumed.json["jobs"]]) == (0, ["stored"] * 2)
    again = tmp_path / "again.png"
    exported = program("export", session, "root", "-o", again, "--json")
    assert exported.code == 0, exported.err
    listed = program("history", session)
    assert TEXT in listed.out
    assert program("show", session, "root").code == 0


@pytest.mark.usefixtures("own_route")
def test_a_picture_from_text_beside_what_is_in_the_session_is_a_further_original(
    program: Program, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(3))
    session = tmp_path / "s.kontext"
    assert program("edit", photo, "Warmer", *OWN, "--session", session).code == 0
    made = program("generate", TEXT, *OWN, "--session", session, "--variants", "2", "--json")
    assert made.code == 0, made.err
    nodes = {node["id"]: node for node in made.json["nodes"]}
    assert len(nodes) == 3, "the service made one picture"
    assert [nodes[one]["parents"] for one in made.json["new"]] == [[]]


@pytest.mark.usefixtures("own_route")
def test_f_loc_1_a_killed_generate_is_fetched_by_resume_and_not_sent_again(
    program: Program, started: Started, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    reached = threading.Event()
    service.fault("stream", holds(reached))
    process = started("generate", TEXT, *OWN, "--session", session)
    assert reached.wait(LIMIT_S)
    killed(process)
    resumed = program("resume", session, "--json")
    assert resumed.code == 0, resumed.err
    (node,) = resumed.json["nodes"]
    assert (node["kind"], resumed.json["head"]) == ("generate", node["id"])
    assert len(service.seen("submit")) == 1


REFUSED = {
    "no text": (3, ("generate", "  "), "Write what the picture shows."),
    "a file": (3, ("generate", "photo.png"), "Write what the picture shows."),
    "no such parameter": (2, ("generate", TEXT, "--param", "image_url=x"), "parameter image_url"),
    "a model that edits": (3, ("generate", TEXT, "--model", ENDPOINT), "no picture from text"),
    "too many variants": (2, ("generate", TEXT, "--variants", "9"), "1 to 4 pictures"),
    "no such way": (2, ("generate", TEXT, "--way", "soon"), "is not one of"),
    "a way that is not offered": (
        2,
        ("generate", TEXT, "--model", "fal-ai/flux-pro/kontext/text-to-image", "--way", "stream"),
        "fal.ai has no stream runs of this model.",
    ),
    "a priority without a queue": (
        2,
        ("generate", TEXT, "--way", "sync", "--priority", "low"),
        "for the queue, not for waiting for the answer",
    ),
    "kept for no time": (2, ("generate", TEXT, "--keep-for", "5s"), "at least a minute"),
    "kept for ever": (2, ("generate", TEXT, "--keep-for", "ever"), "90s, 30m, 12h or 7d"),
    "a start in no time": (2, ("generate", TEXT, "--start-timeout", "1"), "more than 1 second"),
    "an open webhook": (2, ("generate", TEXT, "--webhook", "http://x.example/"), "https"),
}


@pytest.mark.usefixtures("own_route")
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refused_generate_says_why_and_leaves_nothing(
    program: Program, tmp_path: Path, service: FalService, isolated_machine: Path, name: str
) -> None:
    (tmp_path / "photo.png").write_bytes(png(3))
    code, words, said = REFUSED[name]
    ended = program(*words, *OWN, "--session", tmp_path / "s.kontext", "--json")
    assert (ended.code, said in ended.json["error"]["message"]) == (code, True), ended.out
    assert not list(tmp_path.glob("*.kontext"))
    assert not list(isolated_machine.rglob("*.kontext"))
    assert service.ledger == []


def test_without_a_service_that_makes_pictures_from_text_the_way_to_one_is_named(
    program: Program,
) -> None:
    ended = program("generate", TEXT, "--json")
    error = ended.json["error"]
    assert (ended.code, error["message"]) == (3, "Embedded engine makes no picture from text.")
    assert "FAL_KEY" in error["hint"]


@pytest.mark.usefixtures("own_route")
def test_pictures_go_in_together_in_the_order_they_are_named(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    files = [tmp_path / f"{name}.png" for name in ("cup", "table", "light")]
    for seed, file in enumerate(files, start=3):
        file.write_bytes(png(seed))
    ended = program("edit", *files, "Put the cup on the table", *OWN, "--then", "Warmer", "--json")
    assert ended.code == 0, ended.err
    first, second = service.seen("submit")
    assert first.path.strip("/") == "fal-ai/flux-pro/kontext/multi"
    urls = first.json()["image_urls"]
    sent = [service.pictures[url.rsplit("/", 1)[1]] for url in urls]
    assert sent == [file.read_bytes() for file in files]
    nodes = ended.json["nodes"]
    originals = [node["id"] for node in nodes[:3]]
    assert nodes[3]["parents"] == originals
    assert nodes[3]["inputs"] == [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]

    # What follows begins at one picture: the model that edits one takes over.
    assert second.path.strip("/") == ENDPOINT
    assert nodes[4]["parents"] == [nodes[3]["id"]]


@pytest.mark.usefixtures("own_route")
def test_a_parameter_that_a_later_turn_does_not_have_is_refused_before_the_first(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    files = [tmp_path / f"{name}.png" for name in ("cup", "table")]
    for seed, file in enumerate(files, start=3):
        file.write_bytes(png(seed))
    words = ("edit", *files, "Together", "--then", "Warmer", "--param", "safety_tolerance=3")
    ended = program(*words, *OWN, "--json")
    assert (ended.code, service.ledger) == (2, [])
    assert "has no parameter safety_tolerance" in ended.json["error"]["message"]


@pytest.mark.usefixtures("own_route")
def test_an_estimate_makes_nothing_and_asks_nobody_who_does_not_tell(
    program: Program, tmp_path: Path, isolated_machine: Path, service: FalService
) -> None:
    said = program("generate", TEXT, *OWN, "--variants", "2", "--estimate")
    assert (said.code, said.out) == (
        0,
        "About $0.05 by the price list.\nSize chosen by the service.\n",
    )
    told = program("generate", TEXT, *OWN, "--variants", "2", "--estimate", "--json").json
    assert told["cost"] == {"amount": 0.05, "currency": "USD", "estimated": True}
    assert (told["source"], told["model"]) == ("price list", FROM_TEXT)
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(3))
    free = program("edit", photo, "Make it warmer", "--estimate")
    assert (free.code, free.out.splitlines()[0]) == (0, "It is free.")
    refused = program("generate", TEXT, *OWN, "--param", "num_inference_steps=x", "--estimate")
    assert refused.code == 2
    assert service.ledger == []
    assert not list(isolated_machine.rglob("*.kontext"))


def test_models_of_a_connection_come_with_their_ways_and_ranges(program: Program) -> None:
    listed = program("models", "--provider", "fal")
    assert "--param guidance_scale=number, 1 to 20; 3.5 without" in listed.out
    assert "--way queue, sync, stream" in listed.out
    one = program("models", "--model", "fal-ai/flux-pro/kontext", "--json").json["models"]
    (spec,) = [model for model in one if model["provider"] == "fal"]
    guidance = next(each for each in spec["parameters"] if each["name"] == "guidance_scale")
    assert (guidance["minimum"], guidance["maximum"], guidance["enforced"]) == (1, 20, True)
    assert spec["ways"] == ["queue", "sync"]
    assert json.dumps(spec["delivery"]).count("webhook") == 1
    assert program("models", "--route", "nowhere").code == 3
