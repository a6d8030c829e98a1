"""Keys: where they are, whom they belong to, and that no file holds one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backends import null

from kontext_studio.core.errors import BadRequest, StudioError, Unauthorized
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.core.services import SERVICES, ServiceInfo
from kontext_studio.workbench import keychain
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.keys import KEYRING_SERVICE, KeyPlace, account_of
from tests.fakes.keychain import HangingKeychain, MemoryKeychain, keychain_of

KEY = Secret("canary-key-4711")
TOKEN = Secret("canary-token-0815")
FAL = Route("mine", "fal")
OWN = Route("gpu", "fal", hosts=(("queue", "https://gpu.example"),))
GATEWAY = Route("gate", "fal", RouteMode.GATEWAY, "https://gate.example/fal")
PROXY = Route(
    "team",
    "fal",
    RouteMode.SERVER_PROXY,
    "https://proxy.example/api",
    headers=(("x-kontext-token", "keyring:"),),
)


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


def assert_unwritten(folder: Path, *secrets: Secret) -> None:
    for path in folder.rglob("*"):
        for secret in secrets:
            assert not path.is_file() or secret.reveal().encode() not in path.read_bytes()


def test_a_key_is_kept_in_the_keychain_and_used_after_a_restart(
    file: Path, memory: MemoryKeychain, tmp_path: Path
) -> None:
    async def story() -> None:
        connections = loaded(file)
        connections.add(FAL)
        assert await connections.key_place(FAL) is KeyPlace.NONE
        assert await connections.keep_key(FAL, KEY) is KeyPlace.KEYRING
        connections.save()
        again = loaded(file)
        assert await again.key_place(FAL) is KeyPlace.KEYRING
        assert (await again.access(FAL)).key == KEY
        await again.forget_key(FAL)
        assert await again.key_place(FAL) is KeyPlace.NONE
        with pytest.raises(Unauthorized, match="no key for mine"):
            await again.access(FAL)

    asyncio.run(story())
    assert memory.held == {}
    assert_unwritten(tmp_path, KEY)


def test_f_loc_38_without_a_keychain_a_key_lasts_for_this_run_and_that_is_told(
    file: Path, tmp_path: Path
) -> None:
    async def story() -> None:
        connections = loaded(file)
        assert await connections.has_keyring() is False
        assert await connections.keep_key(FAL, KEY) is KeyPlace.THIS_RUN
        assert await connections.key_place(FAL) is KeyPlace.THIS_RUN
        assert (await connections.access(FAL)).key == KEY
        connections.add(FAL)
        connections.save()
        with pytest.raises(Unauthorized):
            await loaded(file).access(FAL)

    asyncio.run(story())
    assert_unwritten(tmp_path, KEY)


@pytest.mark.usefixtures("memory")
def test_a_key_for_this_run_only_goes_before_all_others_and_into_no_keychain(
    file: Path, memory: MemoryKeychain
) -> None:
    async def story() -> None:
        connections = loaded(file, FAL_KEY="from-the-environment")
        assert await connections.has_keyring() is True
        assert await connections.keep_key(FAL, KEY, this_run_only=True) is KeyPlace.THIS_RUN
        assert (await connections.access(FAL)).key == KEY

    asyncio.run(story())
    assert memory.held == {}


@pytest.mark.parametrize("kind", ["null", "plain file"])
def test_f_loc_38_a_backend_that_keeps_nothing_or_keeps_it_readable_is_no_keychain(
    file: Path, kind: str
) -> None:
    made = null.Keyring()
    if kind == "plain file":
        known = type("PlaintextKeyring", (MemoryKeychain,), {"__module__": "keyrings.alt.file"})
        made = known()
    before = keyring.get_keyring()
    keyring.set_keyring(made)
    try:
        connections = loaded(file)
        assert asyncio.run(connections.has_keyring()) is False
        assert asyncio.run(connections.keep_key(FAL, KEY)) is KeyPlace.THIS_RUN
        assert getattr(made, "held", {}) == {}
    finally:
        keyring.set_keyring(before)


def test_f_loc_38_a_keychain_that_hangs_is_told_within_the_limit(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keychain, "LIMIT_S", 0.05)
    hanging = HangingKeychain()
    connections = loaded(file)
    try:
        with keychain_of(hanging):
            for work in (connections.keep_key(FAL, KEY), connections.key_place(FAL)):
                with pytest.raises(StudioError, match="does not answer"):
                    asyncio.run(work)
    finally:
        hanging.released.set()


# Whom a key belongs to.


@pytest.mark.parametrize(
    "changed",
    [
        replace(OWN, hosts=(("queue", "https://evil.example"),)),
        replace(OWN, hosts=(("queue", "http://gpu.example"),)),
        replace(OWN, hosts=(("queue", "https://gpu.example:8443"),)),
        replace(OWN, hosts=(("queue", "https://gpu.example.evil.example"),)),
        replace(OWN, hosts=(*OWN.hosts, ("rest", "https://evil.example"))),
        replace(OWN, hosts=()),
        replace(OWN, provider="replicate"),
        replace(OWN, mode=RouteMode.GATEWAY, address="https://gpu.example"),
        replace(OWN, address="https://evil.example"),
        replace(OWN, name="other"),
    ],
    ids=[
        "host",
        "http",
        "port",
        "suffix",
        "second",
        "usual",
        "provider",
        "mode",
        "address",
        "name",
    ],
)
@pytest.mark.parametrize("this_run_only", [False, True])
@pytest.mark.usefixtures("memory")
def test_f_sec_2_a_key_belongs_to_the_addresses_it_was_saved_with(
    file: Path, changed: Route, this_run_only: bool
) -> None:
    async def story() -> None:
        connections = loaded(file)
        await connections.keep_key(OWN, KEY, this_run_only=this_run_only)
        assert (await connections.access(OWN)).key == KEY
        same = replace(OWN, hosts=(("queue", "https://GPU.example:443/queue"),))
        assert (await connections.access(same)).key == KEY, "the same origin, written differently"
        assert await connections.key_place(changed) in (KeyPlace.NONE, KeyPlace.NOT_NEEDED)

    asyncio.run(story())


@pytest.mark.usefixtures("memory")
def test_f_sec_2_changing_the_address_forgets_the_key_even_when_it_comes_back(
    file: Path, memory: MemoryKeychain
) -> None:
    connections = loaded(file)
    connections.add(OWN)
    asyncio.run(connections.keep_key(OWN, KEY))
    connections.save()
    connections.add(replace(OWN, hosts=(("queue", "https://evil.example"),)))
    connections.save()
    assert memory.held == {}
    connections.add(OWN)
    connections.save()
    assert asyncio.run(connections.key_place(OWN)) is KeyPlace.NONE


def test_a_key_that_was_filed_under_the_name_alone_is_read_for_the_usual_addresses_only(
    file: Path, memory: MemoryKeychain
) -> None:
    memory.held[KEYRING_SERVICE, "gpu"] = "old"
    memory.held[KEYRING_SERVICE, "mine"] = "old"
    connections = loaded(file)
    assert asyncio.run(connections.access(FAL)).key == Secret("old")
    assert asyncio.run(connections.key_place(OWN)) is KeyPlace.NONE
    assert asyncio.run(connections.access(replace(GATEWAY, name="mine"))).key is None
    assert len(memory.held) == 2, "nothing is written by reading"


def test_a_renamed_connection_keeps_its_key_and_a_removed_one_leaves_none(
    file: Path, memory: MemoryKeychain
) -> None:
    connections = loaded(file)
    connections.add(OWN)
    connections.add(Route("mine", "fal"))
    memory.held[KEYRING_SERVICE, "mine"] = "old"
    asyncio.run(connections.keep_key(OWN, KEY))
    connections.save()
    moved, new = replace(OWN, name="machine room"), Route("new", "fal")
    connections.rename("GPU", moved)
    connections.rename("mine", new)
    connections.save()
    again = loaded(file)
    assert [one.name for one in again.all()][1:] == ["machine room", "new"]
    assert asyncio.run(again.access(moved)).key == KEY
    assert asyncio.run(again.access(new)).key == Secret("old")
    assert set(memory.held) == {(KEYRING_SERVICE, account_of(one)) for one in (moved, new)}
    again.remove("machine room")
    again.remove("new")
    again.save()
    assert memory.held == {}


def test_a_key_that_was_given_for_the_new_name_is_not_written_over(
    file: Path, memory: MemoryKeychain
) -> None:
    connections = loaded(file)
    connections.add(OWN)
    asyncio.run(connections.keep_key(OWN, KEY))
    connections.save()
    moved = replace(OWN, name="new")
    connections.rename("gpu", moved)
    asyncio.run(connections.keep_key(moved, TOKEN))
    connections.save()
    assert asyncio.run(connections.access(moved)).key == TOKEN
    assert len(memory.held) == 1


def test_a_keychain_that_takes_nothing_more_keeps_what_it_has(
    file: Path, memory: MemoryKeychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = loaded(file)
    connections.add(OWN)
    asyncio.run(connections.keep_key(OWN, KEY))
    connections.save()
    held = dict(memory.held)

    def full(*_words: str) -> None:
        raise OSError

    monkeypatch.setattr(memory, "set_password", full)
    connections.rename("gpu", replace(OWN, name="new"))
    connections.save()
    assert memory.held == held


def test_a_key_does_not_follow_a_connection_to_another_name_and_address_at_once(
    file: Path, memory: MemoryKeychain
) -> None:
    connections = loaded(file)
    connections.add(OWN)
    asyncio.run(connections.keep_key(OWN, KEY))
    connections.save()
    elsewhere = replace(OWN, name="new", hosts=(("queue", "https://evil.example"),))
    connections.rename("gpu", elsewhere)
    connections.save()
    assert asyncio.run(connections.key_place(elsewhere)) is KeyPlace.NONE
    assert memory.held == {}


def test_a_name_that_is_taken_is_refused_when_a_connection_is_renamed(file: Path) -> None:
    connections = loaded(file)
    connections.add(OWN)
    connections.add(FAL)
    with pytest.raises(BadRequest, match="“mine” already"):
        connections.rename("gpu", replace(OWN, name="Mine"))
    with pytest.raises(BadRequest, match="no connection “nobody”"):
        connections.rename("nobody", OWN)


# The environment.


@pytest.mark.parametrize("info", [one for one in SERVICES if one.key_variable])
def test_the_usual_variable_of_every_provider_goes_to_its_own_addresses_alone(
    file: Path, info: ServiceInfo
) -> None:
    word, variable = info.word, info.key_variable
    connections = loaded(file, **{variable: KEY.reveal()})
    usual = Route("x", word)
    assert asyncio.run(connections.key_place(usual)) is KeyPlace.ENVIRONMENT
    assert asyncio.run(connections.access(usual)).key == KEY
    for other in (
        Route("x", word, address="https://evil.example"),
        Route("x", word, hosts=(("run", "https://evil.example"),)),
        Route("x", word, RouteMode.GATEWAY, "https://gate.example"),
        Route("x", word, RouteMode.SERVER_PROXY, "https://gate.example"),
    ):
        assert asyncio.run(connections.key_place(other)) is not KeyPlace.ENVIRONMENT
        try:
            assert asyncio.run(connections.access(other)).key is None
        except Unauthorized:
            assert other.mode is RouteMode.DIRECT


@pytest.mark.parametrize("route", [GATEWAY, Route("own", "fal", address="https://own.example")])
def test_a_variable_that_was_named_and_is_not_set_is_told_and_nothing_else_is_taken(
    file: Path, route: Route
) -> None:
    named = replace(route, key_env="GATE_KEY")
    connections = loaded(file, FAL_KEY=KEY.reveal())
    assert asyncio.run(connections.key_place(named)) is KeyPlace.NONE
    with pytest.raises(Unauthorized) as told:
        asyncio.run(connections.access(named))
    assert "GATE_KEY" in told.value.hint


@pytest.mark.parametrize(
    ("route", "command"),
    [
        (Route("two words", "fal"), "routes add 'two words' --provider fal --key”"),
        # Said like that it would lose its address.
        (Route("own", "fal", address="https://own.example"), "routes add --key”"),
    ],
)
def test_the_command_that_gives_a_key_is_said_whole_where_it_loses_nothing(
    file: Path, route: Route, command: str
) -> None:
    with pytest.raises(Unauthorized) as told:
        asyncio.run(loaded(file).access(route))
    assert command in told.value.hint


# Where no key is.


def test_where_the_key_is_not_on_this_computer(file: Path) -> None:
    connections = loaded(file, FAL_KEY=KEY.reveal())
    assert asyncio.run(connections.key_place(PROXY)) is KeyPlace.PROXY
    assert asyncio.run(connections.key_place(GATEWAY)) is KeyPlace.NOT_NEEDED
    assert asyncio.run(connections.key_place(Route("e", EMBEDDED))) is KeyPlace.NOT_NEEDED
    bare = replace(PROXY, headers=())
    assert asyncio.run(connections.access(bare)).key is None
    assert asyncio.run(connections.access(bare, KEY)).key is None, "not even a typed one"


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (Route("e", EMBEDDED), "needs no key"),
        (PROXY, "proxy holds the key"),
        (Route("gpu", "fal", address="http://gpu.lan:8000"), "plain http"),
        (Route("gpu", "fal", hosts=(("run", "http://10.0.0.7"),)), "plain http"),
    ],
)
def test_f_sec_3_a_key_is_not_taken_where_it_would_never_be_sent(
    file: Path, memory: MemoryKeychain, route: Route, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        asyncio.run(loaded(file).keep_key(route, KEY))
    assert memory.held == {}


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "sch\u00fcssel", "tab\t"])
def test_what_cannot_stand_in_a_header_is_no_key(
    file: Path, memory: MemoryKeychain, text: str
) -> None:
    with pytest.raises(BadRequest, match="not a key"):
        asyncio.run(loaded(file).keep_key(FAL, Secret(text)))
    assert memory.held == {}


# The sign-in of a proxy.


@pytest.mark.parametrize("value", ["keyring:", "Bearer keyring:"])
def test_a_proxys_sign_in_is_kept_as_a_key_is(
    file: Path, memory: MemoryKeychain, tmp_path: Path, value: str
) -> None:
    route = replace(PROXY, headers=(("Authorization", value), ("x-team", "design")))

    async def story() -> None:
        connections = loaded(file)
        connections.add(route)
        connections.save()
        assert await connections.header_place(route, "Authorization") is KeyPlace.NONE
        with pytest.raises(Unauthorized, match="Authorization for team is not in"):
            await connections.access(route)
        assert await connections.keep_header(route, "Authorization", TOKEN) is KeyPlace.KEYRING
        again = loaded(file)
        assert await again.header_place(route, "Authorization") is KeyPlace.KEYRING
        sent = dict((await again.access(route)).route.headers)
        assert sent == {
            "Authorization": value.replace("keyring:", TOKEN.reveal()),
            "x-team": "design",
        }
        typed = await again.access(route, Secret("typed"))
        assert dict(typed.route.headers)["Authorization"].endswith("typed"), "before it is kept"
        assert typed.key is None
        moved = replace(route, address="https://evil.example")
        assert await again.header_place(moved, "Authorization") is KeyPlace.NONE
        again.rename("team", replace(route, name="studio"))
        again.save()
        assert (
            (await again.access(again.get("studio"))).route.headers[0][1].endswith(TOKEN.reveal())
        )
        again.remove("studio")
        again.save()

    asyncio.run(story())
    assert memory.held == {}
    assert_unwritten(tmp_path, TOKEN)


def test_only_a_header_that_says_so_is_kept_in_the_keychain(
    file: Path, memory: MemoryKeychain
) -> None:
    for name in ("x-other", "x-kontext-token "):
        with pytest.raises(BadRequest):
            asyncio.run(loaded(file).keep_header(PROXY, name, TOKEN))
    assert memory.held == {}
