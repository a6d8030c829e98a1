"""Network proxies: which call goes over which, with whose sign-in, over real sockets."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import Any

import pytest

from kontext_studio.core.errors import StudioError, Unreachable
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.network_proxy import NetworkProxies, bypasses
from kontext_studio.providers.service import Service
from kontext_studio.providers.system_proxy import SystemProxies, gnome_proxies, kde_proxies
from tests.fakes.network_proxies import HttpProxy, Recorder, SocksProxy
from tests.fakes.tls import certificate

PASSWORD = "canary:p@ss/%w"
KEY = "canary-key-4711"


async def asked_over(access: Access, url: str) -> int:
    client = HttpClient(access, Service("own", "own", {"api": url}))
    try:
        return (await client.api("GET", f"{url}/x")).status
    finally:
        await client.close()


def to(url: str, network_proxy: str = "", password: str = "", **changes: Any) -> Access:
    route = Route("x", "fal", address=url, network_proxy=network_proxy, **changes)
    return Access(route, Secret(KEY), Secret(password) if password else None)


@pytest.mark.parametrize("target", ["http", "https"])
@pytest.mark.parametrize("kind", ["http", "https", "socks5", "socks5h"])
@pytest.mark.parametrize("user", ["", "ada"])
def test_every_kind_of_proxy_carries_calls_with_and_without_a_sign_in(
    run, tmp_path: Path, target: str, kind: str, user: str
) -> None:
    shown = certificate(tmp_path)
    made = SocksProxy if kind.startswith("socks") else HttpProxy

    async def story() -> None:
        async with (
            Recorder(tls=shown if target == "https" else None) as service,
            made(
                tls=shown if kind == "https" else None,
                sign_in=f"{user}:{PASSWORD}" if user else "",
            ) as proxy,
        ):
            address = f"{kind}://{f'{user}@' if user else ''}127.0.0.1:{proxy.port}"
            access = to(
                service.origin,
                address,
                PASSWORD if user else "",
                ca_file=str(tmp_path / "cert.pem"),
            )
            assert await asked_over(access, service.origin) == 404
            assert len(proxy.asked) == 1
            assert KEY.encode() in service.everything
            assert b"proxy-authorization" not in service.everything.lower()
            assert PASSWORD.encode() not in service.everything
            if target == "https":
                assert KEY.encode() not in proxy.everything

    run(story())


@pytest.mark.parametrize("target", ["http", "https"])
@pytest.mark.parametrize("made", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("password", ["", "wrong"])
# httpcore 1.0.9 leaves the connection to a SOCKS proxy open where the sign-in goes wrong.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_f_net_15_a_wrong_sign_in_at_a_proxy_sends_the_service_nothing(
    run, tmp_path: Path, target: str, made: type, password: str
) -> None:
    async def story() -> None:
        shown = certificate(tmp_path) if target == "https" else None
        async with Recorder(tls=shown) as service, made(sign_in=f"ada:{PASSWORD}") as proxy:
            scheme = "http" if made is HttpProxy else "socks5"
            access = to(service.origin, f"{scheme}://ada@127.0.0.1:{proxy.port}", password)
            if made is HttpProxy and target == "http":
                assert await asked_over(access, service.origin) == 407
            else:
                with pytest.raises(Unreachable, match="Nothing was sent"):
                    await asked_over(access, service.origin)
            assert proxy.asked == []
            assert service.received == []

    run(story())


@pytest.mark.parametrize(
    ("listed", "straight"),
    [("", False), ("127.0.0.0/8", True), ("example.com 127.0.0.1", True), ("10.0.0.0/8", False)],
)
@pytest.mark.parametrize("own", [True, False], ids=["its own proxy", "the system's"])
def test_what_is_excluded_goes_straight(
    run, monkeypatch: pytest.MonkeyPatch, listed: str, straight: bool, own: bool
) -> None:
    async def story() -> None:
        async with Recorder() as service, HttpProxy() as proxy:
            if own:
                access = to(service.origin, proxy.origin, no_proxy=listed)
            else:
                monkeypatch.setenv("HTTP_PROXY", proxy.origin)
                monkeypatch.setenv("NO_PROXY", listed)
                access = to(service.origin, proxy_from_system=True)
            assert await asked_over(access, service.origin) == 404
            assert len(proxy.asked) == (0 if straight else 1)

    run(story())


@pytest.mark.parametrize("chosen", [True, False])
def test_f_sec_21_the_systems_proxy_is_used_only_where_that_was_chosen(
    run, monkeypatch: pytest.MonkeyPatch, chosen: bool
) -> None:
    async def story() -> None:
        async with Recorder() as service, HttpProxy(sign_in="ada:secret-4711") as proxy:
            monkeypatch.setenv("ALL_PROXY", f"http://ada:secret-4711@127.0.0.1:{proxy.port}")
            assert await asked_over(to(service.origin, proxy_from_system=chosen), service.origin)
            assert len(proxy.asked) == int(chosen)

    run(story())


def test_a_password_in_the_systems_setting_is_in_no_message(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://ada:secret-4711@127.0.0.1:9")

    async def story() -> StudioError:
        url = "http://127.0.0.1:8"
        with pytest.raises(Unreachable) as end:
            await asked_over(to(url, proxy_from_system=True), url)
        return end.value

    told = run(story())
    assert "secret-4711" not in f"{told} {told.hint} {told.detail} {told!r}"


def test_one_connection_may_reach_one_host_straight_and_another_over_the_proxy(run) -> None:
    async def story() -> None:
        proxies = NetworkProxies(to("http://a.example", "http://p.example:1", no_proxy="b.example"))
        assert str(await proxies.over("http://a.example/x")) == "http://p.example:1"
        assert await proxies.over("http://cdn.b.example/x") is None

    run(story())


@pytest.mark.parametrize(
    ("url", "listed", "meant"),
    [
        ("https://a.example/x", "*", True),
        ("https://a.example/x", "a.example", True),
        ("https://x.a.example/x", "a.example", True),
        ("https://x.a.example/x", ".a.example", True),
        ("https://x.a.example/x", "*.a.example", True),
        ("https://A.Example./x", "a.example", True),
        ("https://aa.example/x", "a.example", False),
        ("https://a.example.evil/x", "a.example", False),
        ("https://a.example/x", "a.example:443", True),
        ("http://a.example/x", "a.example:443", False),
        ("https://10.1.2.3/x", "10.0.0.0/8", True),
        ("https://11.1.2.3/x", "10.0.0.0/8", False),
        ("https://10.1.2.3:8443/x", "other, 10.1.2.3:8443", True),
        ("https://[fd00::1]/x", "fd00::/8", True),
        ("https://[fd00::1]:9/x", "[fd00::1]:9", True),
        ("https://[fd00::1]/x", "fd00::1", True),
        ("https://10.1.2.3/x", "1.2.3", False),
        ("https://gpu/x", "<local>", True),
        ("https://a.example/x", "<local>", False),
        ("https://a.example/x", "", False),
        ("https://a.example/x", " , ;", False),
        ("https://[/x", "*", False),
        ("https://10.1.2.3/x", "10.*", True),
        ("https://110.1.2.3/x", "10.*", False),
        ("https://gpu7.lan/x", "gpu*.lan", True),
        ("https://gpu7.lan.example/x", "gpu*.lan", False),
    ],
)
def test_which_addresses_a_list_of_exclusions_means(url: str, listed: str, meant: bool) -> None:
    assert bypasses(url, listed) is meant


# What the system says.


@pytest.mark.parametrize(
    ("by_scheme", "asked", "proxy"),
    [
        ({"https": "proxy:3128"}, "https", "http://proxy:3128"),
        ({"https": "proxy:3128"}, "http", ""),
        ({"all": "socks://proxy:1080"}, "https", "socks5://proxy:1080"),
        ({"all": "SOCKS5H://proxy"}, "http", "socks5h://proxy"),
        ({"http": "http://a", "all": "http://b"}, "http", "http://a"),
    ],
)
def test_the_systems_proxy_is_that_of_the_scheme(by_scheme, asked: str, proxy: str) -> None:
    assert SystemProxies(by_scheme).of_scheme(asked) == proxy


def test_gnomes_setting_is_read() -> None:
    said = {
        ("org.gnome.system.proxy", "mode"): "'manual'",
        ("org.gnome.system.proxy", "ignore-hosts"): "['localhost', '127.0.0.0/8', '::1']",
        ("org.gnome.system.proxy.https", "host"): "'proxy.example'",
        ("org.gnome.system.proxy.https", "port"): "3128",
        ("org.gnome.system.proxy.socks", "host"): "'socks.example'",
        ("org.gnome.system.proxy.socks", "port"): "1080",
    }
    found = gnome_proxies(lambda schema, key: said.get((schema, key), "''"))
    assert found.of_scheme("https") == "http://proxy.example:3128"
    assert found.of_scheme("http") == "socks5://socks.example:1080"
    assert bypasses("http://[::1]:80/", found.bypass)
    said["org.gnome.system.proxy", "mode"] = "'none'"
    assert gnome_proxies(lambda schema, key: said.get((schema, key), "")) == SystemProxies()


KDE = """
[Proxy Settings]
NoProxyFor=localhost,.corp
ProxyType={kind}
httpProxy=http://proxy.example 3128
httpsProxy=http://proxy.example:3129/
socksProxy=
"""


def test_kdes_setting_is_read() -> None:
    found = kde_proxies(KDE.format(kind=1))
    assert found.of_scheme("http") == "http://proxy.example:3128"
    assert found.of_scheme("https") == "http://proxy.example:3129"
    assert bypasses("https://git.corp/", found.bypass)
    assert kde_proxies(KDE.format(kind=0)) == SystemProxies()
    assert kde_proxies("") == SystemProxies()
    with pytest.raises(configparser.Error):
        kde_proxies("no section")
