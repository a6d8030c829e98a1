"""The pages of settings that apply at once, each with what exists today."""

from __future__ import annotations

from kontext_studio.core.settings import MOST_USD
from kontext_studio.gui.settings.choice_cards import Choice
from kontext_studio.gui.settings.plain_page import PlainPage
from kontext_studio.gui.settings.shortcuts_page import ShortcutsPage
from kontext_studio.gui.settings.surface import Section
from kontext_studio.gui.settings.wording_page import WordingPage
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.guide import rule_guides
from kontext_studio.store.places import Places

GENERAL = Section("general", "General", "settings")
APPEARANCE = Section("appearance", "Appearance", "palette")
CONNECTION = Section("connection", "Connection", "unplug")
LIMITS = Section("limits", "Limits and cost", "wallet")
CANVAS = Section("canvas", "Canvas and colour", "monitor")
SHORTCUTS = Section("shortcuts", "Shortcuts", "keyboard")
ACCESSIBILITY = Section("accessibility", "Accessibility", "accessibility")
STORAGE = Section("storage", "Storage and privacy", "hard-drive")
WORDING = Section("wording", "Wording", "lightbulb")
SECTIONS = (
    GENERAL,
    APPEARANCE,
    CONNECTION,
    LIMITS,
    WORDING,
    CANVAS,
    SHORTCUTS,
    ACCESSIBILITY,
    STORAGE,
)

FOUND = (
    ("theme", "Appearance: system, dark or light", APPEARANCE),
    ("tab_accepts", "Tab accepts suggestions", GENERAL),
    ("notify", "Tell on the desktop that a run has ended", GENERAL),
    ("personal_words", "Words that are no typing errors", WORDING),
    ("rules_off", "Rules of wording", WORDING),
    ("ignored", "What is ignored in this session", WORDING),
    ("connection", "Connections, keys and network proxies", CONNECTION),
    ("spend_limit_usd", "Spend limit of a session", LIMITS),
    ("max_running", "Runs at once", LIMITS),
    ("wheel_pans", "The wheel moves the picture", CANVAS),
    ("displays", "Display profile", CANVAS),
    ("single_keys", "Single keys", SHORTCUTS),
    ("keys", "Keys of commands", SHORTCUTS),
    ("text_percent", "Text size", ACCESSIBILITY),
    ("high_contrast", "High contrast", ACCESSIBILITY),
    ("reduced_motion", "Reduced motion", ACCESSIBILITY),
    ("places", "Where sessions, settings and the log are", STORAGE),
)
"""Every setting by its name, its words in the palette, and its section."""


def plain_pages(theme: Theme, places: Places) -> dict[str, PlainPage]:
    """The pages by section."""
    general = PlainPage(theme, "General")
    general.add_switch(
        "tab_accepts",
        "Tab accepts suggestions",
        "While words are suggested after the caret. Otherwise Tab goes to the next part.",
    )
    general.add_switch(
        "notify",
        "Tell on the desktop that a run has ended",
        "Of runs that took over 15 seconds, while another window is used.",
    )
    appearance = PlainPage(theme, "Appearance")
    appearance.add_cards(
        "theme",
        "Colours",
        (
            Choice("system", "System", "As the desktop has it."),
            Choice("dark", "Dark", "For judging pictures."),
            Choice("light", "Light", "For bright rooms."),
        ),
    )
    limits = PlainPage(theme, "Limits and cost")
    limits.add_amount(
        "spend_limit_usd",
        "Spend limit",
        most=MOST_USD,
        note="Of one session, in US dollars. Waiting and running edits count as spent.",
    )
    limits.add_count(
        "max_running",
        "Runs at once",
        1,
        8,
        note="A new account at fal.ai has two. It holds from the next session that is opened.",
    )
    canvas = PlainPage(theme, "Canvas and colour")
    canvas.add_switch(
        "wheel_pans",
        "The wheel moves the picture",
        "Otherwise it zooms. With Ctrl it zooms in either case.",
    )
    canvas.add_displays(
        "displays",
        "Display profile",
        "What this screen shows. Pictures are converted for the view alone; what is stored, sent "
        "and exported stays as it is.",
    )
    accessibility = PlainPage(theme, "Accessibility")
    accessibility.add_count(
        "text_percent",
        "Text size",
        90,
        200,
        note="Of what the desktop asks for. Pictures keep their size.",
        suffix=" %",
        step=10,
    )
    accessibility.add_switch(
        "high_contrast",
        "High contrast",
        "Borders and all text as clear as the main text, in the dark and the light theme.",
    )
    accessibility.add_switch(
        "reduced_motion",
        "Reduced motion",
        "What works stands still and says so in words.",
    )
    storage = PlainPage(theme, "Storage and privacy")
    storage.add_words(
        "Pictures and instructions go to the connection you choose, and nowhere else. A key is "
        "kept in the keychain of this computer, where it has one, and in no file. There is no "
        "telemetry and no account."
    )
    storage.add_place("untitled", "Untitled sessions", str(places.untitled_folder))
    storage.add_place("settings", "Settings", str(places.settings_file))
    storage.add_place("routes", "Connections", str(places.routes_file))
    storage.add_place("log", "Log", str(places.log_file))
    return {
        GENERAL.id: general,
        WORDING.id: WordingPage(theme, rule_guides()),
        APPEARANCE.id: appearance,
        LIMITS.id: limits,
        CANVAS.id: canvas,
        SHORTCUTS.id: ShortcutsPage(theme),
        ACCESSIBILITY.id: accessibility,
        STORAGE.id: storage,
    }
