"""No key reaches a log, whatever wrote it."""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kontext_studio.workbench.logs import FILE_BYTES, RedactingFormatter, start_logging

CANARY = "canary-4711:s3cr3t"


def test_a_traceback_is_redacted_too() -> None:
    formatter = RedactingFormatter("%(message)s")
    try:
        raise ValueError(f"Authorization: Key {CANARY}")
    except ValueError as exc:
        record = logging.LogRecord("n", 40, "f", 1, "it broke", None, (type(exc), exc, None))
    assert "it broke" in formatter.format(record)
    assert CANARY not in formatter.format(record)


@pytest.fixture
def root_as_it_was() -> Iterator[logging.Logger]:
    """The root logger, with the handlers and levels of the test's beginning when it ends."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions in another way")
@pytest.mark.usefixtures("root_as_it_was")
def test_f_sec_22_the_log_and_its_folders_are_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "log" / "app.log"
    before = os.umask(0)
    try:
        start_logging(file, console=False)
    finally:
        os.umask(before)
    assert _mode(file) == 0o600
    assert (_mode(file.parent), _mode(file.parent.parent)) == (0o700, 0o700)


@pytest.mark.usefixtures("root_as_it_was")
def test_three_generations_of_5_mib_are_kept_and_all_are_private(tmp_path: Path) -> None:
    file = tmp_path / "log" / "app.log"
    start_logging(file, console=False)
    line = "x" * (FILE_BYTES // 4)
    for _ in range(20):
        logging.getLogger("kontext_studio.test").info(line)
    found = sorted(path.name for path in file.parent.iterdir())
    assert found == ["app.log", "app.log.1", "app.log.2"]
    for path in file.parent.iterdir():
        assert path.stat().st_size <= FILE_BYTES
        assert sys.platform == "win32" or _mode(path) == 0o600


@pytest.mark.usefixtures("root_as_it_was")
def test_f_loc_40_a_folder_that_cannot_be_made_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder would be")
    assert start_logging(tmp_path / "log" / "app.log", console=False) is False


@pytest.mark.usefixtures("root_as_it_was")
def test_a_log_that_cannot_be_written_any_more_says_nothing_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], root_as_it_was: logging.Logger
) -> None:
    start_logging(tmp_path / "app.log", console=False)
    handler = root_as_it_was.handlers[-1]
    assert isinstance(handler, logging.FileHandler)
    assert handler.stream is not None
    handler.stream.close()  # as a full or vanished disk does
    logging.getLogger("kontext_studio.test").info("lost")
    handler.stream = None
    assert capsys.readouterr() == ("", "")


def test_f_sec_1_every_handler_of_a_started_log_takes_keys_out(
    tmp_path: Path, root_as_it_was: logging.Logger
) -> None:
    before = set(root_as_it_was.handlers)
    start_logging(tmp_path / "app.log")
    added = set(root_as_it_was.handlers) - before
    assert len(added) == 2
    assert all(isinstance(one.formatter, RedactingFormatter) for one in added)
    try:
        raise ValueError(f"x-fal-key: {CANARY}")
    except ValueError:
        logging.getLogger("kontext_studio.test").info("Key %s", CANARY, exc_info=True)
    written = (tmp_path / "app.log").read_text()
    assert "ValueError" in written
    assert CANARY not in written
