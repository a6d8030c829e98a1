"""A step that is computed here: shown while it takes long, stopped, refused in words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.presenters.deriving_steps import UNDER_WAY, DerivingSteps
from kontext_studio.gui.presenters.faults import Faults
from kontext_studio.gui.shell.message_bar import MessageBar
from kontext_studio.gui.tasks import Tasks
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.workbench.announcements import Announcer
from kontext_studio.workbench.bench import Workbench
from tests.gui.driving import until

NODE = Node(NodeId("n"), (), NodeKind.EDIT, ImageRef(Sha256("a"), "image/png", 8, 8), 4, 0.0)


@dataclass
class SlowDeriving:
    """Half done, and then for ever at it; or it cannot be done at all."""

    refuses: bool = False
    begun: int = 0
    stopped: list[int] = field(default_factory=list)

    async def align(self, node: NodeId, *, progress: Any) -> Node:
        self.begun += 1
        if self.refuses:
            raise BadRequest("It does not show the same view.", hint="Nothing was moved.")
        progress(0.5)
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.append(self.begun)
        raise AssertionError


@dataclass
class Bench:
    deriving: SlowDeriving


@pytest.mark.parametrize("refuses", [False, True])
def test_what_takes_long_shows_how_far_it_is_and_can_be_stopped(qtbot, qt_run, refuses):
    bar = MessageBar(load_theme(ThemeName.DARK))
    qtbot.add_widget(bar)
    owner = QObject(bar)

    async def act() -> None:
        faults, bridge = Faults(bar, owner), Bridge(Announcer(), owner)
        slow = SlowDeriving(refuses)
        tasks = Tasks(faults.show)
        steps = DerivingSteps(
            cast(Workbench, Bench(slow)),
            faults,
            bridge,
            tasks,
            lambda: NODE,
            owner,
            told_after_ms=0,
        )
        steps.align(NODE)
        steps.align(NODE)  # one at a time
        await until(bar.messages)
        (message,) = bar.messages()
        if refuses:
            assert (message.title, message.body) == (
                "It does not show the same view.",
                "Nothing was moved.",
            )
            bridge.session_opened.emit(None)
            assert bar.messages() == ()
        else:
            await until(lambda: bar.messages()[0].share == 0.5)
            assert (message.cause, message.title) == (UNDER_WAY, "Aligning step 4")
            assert steps.is_busy
            next(one for one in bar.findChildren(QPushButton) if one.text() == "Cancel").click()
            await until(lambda: slow.stopped)
        await until(lambda: not steps.is_busy)
        assert bar.messages() == ()
        assert slow.begun == 1
        await tasks.stop()
        bridge.close()

    qt_run(act())
