"""Writes what an environment is made of as a CycloneDX 1.6 bill of materials, to standard output.

Run by the interpreter of that environment; `packaging/build` puts it beside the frozen program.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata


def component(found: metadata.Distribution) -> dict[str, object]:
    """One package, with its licence as it states it."""
    name = re.sub(r"[-_.]+", "-", found.name).lower()
    body: dict[str, object] = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{found.version}",
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name}@{found.version}",
    }
    about = found.metadata.json
    stated = str(about.get("license_expression") or about.get("license") or "")
    if stated and len(stated) < 100:  # some put the whole text there
        body["licenses"] = [{"license": {"name": stated}}]
    return body


def bill() -> dict[str, object]:
    """The whole bill; packages in the order of their names."""
    found = {one.name.lower(): one for one in metadata.distributions() if one.name}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "platform", "name": "python", "version": sys.version.split()[0]}
        },
        "components": [component(found[name]) for name in sorted(found)],
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
    sys.stdout.write("\n")
