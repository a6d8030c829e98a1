"""The style sheet of buttons, fields and other controls; ``@token`` is replaced from the tokens.

Kinds are dynamic properties: ``kind`` = primary, outlined, flat, chip, keycap; see `set_kind`.
"""

from __future__ import annotations

BUTTONS = """
QPushButton {
    min-height: 24px; padding: 3px 12px; border: 1px solid @border.control;
    border-radius: @radius.control; background: transparent; color: @text.primary;
    font-size: @type.label; font-weight: 500; icon-size: 16px;
}
QPushButton:hover { background: @surface.hover; }
QPushButton:pressed { background: @surface.pressed; }
QPushButton:checked { background: @surface.selected; }
QPushButton:disabled { color: @text.disabled; border-color: @border.subtle; }
QPushButton:focus { border: 2px solid @focus.ring; padding: 2px 11px; }
QPushButton[kind="primary"] {
    min-height: 34px; padding: 1px 12px; border: 1px solid @accent.fill;
    border-radius: @radius.control; background: @accent.fill; color: @accent.on;
    font-size: @type.strong; font-weight: 600;
}
QPushButton[kind="primary"]:hover {
    background: @accent.fill.hover; border-color: @accent.fill.hover;
}
QPushButton[kind="primary"]:pressed { background: @accent.fill.hover; }
QPushButton[kind="primary"]:focus { border: 2px solid @accent.on; padding: 0px 11px; }
QPushButton[kind="primary"]:disabled {
    background: transparent; color: @text.tertiary; border-color: @border.subtle;
}
QPushButton[kind="flat"] { border-color: transparent; background: transparent; }
QPushButton[kind="flat"]:hover { background: @surface.hover; }
QPushButton[kind="flat"]:focus { border: 2px solid @focus.ring; }
QPushButton[kind="link"] {
    min-height: 24px; padding: 0px 2px; border: 2px solid transparent; color: @accent.text;
    background: transparent;
}
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border-color: @focus.ring; }
QPushButton[small="true"] { min-height: 24px; min-width: 14px; padding: 0px 7px; }
QPushButton[small="true"]:focus { padding: 0px 6px; }
QPushButton[kind="chip"] {
    min-height: 24px; padding: 0px 12px; border-radius: 13px; color: @text.secondary;
    border: 1px solid @border.control; background: transparent;
}
QPushButton[kind="chip"]:hover { background: @surface.hover; }
QPushButton[kind="chip"]:checked {
    color: @text.primary; background: @surface.selected; border-color: @accent.line;
}
QPushButton[kind="chip"]:focus {
    border: 2px solid @focus.ring; padding: 0px 11px; min-height: 22px;
}
QToolButton {
    min-width: 28px; min-height: 28px; max-height: 28px; padding: 0px;
    border: 2px solid transparent;
    border-radius: @radius.control; background: transparent; color: @text.primary;
    font-size: @type.body; font-weight: 500;
}
QToolButton:hover { background: @surface.hover; }
QToolButton:pressed { background: @surface.pressed; }
QToolButton:checked { background: @surface.selected; }
QToolButton:disabled { color: @text.disabled; }
QToolButton:focus { border-color: @focus.ring; }
QToolButton[kind="outlined"] { border: 1px solid @border.control; min-width: 28px; }
QToolButton[kind="outlined"]:focus { border: 2px solid @focus.ring; }
QToolButton[small="true"] { min-width: 22px; min-height: 22px; border-width: 1px; }
QToolButton::menu-indicator { image: none; width: 0px; }
QFrame[kind="segmented"] {
    border: 1px solid @border.subtle; border-radius: @radius.card; background: @surface.field;
}
QFrame[kind="segmented"] QToolButton {
    min-height: 26px; max-height: 26px; padding: 0px; border: 2px solid transparent;
    border-radius: @radius.control; color: @text.secondary;
}
QFrame[kind="segmented"] QToolButton:hover { background: @surface.hover; }
QFrame[kind="segmented"] QToolButton:checked {
    background: @surface.selected; color: @text.primary; border-top-color: @surface.selected;
    border-left-color: @surface.selected; border-right-color: @surface.selected;
    border-bottom-color: @accent.line;
}
QFrame[kind="segmented"] QToolButton:disabled { color: @text.disabled; }
QFrame[kind="segmented"] QToolButton:checked:disabled {
    background: transparent; border-color: transparent;
}
QFrame[kind="segmented"] QToolButton:focus { border: 2px solid @focus.ring; }
"""

