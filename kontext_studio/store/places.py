"""Where the program keeps its files: worked out from the environment, made only when needed."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MADE_UP = re.compile(r"(^Untitled| recovered) \d{4}-\d\d-\d\d [0-9a-f]{6}\.kontext$")

APP_FOLDER = "kontext-studio"
HOME_VARIABLE = "KONTEXT_STUDIO_HOME"
SESSION_SUFFIX = ".kontext"


@dataclass(frozen=True, slots=True)
class Places:
    """Four folders: `home` for sessions and the rest, `config` for settings, `state` for logs,
    `cache` for what may be thrown away. With KONTEXT_STUDIO_HOME they are one."""

    home: Path
    config: Path
    state: Path
    cache: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Places:
        """The usual folders of this system, or all below KONTEXT_STUDIO_HOME. Nothing is made."""
        if moved := environment.get(HOME_VARIABLE):
            home = _absolute(Path(moved))
            return cls(home, home, home, home / "cache")
        import platformdirs

        ask = (
            platformdirs.user_data_path,
            platformdirs.user_config_path,
            platformdirs.user_state_path,
            platformdirs.user_cache_path,
        )
        try:
            folders = [one(APP_FOLDER, appauthor=False) for one in ask]
        except RuntimeError:  # as 4.14 says it; other versions leave a "~" in the path
            folders = [Path("~")] * 4
        return cls(*(_absolute(folder) for folder in folders))

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.json"

    @property
    def routes_file(self) -> Path:
        return self.config / "routes.json"

    @property
    def log_file(self) -> Path:
        return self.state / "log" / "kontext-studio.log"

    @property
    def untitled_folder(self) -> Path:
        """Where sessions lie that have not been given a name yet."""
        return self.home / "sessions"

    @property
    def aside_folder(self) -> Path:
        """Where results lie that were paid for and are too large to be opened."""
        return self.home / "unopened"

    def is_own(self, path: Path) -> bool:
        """Whether a session lies in the program's own folder under a name that was made up here. A
        person may put one of their own beside those."""
        here = path.resolve().parent == self.untitled_folder.resolve()
        return here and _MADE_UP.search(path.name) is not None

    def new_untitled(self) -> Path:
        """A path for a new session that no other process will choose; its folder is made."""
        make_private_folder(self.untitled_folder)
        while True:
            name = f"Untitled {time.strftime('%Y-%m-%d')} {secrets.token_hex(3)}{SESSION_SUFFIX}"
            if not (path := self.untitled_folder / name).exists():
                return path

    def new_recovered(self, lost: Path) -> Path:
        """A path for what is left of a session whose file is gone; its folder is made."""
        make_private_folder(self.untitled_folder)
        mark = f"{time.strftime('%Y-%m-%d')} {secrets.token_hex(3)}"
        return self.untitled_folder / f"{lost.stem[:100]} recovered {mark}{SESSION_SUFFIX}"


def make_private_folder(folder: Path) -> None:
    """Make a folder, with those above it, that nobody else may look into. Raise OSError."""
    for one in reversed((folder, *folder.parents)):
        if not one.exists():
            one.mkdir(mode=0o700, exist_ok=True)


def _absolute(folder: Path) -> Path:
    """Where there is no home folder at all the temporary one has to do."""
    try:
        expanded = folder.expanduser()
    except RuntimeError:
        expanded = folder
    if expanded.parts and expanded.parts[0].startswith("~"):
        user = os.getuid() if hasattr(os, "getuid") else ""
        return Path(tempfile.gettempdir()) / f"{APP_FOLDER}-{user}"
    return expanded.absolute()
