"""The test of a connection as it is written in the settings: begun, followed, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

from kontext_studio.core.errors import StudioError
from kontext_studio.core.secret import Secret
from kontext_studio.gui.settings.connection_page import ConnectionPage
from kontext_studio.gui.settings.draft import route_of
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

LONGEST_TEST_S = 15.0


class ConnectionTesting:
    """`saved_name` is the connection's name in the file, empty for a new one; `say` is told of a
    fault that is none of the connection."""

    def __init__(
        self,
        bench: Workbench,
        page: ConnectionPage,
        tasks: Tasks,
        saved_name: Callable[[], str],
        say: Callable[[StudioError], None],
    ) -> None:
        self._bench = bench
        self._page = page
        self._tasks = tasks
        self._saved_name = saved_name
        self._say = say
        self._test: asyncio.Task[None] | None = None

    @property
    def is_under_way(self) -> bool:
        return self._test is not None

    def begin(self) -> None:
        """Test what is written in the page now."""
        self._page.check.begin()
        self._page.reveal(self._page.check)
        self._page.footer.set_testing(True)
        self._test = self._tasks.start(self._try(), show_fault=self._say)

    async def _try(self) -> None:
        page, mine = self._page, asyncio.current_task()
        route, typed = route_of(page.draft()), page.key.text()
        if name := self._saved_name():
            # What is kept is filed under the saved name.
            route = replace(route, name=name)
        stopped = ""
        try:
            async with (
                asyncio.timeout(LONGEST_TEST_S),
                aclosing(
                    self._bench.test_connection(route, Secret(typed) if typed else None)
                ) as steps,
            ):
                async for step in steps:
                    page.check.add(step)
                    page.reveal(page.check)
        except TimeoutError:
            stopped = f"No answer within {LONGEST_TEST_S:.0f} s"
        except StudioError as fault:
            stopped = fault.message.removesuffix(".")
            page.footer.set_note(fault.hint, "danger")
        finally:
            if self._test is mine:
                self._test = None
                page.footer.set_testing(False)
                page.check.end(stopped)
                page.reveal(page.check)

    def stop(self) -> None:
        test, self._test = self._test, None
        if test is not None:
            test.cancel()
            self._page.footer.set_testing(False)
            self._page.check.end("Stopped")
