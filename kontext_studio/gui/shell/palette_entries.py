"""Commands as entries of the palette, and the entries that explain the palette itself."""

from __future__ import annotations

from PySide6.QtGui import QAction

from kontext_studio.gui.commands import command
from kontext_studio.gui.shell.key_caps import keys_of
from kontext_studio.gui.shell.palette_search import EntryKind, PaletteEntry

# A command without an icon of its own has that of its menu, so that all titles begin alike.
_MENU_ICONS = {
    "File": "file",
    "Edit": "copy",
    "View": "eye",
    "Image": "image",
    "History": "history",
    "Prompt": "lightbulb",
    "Run": "play",
    "Window": "layers",
    "Help": "circle-help",
}


def entry_of(action: QAction) -> PaletteEntry:
    """A command as an entry; why it is disabled is in its tool tip, after its words (UX W8)."""
    words = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
    plain = words.removesuffix("…")
    reason = ""
    if not action.isEnabled():
        tip = action.toolTip()
        reason = tip.removeprefix(f"{plain}:").strip() if tip.startswith(f"{plain}:") else ""
    return PaletteEntry(
        EntryKind.COMMAND,
        action.objectName(),
        plain,
        icon=_icon_name(action.objectName()),
        keys=keys_of(action.shortcut()),
        enabled=action.isEnabled(),
        reason=reason[:1].lower() + reason[1:],
    )


def _icon_name(command_id: str) -> str:
    try:
        one = command(command_id)
        return one.icon or _MENU_ICONS[one.menu]
    except KeyError:  # an action of somebody else
        return ""


HELP_ENTRIES = (
    PaletteEntry(EntryKind.HELP, "@", "Search steps only", hint="type @", icon="git-branch"),
    PaletteEntry(EntryKind.HELP, "key", "Find a command by its words", hint="type", icon="search"),
    PaletteEntry(EntryKind.HELP, "help", "Open the help", hint="type help", icon="circle-help"),
    PaletteEntry(
        EntryKind.HELP, "shortcuts", "See all keys", hint="type shortcuts", icon="keyboard"
    ),
)
