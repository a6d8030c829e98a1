from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobFault, JobState
from kontext_studio.gui.jobs.job_card_view import JobCardView, Suggestion
from kontext_studio.gui.jobs.job_line import JobLine
from kontext_studio.gui.jobs.job_list import JobList
from kontext_studio.gui.jobs.job_rows import JobInputs, list_jobs
from kontext_studio.gui.jobs.progress import JobProgress
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.workbench.progress import Phase
from tests.gui.history.sessions import EMBEDDED, REFUSED, Story
from tests.gui.shell.accessibility import names_missing, small_targets

RUNNING = JobProgress(Phase.RUNNING, elapsed_s=5, usual_s=9)


@pytest.fixture
def story() -> Story:
    made = Story()
    made.original()
    return made


@pytest.fixture
def jobs(qtbot, theme):
    made = JobList(theme)
    qtbot.add_widget(made)
    made.resize(376, 700)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def add(story: Story, name: str, state: JobState = JobState.SUBMITTED, **more) -> JobId:
    return story.job(NodeId("original"), name, state=state, **more)


def show(jobs: JobList, story: Story, **more) -> None:
    jobs.show_jobs(list_jobs(JobInputs(story.session, story.jobs, **more)))


def texts(jobs: JobList) -> list[str]:
    return [label.text() for label in jobs.findChildren(QLabel) if label.isVisible()]


