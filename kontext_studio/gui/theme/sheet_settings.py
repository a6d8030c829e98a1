"""The style sheet of the settings; ``@token`` is replaced from the tokens."""

from __future__ import annotations

SETTINGS = """
QFrame[kind="settings"] { border: none; background: transparent; }
QListWidget[kind="sections"] { border: none; background: transparent; outline: none; }
QListWidget[kind="sections"]::item {
    min-height: 28px; padding: 0px 8px; margin: 0px 0px 4px 0px; border: none;
    border-left: 2px solid transparent; color: @text.secondary;
}
QListWidget[kind="sections"]::item:hover { background: @surface.hover; color: @text.primary; }
QListWidget[kind="sections"]::item:selected {
    border-left: 2px solid @accent.line; background: @surface.selected; color: @text.primary;
}
QListWidget[kind="sections"]::item:focus { border: 2px solid @focus.ring; }
QWidget#settingsDialog QPushButton[kind="primary"] {
    min-height: 24px; padding: 3px 16px; font-size: @type.label;
}
QWidget#settingsDialog QPushButton[kind="primary"]:focus { padding: 2px 15px; }
QToolButton#moreOfConnection { padding: 0px; border-left-width: 0px; }
QToolButton#moreOfConnection:focus { border: 2px solid @focus.ring; }
QFrame[kind="place"] {
    border: 1px solid transparent; border-radius: @radius.control; background: @surface.raised;
}
QFrame[kind="place"][tone="key"] { border-color: @border.strong; }
QFrame[kind="stored"] {
    border: 1px solid @border.control; border-radius: @radius.control; background: @surface.field;
}
QLabel[kind="tag"] {
    padding: 1px 7px; border: 1px solid @success.line; border-radius: 9px; color: @success.text;
    font-size: @type.meta; font-weight: 500;
}
QLineEdit[tone="danger"], QComboBox[tone="danger"], QAbstractSpinBox[tone="danger"] {
    border-color: @danger.line;
}
"""
