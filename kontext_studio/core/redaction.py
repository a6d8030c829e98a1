"""Takes out of a text what nobody else may read: keys, sign-ins, queries of addresses, pictures.

One redactor for every sink (logs, details of a fault, the terminal). It does not know where the
text goes, and it would rather hide too much than too little.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

HIDDEN = "[hidden]"

_DATA_URI = re.compile(r"data:(?P<head>[\w.+/-]*(?:;[\w=.+-]+)*),(?P<body>[\w+/=%.~-]*)")

_ADDRESS = re.compile(r"\b[a-z][\w+.-]{0,15}://[^\s'\"<>]+", re.IGNORECASE)

_HEADERS = r"(?:proxy-[\w-]+|authorization|set-cookie|cookie|x-(?:api-|fal-)?key)"
_Q = r"\\*['\"]"  # a quotation mark, also one within a text that was written as JSON

_HIDES: tuple[tuple[re.Pattern[str], str], ...] = (
    # A header in quotation marks: "name": "value", ('name', 'value'), (b'name', b'value').
    (
        re.compile(
            rf"(?i)(\b{_HEADERS}{_Q}\s*[:=,]\s*[\[(]*b?{_Q})[^'\"\\\n]+",
        ),
        rf"\1{HIDDEN}",
    ),
    # A header as it is sent: everything up to the end of the line.
    (re.compile(rf"(?i)(\b{_HEADERS}\s*[:=]\s*)(?![\s\[(]*b?{_Q})[^\r\n]+"), rf"\1{HIDDEN}"),
    # A value behind the word of its scheme. Plain words may follow these too ("key lighting"),
    # so it takes a digit, a sign, a capital within, or great length to be taken for a key.
    (
        re.compile(
            r"\b([Kk]ey|KEY|[Bb]asic|BASIC)\s+"
            r"(?=[\w~+/=:.-]{6})(?=[\w~+/=:.-]*?(?:[\d_+/=:~]|[.-]\w|[a-z][A-Z]|[\w-]{24}))"
            r"[\w~+/=:.-]+"
        ),
        rf"\1 {HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer)\s+[\w~+/=:.-]{6,}"), rf"\1 {HIDDEN}"),
    # A path alone, as servers log it; and variables, settings and fields by their name.
    (
        re.compile(
            r"(?i)([?&][\w.-]{0,40}(?:key|token|sig|secret|password|credential|auth)[\w.-]{0,40}=)"
            r"[^&\s'\"]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"\b([A-Z][A-Z0-9_]*_(?:KEY|TOKEN|PASSWORD|SECRET)(?:\\*['\"])?\s*[:=]\s*(?:\\*['\"])?)"
            r"[^\s'\"\\,;]+"
        ),
        rf"\1{HIDDEN}",
    ),
)


# The one thing here that is remembered: services repeat a key without any word that would tell it.
_KNOWN: set[str] = set()
_SHORTEST_KNOWN = 8


def remember_secret(text: str) -> None:
    """Hide this text from now on wherever it stands, and each half of a key of two."""
    _KNOWN.update(one for one in (text, *text.split(":")) if len(one) >= _SHORTEST_KNOWN)


def redact(text: str) -> str:
    """The text without keys, signed queries and picture data."""
    for secret in sorted((one for one in _KNOWN if one in text), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    if "data:" in text:
        text = _DATA_URI.sub(_size, text)
    if "://" in text:
        text = _ADDRESS.sub(_without_sign_in, text)
    for pattern, instead in _HIDES:
        text = pattern.sub(instead, text)
    return text


def redact_value(value: object) -> object:
    """The same of a JSON value; what a credential's header holds is hidden whole."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [redact_value(one) for one in value]
    if isinstance(value, Mapping):
        return {
            redact(str(name)): HIDDEN if is_credential_header(str(name)) else redact_value(one)
            for name, one in value.items()
        }
    return value


def is_credential_header(name: str) -> bool:
    """Whether a header of this name carries a key or a sign-in."""
    return re.fullmatch(_HEADERS, name.strip(), re.IGNORECASE) is not None


def _without_sign_in(found: re.Match[str]) -> str:
    """An address without its sign-in and its query, which may be a signature."""
    address, asks, query = found.group().partition("?")
    scheme, *rest = address.split("://")  # an address may hold another one
    shown = [scheme]
    for part in rest:
        authority, slash, path = part.partition("/")
        if "@" in authority:
            authority = f"{HIDDEN}@{authority.rpartition('@')[2]}"
        shown.append(authority + slash + path)
    return "://".join(shown) + (f"?{HIDDEN}" if query else asks)


def _size(found: re.Match[str]) -> str:
    """How much a data URI holds; text such as "data:," or "data: 5" is none."""
    head, body = found["head"], found["body"]
    if not body:
        return found.group()
    if head.endswith(";base64"):
        count = len(body.rstrip("=")) * 3 // 4
    else:
        count = len(unquote_to_bytes(body))
    return f"[{count} bytes]"
