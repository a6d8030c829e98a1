"""Every command of the window as data: its words, menu, keys and where the keys act.

The menus, the palette, the settings, the shortcut sheet and the tests read this one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where a command's keys act."""

    WINDOW = "window"  # everywhere, also while typing
    VIEW = "view"  # single keys, only while canvas, history or comparison has the focus
    NONE = "none"  # handled by the widget itself; the key is shown, not bound


@dataclass(frozen=True, slots=True)
class Command:
    """`id` is also the action's object name; `words` the menu text; `keys` in Qt's portable form.

    `short` stands on buttons where there is little room.
    """

    id: str
    menu: str
    words: str
    keys: tuple[str, ...] = ()
    scope: Scope = Scope.WINDOW
    icon: str = ""
    checkable: bool = False
    separator_before: bool = False
    short: str = ""


MENUS = ("File", "Edit", "View", "Image", "History", "Prompt", "Run", "Window", "Help")


COMMANDS: tuple[Command, ...] = (
    # File
    Command("open", "File", "Open image…", ("Ctrl+O",), icon="folder-open"),
    Command("paste", "File", "Paste image", ("Ctrl+V",), icon="clipboard-paste"),
    Command("new_picture", "File", "New picture from text", icon="image-plus"),
    Command("new_session", "File", "New session", ("Ctrl+N",), separator_before=True),
    Command("open_session", "File", "Open session…", ("Ctrl+Shift+O",)),
    Command("name_session", "File", "Name session…", ("Ctrl+S",)),
    Command("save_copy", "File", "Save a copy…", ("Ctrl+Shift+S",)),
    Command("export", "File", "Export step…", ("Ctrl+E",), icon="download", separator_before=True,
            short="Export"),
    Command("export_comparison", "File", "Export comparison…", ("Ctrl+Shift+E",), icon="download"),
    Command("export_comparison_files", "File", "Export comparison as files…"),
    Command("settings", "File", "Settings…", ("Ctrl+,",), icon="settings", separator_before=True),
    Command("quit", "File", "Quit", ("Ctrl+Q",), separator_before=True),
    # Edit
    Command("undo", "Edit", "Undo", ("Ctrl+Z",), icon="undo-2"),
    Command("redo", "Edit", "Redo", ("Ctrl+Shift+Z",), icon="redo-2"),
    Command("copy_instruction", "Edit", "Copy instruction of this step", icon="copy",
            separator_before=True),
    Command("palette", "Edit", "Command palette", ("Ctrl+K",), icon="search",
            separator_before=True),
    # View
    Command("view_single", "View", "Single", ("Alt+1",), icon="image", checkable=True),
    Command("view_wipe", "View", "Wipe", ("Alt+2",), icon="square-split-horizontal",
            checkable=True),
    Command("view_side", "View", "Side by side", ("Alt+3",), icon="columns-2", checkable=True),
    Command("view_grid", "View", "Grid", ("Alt+4",), icon="grid-2x2", checkable=True),
    Command("view_onion", "View", "Onion", ("Alt+5",), icon="layers", checkable=True),
    Command("compare_parent", "View", "Compare with parent", ("Y",), Scope.VIEW,
            icon="square-split-horizontal", separator_before=True),
    Command("flip", "View", "Flip before and after", ("F",), Scope.VIEW, icon="refresh-cw",
            checkable=True, short="Flip"),
    Command("heat_map", "View", "Difference heat map", ("D",), Scope.VIEW, icon="thermometer",
            checkable=True, short="Difference"),
    Command("rotate_split", "View", "Rotate split", icon="rotate-cw"),
    Command("swap_sides", "View", "Swap sides", ("X",), Scope.VIEW, icon="arrow-left-right",
            short="Swap"),
    Command("link_views", "View", "Link zoom and position", icon="link", checkable=True),
    Command("mirror_pointer", "View", "Mirror the pointer", checkable=True),
    *(
        Command(f"look_{number}", "View", f"Look at pick {badge} or variant {number}",
                (str(number),), Scope.VIEW, separator_before=number == 1)
        for number, badge in enumerate("ABCD", start=1)
    ),
    Command("fit", "View", "Fit", ("Ctrl+0",), icon="maximize", separator_before=True),
    Command("zoom_100", "View", "Zoom to 100 %", ("Ctrl+1",)),
    Command("zoom_200", "View", "Zoom to 200 %", ("Ctrl+2",)),
    Command("zoom_in", "View", "Zoom in", ("Ctrl++", "Ctrl+=")),
    Command("zoom_out", "View", "Zoom out", ("Ctrl+-",)),
    Command("show_parent", "View", "Show parent while held", ("O",), Scope.NONE,
            separator_before=True),
    Command("show_original", "View", "Show original while held", ("Shift+O",), Scope.NONE),
    Command("show_before", "View", "Hold to see before", icon="eye"),
    Command("full_screen", "View", "Full screen", ("F11",), checkable=True,
            separator_before=True),
    Command("context_bar", "View", "Contextual bar", ("F7",), checkable=True),
    # Image
    Command("hand", "Image", "Hand", ("H",), Scope.VIEW, icon="hand", checkable=True),
    Command("brush", "Image", "Brush", ("B",), Scope.VIEW, icon="brush", checkable=True,
            short="Add"),
    Command("eraser", "Image", "Eraser", ("E",), Scope.VIEW, icon="eraser", checkable=True,
            short="Remove"),
    Command("lasso", "Image", "Lasso", ("T",), Scope.VIEW, icon="lasso-select", checkable=True),
    Command("area_box", "Image", "Box", icon="square-dashed", checkable=True),
    Command("paint_area", "Image", "Paint area", ("M",), Scope.VIEW, icon="brush", checkable=True,
            separator_before=True),
    Command("area_of_change", "Image", "Area from last difference"),
    Command("invert_area", "Image", "Invert area", ("Shift+I",), Scope.VIEW),
    Command("clear_area", "Image", "Clear area"),
    Command("brush_smaller", "Image", "Brush smaller", (",",), Scope.VIEW),
    Command("brush_larger", "Image", "Brush larger", (".",), Scope.VIEW),
    Command("keep_else", "Image", "Keep everything else…", separator_before=True),
    Command("unprotected", "Image", "Use the unprotected result"),
    Command("align", "Image", "Align to the step before", icon="target", separator_before=True),
    Command("match_colours", "Image", "Match colours to the step before…", icon="palette"),
    Command("bring_to_size", "Image", "Bring to the size before", icon="maximize"),
    # History
    Command("parent", "History", "Go to parent", ("Alt+Up",)),
    Command("newest_child", "History", "Go to newest child", ("Alt+Down",)),
    Command("previous_sibling", "History", "Previous sibling", ("Alt+Left",)),
    Command("next_sibling", "History", "Next sibling", ("Alt+Right",)),
    Command("root", "History", "Go to original", ("Alt+Home",), icon="house"),
    Command("edit_from_here", "History", "Edit from this step", ("Return",), Scope.NONE,
            icon="corner-down-left", separator_before=True),
    Command("star", "History", "Star", ("S",), Scope.VIEW, icon="star"),
    Command("pick", "History", "Add to or remove from the comparison", ("C",), Scope.VIEW),
    Command("clear_picks", "History", "Clear the comparison"),
    Command("rename", "History", "Rename", ("F2",), Scope.VIEW),
    Command("delete", "History", "Delete", ("Del",), Scope.VIEW, icon="trash-2"),
    Command("rebase", "History", "Re-base on the original…", icon="layers",
            separator_before=True),
    Command("fold_all", "History", "Fold all branches", icon="list-tree", checkable=True,
            separator_before=True),
    Command("starred_only", "History", "Starred steps only", icon="star", checkable=True),
    # Prompt
    Command("focus_instruction", "Prompt", "Write an instruction", ("Ctrl+L",)),
    Command("reference_step", "Prompt", "Add reference from step…", icon="images"),
    Command("reference_file", "Prompt", "Add reference from file…", icon="file-image"),
    Command("quick_fix", "Prompt", "Quick fixes at the caret", ("Ctrl+.",), icon="lightbulb"),
    Command("next_problem", "Prompt", "Next problem", ("F8",)),
    Command("previous_problem", "Prompt", "Previous problem", ("Shift+F8",)),
    Command("problem_menu", "Prompt", "Why, and ways to ignore it", ("Ctrl+Shift+F8",)),
    Command("fix_all", "Prompt", "Fix all…"),
    Command("template", "Prompt", "Start from a template…", ("Ctrl+T",), separator_before=True),
    Command("clause", "Prompt", "Add a clause…", ("Ctrl+Shift+T",)),
    Command("split_steps", "Prompt", "Split into steps", separator_before=True),
    Command("merge_steps", "Prompt", "Merge steps from an earlier step…"),
    Command("instructions", "Prompt", "Earlier instructions…", ("Ctrl+H",), icon="history",
            separator_before=True),
    Command("older_instruction", "Prompt", "Older instruction", ("Ctrl+Up",), Scope.NONE),
    Command("newer_instruction", "Prompt", "Newer instruction", ("Ctrl+Down",), Scope.NONE),
    Command("wording_settings", "Prompt", "Rules and dictionary…", separator_before=True),
    # Run
    Command("run", "Run", "Run", ("Ctrl+Return", "Ctrl+Enter"), icon="play"),
    Command("run_new_seed", "Run", "Run again with a new seed",
            ("Ctrl+Shift+Return", "Ctrl+Shift+Enter")),
    Command("check_price", "Run", "Check the price"),
    Command("rerun", "Run", "Re-run this step", ("R",), Scope.VIEW, icon="rotate-ccw",
            separator_before=True, short="Re-run"),
    Command("rerun_same_seed", "Run", "Re-run this step with the same seed"),
    Command("apply_here", "Run", "Apply this instruction to the current step"),
    Command("cancel_job", "Run", "Cancel the newest run", ("Ctrl+Shift+X",), icon="ban",
            separator_before=True),
    Command("cancel_waiting", "Run", "Cancel all waiting runs"),
    # Window
    Command("toggle_history", "Window", "History", checkable=True),
    Command("toggle_instruction", "Window", "Instruction", checkable=True),
    Command("focus_jobs", "Window", "Jobs", ("Ctrl+J",)),
    Command("next_pane", "Window", "Next pane", ("F6",), separator_before=True),
    Command("previous_pane", "Window", "Previous pane", ("Shift+F6",)),
    Command("theme_dark", "Window", "Dark", checkable=True, separator_before=True),
    Command("theme_light", "Window", "Light", checkable=True),
    Command("reset_layout", "Window", "Reset layout", separator_before=True),
    # Help
    Command("help", "Help", "Instruction guide", ("F1",), icon="circle-help"),
    Command("shortcuts", "Help", "Keyboard shortcuts", ("Ctrl+F1",)),
    Command("about", "Help", "About Kontext Studio", separator_before=True),
)  # fmt: skip

