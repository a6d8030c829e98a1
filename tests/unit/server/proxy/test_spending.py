"""The spend limit: what a run is counted as, when it is refused, and when it is given back."""

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kontext_studio.server.proxy.config import ProxyConfig, upstream_config
from kontext_studio.server.proxy.forwarding import NotSent, Way
from kontext_studio.server.proxy.prices import PriceList, catalogue_prices
from tests.fakes.service_behind import cuts, holds, says
from tests.unit.server.proxy.conftest import MODEL, QUEUE, REPLICATE_MODEL, RUN

PRO = "fal-ai/flux-pro/kontext"
LUMENFALL = "/lumenfall/openai/v1/images"


def form(**fields):
    return {name: (None, str(value)) for name, value in fields.items()}


@pytest.mark.parametrize(
    ("order", "usd"),
    [
        (lambda desk: desk.run(), 0.025),
        (lambda desk: desk.submit({"prompt": "x", "num_images": 4}), 0.1),
        (lambda desk: desk.fal("POST", f"{QUEUE}/{PRO}", {"num_images": 2}), 0.08),
        (lambda desk: desk.fal("POST", f"{RUN}/{MODEL}/stream", {"prompt": "x"}), 0.025),
        # Per megapixel: two megapixels are assumed.
        (lambda desk: desk.fal("POST", f"{RUN}/fal-ai/flux-kontext-lora", {"prompt": "x"}), 0.07),
        # The catalogue knows no price: the most that a picture is counted as.
        (lambda desk: desk.fal("POST", f"{RUN}/fal-ai/flux-kontext-lora/inpaint", {}), 0.1),
        (
            lambda desk: desk.http.post(
                f"{LUMENFALL}/generations", json={"model": "flux.1-kontext-pro", "n": 3}
            ),
            0.12,
        ),
        (
            lambda desk: desk.http.post(
                f"{LUMENFALL}/edits", files=form(model="fal/flux.1-kontext-max-edit", n=2)
            ),
            0.16,
        ),
        (
            lambda desk: desk.http.post(
                f"/replicate/v1/models/{REPLICATE_MODEL}/predictions",
                json={"input": {"prompt": "x"}},
            ),
            0.025,
        ),
        (lambda desk: desk.http.post("/bfl/v1/flux-kontext-max", json={"prompt": "x"}), 0.08),
    ],
)
def test_a_run_is_counted_at_its_list_price_for_each_picture(desk, order, usd):
    answer = order(desk)
    assert answer.status_code < 300, answer.text
    assert desk.spent() == pytest.approx(usd)
    assert desk.http.get("/account").json()["ordered_usd"] == pytest.approx(usd)


@pytest.mark.parametrize(
    "free",
    [
        lambda desk: desk.http.get("/replicate/v1/models/black-forest-labs/flux-kontext-dev"),
        lambda desk: desk.http.get("/lumenfall/openai/v1/models"),
        lambda desk: desk.http.post(
            f"{LUMENFALL}/generations?dryRun=true", json={"model": "flux.1-kontext-pro"}
        ),
        lambda desk: desk.http.post("/replicate/v1/files", files={"content": b"x"}),
    ],
)
def test_looking_and_asking_for_a_price_cost_nothing(desk, free):
    desk.behind.scripts.append(says(200, {}))
    assert free(desk).status_code < 300
    assert desk.spent() == 0


@pytest.mark.parametrize("count", [0, -1, 17, 1.0, 2.5, True, "2", [2]])
def test_a_count_that_is_no_plain_number_of_pictures_is_not_forwarded(still_desk, count):
    desk = still_desk
    answer = desk.run({"prompt": "x", "num_images": count})
    assert answer.status_code == 422
    assert "num_images" in answer.json()["detail"]
    assert desk.behind.seen == []


def test_f_sec_16_the_day_ends_at_its_limit_and_begins_anew(open_desk):
    desk = open_desk("anna", usd_per_day=0.06)
    assert [desk.submit().status_code for _ in range(3)] == [200, 200, 402]
    answer = desk.submit()
    assert answer.json()["error_type"] == "spend_limit"
    assert "limit of 0.06 USD a day for anna" in answer.json()["detail"]
    assert answer.headers["x-fal-error-type"] == "spend_limit"
    assert len(desk.behind.paid()) == 2
    # A picture that costs nothing would still be possible; another day all is.
    assert desk.fal("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/run-1").status_code == 200
    desk.clock[0] += 86_400
    assert desk.submit().status_code == 200


