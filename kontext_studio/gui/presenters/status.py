"""The status bar: which connection is used, what is ready, what the session cost."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.services import title_of
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.shell.status_bar import (
    EMBEDDED_CONNECTION,
    NOT_CONNECTED,
    ConnectionFacts,
    SessionCost,
    StatusBar,
)
from kontext_studio.providers.addresses import host_of
from kontext_studio.workbench.bench import Workbench


class Status(QObject):
    """`step_wanted` carries the node id of a result that the notice leads to."""

    step_wanted = Signal(str)

    def __init__(self, bench: Workbench, bar: StatusBar, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._bar = bar
        self._ready: NodeId | None = None
        bridge.session_opened.connect(self.refresh)
        bridge.settings_changed.connect(self.refresh)
        bridge.changed.connect(self._take_change)
        bridge.job_changed.connect(self._show_cost)
        bar.notice_pressed.connect(self._follow_notice)

    def refresh(self) -> None:
        self._bar.set_connection(self._connection())
        self.clear_notice()
        self._show_cost()

    def tell_ready(self, node: Node) -> None:
        """A result is there that nobody looks at: say so, and lead there."""
        self._ready = node.id
        self._bar.set_notice(f"Step {node.step} is ready", node.id)

    def clear_notice(self) -> None:
        self._ready = None
        self._bar.set_notice("")

    def _take_change(self) -> None:
        """Somebody looks at the step that was ready: the notice has done its work."""
        session = self._bench.session
        ready, head = session.history.get(self._ready), session.history.get(session.head)
        if ready is not None and head is not None and head.job == ready.job:
            self.clear_notice()
        self._show_cost()

    def _connection(self) -> ConnectionFacts:
        try:
            route = self._bench.connections.get(self._bench.route_name)
        except BadRequest:
            return NOT_CONNECTED
        facts = _facts_of(route)
        alike = [one for one in self._bench.connections.all() if _facts_of(one) == facts]
        # Two of one service look the same but for their name, and another account pays.
        return replace(facts, name=route.name) if len(alike) > 1 else facts

    def _show_cost(self) -> None:
        bench = self._bench
        paid = bench.is_open and any(
            node.result and node.result.cost and node.result.cost.amount
            for node in bench.session.history
        )
        spent = bench.spent() if bench.is_open else 0.0
        if not paid and not spent:
            self._bar.set_cost(None)
            return
        limit = bench.settings.spend_limit_usd or None
        self._bar.set_cost(SessionCost(spent=spent, limit=limit, is_estimate=True))

    def _follow_notice(self, node: str) -> None:
        self.clear_notice()
        self.step_wanted.emit(node)


def _facts_of(route: Route) -> ConnectionFacts:
    if route.provider == EMBEDDED:
        return EMBEDDED_CONNECTION
    title = title_of(route.provider)
    if route.mode is RouteMode.DIRECT:
        return ConnectionFacts(title, "directly", "key-round", "text.secondary")
    host = host_of(route.address) or route.address
    return ConnectionFacts(title, f"via {host}")
