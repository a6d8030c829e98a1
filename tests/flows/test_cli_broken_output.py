"""Standard output that nobody reads or that takes nothing stops no command that was begun."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kontext_studio.store.session_file import SessionFile
from tests.fakes.fal_service import ENDPOINT
from tests.fakes.photographs import encoded, photograph
from tests.flows.driving import LIMIT_S, ROOT, command, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="breaks streams as POSIX does")


@contextmanager
def unread() -> Iterator[int]:
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@contextmanager
def full() -> Iterator[int]:
    handle = os.open("/dev/full", os.O_WRONLY)
    yield handle
    os.close(handle)


BREAKS = {
    "unread": (unread, "", 141, ""),
    "full": (full, "", 1, "The output could not be written (No space left on device)."),
    "closed": (None, ">&-", 1, "The output could not be written (Bad file descriptor)."),
    "the other one closed": (None, "2>&-", 0, ""),
}


@pytest.mark.usefixtures("own_route")
@pytest.mark.parametrize("name", sorted(BREAKS))
@pytest.mark.parametrize("form", ["words", "json"])
def test_a_chain_is_carried_out_and_exported_although_its_output_breaks(
    tmp_path: Path, name: str, form: str
) -> None:
    makes, redirected, code, said = BREAKS[name]
    if name == "full" and not Path("/dev/full").exists():
        pytest.skip("there is no such device here")
    (tmp_path / "small.png").write_bytes(encoded(photograph(400, 300)))
    words = ["edit", "small.png", "Make it warmer", "--then", "Flip the picture horizontally"]
    words += ["--route", "own", "--model", ENDPOINT, "--session", "s.kontext", "-o", "out.png"]
    words += ["--json"] if form == "json" else []
    line = f'exec "$@" {redirected}'
    with (makes or unread)() as handle:
        done = subprocess.run(
            ["sh", "-c", line, "sh", *command(*words)],
            stdout=handle if makes else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(),
            timeout=2 * LIMIT_S,
            check=False,
        )
    assert done.returncode == code, done.stderr
    assert done.stderr.strip() == (f"{said} The rest was done." if said else "")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    with SessionFile.open(tmp_path / "s.kontext", read_only=True) as file:
        assert file.load().session.history.last_step() == 2


def test_a_reader_that_has_seen_enough_is_told_of_by_the_exit_code_alone() -> None:
    line = f"{shlex.join(command('models'))} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=2 * LIMIT_S,
    )
    assert done.stderr == ""
    # It may have written all before its reader went.
    assert done.stdout.splitlines()[-1] in ("0", "141")
