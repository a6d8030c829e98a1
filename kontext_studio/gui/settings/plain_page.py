"""A page whose fields apply at once: a title, and rows of a label, a field and a note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.settings.choice_cards import Choice, ChoiceCards
from kontext_studio.gui.settings.display_rows import DisplayRows
from kontext_studio.gui.settings.form_row import FormRow
from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.fields import inset_spin_box
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.gui.theme.tokens import Theme

Value = bool | int | float | str | tuple[tuple[str, str], ...]


class PlainPage(QWidget):
    """`changed` carries the name of a setting and its new value."""

    changed = Signal(str, object)

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._setters: dict[str, Callable[[Value], None]] = {}
        self._fields: dict[str, QWidget] = {}
        self._dressed: list[FormRow | Switch | ChoiceCards | DisplayRows] = []
        scroll = SteadyScrollArea(self)
        inner = QWidget()
        set_kind(inner, kind="scrolled")
        scroll.setWidget(inner)
        self._column = QVBoxLayout(inner)
        pad = theme.space(6)
        self._column.setContentsMargins(pad + 4, theme.space(5), pad, theme.space(5))
        self._column.setSpacing(theme.space(4))
        self._column.addWidget(words(title, "page"))
        self._column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in self._dressed:
            part.set_theme(theme)

    def set_value(self, name: str, value: Value) -> None:
        """Show a value; nothing is told."""
        if (setter := self._setters.get(name)) is not None:
            setter(value)

    def names(self) -> tuple[str, ...]:
        return tuple(self._setters)

    def focus_setting(self, name: str) -> None:
        """Give the keyboard to the field of a setting."""
        field = self._fields.get(name)
        if isinstance(field, ChoiceCards):
            field = field.card(field.current())
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # Rows.

    def add_switch(self, name: str, label: str, note: str = "") -> None:
        switch = Switch(self._theme, label)
        switch.setObjectName(f"setting-{name}")
        switch.clicked.connect(lambda on: self.changed.emit(name, on))
        self._dressed.append(switch)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.space(4))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(words(label, "body"))
        if note:
            texts.addWidget(words(note, "small", "secondary"))
        row.addLayout(texts, 1)
        row.addWidget(switch)
        self._fields[name] = switch
        self._setters[name] = lambda value: switch.setChecked(bool(value))
        self._add(line)

    def add_amount(self, name: str, label: str, *, most: float, note: str = "") -> None:
        """US dollars; 0 is no limit."""
        field = QDoubleSpinBox()
        field.setRange(0.0, most)
        field.setPrefix("$")
        field.setSingleStep(1.0)
        field.setSpecialValueText("No limit")
        self._add_number(name, label, field, note)

    def add_count(
        self,
        name: str,
        label: str,
        least: int,
        most: int,
        note: str = "",
        *,
        suffix: str = "",
        step: int = 1,
    ) -> None:
        field = QSpinBox()
        field.setRange(least, most)
        field.setSuffix(suffix)
        field.setSingleStep(step)
        self._add_number(name, label, field, note)

    def add_cards(self, name: str, label: str, choices: tuple[Choice, ...]) -> None:
        cards = ChoiceCards(self._theme, label, 3)
        cards.setObjectName(f"setting-{name}")
        cards.set_choices(choices)
        cards.chosen.connect(lambda value: self.changed.emit(name, value))
        self._dressed.append(cards)
        self._fields[name] = cards
        self._setters[name] = lambda value: cards.choose(str(value))
        self._add(words(label, "body", "secondary"))
        self._add(cards)

    def add_displays(self, name: str, label: str, note: str) -> None:
        """What each screen shows."""
        rows = DisplayRows(self._theme)
        rows.setObjectName(f"setting-{name}")
        rows.chosen.connect(lambda displays: self.changed.emit(name, displays))
        self._dressed.append(rows)
        self._fields[name] = rows.first_box
        self._setters[name] = rows.set_displays
        head = QWidget()
        texts = QVBoxLayout(head)
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(0)
        texts.addWidget(words(label, "body"))
        texts.addWidget(words(note, "small", "secondary"))
        self._add(head)
        self._add(rows)

    def add_words(self, text: str) -> None:
        self._add(words(text, "body", "secondary"))

    def add_place(self, name: str, label: str, path: str) -> None:
        """A place on the disk, to be read and copied."""
        field = QLineEdit(path)
        field.setReadOnly(True)
        field.setObjectName(f"place-{name}")
        row = FormRow(self._theme, label, field)
        self._dressed.append(row)
        self._add(row)

    def _add_number(
        self, name: str, label: str, field: QSpinBox | QDoubleSpinBox, note: str
    ) -> None:
        field.setObjectName(f"setting-{name}")
        field.setKeyboardTracking(False)  # half a number is not a setting
        field.setMaximumWidth(140)
        inset_spin_box(field)
        field.valueChanged.connect(lambda value: self.changed.emit(name, value))

        def show(value: Value) -> None:
            with QSignalBlocker(field):
                field.setValue(value)  # type: ignore[arg-type]  # the setting has the field's kind

        self._fields[name] = field
        self._setters[name] = show
        row = FormRow(self._theme, label, field, note=note)
        self._dressed.append(row)
        self._add(row)

    def _add(self, part: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, part)
