"""Nothing is sent anywhere unasked: the program knows no address but those of its services."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import kontext_studio

PACKAGE = Path(kontext_studio.__file__).parent
URL = re.compile(r"\b(?:https?|wss?)://([A-Za-z0-9.-]*[A-Za-z0-9])")
SERVICES = {"api.fal.ai", "fal.run", "queue.fal.run", "rest.fal.ai", "rest.alpha.fal.ai"} | {
    "api.bfl.ai",
    "api.lumenfall.ai",
    "api.openai.com",
    "api.replicate.com",
}
SHOWN_ONLY = {"cv.iptc.org", "ns.adobe.com", "www.w3.org", "iptc.org", "fal.ai"}
LOCAL = {"127.0.0.1", "localhost"}
IN_HELP = {"proxy.example", "studio.example", "gateway.example", "gpu.lan", "user"}


def _hosts() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in PACKAGE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
                for host in URL.findall(text):
                    found.setdefault(host.lower(), set()).add(str(file.relative_to(PACKAGE)))
    return found


def test_f_sec_19_no_address_but_a_services_stands_in_the_program() -> None:
    hosts = _hosts()
    assert "queue.fal.run" in hosts  # the search does find addresses
    known = SERVICES | SHOWN_ONLY | LOCAL | IN_HELP
    assert {host: files for host, files in hosts.items() if host not in known} == {}
