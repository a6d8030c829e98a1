import asyncio
import os
import subprocess
import sys

import httpx
import pytest

from kontext_studio.core.errors import Unreachable
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import catalogue_from_json
from kontext_studio.core.provider import Finished, HostedUrl, InputPicture, Uploaded
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.providers.registry import make_provider
from kontext_studio.resources import read_json
from kontext_studio.server.launch import child_environment, launch, own_command
from tests.fakes.fal_service import png
from tests.unit.server.conftest import MODEL
from tests.unit.server.test_serve import command

SERVER = command("as_json=True, parent=True")


def run(coroutine):
    async def within_limit():
        async with asyncio.timeout(30):
            return await coroutine

    return asyncio.run(within_limit())


def test_a_launched_server_answers_with_its_token_and_ends_when_told():
    async def story():
        server = await launch(SERVER)
        assert server.alive
        url = f"{server.origins['queue']}/{MODEL}/requests/1"
        async with httpx.AsyncClient(trust_env=False) as http:
            without = await http.get(url)
            headers = {"authorization": f"Key {server.token}"}
            known = await http.get(url, headers=headers)
        await server.stop()
        await server.stop()
        return server, without.status_code, known.status_code

    server, without, known = run(story())
    assert (without, known) == (401, 404)
    assert not server.alive
    assert server.token not in repr(server)


def test_the_token_is_no_argument_of_the_process():
    async def story():
        server = await launch(SERVER)
        try:
            return server.token in repr(server.process.args), server.token in os.environ.values()
        finally:
            await server.stop()

    assert run(story()) == (False, False)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a flag of the process says it")
def test_a_launched_server_gives_way_to_the_window():
    async def story():
        server = await launch(SERVER)
        try:
            return os.getpriority(os.PRIO_PROCESS, server.process.pid)
        finally:
            await server.stop()

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert run(story()) == min(19, own + 10)


@pytest.mark.parametrize("cores", [1, 2, 8, None])
def test_a_launched_server_leaves_one_core_to_the_window(monkeypatch, cores):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    code = "import cv2; print(cv2.getNumThreads())"
    told = subprocess.run(
        [sys.executable, "-c", code], env=child_environment("t"), capture_output=True, check=True
    )
    assert int(told.stdout) == max(1, (cores or 1) - 1)


def test_threads_that_a_person_has_chosen_stay_chosen(monkeypatch):
    monkeypatch.setenv("OPENCV_FOR_THREADS_NUM", "3")
    assert child_environment("t")["OPENCV_FOR_THREADS_NUM"] == "3"


def test_a_server_that_died_is_seen_to_be_dead():
    async def story():
        server = await launch(SERVER)
        server.process.kill()
        server.process.wait()
        dead = server.alive
        await server.stop()
        return dead

    assert run(story()) is False


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.stderr.write('no room'); sys.exit(3)", "no room"),
        ("print('hello')", ""),
        ("print('[]', flush=True)", ""),
    ],
)
def test_a_server_that_does_not_start_is_told_with_its_last_words(code, words):
    with pytest.raises(Unreachable, match="did not start") as caught:
        run(launch([sys.executable, "-c", code]))
    assert words in caught.value.detail


def test_the_program_starts_itself():
    assert own_command()[:2] == (sys.executable, "-m")
    assert "serve" in own_command()
    assert "--parent" in own_command()


def test_the_program_starts_itself_when_it_is_frozen(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_command()[:2] == (sys.executable, "serve")


def test_the_provider_edits_over_a_launched_server_and_reuses_its_result():
    data = read_json("models.json")
    assert isinstance(data, dict)
    catalogue = catalogue_from_json(data)
    spec = catalogue.first_edit_model("embedded")
    loads = 0

    async def load():
        nonlocal loads
        loads += 1
        return png(), "image/png"

    def turn(provider, mark, hosted=None):
        ref = ImageRef(Sha256(mark * 64), "image/png", 4, 4)
        request = EditRequest("Make it blue", (ref,), spec.id, 11, count=2)
        return provider.edit(request, spec, (InputPicture(ref, load, hosted),))

    async def story():
        server = await launch(SERVER)
        route = Route("Embedded engine", "embedded", hosts=tuple(server.origins.items()))
        provider = make_provider(Access(route, Secret(server.token)), catalogue)
        try:
            steps = [step async for step in provider.check()]
            first = [event async for event in turn(provider, "a")]
            url = first[-1].result.images[0].url
            second = [event async for event in turn(provider, "b", HostedUrl(url, None))]
            return steps, first, second
        finally:
            await provider.close()
            await server.stop()

    steps, first, second = run(story())
    assert [step.passed for step in steps] == [True] * 4 + [None]
    result = first[-1].result
    assert isinstance(first[-1], Finished)
    assert [image.data for image in result.images] == [png(grey=11), png(grey=12)]
    assert result.seed == 11
    assert result.notes == ("Nothing was measured.",)
    assert loads == 1
    assert not any(isinstance(event, Uploaded) for event in second)
