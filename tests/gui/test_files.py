"""Pictures and sessions that come into the window: from disk, from the clipboard, from drops."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget

from kontext_studio.gui.presenters.files import first_folder
from kontext_studio.gui.shell.message_bar import Message
from kontext_studio.gui.shell.toast import Toast
from kontext_studio.gui.studio import Studio
from kontext_studio.store.session_file import SessionFile
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider, whole_run
from tests.gui.canvas.pointing import drop
from tests.gui.driving import (
    Window,
    good,
    is_on_step,
    open_picture,
    part,
    run_once,
    stretches_of_work,
    until,
)


def messages(studio: Studio) -> tuple[Message, ...]:
    return studio.window.message_bar.messages()


def said(studio: Studio) -> str:
    return " ".join(f"{one.title} {one.body}" for one in messages(studio))


def is_said(studio: Studio, words: str) -> bool:
    return words in said(studio)


def press(studio: Studio, words: str) -> None:
    buttons = studio.window.message_bar.findChildren(QPushButton)
    (button,) = [one for one in buttons if one.text() == words and one.isVisible()]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_three_bad_drops_are_one_message_with_a_list(at_the_window: Window, tmp_path: Path) -> None:
    names = ["notes.jpg", "list.png", "letter.webp"]
    for name in names:
        (tmp_path / name).write_text("no picture at all")

    async def act(studio: Studio) -> None:
        for name in names:
            drop(studio.window.stage.canvas, files(tmp_path / name))
            await until(partial(is_said, studio, name))
        (one,) = messages(studio)
        assert one.title == "3 files were not opened."
        assert all(name in one.details for name in names)
        labels = studio.window.message_bar.findChildren(QLabel)
        assert not any(label.text() == "3 times" and label.isVisible() for label in labels)
        cross = part(studio.window.message_bar, QWidget, "messageClose")
        QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
        drop(studio.window.stage.canvas, files(tmp_path / names[0]))
        await until(lambda: messages(studio))
        assert names[0] in messages(studio)[0].title

    at_the_window(good(), act)


def test_f_loc_34_of_500_files_50_are_offered_and_the_window_stays_live(
    at_the_window: Window, tmp_path: Path
) -> None:
    data = png(1, 64, 48)
    paths = [tmp_path / f"{number:03}.png" for number in range(500)]
    for path in paths:
        path.write_bytes(data)

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)  # what it imports is not what is asked here
        drop(studio.window.stage.canvas, files(*paths))
        await until(lambda: messages(studio))
        assert messages(studio)[0].title == "Add 50 of 500?"
        assert len(studio.bench.session.history) == 1
        async with stretches_of_work() as worked:
            press(studio, "Add 50")
            await until(lambda: "Adding pictures" in said(studio))
            await until(lambda: len(studio.bench.session.history) == 51, 30)
            await until(lambda: not messages(studio))
        assert max(worked) < 0.1

    at_the_window(good(), act)


def test_f_loc_34_stop_ends_adding_pictures(at_the_window: Window, tmp_path: Path) -> None:
    data = png(1, 400, 300)
    paths = [tmp_path / f"{number:03}.png" for number in range(50)]
    for path in paths:
        path.write_bytes(data)

    async def act(studio: Studio) -> None:
        studio.files.open_paths(paths)
        await until(lambda: len(studio.bench.session.history) >= 2)
        press(studio, "Stop")
        await until(lambda: not messages(studio))
        await asyncio.sleep(0.2)
        assert 2 <= len(studio.bench.session.history) < 50

    at_the_window(good(), act)


def test_a_good_file_takes_the_message_about_bad_ones_away(
    at_the_window: Window, tmp_path: Path
) -> None:
    (tmp_path / "notes.jpg").write_text("no picture at all")

    async def act(studio: Studio) -> None:
        studio.files.open_paths([tmp_path / "notes.jpg"])
        await until(partial(is_said, studio, "notes.jpg"))
        await open_picture(studio, tmp_path)
        assert messages(studio) == ()

    at_the_window(good(), act)


def test_a_session_that_was_not_opened_is_one_message_until_another_is_open(
    at_the_window: Window, tmp_path: Path
) -> None:
    for name in ("a.kontext", "b.kontext"):
        (tmp_path / name).write_text("no session at all")
    SessionFile.create(tmp_path / "good.kontext").close()

    async def act(studio: Studio) -> None:
        for name in ("a.kontext", "b.kontext"):
            studio.files.open_paths([tmp_path / name])
            await until(partial(is_said, studio, name))
        assert len(messages(studio)) == 1
        studio.files.open_paths([tmp_path / "good.kontext"])
        await until(lambda: studio.bench.is_open and studio.bench.path.name == "good.kontext")
        await until(lambda: not messages(studio))

    at_the_window(good(), act)


def test_a_session_that_is_locked_for_reading_too_is_told_so(
    at_the_window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "s.kontext"
    SessionFile.create(path).close()
    holder = sqlite3.connect(path)
    holder.execute("PRAGMA journal_mode = DELETE")
    holder.execute("BEGIN EXCLUSIVE")

    async def act(studio: Studio) -> None:
        studio.files.open_paths([path])
        await until(lambda: "in use by another program" in said(studio), 20)
        press(studio, "Open read-only")
        await until(lambda: "cannot be read now" in said(studio), 20)
        holder.close()
        assert not (studio.bench.is_open and studio.bench.path == path)
        press(studio, "Try again")
        await until(lambda: studio.bench.is_open and studio.bench.path == path)
        await until(lambda: not messages(studio))

    at_the_window(good(), act)


def test_what_is_said_on_the_first_run_screen_can_be_seen(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        QGuiApplication.clipboard().clear()
        studio.files.paste()
        toast = part(studio.window.middle, Toast, "toast")
        assert "no picture" in toast.text()
        assert toast.isVisible()

    at_the_window(good(), act)


def test_a_session_is_named_beside_its_picture(at_the_window: Window, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path / "photos")
        studio.window.actions_by_id["name_session"].trigger()
        dialog = studio.window.findChild(QFileDialog, "fileDialog")
        assert dialog is not None
        assert Path(dialog.selectedFiles()[0]) == tmp_path / "photos" / "cup.kontext"
        dialog.close()

    at_the_window(good(), act)


def test_dialogs_begin_among_pictures_and_then_where_a_file_was_chosen_last(
    at_the_window: Window, tmp_path: Path
) -> None:
    (tmp_path / "chosen").mkdir()

    async def act(studio: Studio) -> None:
        first = studio.files.make_dialog("Open image", "Pictures (*.png)")
        assert Path(first.directory().absolutePath()) == Path(first_folder())
        assert Path(first_folder()) != Path.cwd()
        first.filesSelected.emit([str(tmp_path / "chosen" / "cup.png")])
        await until(lambda: studio.bench.settings.folder)
        then = studio.files.make_dialog("Export step", "PNG (*.png)")
        assert Path(then.directory().absolutePath()) == tmp_path / "chosen"

    at_the_window(good(), act)


def test_f_loc_34_a_folder_is_told_and_links_are_not_taken(
    at_the_window: Window, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()

    async def act(studio: Studio) -> None:
        drop(studio.window.stage.canvas, files(tmp_path / "folder"))
        await until(lambda: "is a folder" in said(studio))
        link = QMimeData()
        link.setUrls([QUrl("http://127.0.0.1:9/a.png")])
        drop(studio.window.stage.canvas, link)
        await asyncio.sleep(0.1)
        assert len(studio.bench.session.history) == 0
        assert len(messages(studio)) == 1

    at_the_window(good(), act)


@pytest.mark.parametrize(
    "address", ["file://server.invalid/share/a.png", "file:////server.invalid/share/a.png"]
)
def test_f_sec_26_a_path_on_another_machine_is_not_reached_for(
    at_the_window: Window, address: str, outside_connections: list[str]
) -> None:
    async def act(studio: Studio) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl(address)])
        drop(studio.window.stage.canvas, mime)
        QGuiApplication.clipboard().setMimeData(mime)
        studio.files.paste()
        await asyncio.sleep(0.2)
        assert len(studio.bench.session.history) == 0

    at_the_window(good(), act)
    assert outside_connections == []


def test_f_loc_33_each_kind_of_clipboard_goes_where_it_belongs(
    at_the_window: Window, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(png(1))
    clipboard = QGuiApplication.clipboard()
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(0xFF336699)

    async def act(studio: Studio) -> None:
        history, edit = studio.bench.session.history, studio.window.right.instruction.edit
        toast = part(studio.window.middle, Toast, "toast")
        # Nothing.
        clipboard.clear()
        studio.files.paste()
        assert "no picture" in toast.text()
        # A picture.
        clipboard.setImage(picture)
        studio.files.paste()
        await until(lambda: len(history) == 1)
        # A list of files.
        clipboard.setMimeData(files(tmp_path / "a.png"))
        studio.files.paste()
        await until(lambda: len(history) == 2)
        # A web page with a picture in it: the picture that came along, not the address.
        page = QMimeData()
        page.setHtml('<img src="http://127.0.0.1:9/x.png">')
        page.setImageData(picture)
        clipboard.setMimeData(page)
        studio.files.paste()
        await until(lambda: len(history) == 3)
        # An address and words are words.
        for words in ("http://127.0.0.1:9/x.png", "make it warmer"):
            clipboard.setText(words)
            studio.files.paste()
            assert words in edit.toPlainText()
        await asyncio.sleep(0.1)
        assert len(history) == 3

    at_the_window(good(), act)


def test_f_loc_33_a_pasted_picture_of_100_megapixels_is_refused_in_words(
    at_the_window: Window,
) -> None:
    async def act(studio: Studio) -> None:
        picture = QImage(12_000, 8_500, QImage.Format.Format_RGB32)
        picture.fill(0xFF336699)
        studio.files.take_image(picture, "Pasted picture")
        await until(lambda: messages(studio))
        assert "102 megapixels is more than the app opens (64)" in said(studio)
        assert not studio.bench.is_open or not len(studio.bench.session.history)

    at_the_window(good(), act)


# Sessions that cannot be opened as they are.


def test_f_loc_5_a_session_open_elsewhere_is_offered_for_reading(
    at_the_window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "s.kontext"

    async def act(studio: Studio) -> None:
        studio.files.open_paths([path])
        await until(lambda: "is open in another window (PID" in said(studio))
        press(studio, "Open read-only")
        await until(lambda: studio.bench.is_open and studio.bench.path == path)
        assert studio.bench.desk.read_only
        await until(partial(is_said, studio, "read-only"))
        assert "PID" not in said(studio)
        # Run says why it cannot be pressed, and the way out is one press away.
        run = part(studio.window.right, QPushButton, "runButton")
        await until(lambda: run.text() == "Open in another window")
        assert not run.isEnabled()
        studio.running.rerun(list(studio.bench.session.history)[-1])
        card = studio.window.right.instruction.card
        await until(card.isVisible)
        (button,) = [one for one in card.findChildren(QPushButton) if one.text() == "Save a copy"]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        dialog = studio.window.findChild(QFileDialog, "fileDialog")
        await until(lambda: dialog is not None and dialog.isVisible())
        assert dialog is not None
        assert Path(dialog.selectedFiles()[0]) == tmp_path / "s copy.kontext"
        dialog.fileSelected.emit(str(tmp_path / "mine.kontext"))
        dialog.close()
        await until(lambda: studio.bench.is_open and studio.bench.path.name == "mine.kontext")
        await until(lambda: run.text() != "Open in another window")
        await until(lambda: not studio.bench.desk.read_only)
        assert "read-only" not in said(studio)

    async def first(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await studio.bench.save_copy(path)

    at_the_window(good(), first)
    held = SessionFile.open(path)
    try:
        at_the_window(good(), act)
    finally:
        held.close()


def test_f_loc_9_a_session_of_a_newer_version_is_offered_for_reading(
    at_the_window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "s.kontext"
    SessionFile.create(path).close()
    with sqlite3.connect(path) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.close()
    before = path.read_bytes()

    async def act(studio: Studio) -> None:
        studio.files.open_paths([path])
        await until(lambda: "newer version" in said(studio))
        press(studio, "Open read-only")
        await until(lambda: studio.bench.is_open and studio.bench.path == path)
        assert studio.bench.desk.read_only

    at_the_window(good(), act)
    assert path.read_bytes() == before


def test_f_loc_7_of_a_damaged_session_what_is_whole_is_saved_on_request(
    at_the_window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "s.kontext"

    async def first(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await studio.bench.name_session(path)

    async def second(studio: Studio) -> None:
        studio.files.open_paths([path])
        await until(lambda: "damaged" in said(studio))
        press(studio, "Save what is whole")
        await until(lambda: studio.bench.is_open and studio.bench.path == path, 20)
        assert len(studio.bench.session.history) == 2
        await until(lambda: ".damaged-" in said(studio))
        await asyncio.sleep(0.1)
        assert ".damaged-" in said(studio)

    at_the_window(good(), first)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE journal")
    connection.close()
    at_the_window(good(), second)


def test_a_damaged_picture_is_told_at_opening_and_its_step_is_held_back(
    at_the_window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "s.kontext"
    hit: list[str] = []
    each_its_own = ScriptedProvider(
        lambda request: whole_run([png(len(request.instruction), 240, 160)])
    )

    async def first(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await run_once(studio, "Make it much darker")
        await studio.bench.name_session(path)
        hit.extend(node.image.sha256 for node in studio.bench.session.history if node.step == 1)

    async def second(studio: Studio) -> None:
        await until(partial(is_said, studio, "The picture of 1 step is damaged."))
        shown = studio.window.history.view.rows
        await until(lambda: [row.step for row in shown.rows if row.is_lost] == [1])
        rows = {row.step: row for row in shown.rows}
        assert rows[1].icon == "triangle-alert"
        assert "picture is damaged" in rows[1].spoken
        actions = studio.window.actions_by_id
        assert actions["export"].isEnabled(), "the current step is whole"
        assert not actions["compare_parent"].isEnabled(), "what it was made from is not"
        press(studio, "Show it")
        await until(partial(is_on_step, studio, 1))
        run = studio.window.right.instruction.run_button
        await until(lambda: "damaged" in run.text())
        assert not run.isEnabled()
        for name in ("export", "view_wipe", "compare_parent"):
            assert not actions[name].isEnabled()
            assert "the picture of step 1 is damaged" in actions[name].toolTip()
        assert actions["rerun"].isEnabled(), "the original, from which it was made, is whole"
        original = studio.bench.session.history.roots()[0]
        studio.steps.select(original.id)
        await until(lambda: "damaged" not in run.text())
        assert actions["export"].isEnabled()

    at_the_window(each_its_own, first)
    with sqlite3.connect(path) as connection:  # its small picture is still there
        connection.execute("UPDATE images SET data = zeroblob(length(data)) WHERE sha256 = ?", hit)
    connection.close()
    at_the_window(good(), second)
