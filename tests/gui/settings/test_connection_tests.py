"""A connection is tested in the settings of the whole window, stage by stage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from functools import partial

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
)

from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import Route
from kontext_studio.core.secret import Secret
from kontext_studio.gui.settings.check_card import CheckCard
from kontext_studio.gui.studio import Studio
from kontext_studio.workbench.reach import Reach
from tests.fakes.scripted_provider import ScriptedProvider
from tests.gui.driving import (
    Window,
    good,
    part,
    until,
)
from tests.gui.settings.driving import (
    KEY,
    PROXY,
    add_proxy,
    escape,
    press,
    said,
    surface,
    type_into,
)


class Stages(ScriptedProvider):
    """A check that goes on when it is told to."""

    def __init__(self, steps: Sequence[CheckStep]) -> None:
        super().__init__(lambda request: [])
        self.steps = list(steps)
        self.go_on = asyncio.Semaphore(0)
        self.closed = False
        self.tried: list[tuple[Route, Secret | None]] = []

    async def check(self) -> AsyncGenerator[CheckStep]:
        for step in self.steps:
            await self.go_on.acquire()
            yield step

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Stages:
    made = Stages(
        (
            CheckStep("Name", True, "studio-proxy.example is known.", 0.004),
            CheckStep("Connect", True, "Connected.", 0.01),
            CheckStep("Sign-in", False, "Not accepted.", 0.04, "unauthorized", "Ask for a token."),
        )
    )

    async def trial(_reach: Reach, route: Route, key: Secret | None = None) -> Stages:
        made.tried.append((route, key))
        return made

    monkeypatch.setattr(Reach, "trial", trial)
    return made


def test_a_test_shows_each_stage_as_it_comes_and_the_remedy(
    at_the_window: Window, stages: Stages
) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.window.resize(1180, 720)
        studio.setting_up.open_connection("Studio")
        type_into(studio, "keyField", KEY)
        press(studio, "testConnection")
        card = part(surface(studio), CheckCard, "checkCard")
        assert card.isVisible()

        def shows(words: str) -> bool:
            return words in said(studio)

        for step in stages.steps[:2]:
            stages.go_on.release()
            await until(partial(shows, step.message))
            assert "Testing…" in said(studio)
        stages.go_on.release()
        await until(lambda: "It stops at sign-in" in said(studio))
        assert "Ask for a token." in said(studio)
        assert card.visibleRegion().boundingRect() == card.rect(), "it was scrolled into view"
        await until(lambda: stages.closed)
        ((route, key),) = stages.tried
        assert (route.name, route.address) == ("Studio", PROXY)
        assert key == Secret(KEY), "what is typed is tried before it is saved"
        type_into(studio, "connectionAddress", "https://other.example/proxy")
        assert not card.isVisible(), "what was found is about another address"

    at_the_window(good(), act)


def test_a_test_can_be_stopped(at_the_window: Window, stages: Stages) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        press(studio, "testConnection")
        stages.go_on.release()
        await until(lambda: "studio-proxy.example is known." in said(studio))
        assert part(surface(studio), QAbstractButton, "testConnection").text() == "Stop testing"
        press(studio, "testConnection")
        await until(lambda: stages.closed)
        assert "Stopped" in said(studio)

    at_the_window(good(), act)


def test_closing_ends_a_test(at_the_window: Window, stages: Stages) -> None:
    async def act(studio: Studio) -> None:
        await add_proxy(studio)
        studio.setting_up.open_connection("Studio")
        press(studio, "testConnection")
        await until(lambda: stages.tried)
        escape(studio)
        assert not surface(studio).isVisible()
        await until(lambda: stages.closed)

    at_the_window(good(), act)
