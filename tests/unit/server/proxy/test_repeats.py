"""Idempotency-Key: a repeated order is answered, not paid again, whatever happened in between."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.server.proxy.clients import add_client
from kontext_studio.server.proxy.ledger import (
    Begun,
    Kept,
    Ledger,
    Order,
    OtherOrder,
    OverLimit,
    Unanswered,
)
from tests.fakes.service_behind import FLAGGED, cuts, holds, says
from tests.unit.server.proxy.conftest import (
    MODEL,
    QUEUE,
    REPLICATE_MODEL,
    RUN,
    desk_opened,
)

KEY = {"idempotency_key": "one"}
HEADER = {"idempotency-key": "one"}


def test_the_same_order_is_answered_with_the_first_answer(desk):
    first, second = desk.submit(**KEY), desk.submit(**KEY)
    assert second.json() == first.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(desk.behind.paid()) == 1
    assert desk.spent() == 0.025


def test_a_sync_run_and_a_stream_are_answered_again_too(desk):
    target = f"{RUN}/{MODEL}/stream"
    runs = [desk.run(**KEY) for _ in range(2)]
    streams = [desk.fal("POST", target, {}, idempotency_key="two") for _ in range(2)]
    for first, second in (runs, streams):
        assert second.content == first.content
        assert second.headers["content-type"] == first.headers["content-type"]
    assert len(desk.behind.paid()) == 2


def test_a_form_with_another_boundary_is_the_same_order(desk):
    for _ in range(2):
        form = {"model": (None, "flux.1-kontext-dev"), "image": ("a.png", b"\x89PNG", "image/png")}
        answer = desk.http.post("/lumenfall/openai/v1/images/edits", files=form, headers=HEADER)
        assert answer.status_code == 200
    assert len(desk.behind.paid()) == 1


def test_the_same_key_with_another_order_is_refused(desk):
    desk.submit(**KEY)
    for answer in (desk.submit({"prompt": "other"}, **KEY), desk.run(**KEY)):
        assert answer.status_code == 422
        assert answer.json()["error_type"] == "idempotency_key_reused"
    assert len(desk.behind.paid()) == 1


def test_a_key_belongs_to_its_client(open_desk, tmp_path):
    desk = open_desk("anna", "ben")
    desk.submit(**KEY)
    token = add_client(tmp_path / "clients.json", "ben").reveal()
    desk.submit(**KEY, x_kontext_token=token)
    assert len(desk.behind.paid()) == 2


def test_orders_without_a_key_are_each_sent(desk):
    desk.submit()
    desk.submit()
    assert len(desk.behind.paid()) == 2


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_refused(desk, key):
    answer = desk.submit(idempotency_key=key)
    assert (answer.status_code, answer.json()["error_type"]) == (422, "idempotency_key_invalid")
    assert desk.behind.seen == []


def test_after_a_refusal_the_same_order_may_come_again(desk):
    desk.behind.scripts.append(says(403, {"detail": "User is locked."}))
    assert desk.submit(**KEY).status_code == 403
    assert desk.submit(**KEY).status_code == 200


def test_an_order_whose_answer_was_lost_is_never_sent_again(desk):
    desk.behind.scripts.append(cuts)
    assert desk.submit(**KEY).status_code == 502
    for _ in range(2):
        again = desk.submit(**KEY)
        assert (again.status_code, again.json()["error_type"]) == (409, "outcome_unknown")
        assert "outcome is unknown" in again.json()["detail"]
    assert len(desk.behind.paid()) == 1


def test_a_service_that_broke_is_not_asked_again_under_the_same_key(desk):
    desk.behind.scripts.append(says(500, {"detail": "broken"}))
    assert [desk.submit(**KEY).status_code for _ in range(2)] == [500, 500]
    assert len(desk.behind.paid()) == 1


def test_f_api_15_a_busy_service_that_took_nothing_is_asked_again_under_the_same_key(desk):
    desk.behind.scripts.append(says(503, {"detail": "Not accepted: the queue is full."}))
    assert desk.submit(**KEY).status_code == 503
    assert desk.spent() == 0
    assert desk.submit(**KEY).status_code == 200
    assert desk.spent() == 0.025


def test_a_run_that_was_refused_after_it_had_worked_is_not_run_again_under_the_same_key(desk):
    desk.behind.scripts.append(says(422, {"detail": FLAGGED}))
    assert [desk.run(**KEY).status_code for _ in range(2)] == [422, 422]
    assert len(desk.behind.paid()) == 1
    assert desk.spent() == 0.025


def test_a_repeat_while_the_first_is_under_way_waits_for_its_answer(desk):
    reached, go_on = threading.Event(), threading.Event()
    desk.behind.scripts.append(holds(reached, go_on))
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(desk.submit, **KEY)
        assert reached.wait(10)
        others = [pool.submit(desk.submit, **KEY) for _ in range(3)]
        go_on.set()
        answers = [one.result() for one in (first, *others)]
    assert {one.status_code for one in answers} == {200}
    assert len({one.text for one in answers}) == 1
    assert len(desk.behind.paid()) == 1


def test_answers_survive_a_restart(tmp_path, behind):
    with desk_opened(tmp_path, behind, "anna") as desk:
        first = desk.submit(**KEY)
    with desk_opened(tmp_path, behind, "anna") as desk:
        second = desk.submit(**KEY)
        assert second.json() == first.json()
        assert desk.spent() == 0.025
    assert len(behind.paid()) == 1


def test_an_order_that_was_cut_off_by_a_kill_has_an_unknown_outcome(tmp_path, behind):
    with desk_opened(tmp_path, behind, "anna") as desk:
        desk.submit(**KEY)
    with sqlite3.connect(tmp_path / "records.sqlite3") as db:  # as a kill would have left it
        db.execute("UPDATE orders SET answered = 0, status = NULL, headers = NULL, body = NULL")
    db.close()
    with desk_opened(tmp_path, behind, "anna") as desk:
        answer = desk.submit(**KEY)
        assert (answer.status_code, answer.json()["error_type"]) == (409, "outcome_unknown")
        assert desk.spent() == 0.025
    assert len(behind.paid()) == 1


def test_a_key_is_forgotten_after_its_time(desk):
    desk.submit(**KEY)
    desk.clock[0] += 24 * 3600 + 1
    desk.submit(**KEY)
    assert len(desk.behind.paid()) == 2


def test_a_repeated_prediction_is_answered_with_addresses_of_the_proxy(desk):
    url = f"/replicate/v1/models/{REPLICATE_MODEL}/predictions"
    first, second = (
        desk.http.post(url, json={"input": {"prompt": "x"}}, headers=HEADER) for _ in range(2)
    )
    assert first.json() == second.json()
    assert first.json()["urls"]["get"].startswith(desk.served.origin)


# ---------------------------------------------------------------- asking without sending

NAMED = {"idempotency_key": "key-0001"}
ASK = f"{QUEUE}/orders/key-0001"


def test_an_answer_may_be_asked_for_by_its_key_and_nothing_is_sent(desk):
    first = desk.submit(**NAMED)
    for again in (desk.fal("GET", ASK), desk.http.get("/fal/orders/key-0001")):
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["idempotency-replayed"] == "true"
    assert len(desk.behind.seen) == 1
    assert desk.spent() == 0.025


def test_no_answer_is_told_to_another_client_or_for_another_key(open_desk, tmp_path):
    desk = open_desk("anna", "ben")
    token = add_client(tmp_path / "clients.json", "ben").reveal()
    desk.submit(**NAMED)
    for answer in (desk.fal("GET", ASK, x_kontext_token=token), desk.fal("GET", f"{ASK}2")):
        assert (answer.status_code, answer.json()["error_type"]) == (404, "not_found")
    assert len(desk.behind.seen) == 1


def test_an_order_whose_answer_was_lost_is_told_as_unknown(desk):
    desk.behind.scripts.append(cuts)
    desk.submit(**NAMED)
    answer = desk.fal("GET", ASK)
    assert (answer.status_code, answer.headers["x-kontext-outcome"]) == (409, "unknown")


def test_who_asks_while_the_order_is_under_way_waits_for_its_answer(desk):
    reached, go_on = threading.Event(), threading.Event()
    desk.behind.scripts.append(holds(reached, go_on))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(desk.submit, **NAMED)
        assert reached.wait(10)
        asked = pool.submit(desk.fal, "GET", ASK)
        go_on.set()
        assert asked.result().json() == first.result().json()


@pytest.mark.parametrize(
    ("script", "status", "outcome"),
    [
        (cuts, 502, "unknown"),
        (says(500, {"detail": "broken"}, x_kontext_outcome="not-sent"), 500, None),
        (says(422, {"detail": "no"}), 422, None),
    ],
)
def test_only_the_proxy_itself_says_what_became_of_an_order(desk, script, status, outcome):
    desk.behind.scripts.append(script)
    answer = desk.submit()
    assert (answer.status_code, answer.headers.get("x-kontext-outcome")) == (status, outcome)


# ---------------------------------------------------------------- the ledger alone


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "l.sqlite3", remember_s=3600)
    yield ledger
    ledger.close()


def order(key="k", digest=b"1", micros=10):
    return Order("anna", key, digest, micros, "x")


def test_the_ledger_tells_what_became_of_an_order(ledger):
    begun = ledger.begin(order(), 100)
    assert isinstance(begun, Begun)
    assert ledger.begin(order(), 100) == Unanswered(begun.number)
    assert ledger.begin(order(digest=b"2"), 100) == OtherOrder()
    kept = Kept(200, {"a": "b"}, b"body")
    ledger.answered(begun.number, kept)
    assert ledger.begin(order(), 100) == kept
    ledger.forget(begun.number)
    assert isinstance(ledger.begin(order(), 100), Begun)


def test_the_ledger_counts_to_the_limit_and_not_beyond(ledger):
    for spent in range(10):
        assert ledger.spent_micros("anna") == spent * 10
        assert isinstance(ledger.begin(order(key=None), 100), Begun)
    assert ledger.begin(order(key=None, micros=1), 100) == OverLimit(100)
    assert isinstance(ledger.begin(order(key=None, micros=0), 100), Begun)


def test_the_answer_of_an_order_without_a_key_is_not_kept(ledger, tmp_path):
    begun = ledger.begin(order(key=None), 100)
    ledger.answered(begun.number, Kept(200, {}, b"a picture of somebody"))
    ledger.close()
    assert b"somebody" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


def test_only_one_proxy_uses_the_records(ledger, tmp_path):
    with pytest.raises(BadRequest, match="cannot be opened"):
        Ledger(tmp_path / "l.sqlite3", remember_s=3600)


def test_records_are_private(ledger, tmp_path):
    ledger.begin(order(), 100)
    assert {one.stat().st_mode & 0o077 for one in tmp_path.iterdir()} == {0}


def test_records_of_a_newer_version_are_left_alone(tmp_path):
    file = tmp_path / "l.sqlite3"
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(BadRequest, match="newer version"):
        Ledger(file, remember_s=1)