def press(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_without_runs_it_says_so(jobs):
    assert "No jobs" in texts(jobs)


def test_a_running_run_can_be_cancelled_with_one_press(jobs, story, qtbot):
    job = add(story, "run")
    show(jobs, story, progress={job: RUNNING})
    assert "In progress · 5 s of about 9 s" in texts(jobs)
    with qtbot.wait_signal(jobs.cancel_requested) as asked:
        press(qtbot, jobs.findChild(QToolButton, "jobCancel"))
    assert asked.args == [job]


def test_a_press_on_a_line_shows_its_step(jobs, story, qtbot):
    job = add(story, "run")
    show(jobs, story, progress={job: RUNNING})
    line = jobs.findChild(JobLine)
    with qtbot.wait_signal(jobs.show_requested) as asked:
        press(qtbot, line)
    assert asked.args == [job]
    line.setFocus()
    with qtbot.wait_signal(jobs.show_requested):
        qtbot.keyClick(line, Qt.Key.Key_Return)


def test_new_facts_change_the_line_and_keep_the_focus(jobs, story, qtbot):
    job = add(story, "run")
    show(jobs, story, progress={job: RUNNING})
    line = jobs.findChild(JobLine)
    line.setFocus()
    show(jobs, story, progress={job: JobProgress(Phase.RUNNING, elapsed_s=6, usual_s=9)})
    assert "In progress · 6 s of about 9 s" in texts(jobs)
    assert line.hasFocus()


def test_a_failed_run_becomes_a_card_that_can_be_put_away(jobs, story, qtbot):
    job = add(story, "run")
    show(jobs, story, progress={job: RUNNING})
    story.jobs.clear()
    lost = add(story, "run", JobState.FAILED, fault=JobFault("x", "The model failed."))
    show(jobs, story)
    assert lost == job
    assert not [line for line in jobs.findChildren(JobLine) if line.isVisible()]
    assert "The model failed" in texts(jobs)
    with qtbot.wait_signal(jobs.dismiss_requested) as asked:
        press(qtbot, jobs.findChild(QToolButton, "jobDismiss"))
    assert asked.args == [job]
    with qtbot.wait_signal(jobs.retry_requested):
        press(qtbot, jobs.findChild(QPushButton, "jobVerb-retry"))


def test_a_suggestion_is_told_with_its_run(jobs, story, qtbot):
    job = add(story, "run", JobState.FAILED, fault=REFUSED, provider="embedded", model=EMBEDDED)
    show(jobs, story)
    chip = next(b for b in jobs.findChildren(QPushButton) if b.text() == "Warmer")
    with qtbot.wait_signal(jobs.suggestion_chosen) as chosen:
        press(qtbot, chip)
    assert chosen.args == [Suggestion(job, "warmer")]
    with qtbot.wait_signal(jobs.put_back_requested):
        press(qtbot, jobs.findChild(QPushButton, "jobVerb-put_back"))
    with qtbot.wait_signal(jobs.connect_requested):
        press(qtbot, jobs.findChild(QPushButton, "jobVerb-connect"))


def test_details_open_in_the_card_and_stay_open(jobs, story, qtbot):
    add(story, "run", JobState.FAILED, fault=JobFault("x", "It stopped.", detail="status 500"))
    show(jobs, story)
    details = jobs.findChild(QLabel, "jobDetails")
    assert not details.isVisible()
    press(qtbot, jobs.findChild(QToolButton, "jobShowDetails"))
    assert details.isVisible()
    assert "status 500" in details.text()
    show(jobs, story, now=1.0)
    assert details.isVisible()


def test_several_waiting_runs_can_be_cancelled_together(jobs, story, qtbot):
    first, second = add(story, "one"), add(story, "two")
    button = jobs.findChild(QPushButton, "cancelWaiting")
    waiting = JobProgress(Phase.WAITING)
    show(jobs, story, progress={first: waiting, second: RUNNING})
    assert not button.isVisible()
    show(jobs, story, progress={first: waiting, second: waiting})
    with qtbot.wait_signal(jobs.cancel_waiting_requested):
        press(qtbot, button)


def test_the_header_folds_the_list(jobs, story, qtbot):
    job = add(story, "run")
    show(jobs, story, progress={job: RUNNING})
    jobs.set_open(False)
    assert not jobs.findChild(JobLine).isVisible()
    jobs.focus_first()
    assert jobs.findChild(JobLine).hasFocus()


def test_it_moves_only_while_something_runs(jobs, story):
    job = add(story, "run")
    show(jobs, story, progress={job: JobProgress(Phase.WAITING)})
    assert not jobs.is_moving
    show(jobs, story, progress={job: RUNNING})
    assert jobs.is_moving
    jobs.set_reduced_motion(True)
    assert not jobs.is_moving


def order(jobs: JobList) -> list[str]:
    """The lines and cards from top to bottom, as they are spoken."""
    shown = [*jobs.findChildren(JobLine), *jobs.findChildren(JobCardView)]
    seen = sorted((one for one in shown if one.isVisible()), key=lambda one: one.y())
    return [widget.accessibleName() for widget in seen]


def test_a_run_that_starts_moves_up(jobs, story, qtbot):
    first = add(story, "one", instruction="Add a hat")
    second = add(story, "two", instruction="Add a dog")
    waiting = JobProgress(Phase.WAITING)
    show(jobs, story, progress={first: waiting, second: waiting})
    qtbot.wait_until(lambda: order(jobs) == ["Add a hat, Waiting", "Add a dog, Waiting"])
    show(jobs, story, progress={first: waiting, second: RUNNING})
    expected = ["Add a dog, In progress, 5 s of about 9 s", "Add a hat, Waiting"]
    qtbot.wait_until(lambda: order(jobs) == expected)


def test_every_stop_has_a_name_and_every_target_is_large_enough(dressed, jobs, story):
    job = add(story, "run")
    add(story, "lost", JobState.FAILED, fault=REFUSED, provider="embedded", model=EMBEDDED)
    show(jobs, story, progress={job: RUNNING})
    assert names_missing(jobs) == []
    assert small_targets(jobs) == []


def test_the_button_for_the_details_is_dressed_anew_with_everything_else(jobs, story):
    add(story, "lost", JobState.FAILED, fault=REFUSED, provider="embedded", model=EMBEDDED)
    show(jobs, story)
    button = jobs.findChild(QToolButton, "jobShowDetails")

    def lightest() -> int:
        picture = button.icon().pixmap(16, 16).toImage()
        pixels = [picture.pixelColor(x, y) for x in range(16) for y in range(16)]
        return max(one.lightness() for one in pixels if one.alpha() > 200)

    dark = lightest()
    jobs.set_theme(load_theme(ThemeName.LIGHT))
    assert lightest() < dark / 2, "a light icon cannot be seen on a light card"
