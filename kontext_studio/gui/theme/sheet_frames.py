"""The style sheet of frames, bars, lists, menus and words; ``@token`` stands for a token."""

from __future__ import annotations

FRAMES = """
QMainWindow, QDialog { background: @surface.panel; }
QMainWindow::separator { width: 1px; height: 1px; background: @border.subtle; }
QMainWindow::separator:hover { background: @accent.line; }
QToolBar {
    min-height: 35px; max-height: 35px; spacing: 4px; padding: 4px; border: none;
    border-bottom: 1px solid @border.subtle; background: @surface.panel;
}
QToolBar::separator { width: 1px; margin: 12px 8px; background: @border.subtle; }
QStatusBar {
    min-height: 25px; border-top: 1px solid @border.subtle;
    background: @surface.window; color: @text.secondary; font-size: @type.small;
}
QStatusBar::item { border: none; }
QSizeGrip { image: none; width: 0px; height: 0px; }
QStatusBar QToolButton, QStatusBar QPushButton {
    min-height: 20px; padding: 0px 6px;
    border: 2px solid transparent; border-radius: @radius.control;
    background: transparent; color: @text.secondary; font-size: @type.small; font-weight: 400;
}
QStatusBar QToolButton:hover, QStatusBar QPushButton:hover {
    background: @surface.hover; color: @text.primary;
}
QStatusBar QToolButton:focus, QStatusBar QPushButton:focus {
    border: 2px solid @focus.ring; padding: 0px 6px;
}
QStatusBar QLabel { background: transparent; font-size: @type.small; }
QDockWidget { color: @text.primary; font-size: @type.strong; font-weight: 600; }
QDockWidget::title { padding: 8px 16px; background: @surface.panel; text-align: left; }
QDockWidget > QWidget { background: @surface.panel; }
QFrame[kind="panel"] { border: none; background: @surface.panel; }
QFrame[kind="strip"] {
    border: none; border-top: 1px solid @border.subtle; background: @surface.panel;
}
QFrame[kind="option-bar"] {
    border: none; border-bottom: 1px solid @border.subtle; background: @surface.panel;
}
QFrame[kind="card"] {
    border: 1px solid @border.subtle; border-radius: @radius.card; background: @surface.raised;
}
QFrame[kind="quiet-card"] {
    border: 1px solid @border.subtle; border-radius: @radius.dialog; background: @surface.panel;
}
QWidget[kind="surround"] { background: @canvas.surround; }
QFrame[kind="message"] {
    border: 1px solid @border.subtle; border-left: 3px solid @border.control;
    border-radius: @radius.card; background: @surface.raised;
}
QFrame[kind="message"][tone="success"] { border-left-color: @success.line; }
QFrame[kind="message"][tone="warning"] { border-left-color: @warning.line; }
QFrame[kind="message"][tone="danger"] { border-left-color: @danger.line; }
QFrame[kind="message"][tone="accent"] { border-left-color: @accent.line; }
QFrame[kind="message-bar"] {
    border: none; border-bottom: 1px solid @border.subtle; border-left: 3px solid @border.control;
    background: @surface.raised;
}
QFrame[kind="message-bar"][tone="success"] { border-left-color: @success.line; }
QFrame[kind="message-bar"][tone="warning"] { border-left-color: @warning.line; }
QFrame[kind="message-bar"][tone="danger"] { border-left-color: @danger.line; }
QFrame[kind="message-bar"][tone="accent"] { border-left-color: @accent.line; }
QFrame[kind="toast"] {
    border: 1px solid @border.control; border-radius: @radius.bar; background: @surface.popover;
}
QFrame[kind="toast"] QPushButton[kind="primary"] { min-height: 24px; padding: 3px 12px; }
QFrame[kind="toast"] QPushButton[kind="primary"]:focus { padding: 2px 11px; }
QFrame[kind="divider"] {
    border: none; min-height: 1px; max-height: 1px; background: @border.subtle;
}
QFrame[kind="divider-vertical"] {
    border: none; min-width: 1px; max-width: 1px; background: @border.subtle;
}
QFrame[kind="plate"] {
    border: none; border-radius: @radius.card; background: @overlay.plate;
}
QFrame[kind="plate"] QToolButton {
    min-width: 24px; min-height: 24px; border-radius: @radius.control; color: @overlay.text;
}
QFrame[kind="plate"] QToolButton:hover { background: @overlay.plate; }
QFrame[kind="plate"] QToolButton:checked { background: transparent; }
QFrame[kind="plate"] QToolButton:focus { border: 2px solid @overlay.outline.light; }
QFrame[kind="plate"] QLabel { color: @overlay.text; }
QFrame[kind="plate"] QLabel[tone="secondary"] { color: @overlay.text.dim; }
QFrame[kind="drop-target"] {
    border: 1px dashed @border.control; border-radius: @radius.dialog; background: transparent;
}
QTabWidget::pane { border: none; background: @surface.panel; }
QTabBar { border: none; background: @surface.panel; }
QTabBar::tab {
    min-height: 34px; padding: 2px 0px 0px 0px; margin: 0px 20px 0px 0px;
    border: none; border-bottom: 2px solid transparent; background: transparent;
    color: @text.secondary; font-size: @type.body; font-weight: 500;
}
QTabBar::tab:first { margin-left: 16px; }
QTabBar::tab:hover { color: @text.primary; }
QTabBar::tab:selected { color: @text.primary; border-bottom-color: @accent.line; }
QTabBar::tab:disabled { color: @text.disabled; }
QTabBar:focus { outline: none; }
QTabBar::tab:focus { border: 2px solid @focus.ring; border-radius: @radius.control; }
QToolButton[kind="section"] {
    min-height: 28px; padding: 0px 4px; border: 2px solid transparent; color: @text.primary;
    font-size: @type.strong; font-weight: 600; text-align: left;
}
QToolButton[kind="section"]:hover { background: transparent; }
QToolButton[kind="section"]:checked { background: transparent; }
QToolButton[kind="section"]:focus { border: 2px solid @focus.ring; }
QGroupBox {
    margin-top: 36px; border: none; border-top: 1px solid @border.subtle;
    font-size: @type.strong; font-weight: 600; color: @text.primary;
}
QGroupBox::title { subcontrol-origin: margin; subcontrol-position: top left; padding: 9px 0px; }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget[kind="scrolled"] { background: transparent; }
QAbstractScrollArea::corner { border: none; background: transparent; }
QScrollBar:vertical { width: @size.scrollbar; margin: 0px; border: none; background: transparent; }
QScrollBar:horizontal {
    height: @size.scrollbar; margin: 0px; border: none; background: transparent;
}
QScrollBar::handle { border-radius: 3px; background: @border.control; }
QScrollBar::handle:vertical { min-height: 32px; margin: 2px 3px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 3px 2px; }
QScrollBar::handle:hover { background: @border.strong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @border.subtle; }
"""

