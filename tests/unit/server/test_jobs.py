import asyncio

from kontext_studio.server.jobs import ServedJob, State


def move(job: ServedJob, state: State) -> None:
    job.state = state
    job.changed()


def test_a_watcher_who_is_busy_misses_no_end():
    async def story() -> list[State]:
        job = ServedJob("1", "owner/app")
        seen = []
        async for _ in job.watch():
            seen.append(job.state)
            # The request moves on while the watcher still deals with what it saw.
            if job.state is State.IN_QUEUE:
                move(job, State.IN_PROGRESS)
            elif job.state is State.IN_PROGRESS:
                move(job, State.COMPLETED)
        return seen

    assert asyncio.run(story()) == [State.IN_QUEUE, State.IN_PROGRESS, State.COMPLETED]


def test_changes_that_come_together_are_one_item():
    async def story() -> list[State]:
        job = ServedJob("1", "owner/app")
        seen = []
        async for _ in job.watch():
            seen.append(job.state)
            if job.state is State.IN_QUEUE:
                move(job, State.IN_PROGRESS)
                move(job, State.COMPLETED)
        return seen

    assert asyncio.run(story()) == [State.IN_QUEUE, State.COMPLETED]


def test_a_watcher_waits_for_a_change():
    async def story() -> list[State]:
        job = ServedJob("1", "owner/app")
        asyncio.get_running_loop().call_later(0.01, move, job, State.COMPLETED)
        return [job.state async for _ in job.watch()]

    assert asyncio.run(story()) == [State.IN_QUEUE, State.COMPLETED]


def test_a_watcher_who_comes_late_sees_the_end_once():
    async def story() -> list[State]:
        job = ServedJob("1", "owner/app", State.COMPLETED)
        return [job.state async for _ in job.watch()]

    assert asyncio.run(story()) == [State.COMPLETED]
