"""Connections: what is kept on disk, what is mended, and where keys and passwords come from."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.errors import BadRequest, StudioError, Unauthorized
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.core.services import service_info
from kontext_studio.core.settings import Settings
from kontext_studio.providers.bfl.service import BFL
from kontext_studio.providers.fal.service import EMBEDDED_ENGINE, FAL
from kontext_studio.providers.openai_images.service import PROFILES
from kontext_studio.providers.replicate.service import REPLICATE
from kontext_studio.store.settings_file import load_settings
from kontext_studio.workbench import keychain
from kontext_studio.workbench.connections import PROVIDERS, Connections
from kontext_studio.workbench.routes_file import PROXY_PASSWORD_VARIABLE, PROXY_SERVICE
from tests.fakes.keychain import HangingKeychain, MemoryKeychain, keychain_of

PASSWORD = "canary-proxy-4711"
PROXY = "http://ada@proxy.example:3128"
LAB = Route("lab", "fal", network_proxy=PROXY, key_env="LAB_KEY")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "routes.json"


@pytest.fixture
def memory() -> Iterator[MemoryKeychain]:
    with keychain_of(MemoryKeychain()) as made:
        yield made


def loaded(file: Path, **environment: str) -> Connections:
    connections = Connections(file, environment)
    connections.load()
    return connections


def own_names(connections: Connections) -> list[str]:
    return [route.name for route in connections.all() if route.provider != EMBEDDED]


def write(file: Path, body: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")


def test_what_was_added_is_there_after_a_restart(file: Path) -> None:
    connections = loaded(file)
    odd = Route("\ud800 “lab”", "fal")
    connections.add(LAB)
    connections.add(odd)
    connections.save()
    again = loaded(file)
    assert again.get("LAB") == LAB
    assert again.get(odd.name) == odd
    assert again.notice == ""


def test_f_loc_39_one_entry_that_cannot_be_read_costs_no_other(
    file: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("1 of 3 connections cannot be read")
    strange = {"name": "later", "provider": "fal", "mode": "telepathy"}
    body = {"version": 1, "routes": [LAB.to_json(), strange, Route("x", "fal").to_json()]}
    write(file, body)
    connections = loaded(file)
    assert own_names(connections) == ["lab", "x"]
    assert "“later”" in connections.notice
    bad = file.with_name("routes.json.bad")
    assert str(bad) in connections.notice
    assert json.loads(bad.read_text()) == body, "as it was"
    again = loaded(file)
    assert own_names(again) == ["lab", "x"]
    assert again.notice == "", "told once"


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"routes": {}}', '{"routes": 3}', "[" * 100_000, "\x00", '"routes"'],
)
def test_f_loc_39_a_file_that_is_no_list_of_connections_is_put_aside(
    file: Path, expect_log: Callable[[str], None], body: str
) -> None:
    expect_log("the connections cannot be read")
    write(file, body)
    connections = loaded(file)
    assert own_names(connections) == []
    assert connections.notice
    assert not file.exists()
    assert file.with_name("routes.json.bad").read_text() == body
    assert loaded(file).notice == ""


def test_f_loc_39_a_folder_where_the_file_would_be_is_no_reason_not_to_start(
    file: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("the connections cannot be read")
    file.mkdir(parents=True)
    assert loaded(file).notice


@pytest.mark.usefixtures("memory")
def test_f_loc_39_a_file_that_cannot_be_put_aside_stays_and_the_rest_is_used(
    file: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("1 of 2 connections cannot be read")
    expect_log("stay where they are")
    write(file, {"routes": [LAB.to_json(), 7]})
    bad = file.with_name("routes.json.bad")
    (bad / "in the way").mkdir(parents=True)
    connections = loaded(file)
    assert own_names(connections) == ["lab"]
    assert "was left as it is" in connections.notice
    assert json.loads(file.read_text())["routes"][1] == 7


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*LAB.to_json(), *Settings().to_json(), "routes", "version"])
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
FILES = st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode())
ROUTES = JSON.map(lambda one: json.dumps({"routes": [LAB.to_json(), one]}).encode())


@contextmanager
def _unlogged() -> Iterator[None]:
    """Without the warnings, which differ from one example to the next."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@given(data=FILES | ROUTES)