LISTS = """
QAbstractItemView {
    border: none; outline: none; background: @surface.panel; color: @text.primary;
    selection-background-color: @surface.selected; selection-color: @text.primary;
}
QAbstractItemView:focus { border: none; }
QListView::item, QTreeView::item, QTableView::item {
    min-height: 28px; padding: 0px 8px; border: none;
}
QListView::item:hover, QTreeView::item:hover { background: @surface.hover; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
    background: @surface.selected; color: @text.primary;
}
QAbstractItemView[kind="popover"] { background: transparent; }
QHeaderView::section {
    padding: 4px 8px; border: none; border-bottom: 1px solid @border.subtle;
    background: @surface.panel; color: @text.secondary; font-size: @type.label; font-weight: 500;
}
QMenuBar { padding: 2px 8px; background: @surface.window; color: @text.primary; }
QMenuBar::item {
    padding: 5px 8px; margin: 1px 2px; border-radius: @radius.control; background: transparent;
}
QMenuBar::item:selected, QMenuBar::item:pressed { background: @surface.hover; }
QMenuBar::item:disabled { color: @text.disabled; }
QMenu {
    padding: 4px; border: 1px solid @border.control; background: @surface.popover;
    color: @text.primary;
}
QMenu::item {
    min-height: 20px; padding: 4px 32px 4px 12px; border-radius: @radius.control;
    background: transparent;
}
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: @surface.selected; }
QMenu::item:disabled { color: @text.disabled; }
QMenu::separator { height: 1px; margin: 4px 8px; background: @border.subtle; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 6px; }
QMenu::indicator:checked { image: url(@icon.tick); }
QMenu::right-arrow { image: url(@icon.chevron-right); width: 12px; height: 12px; margin: 4px; }
QToolTip {
    padding: 5px 8px; border: 1px solid @border.control; background: @surface.popover;
    color: @text.primary; font-size: @type.small;
}
"""

WORDS = """
QLabel { background: transparent; color: @text.primary; border: none; }
QLabel:disabled { color: @text.disabled; }
QLabel[type="meta"] { font-size: @type.meta; font-weight: 400; }
QLabel[type="small"] { font-size: @type.small; font-weight: 400; }
QLabel[type="label"] { font-size: @type.label; font-weight: 500; }
QLabel[type="body"] { font-size: @type.body; font-weight: 400; }
QLabel[type="strong"] { font-size: @type.strong; font-weight: 600; }
QLabel[type="prompt"] { font-size: @type.prompt; font-weight: 400; }
QLabel[type="title"] { font-size: @type.title; font-weight: 600; }
QLabel[type="page"] { font-size: @type.page; font-weight: 600; }
QMessageBox QLabel#qt_msgbox_label { font-size: @type.title; font-weight: 600; }
QLabel[tone="secondary"] { color: @text.secondary; }
QLabel[tone="tertiary"] { color: @text.tertiary; }
QLabel[tone="accent"] { color: @accent.text; }
QLabel[tone="success"] { color: @success.text; }
QLabel[tone="warning"] { color: @warning.text; }
QLabel[tone="danger"] { color: @danger.text; }
QLabel[kind="keycap"] {
    min-height: 16px; padding: 0px 5px; border: 1px solid @border.subtle; border-radius: 3px;
    background: @surface.raised; color: @text.secondary; font-size: @type.meta;
}
QLabel[kind="badge"] {
    min-width: 18px; min-height: 18px; max-width: 18px; max-height: 18px; border-radius: 3px;
    background: @accent.fill; color: @accent.on; font-size: @type.meta; font-weight: 600;
    qproperty-alignment: AlignCenter;
}
"""
