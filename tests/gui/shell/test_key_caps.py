from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence

from kontext_studio.gui.shell.key_caps import keys_of


@pytest.mark.parametrize(
    ("sequence", "keys"),
    [
        ("Ctrl+Shift+E", ("Ctrl", "Shift", "E")),
        ("Ctrl++", ("Ctrl", "+")),
        ("Ctrl+-", ("Ctrl", "-")),
        ("+", ("+",)),
        ("Alt+Up", ("Alt", "↑")),
        ("Ctrl+Return", ("Ctrl", "↵")),
        ("F2", ("F2",)),
        ("", ()),
    ],
)
def test_a_shortcut_is_shown_key_by_key(sequence, keys):
    assert keys_of(QKeySequence(sequence)) == keys
