"""Broken pictures by the hundred: words for each, and neither a crash, a hang nor a flood.

With KONTEXT_STUDIO_LONG_TESTS=1 a thousand instead of a sample.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 1_000 if os.environ.get("KONTEXT_STUDIO_LONG_TESTS") else 250
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of the memory is not told there")
def test_f_loc_17_18_and_29_a_thousand_broken_pictures_are_refused_in_bounded_time_and_memory(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.faults.bad_images", str(COUNT)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr[-2000:]  # neither another exception nor a crash
    told = json.loads(done.stdout)
    assert told["seeds"] >= 40
    assert told["opened"] + told["refused"] == COUNT
    assert told["refused"] > COUNT / 3
    assert told["slowest_s"] < 5
    assert told["more_mb"] < 300
    assert list(tmp_path.iterdir()) == []
