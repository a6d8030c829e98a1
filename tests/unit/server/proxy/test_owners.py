"""Whose a run is: no client reads, cancels or lists what another one bought."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from kontext_studio.server.proxy.clients import add_client
from kontext_studio.server.proxy.config import upstream_config
from tests.fakes.service_behind import cuts, says
from tests.unit.server.proxy.conftest import MODEL, QUEUE, REPLICATE_MODEL, desk_opened

AT = f"{QUEUE}/fal-ai/flux-kontext/requests/run-1"
CREATE = f"/replicate/v1/models/{REPLICATE_MODEL}/predictions"
LIST = "https://api.fal.ai/v1/models/requests/by-endpoint?" + urlencode({"endpoint_id": MODEL})


@pytest.fixture
def two(open_desk, tmp_path):
    """The proxy as `anna` sees it, and the headers that make a call one of `ben`'s."""
    desk = open_desk("anna", "ben")
    token = add_client(tmp_path / "clients.json", "ben").reveal()
    return desk, {"x-kontext-token": token}


def iso(seconds):
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def fal_list(desk, **headers):
    answer = desk.fal("GET", LIST, **headers)
    return [one["request_id"] for one in answer.json()["items"]]


def fal_items(desk, *numbers, model=MODEL, late_s=0.0):
    sent = iso(desk.clock[0] + late_s)
    items = [{"request_id": one, "endpoint_id": model, "sent_at": sent} for one in numbers]
    return says(200, {"items": items, "has_more": False})


def test_f_sec_16_a_run_of_fal_is_its_buyers_alone(two):
    desk, ben = two
    desk.submit()
    for method, target in (
        ("GET", AT),
        ("GET", f"{AT}/status"),
        ("GET", f"{AT}/status/stream"),
        ("PUT", f"{AT}/cancel"),
    ):
        answer = desk.fal(method, target, **ben)
        assert (answer.status_code, answer.json()["error_type"]) == (404, "not_found")
    assert len(desk.behind.seen) == 1, "nothing of it was asked"
    assert desk.fal("GET", AT).status_code == 200
    assert desk.fal("PUT", f"{AT}/cancel").status_code == 202


def test_whether_the_service_takes_the_key_is_asked_of_the_service_by_everybody(two):
    desk, _ = two
    made_up = "00000000-0000-4000-8000-000000000000"
    desk.fal("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/{made_up}/status")
    desk.http.get(f"/bfl/v1/get_result?id={made_up}")
    desk.http.get(f"/replicate/v1/predictions/{'0' * 26}")
    assert len(desk.behind.seen) == 3


def test_f_sec_16_a_prediction_its_stream_and_an_upload_are_their_makers_alone(two):
    desk, ben = two
    desk.http.post(CREATE, json={"input": {"prompt": "x"}})
    desk.http.post("/replicate/v1/files", files={"content": b"x"})
    own = "/replicate/v1"
    paths = ("/predictions/run-1", "/streams/run-1", "/files/file-1")
    before = len(desk.behind.seen)
    for path in paths:
        assert desk.http.get(own + path, headers=ben).status_code == 404
    assert desk.http.post(f"{own}/predictions/run-1/cancel", headers=ben).status_code == 404
    assert len(desk.behind.seen) == before
    for path in paths:
        assert desk.http.get(own + path).status_code < 300


def test_f_sec_16_a_run_of_bfl_is_its_buyers_alone(two):
    desk, ben = two
    desk.http.post("/bfl/v1/flux-kontext-pro", json={"prompt": "x"})
    path = "/bfl/v1/get_result?id=run-1"
    assert desk.http.get(path, headers=ben).status_code == 404
    assert desk.http.get(path).status_code == 200


def test_f_sec_16_what_was_not_bought_here_is_nobodys(two):
    desk, _ = two
    assert desk.fal("GET", AT).status_code == 404
    assert desk.behind.seen == []


def test_where_it_is_configured_all_share_their_runs(open_desk):
    desk = open_desk("anna", share_runs=True)
    assert desk.fal("GET", AT).status_code == 200
    desk.behind.scripts.append(fal_items(desk, "a", "b"))
    assert fal_list(desk) == ["a", "b"]


