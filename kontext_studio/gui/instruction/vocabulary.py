"""Whether the words that the wording checker knows are in memory, and putting them there.

Loading takes a good part of a second, so it is done in a thread, once for the whole program.
"""

from __future__ import annotations

import threading

_EVERY_KIND = (
    "Turn the man into a knight, remove the thing, make it a bit nicer and put 'Ope' on the sgin"
)
_loaded = threading.Event()
_loading = threading.Lock()


def is_loaded() -> bool:
    return _loaded.is_set()


def load() -> None:
    """From any thread; returns when everything is there."""
    with _loading:
        if _loaded.is_set():
            return
        from kontext_studio.prompting.keep import lint_with_keep
        from kontext_studio.prompting.templates import SNIPPETS, says_already

        lint_with_keep(_EVERY_KIND)  # each part reads its own words when it is first asked
        for one in SNIPPETS:
            says_already(_EVERY_KIND, one)
        _loaded.set()
