"""`rebase --paid` and `line`: nothing is paid without a yes, over the limit, or a second time."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import ResultFacts
from kontext_studio.store.session_file import SessionFile
from tests.fakes.fal_service import ENDPOINT, FalService, says
from tests.fakes.open_runs import session_with_runs, stamped
from tests.fakes.threaded_service import holds
from tests.flows.driving import (
    LIMIT_S,
    Program,
    Started,
    command,
    environment,
    killed,
    until,
)

OWN = ("--route", "own", "--model", ENDPOINT)


def turns(path: Path, *texts: str) -> None:
    """A session with a chain of steps for each of which a service was paid."""
    on = session_with_runs(path)
    with SessionFile.open(path) as file:
        session = file.load().session
        for number, text in enumerate(texts, start=1):
            step = Node(
                NodeId(f"step {number}"),
                (on.id,),
                NodeKind.EDIT,
                on.image,
                step=number,
                created=float(number),
                request=EditRequest(text, (on.image,), ENDPOINT, seed=number),
                result=ResultFacts("fal", "own"),
            )
            change = session.add((step,), move_head=True)
            file.commit(change)
            session.apply(change)
            on = step


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no such terminals on this system")
def test_f_ui_3_ctrl_c_leaves_the_question_for_the_price(
    tmp_path: Path, service: FalService, own_route: None
) -> None:
    turns(tmp_path / "s.kontext", "Make it warmer")
    terminal, inner = os.openpty()
    # The terminal sends Ctrl+C to those whose terminal it is.
    # Where the tests were started in the background it would be ignored.
    mine = (
        "import fcntl, signal, termios\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
    )
    with subprocess.Popen(
        command("rebase", "s.kontext", "1", "--paid", first=mine),
        stdin=inner,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
        start_new_session=True,
    ) as process:
        try:
            assert process.stderr is not None
            said = b""
            while b"[y/N]" not in said:
                more = os.read(process.stderr.fileno(), 1000)
                assert more, said
                said += more
            os.write(terminal, b"\x03")
            said += process.communicate(timeout=LIMIT_S)[1]
        finally:
            process.kill()
            os.close(terminal)
            os.close(inner)
    assert process.returncode == 130, said
    assert b"Nothing was sent." in said
    assert not service.seen("submit")


def test_nothing_is_paid_again_without_a_yes_or_over_the_limit(
    program: Program,
    tmp_path: Path,
    service: FalService,
    own_route: None,
    isolated_machine: Path,
) -> None:
    turns(tmp_path / "s.kontext", "Make it warmer")
    ended = program("rebase", "s.kontext", "1", "--paid")
    assert ended.code == 2
    assert "1 run from the original, about $" in ended.err
    assert "Nothing was sent." in ended.err
    assert not service.seen("submit")
    told = program("rebase", "s.kontext", "1", "--paid", "--yes", "--json").json
    assert len(told["new"]) == len(service.seen("submit")) == 1
    # Asked for once more it is told where that is.
    ended = program("rebase", "s.kontext", "1", "--paid", "--yes")
    assert (ended.code, "Step 2 is that already" in ended.err) == (0, True)
    assert len(service.seen("submit")) == 1
    assert program("rebase", "s.kontext", "1", "--again").code == 2
    ended = program("rebase", "s.kontext", "root")
    assert (ended.code, "nothing to rebase" in ended.err) == (3, True)
    assert program("rebase", "s.kontext", "1", "--merged").code == 2
    # The first run alone would still be within it.
    chain = program("edit", "Make it night", "--session", "s.kontext", *OWN, "--json").json
    limit = {"version": 1, "spend_limit_usd": 0.08}  # two runs at 0.025 were bought
    (isolated_machine / "studio" / "settings.json").write_text(json.dumps(limit))
    ended = program("rebase", "s.kontext", chain["head"], "--paid", "--yes")
    assert (ended.code, "limit" in ended.err) == (3, True)
    assert len(service.seen("submit")) == 2


def test_f_loc_1_a_chain_that_was_cut_off_goes_on_where_it_was_and_no_turn_is_paid_twice(
    program: Program, started: Started, tmp_path: Path, service: FalService, own_route: None
) -> None:
    turns(tmp_path / "s.kontext", "Make it warmer", "Make it night", "Add a moon")
    words = ("rebase", "s.kontext", "3", "--paid", "--yes", "--json")
    # 1. Killed while the service works on the second turn.
    reached = threading.Event()
    service.fault("stream", stamped([], service._stream), holds(reached))
    process = started(*words)
    until("the second turn", lambda: reached.is_set() or process.poll() is not None, 3 * LIMIT_S)
    killed(process)
    assert len(service.seen("submit")) == 2
    # 2. What is left stands in line, and nothing of it is begun by itself.
    line = program("line", "s.kontext", "--json").json["line"]
    assert (line["left"], line["done"]) == (["Make it night", "Add a moon"], 1)
    # 3. The same once more: what was sent is fetched, the third alone is paid.
    ended = program(*words)
    assert ended.code == 0, ended.err
    assert "Going on: 1 turn was run before." in ended.err
    assert "1 run left, about $0.025." in ended.err
    assert [one.json()["prompt"] for one in service.seen("submit")] == [
        "Make it warmer",
        "Make it night",
        "Add a moon",
    ]
    assert (len(ended.json["rebased"]), len(ended.json["new"])) == (3, 2)
    assert program("line", "s.kontext", "--json").json["line"] is None
    # 4. Again from nothing only where that is said.
    assert program(*words).json["rebased"] == ended.json["rebased"]
    assert len(service.seen("submit")) == 3
    assert len(program(*words, "--again").json["new"]) == 3
    assert len(service.seen("submit")) == 6


def test_f_api_30_a_turn_whose_outcome_is_unknown_is_not_sent_once_more_unasked(
    program: Program, tmp_path: Path, service: FalService, own_route: None
) -> None:
    turns(tmp_path / "s.kontext", "Make it warmer")
    words = ("rebase", "s.kontext", "1", "--paid", "--yes", "--json")
    service.fault("submit", says(504, {"detail": "timeout"}))
    assert program(*words).code == 7
    refused = program(*words)
    assert (refused.code, refused.json["error"]["kind"]) == (3, "already_running")
    assert "outcome is unknown" in refused.json["error"]["message"]
    assert "kontext-studio resume" in refused.json["error"]["hint"]
    assert len(service.seen("submit")) == 1
    assert program("dismiss", "s.kontext", "unknown").code == 0
    assert len(program(*words).json["rebased"]) == 1
    assert len(service.seen("submit")) == 2