def test_a_refusal_over_the_limit_has_the_shape_of_each_service(open_desk):
    desk = open_desk("anna", usd_per_day=0.0)
    openai = desk.http.post(f"{LUMENFALL}/generations", json={"model": "flux.1-kontext-dev"})
    assert openai.status_code == 402
    assert openai.json()["error"]["code"] == "INSUFFICIENT_BALANCE"
    replicate = desk.http.post(
        f"/replicate/v1/models/{REPLICATE_MODEL}/predictions", json={"input": {}}
    )
    assert (replicate.status_code, replicate.json()["status"]) == (402, 402)
    bfl = desk.http.post("/bfl/v1/flux-kontext-pro", json={})
    assert (bfl.status_code, bfl.json()["error"]) == (402, "spend_limit")
    assert desk.behind.seen == []


def test_each_client_has_a_limit_of_its_own(open_desk):
    desk = open_desk("anna", "ben", usd_per_day=0.03, client_usd_per_day={"anna": 0.06})
    assert [desk.submit().status_code for _ in range(3)] == [200, 200, 402]
    assert desk.spent("ben") == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429])
def test_what_the_service_certainly_did_not_take_is_given_back(still_desk, status):
    desk = still_desk
    before = desk.spent()
    desk.behind.scripts.append(says(status, {"detail": "no"}))
    assert desk.submit().status_code == status
    assert desk.spent() == before


@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_what_the_service_may_have_taken_stays_counted(still_desk, status):
    desk = still_desk
    before = desk.spent()
    desk.behind.scripts.append(says(status, {"detail": "broken"}))
    assert desk.submit().status_code == status
    assert desk.spent() == pytest.approx(before + 0.025)


def test_an_order_whose_answer_was_lost_stays_counted(desk):
    desk.behind.scripts.append(cuts)
    answer = desk.submit()
    assert (answer.status_code, answer.json()["error_type"]) == (502, "outcome_unknown")
    assert "may have been charged" in answer.json()["detail"]
    assert answer.headers["x-should-retry"] == "false"
    assert desk.spent() == 0.025


def test_a_service_that_cannot_be_reached_takes_nothing(open_desk):
    hosts = dict.fromkeys(("run", "queue", "rest"), "http://127.0.0.1:9")
    desk = open_desk("anna", upstreams=(upstream_config("fal", {"hosts": hosts}),))
    answer = desk.run()
    assert (answer.status_code, answer.json()["error_type"]) == (502, "upstream_unreachable")
    assert desk.spent() == 0


# httpcore 1.0.9 leaves the connection to the proxy open where the greeting goes wrong.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("reply", [b"", b"\x04\x00", b"garbage"])
def test_a_socks_proxy_on_the_way_out_that_makes_no_connection_takes_nothing(reply):
    async def story():
        async def talk(reader, writer):
            await reader.read(64)
            writer.write(reply)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        way = Way(ProxyConfig(network_proxy=f"socks5://127.0.0.1:{port}"))
        with pytest.raises(NotSent):
            await way.send("POST", "http://fal.test/x", {}, b"{}")
        await way.close()
        server.close()

    asyncio.run(story())
    gc.collect()


def test_orders_under_way_count_before_they_are_answered(open_desk):
    desk = open_desk("anna", usd_per_day=0.03)
    reached, go_on = threading.Event(), threading.Event()
    desk.behind.scripts.append(holds(reached, go_on))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(desk.submit)
        assert reached.wait(10)
        assert desk.submit().status_code == 402
        go_on.set()
        assert first.result().status_code == 200


def test_the_operators_prices_win_over_the_catalogues():
    assert catalogue_prices("fal", 1.0)[PRO] == 0.04
    assert catalogue_prices("lumenfall", 1.0)["flux-kontext-pro"] == 0.04
    prices = PriceList({"a": 0.5, "*": 0.0}, 0.1)
    assert [prices.micros(name, 2) for name in ("a", "b")] == [1_000_000, 0]
    assert PriceList({}, 0.1).micros("b", 3) == 300_000
