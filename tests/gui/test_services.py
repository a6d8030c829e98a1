"""What the window says of connected services: who can open uploads, and where else a run can go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import FieldProblem, Refused
from kontext_studio.core.jobs import JobState
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.gui.presenters.services import upload_words
from kontext_studio.gui.studio import Studio
from kontext_studio.workbench.connections import EMBEDDED_ROUTE
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, whole_run
from tests.gui.driving import Window, good, open_picture, part, press_run, until, views, write

CAN_DO = {"unknown": [{"word": "marble", "start": 0, "end": 6}], "can_do": ["Make it warmer"]}
REFUSAL = Refused(
    "“marble” is unknown.",
    problems=(FieldProblem("prompt", "unsupported_instruction", "unknown", CAN_DO),),
)
WORDS = "Anyone with the address of an upload to fal.ai can open it."


def test_f_sec_20_who_can_open_an_upload_stands_below_run_where_it_is_more_than_the_person(
    at_the_window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "a-key")

    async def act(studio: Studio) -> None:
        assert "Connected: fal.ai" in {
            one.accessibleName() for one in studio.window.empty.findChildren(QLabel)
        }
        note = part(studio.window, QLabel, "uploadNote")
        await open_picture(studio, tmp_path)
        assert not note.isVisible(), "the embedded engine uploads nothing"
        await studio.bench.change_settings(replace(studio.bench.settings, default_route="fal.ai"))
        await until(note.isVisible)
        assert note.text() == WORDS
        run = studio.window.right.instruction.run_button

        def gap() -> int:
            below = run.mapTo(studio.window, QPoint(0, run.height())).y()
            return note.mapTo(studio.window, QPoint()).y() - below

        await until(lambda: 0 <= gap() <= 40)  # what size comes back stands between
        await studio.bench.change_settings(
            replace(studio.bench.settings, default_route="Embedded engine")
        )
        await until(lambda: not note.isVisible())

    at_the_window(good(), act)


def test_of_two_connections_to_one_service_the_status_bar_names_the_one_in_use(
    at_the_window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "a-key")

    async def act(studio: Studio) -> None:
        bench, bar = studio.bench, studio.window.status

        def shown() -> str:
            names = [one.accessibleName() for one in bar.findChildren(QWidget)]
            return next(one for one in names if one.startswith("Connection: "))

        bench.connections.add(Route("Client account", "fal"))
        for route, words in (
            ("fal.ai", "fal.ai directly"),
            ("Client account", "Client account directly"),
            ("Embedded engine", "Embedded engine on this computer"),
        ):
            before = shown()
            await bench.change_settings(replace(bench.settings, default_route=route))
            await until(lambda before=before: shown() != before)  # type: ignore[misc]
            assert shown() == f"Connection: {words}"

    at_the_window(good(), act)


def test_f_sec_20_a_proxy_changes_nothing_about_who_can_open_an_upload() -> None:
    proxy = Route("studio", "fal", RouteMode.SERVER_PROXY, "https://proxy.example/api/fal/proxy")
    own = Route("mine", "fal", hosts=(("rest", "https://images.example"),))
    assert upload_words(proxy) == WORDS
    assert upload_words(own) == upload_words(EMBEDDED_ROUTE) == ""


def test_a_refused_run_goes_to_the_connected_service_for_the_price_on_the_button(
    at_the_window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "a-key")
    provider = ScriptedProvider(
        lambda request: (
            [wire.Sending(), wire.Submitted(HANDLE), REFUSAL]
            if request.model == "kontext-studio/embedded"
            else whole_run([png(3, 240, 160)])
        )
    )

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Replace the table with marble")
        press_run(studio)
        await until(lambda: JobState.FAILED in views(studio))
        jobs = studio.window.right.jobs
        await until(lambda: jobs.findChild(QAbstractButton, "jobVerb-elsewhere"))
        button = part(jobs, QAbstractButton, "jobVerb-elsewhere")
        assert button.text() == "Send to Kontext dev · $0.025"
        for _ in range(3):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until(lambda: JobState.STORED in views(studio))
        session = studio.bench.session
        await until(lambda: len(session.dismissed) == 1)
        await asyncio.sleep(0)
        (sent,) = [one for one in provider.sent if one.model != "kontext-studio/embedded"]
        assert sent.model == "fal-ai/flux-kontext/dev"
        assert sent.instruction == "Replace the table with marble"

    at_the_window(provider, act)


def test_without_a_service_a_refused_run_offers_to_connect_one(
    at_the_window: Window, tmp_path: Path
) -> None:
    provider = ScriptedProvider(lambda request: [wire.Sending(), wire.Submitted(HANDLE), REFUSAL])

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Replace the table with marble")
        press_run(studio)
        jobs = studio.window.right.jobs
        await until(lambda: jobs.findChild(QAbstractButton, "jobVerb-connect"))
        assert jobs.findChild(QAbstractButton, "jobVerb-elsewhere") is None

    at_the_window(provider, act)