def test_f_loc_39_whatever_is_in_the_file_of_connections_the_program_starts(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("fuzz") / "routes.json"
    file.write_bytes(data)
    with _unlogged():
        connections = loaded(file)
        connections.save()
        assert loaded(file).all() == connections.all(), "what was read is kept as it was read"


@given(data=FILES)
def test_f_loc_39_whatever_is_in_the_file_of_settings_the_program_starts(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("fuzz") / "settings.json"
    file.write_bytes(data)
    with _unlogged():
        settings = load_settings(file)
    assert 1 <= settings.max_running <= 8
    assert settings.spend_limit_usd >= 0
    assert Settings.from_json(settings.to_json()) == settings


# The network proxy's password.


def test_f_sec_1_a_password_in_a_proxys_address_is_not_taken(file: Path) -> None:
    connections = loaded(file)
    for address in (
        f"http://ada:{PASSWORD}@proxy.example:3128",
        f"ada:{PASSWORD}@proxy.example:3128",
        f"http://ada:{PASSWORD}/x@proxy.example",
        f"http://ada:{PASSWORD}%2f@[::1",
    ):
        with pytest.raises(BadRequest) as refused:
            connections.add(Route("lab", "fal", network_proxy=address))
        assert PASSWORD not in f"{refused.value} {refused.value.hint}"
    assert own_names(connections) == []


@pytest.mark.parametrize("address", ["proxy:3128", "ftp://proxy", "http://", "http://p:x", "x y"])
def test_a_proxys_address_that_cannot_be_one_is_refused_when_it_is_added(
    file: Path, address: str
) -> None:
    with pytest.raises(BadRequest):
        loaded(file).add(Route("lab", "fal", network_proxy=address))


def test_f_sec_1_a_password_that_an_older_version_wrote_down_moves_to_the_keychain(
    file: Path, memory: MemoryKeychain
) -> None:
    old = Route("lab", "fal", network_proxy=f"http://ada:{PASSWORD}@proxy.example:3128")
    write(file, {"version": 1, "routes": [old.to_json()]})
    connections = loaded(file, LAB_KEY="k")
    assert PASSWORD not in file.read_text()
    assert connections.get("lab").network_proxy == PROXY
    assert memory.held == {(PROXY_SERVICE, "ada@proxy.example:3128"): PASSWORD}
    assert "keychain" in connections.notice
    assert PASSWORD not in connections.notice
    again = loaded(file, LAB_KEY="k")
    assert again.notice == ""
    connections.add(LAB)
    access = asyncio.run(connections.access(LAB))
    assert access.proxy_password == Secret(PASSWORD)


def test_f_sec_1_without_a_keychain_an_old_password_is_taken_out_all_the_same(file: Path) -> None:
    old = Route("lab", "fal", network_proxy=f"http://ada:{PASSWORD}%21@proxy.example:3128")
    write(file, {"version": 1, "routes": [old.to_json()]})
    connections = loaded(file)
    assert PASSWORD not in file.read_text()
    assert PROXY_PASSWORD_VARIABLE in connections.notice


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("rest", [", 7]}", ", 7", ""])
def test_f_sec_1_the_file_that_is_put_aside_holds_no_password_either(
    file: Path, expect_log: Callable[[str], None], rest: str
) -> None:
    expect_log("cannot be read")
    old = Route("lab", "fal", network_proxy=f"http://ada:{PASSWORD}@proxy.example:3128")
    write(file, '{"routes": [' + json.dumps(old.to_json()) + rest)
    loaded(file)
    files = [one for one in file.parent.iterdir() if one.is_file()]
    assert files
    assert not [one for one in files if PASSWORD in one.read_text()]


def test_a_proxys_password_comes_from_the_environment_or_the_keychain(
    file: Path, memory: MemoryKeychain
) -> None:
    connections = loaded(file, LAB_KEY="k")
    assert asyncio.run(connections.access(LAB)).proxy_password is None
    assert asyncio.run(connections.keep_proxy_password(LAB, Secret(PASSWORD))) is True
    fresh = loaded(file, LAB_KEY="k")
    assert asyncio.run(fresh.access(LAB)).proxy_password == Secret(PASSWORD)
    given = loaded(file, LAB_KEY="k", **{PROXY_PASSWORD_VARIABLE: "other"})
    assert asyncio.run(given.access(LAB)).proxy_password == Secret("other")


def test_f_sec_2_a_proxys_password_belongs_to_its_address(
    file: Path, memory: MemoryKeychain
) -> None:
    connections = loaded(file, LAB_KEY="k")
    asyncio.run(connections.keep_proxy_password(LAB, Secret(PASSWORD)))
    for other in ("http://ada@other.example:3128", "http://bob@proxy.example:3128", ""):
        moved = Route("lab", "fal", network_proxy=other, key_env="LAB_KEY")
        assert asyncio.run(connections.access(moved)).proxy_password is None


def test_without_a_keychain_a_password_lasts_for_this_run(file: Path) -> None:
    connections = loaded(file, LAB_KEY="k")
    assert asyncio.run(connections.keep_proxy_password(LAB, Secret(PASSWORD))) is False
    assert asyncio.run(connections.access(LAB)).proxy_password == Secret(PASSWORD)


# Keys.


def test_a_key_is_taken_from_the_keychain_by_the_name_of_the_connection(
    file: Path, memory: MemoryKeychain
) -> None:
    memory.held["kontext-studio", "mine"] = "kept"
    mine = Route("mine", "fal")
    assert asyncio.run(loaded(file).access(mine)).key == Secret("kept")
    other = Route("other", "fal", RouteMode.DIRECT)
    with pytest.raises(Unauthorized):
        asyncio.run(loaded(file).access(other))


def test_a_keychain_that_does_not_answer_is_told_in_words_and_holds_nothing_up(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keychain, "LIMIT_S", 0.05)
    hanging = HangingKeychain()
    access = loaded(file).access(Route("mine", "fal"))
    try:
        with keychain_of(hanging), pytest.raises(StudioError, match="does not answer"):
            asyncio.run(access)
    finally:
        hanging.released.set()


# What fits together.


@pytest.mark.parametrize(
    ("route", "field"),
    [
        (Route("", "fal"), "name"),
        (Route("x", "telepathy"), "provider"),
        (Route("x", "replicate", RouteMode.SERVER_PROXY, "https://p.example"), "mode"),
        (Route("x", EMBEDDED, RouteMode.GATEWAY, "https://p.example"), "mode"),
        (Route("x", "fal", RouteMode.SERVER_PROXY), "address"),
        (Route("x", "fal", RouteMode.GATEWAY), "address"),
        (Route("x", "fal", address="http://gpu.lan"), "address"),
        (Route("x", "fal", RouteMode.GATEWAY, "http://10.0.0.7"), "address"),
        (Route("x", "fal", address="https://gpu.lan/v1?version=1"), "address"),
        (Route("x", "fal", address="https://gpu.lan/v1#there"), "address"),
        (Route("x", "fal", address="https://gpu lan/v1"), "address"),
        (Route("x", "fal", address="https://müller.example/v1"), "address"),
        (Route("x", "fal", address="https://gpu.lan:0/v1"), "address"),
        (Route("x", "fal", address="https://gpu..lan/v1"), "address"),
        (Route("x", "vllm-omni", address="http://gpu.lan", headers=(("x-team", "a"),)), "address"),
        (Route("x", "fal", proxy_from_system=True, network_proxy=PROXY), "network_proxy"),
        (Route("x", "fal", no_proxy="https://a.example"), "no_proxy"),
        (Route("x", "fal", no_proxy="a.example/8"), "no_proxy"),
        (Route("x", "fal", hosts=(("api", "https://p.example"),)), "hosts"),
        (Route("x", "lumenfall", hosts=(("run", "https://p.example"),)), "hosts"),
        (Route("x", "fal", headers=(("bad name", "v"),)), "headers"),
        (Route("x", "fal", headers=(("Host", "evil"),)), "headers"),
        (Route("x", "fal", headers=(("X-Fal-Target-Url", "https://evil.test/"),)), "headers"),
        (Route("x", "fal", headers=(("Idempotency-Key", "always-the-same"),)), "headers"),
        (Route("x", "fal", headers=(("x-team", "a\r\nx-other: b"),)), "headers"),
        (Route("x", "fal", headers=(("x-team", "Müller"),)), "headers"),
        (Route("x", "fal", headers=(("X-Team-Token", PASSWORD),)), "headers"),
        (Route("x", "fal", headers=(("Authorization", f"Bearer {PASSWORD}"),)), "headers"),
        (Route("x", "fal", headers=(("Authorization", f"{PASSWORD} keyring:"),)), "headers"),
    ],
)
def test_what_does_not_fit_together_is_refused_at_its_field(
    file: Path, route: Route, field: str
) -> None:
    connections = loaded(file)
    with pytest.raises(BadRequest) as refused:
        connections.add(route)
    assert refused.value.field == field
    assert PASSWORD not in f"{refused.value} {refused.value.hint}"
    assert own_names(connections) == []


def test_an_address_of_its_own_may_be_given_for_every_part_of_a_service() -> None:
    services = [FAL, EMBEDDED_ENGINE, REPLICATE, BFL, *(one.service for one in PROFILES.values())]
    assert {one.name for one in services} == set(PROVIDERS)
    for one in services:
        info = service_info(one.name)
        assert info is not None
        assert set(info.roles) >= set(one.origins), one.name


@pytest.mark.parametrize(
    "route",
    [
        Route("x", "fal", RouteMode.SERVER_PROXY, "https://p.example/api"),
        Route("x", "fal", RouteMode.GATEWAY, "http://127.0.0.1:8080/fal"),
        Route("x", "replicate", RouteMode.GATEWAY, "https://p.example"),
        Route("x", "fal", network_proxy=PROXY, no_proxy="localhost, .corp 10.0.0.0/8 [::1]:80"),
        Route("x", "fal", proxy_from_system=True, no_proxy="*.example"),
        Route("x", "fal", headers=(("Authorization", "Bearer env:TEAM"), ("x-team", "design"))),
    ],
)
def test_what_fits_together_is_there_after_a_restart(file: Path, route: Route) -> None:
    connections = loaded(file)
    connections.add(route)
    connections.save()
    assert loaded(file).get("x") == route


@pytest.mark.parametrize("url", ["http://gpu.lan:8000/v1", "http://10.0.0.7", "http://gpu:8000"])
def test_plain_http_goes_to_a_server_of_ones_own_in_a_private_network_and_without_a_key(
    file: Path, url: str
) -> None:
    own = next((word for word in PROVIDERS if is_own_server(word)), None)
    if own is None:
        pytest.skip("this version reaches no server of one's own")
    connections = loaded(file)
    connections.add(Route("gpu", own, address=url, model="kontext-dev"))
    for unfit in (
        Route("y", own, address=url, key_env="GPU_KEY"),
        Route("y", own, address="http://gpu.example.com"),
        Route("y", own, address="http://93.184.216.34"),
        Route("y", own, RouteMode.GATEWAY, url),
        Route("y", own),
    ):
        with pytest.raises(BadRequest) as refused:
            connections.add(unfit)
        assert refused.value.field == "address"


def is_own_server(word: str) -> bool:
    info = service_info(word)
    return info is not None and info.own_server


# Two processes at once.


def test_what_another_window_has_saved_meanwhile_is_kept(file: Path) -> None:
    ours, theirs = loaded(file), loaded(file)
    ours.add(Route("ours", "fal"))
    ours.add(Route("old", "fal"))
    ours.save()
    theirs.add(Route("theirs", "fal"))
    theirs.save()
    ours.add(Route("more", "fal"))
    ours.remove("old")
    ours.save()
    assert own_names(ours) == own_names(loaded(file)) == ["ours", "theirs", "more"]
    theirs.save()
    assert own_names(theirs) == ["ours", "theirs", "more"], "nothing comes back"


SAVES = """
import sys
from pathlib import Path
from kontext_studio.core.route import Route
from kontext_studio.workbench.connections import PROVIDERS, Connections

file, name = Path(sys.argv[1]), sys.argv[2]
connections = Connections(file, {})
connections.load()
print("ready", flush=True)
sys.stdin.readline()
for number in range(8):
    connections.add(Route(f"{name}{number}", "fal"))
    connections.save()
"""


def test_processes_that_save_at_once_lose_nothing_of_each_other(file: Path) -> None:
    words = [sys.executable, "-c", SAVES, str(file)]
    root = Path(__file__).resolve().parents[3]
    processes = [
        subprocess.Popen(
            [*words, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
        )
        for name in ("a", "b", "c")
    ]
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in processes:
        one.communicate(timeout=60)
        assert one.returncode == 0
    made = {f"{name}{number}" for name in "abc" for number in range(8)}
    assert set(own_names(loaded(file))) == made
    assert [one.name for one in file.parent.iterdir()] == ["routes.json"]
