"""A collection of garbage does not stop the window: it leaves out what stays for good."""

from __future__ import annotations

import subprocess
import sys
import textwrap

SCRIPT = """
    import gc
    from kontext_studio.gui.collecting import keep_for_good
    from kontext_studio.gui.studio import Studio

    before = len(gc.get_objects())
    keep_for_good()
    class Ring: pass
    ring = Ring()
    ring.itself = ring
    del ring
    print(before > 10_000, len(gc.get_objects()) < 100, gc.collect() >= 1)
"""


def test_what_was_built_is_not_walked_again_and_later_garbage_is_still_found() -> None:
    script = [sys.executable, "-c", textwrap.dedent(SCRIPT)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "True", "True"]
