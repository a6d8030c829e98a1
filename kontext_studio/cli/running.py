"""Running a command's work on a workbench of its own, from its first moment to its exit code."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Awaitable, Callable, Mapping

import typer

from kontext_studio.cli.reporting import AT_SERVICE, Reported, places, report, report_inner
from kontext_studio.cli.session_json import job_json, session_json
from kontext_studio.cli.stopping import new_loop, stopped_by_signals
from kontext_studio.cli.terminal import print_json, say
from kontext_studio.core.delivery import Way
from kontext_studio.core.errors import Charged, StudioError
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.route import EMBEDDED
from kontext_studio.workbench.announcements import Announcement, Fault
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.money import charged_words

Work = Callable[[Workbench], Awaitable[None]]


class _Stopped(Exception):
    """The command was told to stop, and what it was about has been put away."""

    def __init__(
        self, number: int, body: Mapping[str, object], error: Mapping[str, object]
    ) -> None:
        super().__init__(number)
        self.code = 128 + number  # as a shell tells of signals
        self.body = body
        self.error = error


def run(work: Work, *, as_json: bool) -> None:
    """Run a command's work and turn its end into an exit code."""
    said: list[str] = []
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_whole(work, said))
    except Reported as end:
        raise typer.Exit(end.code) from None
    except StudioError as error:
        raise typer.Exit(report(error, as_json, said=said)) from None
    except _Stopped as stop:
        if as_json:
            print_json({**stop.body, "error": stop.error})
        say(f"Stopped. {stop.error['hint']}".strip())
        raise typer.Exit(stop.code) from None
    except Exception as error:  # noqa: BLE001  # the outermost edge: an inner fault gets words too
        raise typer.Exit(report_inner(error, as_json)) from None


async def _whole(work: Work, said: list[str]) -> None:
    bench = Workbench(places(), os.environ, disk_attempts=3)

    def hear(what: Announcement) -> None:
        if isinstance(what, Fault):
            said.append(what.message)
            say(what.message)

    bench.announcer.subscribe(hear)
    task = asyncio.get_running_loop().create_task(_begin(bench, work))
    with stopped_by_signals(task) as heard:
        try:
            await task
        except asyncio.CancelledError:
            raise _Stopped(heard.number, *await _put_away(bench)) from None
        finally:
            await bench.shutdown()


async def _begin(bench: Workbench, work: Work) -> None:
    await bench.start()
    if bench.connections.notice:
        say(bench.connections.notice)
    await work(bench)


async def _put_away(bench: Workbench) -> tuple[dict[str, object], dict[str, object]]:
    """Wait for the answer to what was just sent; then what can be said, as JSON, of the session of
    a command that is being stopped, and of its end."""
    if not bench.is_open:
        return {}, _stopped_json("", [])
    runs = bench.runs
    paid = [
        view.record
        for view in runs.views()
        if not view.record.ended and view.record.provider != EMBEDDED
    ]
    if any(one.state is JobState.SENDING for one in paid):
        say(f"Stopping. What was just sent is given {bench.grace_s:.0f} s to be answered.")
    await runs.shutdown(bench.grace_s)
    error = _stopped_json(str(bench.path), [runs.view(one.id).record for one in paid])
    jobs = [job_json(bench, view) for view in runs.views()]
    return {**session_json(bench), "jobs": jobs}, error


def _stopped_json(session: str, left: list[JobRecord]) -> dict[str, object]:
    """The end as JSON; `left` are the runs of a service that had not ended."""
    resume = f"“kontext-studio resume {shlex.quote(session)}”"
    lost = [one for one in left if one.state in (JobState.SENDING, JobState.UNKNOWN)]
    sent = [one for one in left if one.state in AT_SERVICE or one in lost]
    hint = "Nothing was sent." if left else ""
    if sent:
        hint = f"What was sent is fetched with {resume}."
    if lost:
        charged = charged_words(Charged.MAYBE, None)
        queued = any(one.delivery.way is Way.QUEUE for one in lost)
        helps = "looks for it" if queued else "says what is known of it"
        hint = f"No answer came to what was sent. {charged} {resume} {helps}."
    return {
        "kind": "stopped",
        "message": "Stopped.",
        "hint": hint,
        "charged": (Charged.MAYBE if sent else Charged.NO).value,
        "job": sent[-1].id if sent else None,
    }
