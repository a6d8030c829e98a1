"""F-LOC-1, point 32: the program killed while a key is saved. It is in the keychain or nowhere, the
connections can be read, and the next attempt works."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest

from kontext_studio.core.kill_points import VARIABLE, KillPoint
from tests.flows.driving import Program, assert_nowhere, assert_unsaid

KEY = "canarykey4711"

# A keychain that outlives the process and is no file of the program's.
KEYCHAIN = """
import json, os, pathlib, keyring, keyring.backend

class Kept(keyring.backend.KeyringBackend):
    priority = -1
    place = pathlib.Path(os.environ["TEST_KEYCHAIN"])

    def held(self):
        return json.loads(self.place.read_text()) if self.place.exists() else {}

    def get_password(self, service, name):
        return self.held().get(f"{service}|{name}")

    def set_password(self, service, name, password):
        self.place.write_text(json.dumps({**self.held(), f"{service}|{name}": password}))

    def delete_password(self, service, name):
        held = self.held()
        held.pop(f"{service}|{name}", None)
        self.place.write_text(json.dumps(held))

keyring.set_keyring(Kept())
"""
ADD = ("routes", "add", "mine", "--provider", "fal", "--key")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("times", "kept"), [(1, False), (2, True)])
def test_f_loc_1_a_kill_while_a_key_is_saved_leaves_it_in_the_keychain_or_nowhere(
    program: Program,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    isolated_machine: Path,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    kept: bool,
) -> None:
    chain = tmp_path_factory.mktemp("keychain") / "chain.json"
    monkeypatch.setenv("TEST_KEYCHAIN", str(chain))
    monkeypatch.setenv(VARIABLE, f"{KillPoint.KEY_SAVE.title}:{times}")
    killed = program(*ADD, stdin=f"{KEY}\n", first=KEYCHAIN)
    assert killed.code == -signal.SIGKILL, killed.err
    assert chain.exists() == kept

    monkeypatch.delenv(VARIABLE)
    listed = program("routes", "list", "--json", first=KEYCHAIN)
    assert listed.code == 0, listed.err
    place = {one["name"]: one["key"] for one in listed.json["routes"]}
    assert place["mine"] == ("keyring" if kept else "none")
    again = program(*ADD, stdin=f"{KEY}\n", first=KEYCHAIN)
    assert again.code == 0, again.err
    assert again.err == "", "nothing was amiss"
    assert list(json.loads(chain.read_text()).values()) == [KEY]
    assert_unsaid(KEY, killed, listed, again)
    assert_nowhere(KEY, tmp_path, isolated_machine)

    removed = program("routes", "remove", "mine", first=KEYCHAIN)
    assert removed.code == 0, removed.err
    assert json.loads(chain.read_text()) == {}
