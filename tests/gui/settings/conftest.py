"""The dark theme, the application dressed in it, and a keychain in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.keychain import MemoryKeychain, keychain_of
from tests.gui.shell.dressing import dressed, theme

__all__ = ["dressed", "theme"]


@pytest.fixture
def memory() -> Iterator[MemoryKeychain]:
    with keychain_of(MemoryKeychain()) as made:
        yield made
