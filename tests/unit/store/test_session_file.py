"""What was written is there again: steps, runs, drafts, undo, pictures, and where one was."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kontext_studio.core.changes import Change, JobDismissed, NodesAdded
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import DiskFull, SessionDamaged
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.images import Sha256
from kontext_studio.core.jobs import JobState
from kontext_studio.core.provider import HostedUrl
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import (
    add_edit,
    add_original,
    edit,
    job,
    original,
    picture,
    redo,
    state_of,
    undo,
)


def reloaded(path: Path) -> Session:
    with SessionFile.open(path) as file:
        return file.load().session


def test_a_new_session_is_empty(opened):
    loaded = opened(create=True).load()

    assert len(loaded.session.history) == 0
    assert loaded.session.head is None
    assert (loaded.jobs, loaded.drafts) == ({}, {})


def test_steps_runs_and_pictures_come_back(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    first = add_edit(file, session, 1, root)
    second = add_edit(file, session, 2, first)
    file.close()

    again = opened()
    loaded = again.load()

    assert state_of(loaded.session) == state_of(session)
    assert [node.id for node in loaded.session.history] == [root.id, first.id, second.id]
    assert loaded.session.head == second.id
    assert list(loaded.jobs) == [JobId("job1"), JobId("job2")]
    assert loaded.jobs[JobId("job2")] == job(2, first, JobState.STORED)
    for number, node in enumerate((root, first, second)):
        assert again.read_image(node.image.sha256) == picture(number)[1]


def test_the_variants_of_a_run_are_one_act(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    variants = tuple(edit(number, root, variant=number, step=1) for number in (1, 2, 3))
    change = session.add(variants, move_head=False)
    file.commit(change, images=[picture(number) for number in (1, 2, 3)])
    session.apply(change)
    undo(file, session)
    file.close()

    session = reloaded(path)

    assert len(session.history) == 4
    assert session.hidden == {node.id for node in variants}
    assert session.head == root.id
    assert session.redo_text == "edit"


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            "edit edit move label star pick delete restore dismiss".split()
            + "undo undo redo reopen draft".split()
        ),
        st.integers(0, 50),
        st.text(max_size=8),
    ),
    max_size=14,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_any_work_comes_back_as_it_was_left(tmp_path_factory, acts):
    path = tmp_path_factory.mktemp("work") / "work.kontext"
    file, session = SessionFile.create(path), Session()
    drafts: dict[NodeId | None, Draft] = {}
    add_original(file, session)
    for count, (act, which, text) in enumerate(acts, start=1):
        nodes = tuple(session.history)
        node = nodes[which % len(nodes)]
        change: Change | None = None
        match act:
            case "edit":
                add_edit(file, session, count, node)
            case "move":
                moved = session.move_head(node.id)
                if moved is not None:
                    file.save_head(node.id)
                    session.apply(moved)
            case "label":
                change = session.label(node.id, text)
            case "star":
                change = session.star(node.id, which % 2 == 0)
            case "pick":
                change = session.pick(node.id, which % 2 == 0)
            case "delete":
                change = session.delete(node.id)
            case "restore":
                change = session.restore((node.id,))
            case "dismiss":
                change = session.dismiss(JobId(f"job{which}"))
            case "undo":
                undo(file, session)
            case "redo":
                redo(file, session)
            case "reopen":
                file.close()
                file = SessionFile.open(path)
            case "draft":
                draft = Draft(text=text, count=1 + which % 4, seed=which or None)
                where = node.id if which % 3 else None
                file.save_draft(where, draft)
                drafts[where] = draft
        if change is not None:
            file.commit(change)
            session.apply(change)
    file.close()

    with SessionFile.open(path) as again:
        loaded = again.load()
        assert state_of(loaded.session) == state_of(session)
        assert loaded.drafts == {key: one for key, one in drafts.items() if one != Draft()}
        assert again.check() == ()


def test_where_one_was_is_kept_and_is_no_act_to_undo(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    add_edit(file, session, 1, root)
    file.save_head(root.id)
    label = session.label(root.id, "the cat")
    assert label is not None
    file.commit(label)
    file.close()

    session = reloaded(path)

    assert session.head == root.id
    assert session.undo_text == "rename"


def test_one_stays_at_a_step_one_went_to_when_another_is_undone(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    first = add_edit(file, session, 1, root)
    add_edit(file, session, 2, first)
    move = session.move_head(root.id)
    assert move is not None
    file.save_head(root.id)
    session.apply(move)
    undo(file, session)
    file.close()

    assert session.head == root.id
    assert reloaded(path).head == root.id


def test_the_head_of_an_undone_act_wins_over_where_one_was_before_it(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    file.save_head(root.id)
    add_edit(file, session, 1, root)
    undo(file, session)
    file.close()

    assert reloaded(path).head == root.id


def test_the_journal_never_says_that_nothing_was_undone(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    change = session.undo()
    assert change is not None
    with pytest.raises(ValueError, match="nothing to redo"):
        file.commit_redo(change)
    undo(file, session)
    with pytest.raises(ValueError, match="nothing to undo"):
        file.commit_undo(change)
    file.close()

    session = reloaded(path)
    assert session.done == []
    assert session.hidden == {root.id}


def test_a_new_act_ends_what_could_be_redone(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    star = session.star(root.id, True)
    label = session.label(root.id, "x")
    assert star is not None
    assert label is not None
    file.commit(star)
    session.apply(star)
    undo(file, session)
    file.commit(label)
    with pytest.raises(ValueError, match="nothing to redo"):
        file.commit_redo(star)
    file.close()

    session = reloaded(path)

    assert session.undone == []
    assert session.stars == set()
    assert session.labels == {root.id: "x"}


def test_a_session_goes_on_after_it_was_opened_again(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    add_edit(file, session, 1, root)
    file.close()

    file = opened()
    undo(file, session)
    redo(file, session)
    dismissed = JobDismissed(JobId("job9"), True)
    file.commit(dismissed)
    session.apply(dismissed)
    undo(file, session)
    file.close()

    session = reloaded(path)
    assert session.redo_text == "dismiss run"
    assert session.undo_text == "edit"
    assert session.hidden == set()


def test_the_last_state_of_a_run_is_kept(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    record = job(1, root)
    file.save_job(record)
    other = job(2, root)
    file.save_job(other)
    sending = dataclasses.replace(record.moved_to(JobState.SENDING), sent_at=12.25)
    file.save_job(sending)
    file.close()

    jobs = opened().load().jobs

    assert list(jobs.values()) == [sending, other]


def test_an_act_that_cannot_be_written_whole_is_not_written_at_all(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    two = (edit(1, root, step=1), edit(2, root, step=1, variant=2))
    change = NodesAdded(two, root.id, root.id)

    with pytest.raises(ValueError, match="a picture of step step2 is not stored"):
        file.commit(change, jobs=[job(1, root, JobState.STORED)], images=[picture(1)])

    assert not file.has_image(picture(1)[0].sha256)
    file.close()
    loaded = opened().load()
    assert [node.id for node in loaded.session.history] == [root.id]
    assert loaded.jobs == {}


def test_bytes_under_a_wrong_name_are_refused(opened):
    file = opened(create=True)
    with pytest.raises(ValueError, match="not the bytes"):
        file.put_image(picture(1)[0], picture(2)[1])
    assert not file.has_image(picture(1)[0].sha256)


def test_the_same_picture_is_stored_once(opened, path):
    file = opened(create=True)
    ref, data = picture(1, 500_000)
    file.put_image(ref, data)
    file.close()
    before = path.stat().st_size

    file = opened()
    for _ in range(5):
        file.put_image(ref, data)
    file.close()

    assert path.stat().st_size == before


def test_a_picture_that_is_not_there_names_its_step(opened):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    add_edit(file, session, 1, root)
    with pytest.raises(SessionDamaged, match=r"^A picture is missing in work\.kontext\.$"):
        file.read_image("0" * 64)
    assert file.read_image(root.image.sha256) == picture(0)[1]


def test_thumbnails_figures_and_hosted_addresses_are_remembered(opened):
    file = opened(create=True)
    sha = picture(1)[0].sha256
    assert file.thumbnail(sha) is None
    assert file.read_measures() == {}
    assert file.hosted_url(sha, "https://fal.run") is None

    file.put_thumbnail(sha, b"small")
    file.put_thumbnail(sha, b"better")
    file.put_measures({"changed:a": 0.25})
    file.remember_hosted(sha, "https://fal.run", HostedUrl("https://a/1.png", 99.5))
    file.remember_hosted(sha, "https://other", HostedUrl("https://b/1.png", None))
    file.close()

    file = opened()
    assert file.thumbnail(sha) == b"better"
    assert file.read_measures() == {"changed:a": 0.25}
    assert file.hosted_url(sha, "https://fal.run") == HostedUrl("https://a/1.png", 99.5)
    assert file.hosted_url(sha, "https://other") == HostedUrl("https://b/1.png", None)

    file.forget_hosted(sha, "https://fal.run")
    assert file.hosted_url(sha, "https://fal.run") is None
    assert file.hosted_url(sha, "https://other") is not None
    file.forget_hosted(sha)
    assert file.hosted_url(sha, "https://other") is None


def test_an_emptied_draft_is_forgotten(opened):
    file = opened(create=True)
    draft = Draft(text="half a 🧵 \ud800 sentence\0", parameters=(("guidance_scale", 3.5),))
    file.save_draft(None, draft)
    file.save_draft(NodeId("a"), draft)
    assert file.load().drafts == {None: draft, NodeId("a"): draft}

    file.save_draft(None, Draft())

    assert file.load().drafts == {NodeId("a"): draft}


def test_the_caller_owns_what_was_loaded(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    star = session.star(root.id, True)
    assert star is not None
    file.commit(star)
    mine = file.load().session
    mine.apply_undo()
    mine.apply_undo()  # not told to the file
    session.apply(star)
    undo(file, session)
    redo(file, session)
    file.close()

    assert reloaded(path).stars == {root.id}


def test_f_sec_22_closing_leaves_one_file_that_only_its_owner_reads(opened, path):
    file, session = opened(create=True), Session()
    add_original(file, session)
    during = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
    assert set(during) == {
        "work.kontext",
        "work.kontext-wal",
        "work.kontext-shm",
        ".work.kontext.lock",
        ".work.kontext.reserve",
    }
    assert set(during.values()) == {0o600}

    file.close()
    file.close()

    assert [one.name for one in path.parent.iterdir()] == ["work.kontext"]
    assert path.read_bytes()[18:20] == b"\x01\x01"  # no log belongs to it


def test_looking_at_a_session_does_not_change_its_file(finished, opened):
    before = (finished.read_bytes(), finished.stat().st_mtime_ns)

    file = opened()
    loaded = file.load()
    file.read_image(loaded.session.history[NodeId("root0")].image.sha256)
    file.check()
    file.close()

    assert (finished.read_bytes(), finished.stat().st_mtime_ns) == before
    assert [one.name for one in finished.parent.iterdir()] == ["work.kontext"]


def test_f_loc_2_a_full_disk_is_told_and_loses_nothing(path, opened):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    file.close()
    file = opened(max_bytes=path.stat().st_size + 200_000)
    ref, data = picture(1, 1_000_000)
    node = dataclasses.replace(edit(1, root), image=ref)
    change = session.add((node,), move_head=True)

    with pytest.raises(DiskFull, match=r"^The disk is full\.$"):
        file.commit(change, jobs=[job(1, root, JobState.STORED)], images=[(ref, data)])

    file.save_job(job(1, root, JobState.REMOTE_DONE))
    assert file.check() == ()
    file.close()
    file = opened()
    assert list(file.load().jobs.values()) == [job(1, root, JobState.REMOTE_DONE)]
    file.commit(change, jobs=[job(1, root, JobState.STORED)], images=[(ref, data)])
    assert file.read_image(ref.sha256) == data


def test_f_ui_12_ten_thousand_steps_are_open_within_two_seconds(path):
    with SessionFile.create(path) as file:
        session = Session()
        root = original()
        nodes = [root]
        for number in range(1, 10_000):
            parent = nodes[-1] if number % 3 else nodes[number // 2]
            nodes.append(
                dataclasses.replace(
                    edit(number, parent), image=root.image, request=edit(1, root).request
                )
            )
        file.commit(session.add(nodes, move_head=False), images=[picture(0)])

    begun = time.process_time()
    with SessionFile.open(path) as file:
        loaded = file.load()
        took_s = time.process_time() - begun

    assert len(loaded.session.history) == 10_000
    assert took_s < 2


def test_a_step_is_never_added_twice(opened):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    other = dataclasses.replace(root, title="another")
    with pytest.raises(Exception, match="UNIQUE"):
        file.commit(NodesAdded((other,), None, other.id))
    assert file.load().session.history[root.id].title == "cat.jpg"


def test_f_loc_32_names_of_any_kind_hold_a_session(tmp_path, opened):
    for name in ("ä b?#%41&.kontext", "'\";$(x).kontext", "-rf.kontext", "🧵.kontext", "x" * 200):
        file = opened(tmp_path / name, create=True)
        add_original(file, Session())
        file.close()
        assert (tmp_path / name).is_file()
        assert len(opened(tmp_path / name).load().session.history) == 1


def test_f_sec_5_a_sha_is_only_ever_a_name(opened):
    file = opened(create=True)
    with pytest.raises(SessionDamaged):
        file.read_image(Sha256("../../etc/passwd' OR 1=1 --"))
