"""The person's settings as one frozen value with defaults; not where they lie on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

MOST_USD = 1e9
"""A limit above this is no sum of money; JSON can hold numbers that no float can."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`max_running` runs are in flight at once (a new account's limit at fal.ai is 2).
    `spend_limit_usd` is per session; 0 is no limit. `text_percent` (90 to 200) enlarges type.
    `wheel_pans` swaps zoom and pan on the wheel. `displays` are pairs of a screen and the colour
    space it shows: "srgb", "display-p3" or the path of an ICC file. `rules_off` are rules of
    wording that never speak, `personal_words` no typing errors. `keys` are commands with other keys
    than the program's own, in Qt's portable form, empty for none. `notify` tells on the desktop
    that a long run has ended; `folder` is where a file was chosen last."""

    theme: str = "dark"
    high_contrast: bool = False
    text_percent: int = 100
    reduced_motion: bool = False
    default_route: str = "Embedded engine"
    max_running: int = 2
    spend_limit_usd: float = 5.0
    wheel_pans: bool = False
    displays: tuple[tuple[str, str], ...] = ()
    tab_accepts: bool = True
    single_keys: bool = True
    rules_off: tuple[str, ...] = ()
    personal_words: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    notify: bool = True
    folder: str = ""

    def with_recent(self, path: str) -> Settings:
        """The same settings with `path` as the session opened last; ten are remembered."""
        rest = tuple(one for one in self.recent if one != path)
        return replace(self, recent=(path, *rest)[:10])

    def with_word(self, word: str) -> Settings:
        """The same settings with one more word that is no typing error."""
        return replace(self, personal_words=tuple(sorted({*self.personal_words, word})))

    def with_rule(self, rule: str, *, on: bool) -> Settings:
        """The same settings with a rule switched on or off for good."""
        rest = {one for one in self.rules_off if one != rule}
        return replace(self, rules_off=tuple(sorted(rest if on else {*rest, rule})))

    def to_json(self) -> dict[str, object]:
        return {
            "theme": self.theme,
            "high_contrast": self.high_contrast,
            "text_percent": self.text_percent,
            "reduced_motion": self.reduced_motion,
            "default_route": self.default_route,
            "max_running": self.max_running,
            "spend_limit_usd": self.spend_limit_usd,
            "wheel_pans": self.wheel_pans,
            "displays": dict(self.displays),
            "tab_accepts": self.tab_accepts,
            "single_keys": self.single_keys,
            "rules_off": list(self.rules_off),
            "personal_words": list(self.personal_words),
            "recent": list(self.recent),
            "keys": dict(self.keys),
            "notify": self.notify,
            "folder": self.folder,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Settings:
        """Unknown fields are ignored; a field of the wrong kind falls back to its default."""
        plain = cls()
        recent = data.get("recent", [])

        def take(name: str, kind: type) -> object:
            value = data.get(name)
            right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
            return value if right else getattr(plain, name)

        limit = data.get("spend_limit_usd")
        return cls(
            theme=str(take("theme", str)),
            high_contrast=bool(take("high_contrast", bool)),
            text_percent=max(90, min(200, int(str(take("text_percent", int))))),
            reduced_motion=bool(take("reduced_motion", bool)),
            default_route=str(take("default_route", str)),
            max_running=max(1, min(8, int(str(take("max_running", int))))),
            spend_limit_usd=float(limit)
            if isinstance(limit, int | float)
            and not isinstance(limit, bool)
            and 0 <= limit <= MOST_USD
            else plain.spend_limit_usd,
            wheel_pans=bool(take("wheel_pans", bool)),
            displays=tuple(pair for pair in _pairs(data.get("displays")) if pair[1]),
            tab_accepts=bool(take("tab_accepts", bool)),
            single_keys=bool(take("single_keys", bool)),
            rules_off=_strings(data.get("rules_off")),
            personal_words=_strings(data.get("personal_words")),
            recent=tuple(str(one) for one in recent) if isinstance(recent, list) else (),
            keys=_pairs(data.get("keys")),
            notify=bool(take("notify", bool)),
            folder=str(take("folder", str)),
        )


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    listed = value.items() if isinstance(value, dict) else ()
    return tuple((one, other) for one, other in listed if isinstance(other, str))


def _strings(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(one for one in listed if isinstance(one, str) and one))
