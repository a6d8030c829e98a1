"""A session file to work on, closed afterwards whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_edit, add_original


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work.kontext"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., SessionFile]]:
    """Opens (or, with `create`, makes) the session at `path`; everything is closed at the end."""
    files: list[SessionFile] = []

    def open_it(at: Path = path, *, create: bool = False, **options: object) -> SessionFile:
        file = SessionFile.create(at) if create else SessionFile.open(at, **options)  # type: ignore[arg-type]
        files.append(file)
        return file

    yield open_it
    for file in files:
        file.close()


@pytest.fixture(scope="session")
def finished_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("finished") / "work.kontext"
    with SessionFile.create(path) as file:
        session = Session()
        root = add_original(file, session)
        first = add_edit(file, session, 1, root)
        add_edit(file, session, 2, first)
        add_edit(file, session, 3, root)
        label = session.label(first.id, "the red one")
        assert label is not None
        file.commit(label)
        file.put_thumbnail(root.image.sha256, b"small" * 200)
    return path.read_bytes()


@pytest.fixture
def finished(path: Path, finished_bytes: bytes) -> Path:
    """A closed session: an original, two edits in a line, one beside them, a label."""
    path.write_bytes(finished_bytes)
    return path
