"""The network proxy that the system is set to: by the environment, or by the desktop's settings.

It only reads; a desktop that cannot be asked, or asks for a script (PAC), is taken for none.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_ASKING_S = 3.0


def _none(_host: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class SystemProxies:
    """Proxies by the scheme of what is asked, what goes without one as a list, and, where the
    system has rules of its own (`excludes` may look names up), those."""

    by_scheme: Mapping[str, str] = field(default_factory=dict)
    bypass: str = ""
    excludes: Callable[[str], bool] = _none

    def of_scheme(self, scheme: str) -> str:
        """The proxy's address, empty where there is none."""
        text = self.by_scheme.get(scheme) or self.by_scheme.get("all", "")
        if not text:
            return ""
        named, mark, rest = text.partition("://")
        if not mark:
            return f"http://{text}"
        named = "socks5" if named.lower() in ("socks", "socks4", "socks4a") else named.lower()
        return f"{named}://{rest.rstrip('/')}"


def read_system_proxies() -> SystemProxies:
    """Blocks, for some seconds at most."""
    from_environment = urllib.request.getproxies_environment()
    bypass = from_environment.pop("no", "")
    if from_environment:
        return SystemProxies(from_environment, bypass)
    if sys.platform in ("win32", "darwin"):
        excludes = getattr(urllib.request, "proxy_bypass", _none)
        return SystemProxies(urllib.request.getproxies(), excludes=excludes)
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "").upper()
    if "KDE" in desktop:
        return _of_kde()
    if shutil.which("gsettings") and desktop:
        return gnome_proxies(_gsettings)
    return SystemProxies()


def gnome_proxies(ask: Callable[[str, str], str]) -> SystemProxies:
    """Those of GNOME and the desktops that keep its settings; `ask` gives the text of one."""
    base = "org.gnome.system.proxy"
    if ask(base, "mode") != "'manual'":
        return SystemProxies()
    found = {}
    for scheme, kind in (("http", "http"), ("https", "http"), ("socks", "socks5")):
        host, port = ask(f"{base}.{scheme}", "host").strip("'"), ask(f"{base}.{scheme}", "port")
        if host and port.isdigit() and port != "0":
            found["all" if scheme == "socks" else scheme] = f"{kind}://{host}:{port}"
    listed = ask(base, "ignore-hosts").strip("[]").replace("'", "")
    return SystemProxies(found, "" if listed.startswith("@as") else listed)


def _gsettings(schema: str, key: str) -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = subprocess.run(
            ["gsettings", "get", schema, key],
            capture_output=True,
            text=True,
            timeout=_ASKING_S,
            check=False,
        )
        return asked.stdout.strip()
    return ""


def _of_kde() -> SystemProxies:
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    with contextlib.suppress(OSError, UnicodeDecodeError, configparser.Error):
        return kde_proxies((Path(folder) / "kioslaverc").read_text(encoding="utf-8"))
    return SystemProxies()


def kde_proxies(text: str) -> SystemProxies:
    """Those in KDE's file of settings. Raise configparser.Error."""
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    settings.read_string(text)
    if not settings.has_section("Proxy Settings"):
        return SystemProxies()
    given = settings["Proxy Settings"]
    if given.get("ProxyType") != "1":  # 1: written down by hand
        return SystemProxies()
    found = {}
    for scheme, key in (("http", "httpProxy"), ("https", "httpsProxy"), ("all", "socksProxy")):
        if value := given.get(key, "").strip():
            address, _, port = value.partition(" ")  # "http://host 3128", as older ones write it
            found[scheme] = f"{address.rstrip('/')}:{port}" if port else address
    return SystemProxies(found, given.get("NoProxyFor", ""))