def test_without_clients_there_is_nobody_to_keep_apart(open_desk):
    assert open_desk().fal("GET", AT).status_code == 200


def test_f_sec_16_the_list_of_fal_has_the_clients_own_runs_alone(two):
    desk, ben = two
    desk.submit()
    for headers, seen in (({}, ["run-1"]), (ben, [])):
        desk.behind.scripts.append(fal_items(desk, "run-1", "other"))
        assert fal_list(desk, **headers) == seen


def test_f_sec_16_the_list_of_replicate_has_the_clients_own_runs_alone(two):
    desk, ben = two
    desk.http.post(CREATE, json={"input": {"prompt": "x"}})
    made = iso(desk.clock[0])
    whole = {
        "results": [
            {"id": one, "model": REPLICATE_MODEL, "created_at": made} for one in ("run-1", "z")
        ],
        "next": f"{desk.behind.origin}/v1/predictions?cursor=cD0y",
    }
    for headers, seen in (({}, ["run-1"]), (ben, [])):
        desk.behind.scripts.append(says(200, whole))
        told = desk.http.get("/replicate/v1/predictions?cursor=cD0x", headers=headers).json()
        assert [one["id"] for one in told["results"]] == seen
        assert told["next"] == f"{desk.served.origin}/replicate/v1/predictions?cursor=cD0y"
    assert desk.behind.seen[-1].path == "/v1/predictions?cursor=cD0x"


def test_a_run_whose_answer_was_lost_is_found_in_the_list_by_whoever_lost_it(two):
    desk, ben = two
    desk.behind.scripts.append(cuts)
    desk.submit()
    for headers, seen in ((ben, []), ({}, ["lost"]), (ben, [])):
        desk.behind.scripts.append(fal_items(desk, "lost", late_s=60))
        assert fal_list(desk, **headers) == seen
    at = AT.replace("run-1", "lost")
    assert (desk.fal("GET", at).status_code, desk.fal("GET", at, **ben).status_code) == (200, 404)


@pytest.mark.parametrize("other", [{"late_s": 3600}, {"model": "fal-ai/flux-pro/kontext"}])
def test_f_sec_16_a_run_of_another_time_or_model_is_not_what_was_lost(two, other):
    desk, _ = two
    desk.behind.scripts.append(cuts)
    desk.submit()
    desk.behind.scripts.append(fal_items(desk, "lost", **other))
    assert fal_list(desk) == []


def test_whoever_lost_nothing_finds_nothing(two):
    desk, _ = two
    desk.submit()
    desk.behind.scripts.append(fal_items(desk, "nobodys"))
    assert fal_list(desk) == []


@pytest.mark.parametrize("value", [{}, {"items": {}}, [], "x", {"items": ["x", 7, {}]}])
def test_f_sec_16_what_is_no_list_of_runs_does_not_pass(two, value):
    desk, _ = two
    desk.behind.scripts.append(says(200, value))
    answer = desk.fal("GET", LIST)
    entries = answer.json().get("items", [])
    assert (answer.status_code, entries) in ((502, []), (200, []))


def test_whose_a_run_is_survives_a_restart(tmp_path, behind):
    with desk_opened(tmp_path, behind, "anna") as desk:
        desk.submit()
    with desk_opened(tmp_path, behind, "anna") as desk:
        assert desk.fal("GET", AT).status_code == 200


def test_the_list_is_asked_for_where_the_table_says(two):
    desk, _ = two
    desk.behind.scripts.append(fal_items(desk))
    fal_list(desk)
    seen = desk.behind.seen[-1]
    assert seen.path.startswith("/platform/v1/models/requests/by-endpoint?endpoint_id=fal-ai%2F")
    assert seen.headers["authorization"].startswith("Key ")


def test_a_fal_of_ones_own_without_a_list_is_not_looked_for_at_fal(open_desk):
    hosts = dict.fromkeys(("run", "queue", "rest"), "http://127.0.0.1:9")
    desk = open_desk("anna", upstreams=(upstream_config("fal", {"hosts": hosts}),))
    assert desk.fal("GET", LIST).text == '"Invalid request"'
