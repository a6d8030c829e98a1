"""How a run is asked for, as far as the service lets one choose."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.core.delivery import (
    FAULTS_ARE_FINAL,
    Delivery,
    DeliveryChoices,
    Priority,
    Way,
)
from kontext_studio.core.errors import BadRequest
from kontext_studio.gui.instruction.form_row import FormRow
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.fields import inset_spin_box, narrow_spin_box
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

WAYS = {
    Way.QUEUE: "In the queue",
    Way.SYNC: "Wait for the answer",
    Way.STREAM: "Live, with previews",
}
_WHY = {
    Way.QUEUE: "The service numbers the run: it can be taken up again after any fault.",
    Way.SYNC: "The answer is the picture; there is no number to ask for it again.",
    Way.STREAM: "Unfinished pictures arrive while the service works.",
}
_KEPT = {3600: "1 hour", 86_400: "1 day", 604_800: "7 days", 2_592_000: "30 days",
         31_536_000: "1 year"}  # fmt: skip
_LONGEST_START_S = 86_400
_HEIGHT = 32
NOTHING = DeliveryChoices("", (Way.QUEUE,))


class DeliveryForm(QWidget):
    """`changed` after each change by the person. What a service does not offer is not shown; what
    was chosen for another one is kept until then."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("deliveryForm")
        self.setAccessibleName("Delivery")
        self._theme = theme
        self._choices = NOTHING
        self._way = self._box("delivery_way", "How it runs")
        self._fact = Label(self)
        self._fact.setObjectName("deliveryFact")
        self._fact.setText("Waits for the answer")
        self._fact.setWordWrap(True)
        set_kind(self._fact, type="body")
        self._sign = Label(self)
        self._warning = Label(FAULTS_ARE_FINAL, self)
        self._warning.setObjectName("deliveryWarning")
        self._warning.setWordWrap(True)
        set_kind(self._warning, type="meta", tone="warning")
        self._warned = QWidget(self)
        self._priority = self._box("delivery_priority", "Priority")
        self._priority.addItem("Normal", Priority.NORMAL.value)
        self._priority.addItem("Low", Priority.LOW.value)
        self._start = QSpinBox(self)
        self._start.setObjectName("delivery_start_timeout_s")
        self._start.setAccessibleName("Start within, in seconds")
        self._start.setToolTip("The service gives up where the work has not begun by then.")
        self._start.setRange(1, _LONGEST_START_S)
        self._start.setSpecialValueText("Any time")
        self._start.setSuffix(" s")
        self._start.setFixedHeight(round(_HEIGHT * theme.text_scale))
        inset_spin_box(self._start)
        narrow_spin_box(self._start)
        self._start.valueChanged.connect(self._tell)
        self._keep = self._box("delivery_keep_s", "Keep pictures")
        self._keep.setToolTip("How long the service keeps what it makes; here it stays anyway.")
        self._keep.addItem("As usual there", None)
        for seconds, words in _KEPT.items():
            self._keep.addItem(words, seconds)
        self._no_store = QCheckBox(self)
        self._no_store.setAccessibleName("Keep no record")
        self._no_store.setObjectName("delivery_no_store")
        self._no_store.setToolTip("The service keeps neither the request nor its answer.")
        self._no_store.clicked.connect(self._tell)
        self._webhook = QLineEdit(self)
        self._webhook.setObjectName("delivery_webhook")
        self._webhook.setAccessibleName("Webhook address")
        self._webhook.setPlaceholderText("https://…")
        self._webhook.setToolTip("The service calls this address as well when the run ends.")
        self._webhook.textEdited.connect(self._tell)
        self._rows: dict[str, FormRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._lay_out()
        self.set_theme(theme)
        self.set_choices(NOTHING)

    def set_theme(self, theme: Theme) -> None:
        rescaled = theme.text_scale != self._theme.text_scale
        self._theme = theme
        sign = icon(theme, "triangle-alert", "warning", 14)
        self._sign.setPixmap(sign.pixmap(QSize(14, 14), self.devicePixelRatioF()))
        if rescaled:
            self._start.setFixedHeight(round(_HEIGHT * theme.text_scale))
            self._lay_out()
            self._show()

    def set_choices(self, choices: DeliveryChoices) -> None:
        """What there is to choose of."""
        now = self._way.currentData()
        self._choices = choices
        with QSignalBlocker(self._way):
            self._way.clear()
            for way in choices.ways:
                self._way.addItem(WAYS[way], way.value)
            self._way.setCurrentIndex(max(0, self._way.findData(now)))
        self._show()

    def set_faults(self, words: str) -> None:
        """What a fault would mean for a run that waits on one connection."""
        self._warning.setText(words)

    def set_delivery(self, delivery: Delivery) -> None:
        """Show this; what the service does not offer is left out."""
        with QSignalBlocker(self._start):
            self._way.setCurrentIndex(max(0, self._way.findData(delivery.way.value)))
            self._priority.setCurrentIndex(self._priority.findData(delivery.priority.value))
            self._start.setValue(round(delivery.start_timeout_s or 1))
            if delivery.keep_s is not None and self._keep.findData(delivery.keep_s) < 0:
                self._keep.addItem(f"{delivery.keep_s} seconds", delivery.keep_s)
            self._keep.setCurrentIndex(max(0, self._keep.findData(delivery.keep_s)))
            self._no_store.setChecked(delivery.no_store)
            self._webhook.setText(delivery.webhook)
        self._show()

    def delivery(self) -> Delivery:
        """What is chosen of what is offered; the usual one while a field is wrong."""
        try:
            return self._chosen()
        except BadRequest:
            return Delivery(way=self._asked_way())

    def problem(self) -> str:
        """What is wrong with a field, empty where nothing is."""
        try:
            self._chosen()
        except BadRequest as refusal:
            return refusal.message.removesuffix(".")
        return ""

    @property
    def choices(self) -> DeliveryChoices:
        return self._choices

    def way(self) -> Way:
        """By which way a run will really go."""
        asked = self._asked_way()
        return asked if asked in self._choices.ways else self._choices.ways[0]

    def is_changed(self) -> bool:
        return self.delivery() != Delivery()

    def _asked_way(self) -> Way:
        """The queue stands for whatever is usual, so that it is the same with every service."""
        chosen = self._way.currentData()
        usual = self._choices.ways[0]
        return Way(chosen) if chosen is not None and chosen != usual.value else Way.QUEUE

    def _chosen(self) -> Delivery:
        has, way = self._choices.has, self.way()
        start_s = self._start.value()
        return Delivery(
            way=self._asked_way(),
            priority=Priority(self._priority.currentData())
            if has("priority", way)
            else Priority.NORMAL,
            start_timeout_s=float(start_s) if has("start_timeout_s", way) and start_s > 1 else None,
            keep_s=self._keep.currentData() if has("keep_s", way) else None,
            no_store=self._no_store.isChecked() and has("no_store", way),
            webhook=self._webhook.text().strip() if has("webhook", way) else "",
        )

    def _box(self, name: str, words: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setAccessibleName(words)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.activated.connect(self._tell)
        return box

    def _lay_out(self) -> None:
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {}
        parts: tuple[tuple[str, str, QWidget], ...] = (
            ("way", "How it runs", self._way),
            ("priority", "Priority", self._priority),
            ("start_timeout_s", "Start within", self._start),
            ("keep_s", "Keep pictures", self._keep),
            ("no_store", "Keep no record", self._no_store),
            ("webhook", "Webhook", self._webhook),
        )
        for name, words, field in parts:
            row = FormRow(words, self._theme, self)
            row.line.addWidget(field, 1)
            if name == "way":
                row.line.addWidget(self._fact, 1)
            self._column.addWidget(row)
            self._rows[name] = row
            if name == "way":
                self._column.addWidget(self._warned)
        if self._warned.layout() is None:
            line = QHBoxLayout(self._warned)
            line.setContentsMargins(0, 2, 0, 6)
            line.setSpacing(8)
            line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(self._warning, 1)

    def _tell(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        way = self.way()
        only = len(self._choices.ways) == 1
        self._way.setVisible(not only)
        self._way.setToolTip(_WHY[way])
        self._fact.setVisible(only)
        self._fact.setText("Waits for the answer" if way is Way.SYNC else WAYS[way])
        self._warned.setVisible(way is not Way.QUEUE)
        for name, row in self._rows.items():
            row.setVisible(name == "way" or self._choices.has(name, way))
        webhook = self.problem()
        self._rows["webhook"].set_problem(webhook)