FIELDS = """
QLineEdit, QAbstractSpinBox, QComboBox {
    min-height: 28px; padding: 1px 10px; border: 1px solid @border.control;
    border-radius: @radius.control; background: @surface.field; color: @text.primary;
    selection-background-color: @accent.fill; selection-color: @accent.on;
}
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border: 2px solid @focus.ring; padding: 0px 9px;
}
QLineEdit[kind="bare"] {
    border: none; padding: 0px; background: transparent; font-size: @type.title;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
    color: @text.disabled; border-color: @border.subtle; background: transparent;
}
QLineEdit:read-only { background: transparent; }
QComboBox QLineEdit, QComboBox QLineEdit:focus {
    min-height: 0px; padding: 0px; border: none; background: transparent;
}
QPlainTextEdit, QTextEdit {
    padding: 7px; border: 1px solid @border.control; border-radius: @radius.card;
    background: @surface.field; color: @text.primary; font-size: @type.prompt;
    selection-background-color: @accent.fill; selection-color: @accent.on;
}
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid @focus.ring; padding: 6px; }
QPlainTextEdit[kind="bare"], QTextEdit[kind="bare"] {
    border: none; padding: 0px; background: transparent; font-size: @type.small;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: border; width: 22px; border: none; background: transparent;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {
    background: @surface.hover;
}
QAbstractSpinBox::up-arrow { image: url(@icon.chevron-up); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url(@icon.chevron-down); width: 12px; height: 12px; }
QComboBox { padding-right: 0px; }
QComboBox:focus { padding-right: 0px; }
QComboBox::drop-down {
    subcontrol-origin: border; subcontrol-position: center right; width: 28px; border: none;
}
QComboBox::down-arrow { image: url(@icon.chevron-down); width: 14px; height: 14px; }
QComboBox QAbstractItemView {
    border: 1px solid @border.control; border-radius: 0px; padding: 4px; outline: none;
    background: @surface.popover; color: @text.primary;
    selection-background-color: @surface.selected; selection-color: @text.primary;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0px 8px; }
QSlider { min-height: 24px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @border.control%53; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent.line; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -6px 0px; border-radius: 8px;
    border: 2px solid @surface.panel; background: @text.primary;
}
QSlider::handle:horizontal:focus { border-color: @focus.ring; }
QSlider::handle:horizontal:disabled { background: @text.disabled; }
QSlider::sub-page:horizontal:disabled { background: @border.subtle; }
QCheckBox, QRadioButton {
    min-height: 24px; spacing: 8px; color: @text.primary; border: 2px solid transparent;
    border-radius: @radius.control; background: transparent;
}
QCheckBox:disabled, QRadioButton:disabled { color: @text.disabled; }
QCheckBox:focus, QRadioButton:focus { border-color: @focus.ring; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid @border.control; background: @surface.field;
}
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: @border.strong; }
QCheckBox::indicator:checked {
    background: @accent.fill; border-color: @accent.fill; image: url(@icon.check);
}
QCheckBox::indicator:indeterminate {
    background: @accent.fill; border-color: @accent.fill; image: url(@icon.minus);
}
QRadioButton::indicator:checked { border: 5px solid @accent.fill; width: 6px; height: 6px; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @border.subtle; }
QProgressBar {
    min-height: 3px; max-height: 3px; border: none; border-radius: 1px;
    background: @border.subtle; color: transparent;
}
QProgressBar::chunk { border-radius: 1px; background: @accent.line; }
QProgressBar[kind="thin"] { min-height: 2px; max-height: 2px; }
"""