NEEDS_STEP = frozenset(
    {
        "export", "copy_instruction", "fit", "zoom_100", "zoom_200", "zoom_in", "zoom_out",
        "show_original", "hand", "parent", "newest_child", "previous_sibling", "next_sibling",
        "root", "edit_from_here", "star", "pick", "rename", "delete", "view_single", "view_wipe",
        "view_side", "view_grid", "view_onion", "name_session", "save_copy", "fold_all",
        "starred_only",
        "focus_jobs", "clause", "split_steps", "instructions", "brush", "eraser", "lasso",
        "area_box", "paint_area",
    }
)  # fmt: skip
"""Commands that make sense only while a picture is open."""
NEEDS_PARENT = frozenset(
    {
        "compare_parent", "show_parent", "apply_here", "merge_steps", "area_of_change",
        "keep_else", "unprotected", "align", "match_colours", "bring_to_size", "rebase",
    }
)  # fmt: skip
"""Commands that make sense only on a step that was made from another."""
NEEDS_REQUEST = frozenset({"rerun", "rerun_same_seed"})
"""Commands that make sense only on a step that a run made."""


def command(command_id: str) -> Command:
    """The command of that id. Raise KeyError."""
    return _BY_ID[command_id]


_BY_ID = {one.id: one for one in COMMANDS}
