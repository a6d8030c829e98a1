"""What the program is made of is written down for each bundle, and is what the lock asks for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def written() -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "bill_of_materials.py")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert all(one["purl"].startswith("pkg:pypi/") for one in bill["components"])
    return {one["name"]: one["version"] for one in bill["components"]}


def test_f_sec_24_the_bill_of_materials_is_what_is_installed() -> None:
    assert written() == {plain(one.name): one.version for one in metadata.distributions()}


def test_f_sec_24_the_lock_names_a_version_and_a_hash_for_each_part_of_the_bill() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    locked: dict[str, set[str]] = {}  # some have another version for another Python
    for entry in entries:
        if found := re.match(r"([\w.-]+)==([^\s;]+)", entry):
            assert "--hash=sha256:" in entry
            locked.setdefault(plain(found[1]), set()).add(found[2])
    there = written()
    assert len(locked.keys() & there.keys()) > 30
    for name in locked.keys() & there.keys():
        assert there[name] in locked[name], name
