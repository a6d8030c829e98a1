"""Pictures of a command that works on pixels: where they come from, and the work on them, which is
done in a thread, can be stopped, and shows how far it is."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kontext_studio.cli.reporting import Usage
from kontext_studio.cli.session_json import find_step
from kontext_studio.core.errors import BadInput
from kontext_studio.imaging.watching import Watch
from kontext_studio.store.file_names import shown_name
from kontext_studio.workbench import pictures, pixel_work
from kontext_studio.workbench.bench import Workbench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.picture import Picture

T = TypeVar("T")
Session = Path | None


@dataclass(frozen=True, slots=True)
class Named:
    """A picture that was named on the command line: its bytes, and what messages call it."""

    data: bytes
    name: str


async def open_for_steps(bench: Workbench, session: Session) -> None:
    """Open the session that steps are looked up in, where one was named."""
    if session is not None:
        await bench.open_session(session, read_only=True)


async def named_picture(bench: Workbench, words: str, session: Session) -> Named:
    """The picture of a step of the session, or else of a file. Raise BadInput."""
    if session is not None:
        try:
            node = find_step(bench.session, words)
        except BadInput:
            if not _is_file(words):
                raise
        else:
            return Named(await bench.picture(node.image), f"Step {words}")
    elif words.isdecimal() and not _is_file(words):
        raise BadInput(
            f"There is no file {words}.", hint="Steps are looked up in the session of “--session”."
        )
    path = Path(words)
    return Named(await pictures.read_picture_file(path), shown_name(path))


def _is_file(words: str) -> bool:
    return Path(words).is_file()


async def in_thread(work: Callable[[Watch], T], title: str) -> T:
    """What `work` gives, done in a thread with a bar on the terminal; it ends soon after the
    command is stopped."""
    with ExitStack() as stack:
        return await pixel_work.in_thread(work, bar(stack, title))


def bar(stack: ExitStack, title: str) -> pixel_work.Progress:
    """Shows how far something is, where there is a terminal, until the stack is left."""
    if not sys.stderr.isatty():
        return pixel_work.nobody
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    bars = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    task = bars.add_task(title, total=1.0)
    return lambda share: bars.update(task, completed=share)


def decoded(picture: Named) -> Picture:
    """All its pixels, upright and in sRGB. Raise BadPicture."""
    from kontext_studio.imaging.decode import decode_picture

    return decode_picture(picture.data, name=picture.name)


def png_file(words: str, option: str) -> Path:
    """The PNG that was named by an option. Raise BadInput where none can be written there."""
    from kontext_studio.cli.out_file import out_file

    path = out_file(words)
    if path.suffix.lower() != ".png":
        raise Usage(
            f"“{option}” writes PNG alone, which keeps every pixel.", hint="End its name in .png."
        )
    return path


async def write_png(path: Path, pixels: NDArray[np.uint8], *, force: bool) -> None:
    """Write pixels (height, width) or (height, width, 3 or 4). Raise BadInput or a SessionError
    kind."""

    def encoded() -> bytes:
        from kontext_studio.imaging.encode import encode_png

        return encode_png(pixels)

    data = await asyncio.to_thread(encoded)
    await pictures.write_picture(data, path, overwrite=force)
