from __future__ import annotations

from dataclasses import replace

import pytest

from kontext_studio.core.route import Route, RouteMode
from kontext_studio.gui.settings.draft import (
    ADDRESS,
    HEADERS,
    NAME,
    PROXY,
    SIGN_IN,
    ConnectionDraft,
    Via,
    draft_of,
    missing_in,
    route_of,
)

PROXY_URL = "https://studio-proxy.lan/api/fal/proxy"


@pytest.mark.parametrize(
    "route",
    [
        Route("fal.ai", "fal"),
        Route("by variable", "fal", key_env="MY_KEY"),
        Route("proxy", "fal", RouteMode.SERVER_PROXY, PROXY_URL, headers=(SIGN_IN,)),
        Route("named", "fal", RouteMode.SERVER_PROXY, PROXY_URL, headers=(("X-Team", "retouch"),)),
        Route("gateway", "fal", RouteMode.GATEWAY, "https://gateway.example/fal"),
        Route("own", "vllm-omni", address="http://gpu.lan:8000/v1", model="kontext-dev"),
        Route("hosts", "fal", hosts=(("run", "https://fal.example"),), ca_file="/etc/roots.pem"),
        Route(
            "over a proxy",
            "fal",
            network_proxy="http://jo%40studio@proxy.lan:3128",
            no_proxy="localhost, 10.0.0.0/8",
        ),
        Route("as the system", "fal", proxy_from_system=True),
    ],
    ids=lambda route: route.name,
)
def test_looking_at_a_connection_changes_nothing_of_it(route: Route) -> None:
    assert route_of(draft_of(route)) == route


def test_a_user_stands_in_a_field_of_its_own() -> None:
    draft = draft_of(Route("a", "fal", network_proxy="socks5://jo%40studio@127.0.0.1:1080"))
    assert (draft.proxy_address, draft.proxy_user) == ("socks5://127.0.0.1:1080", "jo@studio")


def test_what_the_route_has_no_use_for_is_not_written_down() -> None:
    draft = ConnectionDraft(
        name=" Studio ",
        mode=RouteMode.SERVER_PROXY,
        address=f" {PROXY_URL} ",
        key_env="FAL_KEY",
        model="left over",
        proxy_address="http://left.over:1",
        signs_in=True,
    )
    assert route_of(draft) == Route(
        "Studio", "fal", RouteMode.SERVER_PROXY, PROXY_URL, headers=(SIGN_IN,)
    )
    direct = route_of(replace(draft, mode=RouteMode.DIRECT))
    assert direct == Route("Studio", "fal", key_env="FAL_KEY")


def test_what_is_missing_is_told_by_field() -> None:
    draft = ConnectionDraft(
        mode=RouteMode.GATEWAY, via=Via.OWN, headers=(("", "retouch"), ("X-Team", ""))
    )
    assert set(missing_in(draft, ())) == {NAME, ADDRESS, PROXY, HEADERS}
    assert missing_in(ConnectionDraft(name="studio"), ("Studio",)) == {
        NAME: "Another connection has this name"
    }
    assert missing_in(ConnectionDraft(name="studio"), ()) == {}


def test_a_server_of_ones_own_has_one_way_and_needs_its_address() -> None:
    own = ConnectionDraft(name="gpu", provider="vllm-omni")
    assert own.modes == (RouteMode.DIRECT,)
    assert missing_in(own, ()) == {ADDRESS: "Write the address of the server"}
