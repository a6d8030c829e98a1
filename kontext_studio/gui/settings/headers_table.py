"""Headers that go with every call of a connection, such as a proxy's own sign-in.

Those that carry a sign-in are typed as keys are, and their values are kept as keys are.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton
from kontext_studio.workbench.route_checks import FROM_KEYRING, carries_secret, elsewhere

KEPT = "Kept; type to replace it"
AS_A_KEY = "Type or paste it, or env:NAME"


class _HeaderLine(QWidget):
    def __init__(self, theme: Theme, name: str, value: str, parent: QWidget) -> None:
        super().__init__(parent)
        found = elsewhere(value)
        self.was_kept = found is not None and not found["variable"]
        self._scheme = (found["scheme"] or "") if found is not None and self.was_kept else ""
        self.name = QLineEdit(name, self)
        self.name.setObjectName("headerName")
        self.name.setPlaceholderText("Name")
        self.value = QLineEdit("" if self.was_kept else value, self)
        self.value.setObjectName("headerValue")
        self.remove = ToolButton(self)
        self.remove.setObjectName("headerRemove")
        self.remove.setIcon(icon(theme, "x"))
        self.remove.setIconSize(QSize(16, 16))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(3))
        row.addWidget(self.name, 2)
        row.addWidget(self.value, 3)
        row.addWidget(self.remove)
        self.fit()

    def fit(self) -> None:
        """A value that is a sign-in is not for other eyes; the name of a variable is."""
        text = self.value.text()
        hidden = self._is_secret() and not text.startswith("env:"[: len(text)])
        mode = QLineEdit.EchoMode.Password if hidden else QLineEdit.EchoMode.Normal
        if self.value.echoMode() is not mode:
            self.value.setEchoMode(mode)
        secret = AS_A_KEY if self._is_secret() else "Value"
        self.value.setPlaceholderText(KEPT if self.was_kept else secret)
        name = self.name.text().strip() or "new header"
        self.name.setAccessibleName("Header name")
        self.value.setAccessibleName(f"Value of {name}")
        self.remove.setToolTip(f"Take {name} away")
        self.remove.setAccessibleName(f"Take {name} away")

    def written(self) -> tuple[str, str]:
        """The header as the connection names it; a typed sign-in is not in it."""
        name, text = self.name.text().strip(), self.value.text().strip()
        if self._is_secret() and elsewhere(text) is None:
            scheme = _scheme_of(text) if text else self._scheme
            return name, f"{scheme}{FROM_KEYRING}" if text or self.was_kept else ""
        return name, text

    def typed(self) -> str:
        """The sign-in that was typed, without its scheme."""
        text = self.value.text().strip()
        if not self._is_secret() or not text or elsewhere(text) is not None:
            return ""
        return text.removeprefix(_scheme_of(text))

    def _is_secret(self) -> bool:
        return self.was_kept or carries_secret(self.name.text().strip())


class HeadersTable(QWidget):
    """`edited` after each change by the person."""

    edited = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[_HeaderLine] = []
        self.add = QPushButton("Add header", self)
        self.add.setObjectName("headerAdd")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space(2))
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self.add.clicked.connect(self._add_empty)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for line in self._lines:
            line.remove.setIcon(icon(theme, "x"))

    def set_headers(self, headers: Sequence[tuple[str, str]]) -> None:
        """Show these; what was typed goes."""
        for line in tuple(self._lines):
            self._drop(line)
        for name, value in headers:
            self._add(name, value)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """As the connection writes them down, without a sign-in that was typed."""
        written = (line.written() for line in self._lines)
        return tuple((name, value) for name, value in written if name or value)

    def typed(self) -> dict[str, str]:
        """The sign-ins that were typed, by header."""
        found = {line.name.text().strip(): line.typed() for line in self._lines}
        return {name: text for name, text in found.items() if name and text}

    def _add_empty(self) -> None:
        self._add("", "").name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def _add(self, name: str, value: str) -> _HeaderLine:
        line = _HeaderLine(self._theme, name, value, self)
        line.name.textEdited.connect(self._take_edit)
        line.value.textEdited.connect(self._take_edit)
        line.remove.clicked.connect(lambda: self._remove(line))
        self._lines.append(line)
        self._column.insertWidget(self._column.count() - 1, line)
        line.show()
        return line

    def _remove(self, line: _HeaderLine) -> None:
        self._drop(line)
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def _drop(self, line: _HeaderLine) -> None:
        self._lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _take_edit(self) -> None:
        for line in self._lines:
            line.fit()
        self.edited.emit()


def _scheme_of(text: str) -> str:
    """ "Bearer " of "Bearer abc"."""
    scheme, space, rest = text.partition(" ")
    return f"{scheme} " if space and rest and scheme.isalpha() else ""
