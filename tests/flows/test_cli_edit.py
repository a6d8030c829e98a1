"""`edit` by command line: what is refused leaves nothing behind, and what is new is told right."""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from pathlib import Path

import pytest

from kontext_studio.core.jobs import JobFault, JobState
from tests.fakes.fal_service import ENDPOINT, FalService, says
from tests.fakes.open_runs import a_run, session_with_runs
from tests.fakes.photographs import encoded, photograph
from tests.flows.driving import Program


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.png"
    path.write_bytes(encoded(photograph(40, 30)))
    return path


WARMER = "Make it warmer"
REFUSED = {
    "no such parameter": (2, (WARMER, "--param", "foo=1"), "has no parameter foo"),
    "no value": (2, (WARMER, "--param", "foo"), "is not name=value"),
    "too many variants": (2, (WARMER, "--variants", "9"), "pictures a run"),
    "no variant": (2, (WARMER, "--variants", "0"), "pictures a run"),
    "seed too high": (2, (WARMER, "--seed", str(2**63)), "A seed is a whole number"),
    "seed too low": (2, (WARMER, "--seed", "-1"), "A seed is a whole number"),
    "empty": (3, ("   ",), "Write what should change."),
    "empty later": (3, (WARMER, "--then", "\n"), "Write what should change."),
    "too long": (3, ("x" * 100_000,), "characters"),
    "no such step": (3, (WARMER, "--from", "99"), "There is no step “99”"),
    "no such model": (3, (WARMER, "--model", "nobody/nothing"), "is not a model"),
    "no such connection": (3, (WARMER, "--route", "nowhere"), "no connection “nowhere”"),
    "no such folder": (3, (WARMER, "-o", "nowhere/out.png"), "There is no folder"),
    "no such format": (3, (WARMER, "-o", "out.psd"), "names no format"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refused_edit_leaves_a_session_as_it_was_byte_for_byte(
    program: Program, small: Path, tmp_path: Path, name: str
) -> None:
    code, words, said = REFUSED[name]
    session = tmp_path / "s.kontext"
    session_with_runs(session)
    before = session.read_bytes()
    ended = program("edit", small, *words, "--session", session, "--json")
    assert ended.code == code, ended.err
    assert said in ended.json["error"]["message"]
    assert session.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.kontext", "small.png"]


@pytest.mark.parametrize("name", sorted(set(REFUSED) - {"no such step"}))
def test_a_refused_edit_makes_no_session(
    program: Program, small: Path, tmp_path: Path, isolated_machine: Path, name: str
) -> None:
    code, words, _ = REFUSED[name]
    assert program("edit", small, *words, "--session", tmp_path / "new.kontext").code == code
    assert program("edit", small, *words).code == code
    assert [path.name for path in tmp_path.iterdir()] == ["small.png"]
    assert not list(isolated_machine.rglob("*.kontext"))


def test_a_session_without_a_picture_is_refused_and_stays_as_it_was(
    program: Program, tmp_path: Path
) -> None:
    from kontext_studio.store.session_file import SessionFile

    session = tmp_path / "s.kontext"
    SessionFile.create(session).close()
    before = session.read_bytes()
    ended = program("edit", WARMER, "--session", session, "--json")
    assert (ended.code, ended.json["error"]["message"]) == (
        3,
        "This session holds no picture yet.",
    )
    assert session.read_bytes() == before
    fresh = program("edit", WARMER, "--session", tmp_path / "new.kontext", "--json")
    assert fresh.code == 3
    assert not (tmp_path / "new.kontext").exists()


@pytest.mark.usefixtures("own_route")
def test_the_same_edit_twice_is_refused_before_its_picture_is_taken_in(
    program: Program, small: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    service.fault("submit", says(504, {"detail": "timeout"}))
    words = ("edit", small, WARMER, "--route", "own", "--model", ENDPOINT, "--session", session)
    first = program(*words, "--json")
    assert first.code == 7, first.err
    before = program("history", session, "--json").json["nodes"]
    again = program(*words, "--json")
    assert (again.code, again.json["error"]["kind"]) == (3, "already_running")
    assert program("history", session, "--json").json["nodes"] == before
    assert len(service.seen("submit")) == 1


@pytest.mark.usefixtures("own_route")
def test_what_would_pass_the_limit_is_refused_before_its_picture_is_taken_in(
    program: Program, small: Path, tmp_path: Path, isolated_machine: Path, service: FalService
) -> None:
    settings = {"version": 1, "spend_limit_usd": 0.06}  # enough for each run of the chain alone
    (isolated_machine / "studio" / "settings.json").write_text(json.dumps(settings))
    session = tmp_path / "s.kontext"
    words = ("edit", small, WARMER, "--session", session, "--route", "own", "--model", ENDPOINT)
    chain = ("--then", "Make it night", "--then", "Add a moon")
    for more, said in (
        (("--variants", "3"), "This would pass this session's limit of $0.06."),
        (chain, "These 3 runs, about $0.075 together, would pass this session's limit of $0.06."),
    ):
        ended = program(*words, *more)
        assert ended.code == 3, ended.err
        assert said in ended.err
    whole = program(*words, "--then", "Make it night", "--estimate").out
    assert "All 2 runs: About $0.05 by the price list." in whole
    assert not session.exists()
    assert service.ledger == []


def test_a_chain_writes_the_pictures_of_its_last_turn_alone(
    program: Program, small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    ended = program(
        *("edit", small, "Make it a sunset", "--then", "Flip the picture horizontally"),
        *("--variants", "2", "-o", out, "--json"),
    )
    assert ended.code == 0, ended.err
    body = ended.json
    nodes = {node["id"]: node for node in body["nodes"]}
    turns = [nodes[node_id]["instruction"] for node_id in body["new"]]
    assert turns == ["Make it a sunset"] * 2 + ["Flip the picture horizontally"] * 2
    assert [Path(path).name for path in body["written"]] == ["out-1.png", "out-2.png"]


@pytest.mark.usefixtures("own_route")
def test_a_turn_that_makes_fewer_pictures_than_asked_for_mixes_no_turns(
    program: Program, small: Path, tmp_path: Path, service: FalService
) -> None:
    """The second run answers with one picture of two; the first run's are not written for it."""
    many, one = service.output(2), service.output(1)
    service.fault("result", says(200, many), says(200, one))
    ended = program(
        *("edit", small, WARMER, "--then", "Make it cooler", "--variants", "2"),
        *("--route", "own", "--model", ENDPOINT, "-o", tmp_path / "out.png", "--json"),
    )
    assert ended.code == 0, ended.err
    nodes = {node["id"]: node for node in ended.json["nodes"]}
    assert [nodes[one]["instruction"] for one in ended.json["new"]] == [
        WARMER,
        WARMER,
        "Make it cooler",
    ]
    assert [Path(path).name for path in ended.json["written"]] == ["out.png"]


@pytest.mark.usefixtures("own_route")
def test_a_damaged_picture_from_the_service_is_the_services_fault(
    program: Program, small: Path, service: FalService
) -> None:
    broken = encoded(photograph(200, 100))[:4000]
    service.fault("picture", *[says(200, broken, kind="image/png")] * 20)
    ended = program("edit", small, WARMER, "--route", "own", "--model", ENDPOINT, "--json")
    assert ended.code == 4, ended.err
    assert "arrived damaged" in ended.json["error"]["message"]
    assert ended.json["error"]["charged"] == "yes"


@pytest.mark.usefixtures("own_route")
@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_a_disk_that_is_full_when_the_result_comes_is_exit_code_6_and_the_result_waits(
    program: Program, small: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    service.output()
    service.pictures["result-0"] = encoded(photograph(1200, 900))
    assert len(service.pictures["result-0"]) > 1_500_000
    service.fault("result", says(200, _result(service)))
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (1_400_000, 1_400_000))"
    words = ("edit", small, WARMER, "--route", "own", "--model", ENDPOINT, "--session", session)
    ended = program(*words, "--json", first=limit)
    assert ended.code == 6, ended.err
    assert "resume" in ended.json["error"]["hint"]
    service.fault("result", says(200, _result(service)))
    resumed = program("resume", session, "--json")
    assert resumed.code == 0, resumed.err
    assert [job["state"] for job in resumed.json["jobs"]] == ["stored"]
    assert len(service.seen("submit")) == 1


def _result(service: FalService) -> dict[str, object]:
    url = f"{service.origin}/files/result-0"
    image = {"url": url, "width": 1200, "height": 900, "content_type": "image/png"}
    return {"images": [image], "seed": 1, "has_nsfw_concepts": [False], "prompt": ""}


def test_an_export_never_writes_over_a_file_unless_it_is_told_to(
    program: Program, tmp_path: Path
) -> None:
    session, out = tmp_path / "s.kontext", tmp_path / "out.png"
    session_with_runs(session)
    out.write_bytes(b"precious")
    refused = program("export", session, "root", "-o", out, "--json")
    assert refused.code == 3
    assert "--force" in refused.json["error"]["hint"]
    assert out.read_bytes() == b"precious"
    assert program("export", session, "root", "-o", out, "--force").code == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_file_that_is_missing_is_named_and_so_is_the_place(
    program: Program, tmp_path: Path
) -> None:
    ended = program("edit", "nowhere.jpg", WARMER, "--json")
    error = ended.json["error"]
    assert (ended.code, error["message"]) == (3, "There is no file nowhere.jpg.")
    assert error["hint"] == f"Looked for {tmp_path / 'nowhere.jpg'}."


def test_f_sec_11_the_name_of_a_file_commands_no_terminal(program: Program, tmp_path: Path) -> None:
    name = tmp_path / "a\x1b[31m\x07.jpg"
    name.write_bytes(b"no picture")
    for words in ((), ("--json",)):
        ended = program("edit", name, WARMER, *words)
        assert ended.code == 3
        assert not {"\x1b", "\x07"} & set(ended.out + ended.err)


def test_f_sec_11_what_is_in_a_session_commands_no_terminal(
    program: Program, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    fault = JobFault("refused", "No\x1b]0;owned\x07 \x9b2J way.")
    session_with_runs(session, a_run(1, JobState.UNKNOWN, fault=fault))
    for words in (("history", session), ("resume", session), ("resume", session, "--json")):
        ended = program(*words)
        assert not {"\x1b", "\x07", "\x9b"} & set(ended.out + ended.err)


def test_a_written_picture_is_whole_and_the_original_untouched(
    program: Program, small: Path, tmp_path: Path
) -> None:
    before = hashlib.sha256(small.read_bytes()).hexdigest()
    ended = program("edit", small, WARMER, "-o", tmp_path / "out.png", "--json")
    assert ended.code == 0, ended.err
    assert hashlib.sha256(small.read_bytes()).hexdigest() == before
    assert not list(tmp_path.glob(".*.part"))


def test_an_edit_never_writes_over_another_picture_unless_it_is_told_to(
    program: Program, small: Path, tmp_path: Path
) -> None:
    other = tmp_path / "holiday.png"
    other.write_bytes(b"precious")
    session = tmp_path / "s.kontext"
    words = ("edit", small, WARMER, "-o", other, "--session", session, "--json")
    refused = program(*words)
    assert (refused.code, refused.json["error"]["message"]) == (3, "holiday.png is there already.")
    assert "--force" in refused.json["error"]["hint"]
    assert other.read_bytes() == b"precious"
    assert not session.exists(), "it is told before anything is sent"
    assert program(*words, "--force").code == 0
    assert other.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("taken", ["out-2.png", "out.png"])
def test_every_name_that_variants_may_be_written_to_has_to_be_free(
    program: Program, small: Path, tmp_path: Path, taken: str
) -> None:
    (tmp_path / taken).write_bytes(b"precious")
    ended = program("edit", small, WARMER, "--variants", "2", "-o", "out.png", "--json")
    assert (ended.code, ended.json["error"]["message"]) == (3, f"{taken} is there already.")
    assert (tmp_path / taken).read_bytes() == b"precious"


def test_the_picture_to_edit_is_not_even_overwritten_by_force(
    program: Program, small: Path
) -> None:
    before = small.read_bytes()
    assert program("edit", small, WARMER, "-o", small, "--force").code == 3
    assert small.read_bytes() == before


@pytest.mark.parametrize(
    ("out", "said"), [("", "“-o” names no file."), ("made/", "made is a folder.")]
)
def test_where_no_file_is_named_to_write_it_is_said_in_plain_words(
    program: Program, small: Path, tmp_path: Path, out: str, said: str
) -> None:
    session = tmp_path / "s.kontext"
    session_with_runs(session)
    (tmp_path / "made").mkdir()
    for words in (("edit", small, WARMER), ("export", session, "root")):
        ended = program(*words, "-o", out, "--json")
        assert (ended.code, ended.json["error"]["message"]) == (3, said), words
        assert "picture.png" in ended.json["error"]["hint"]


def test_a_run_that_was_refused_and_not_charged_is_settled_at_once(
    program: Program, small: Path, tmp_path: Path
) -> None:
    from kontext_studio.store.session_file import SessionFile

    session = tmp_path / "s.kontext"
    ended = program("edit", small, "Add a hat", "--session", session, "--json")
    assert (ended.code, ended.json["error"]["charged"]) == (4, "no")
    with SessionFile.open(session, read_only=True) as file:
        loaded = file.load()
    assert {job.state for job in loaded.jobs.values()} == {JobState.FAILED}
    assert loaded.session.dismissed == set(loaded.jobs)


def test_a_chain_that_stops_says_what_was_made_and_where_it_is(
    program: Program, small: Path, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    ended = program("edit", small, WARMER, "--then", "Add a hat", "--session", session)
    assert ended.code == 4
    made, where, how = ended.out.splitlines()[-3:]
    assert WARMER in ended.out
    assert made.startswith("    ") or WARMER in made
    assert where == f"Session: {session}"
    assert how == f"The picture: kontext-studio export {session} 1 -o picture.png"
    assert "hat" in ended.err


def test_an_edit_without_a_place_says_where_its_picture_is(program: Program, small: Path) -> None:
    ended = program("edit", small, WARMER)
    assert ended.code == 0, ended.err
    session = next(
        line.removeprefix("Session: ")
        for line in ended.out.splitlines()
        if line.startswith("Session: ")
    )
    how = ended.out.splitlines()[-1].removeprefix("The picture: ")
    assert shlex.split(how) == [*("kontext-studio", "export", session, "1", "-o", "picture.png")]
    assert ended.err == "small.png: Very small: edits come out better after enlarging\n"


def test_a_model_of_another_service_says_what_is_needed_for_it(
    program: Program, small: Path
) -> None:
    ended = program("edit", small, WARMER, "--model", ENDPOINT, "--json")
    assert ended.code == 3
    assert ended.json["error"]["message"] == f"{ENDPOINT} is not a model of this connection."
    assert "FAL_KEY" in ended.json["error"]["hint"]


@pytest.mark.usefixtures("own_route")
def test_a_model_of_another_connection_names_that_connection(program: Program, small: Path) -> None:
    ended = program("edit", small, WARMER, "--model", ENDPOINT, "--json")
    assert ended.json["error"]["hint"].startswith("Choose a connection that has one: --route own.")


def test_a_picture_without_an_instruction_ends_like_an_empty_instruction(
    program: Program, small: Path, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    session_with_runs(session)
    for words in ((small,), (small, ""), (small, "--session", session)):
        ended = program("edit", *words, "--json")
        assert (ended.code, ended.json["error"]["message"]) == (3, "Write what should change.")


WRONG = {
    "no number": (("edit", "a.png", WARMER, "--variants", "x"), "--variants takes a whole number."),
    "no step": (("show", "a.kontext"), "STEP is missing."),
    "no out": (("export", "a.kontext", "1"), "--out is missing."),
    "no value": (("export", "a.kontext", "1", "-o"), "-o needs a value."),
    "no option": (("edit", "--colour", "x"), "There is no option --colour."),
    "no command": (("retouch",), "There is no command “retouch”."),
    "too much": (("history", "a.kontext", "b"), "“b” is more than it takes."),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_slip_of_the_typing_is_told_in_our_own_words(program: Program, name: str) -> None:
    words, said = WRONG[name]
    ended = program(words[0], "--json", *words[1:])
    assert ended.code == 2
    error = ended.json["error"]
    assert error["message"].startswith(said), error["message"]
    assert not {"'", '"'} & set(error["message"] + error["hint"])


def test_a_step_is_shown_in_words(program: Program, small: Path, tmp_path: Path) -> None:
    session = tmp_path / "s.kontext"
    assert program("edit", small, WARMER, "--session", session, "--seed", "5").code == 0
    shown = program("show", session, "1")
    facts = [line.split(maxsplit=1) for line in shown.out.splitlines()]
    assert ["picture", "40 × 30, PNG"] in facts
    assert ["cost", "free"] in facts
    assert ["seed", "5"] in facts
    assert [words for name, words in facts if name == "note"]
    assert not {"{", "[", "null"} & set(shown.out)


def test_several_originals_have_names_of_their_own(
    program: Program, small: Path, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(small.read_bytes())
        assert program("edit", name, WARMER, "--session", session).code == 0
    listed = program("history", session).out.splitlines()
    numbers = [line.lstrip("▸★ ").split()[0] for line in listed]
    assert sorted(numbers) == ["0", "0b", "1", "2"]
    assert program("show", session, "0b", "--json").json["title"] == "b.png"
    assert program("show", session, "0", "--json").json["title"] == "a.png"
    assert program("show", session, "0c").code == 3
