"""No key reaches a log, whatever wrote it."""

from __future__ import annotations

import logging

import pytest

from kontext_studio.workbench.logs import RedactingFormatter, redact

CANARY = "canary-4711:s3cr3t"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Key {CANARY}",
        f"{{'authorization': 'Key {CANARY}'}}",
        f"[(b'Authorization', b'Key {CANARY}')]",
        f"sent Bearer {CANARY} to the server",
        f"GET https://host/file?token={CANARY}",
        f"socks5://user:{CANARY}@proxy:1080 refused",
        f"x-api-key={CANARY}",
        f'"Proxy-Authorization": "Basic {CANARY}"',
        f"Cookie: session={CANARY}",
    ],
)
def test_a_credential_is_taken_out_of_a_line(line: str) -> None:
    assert CANARY not in redact(line)
    assert "[hidden]" in redact(line)


def test_picture_data_is_taken_out() -> None:
    assert redact("got data:image/png;base64,iVBORw0KGgo= back") == "got data:[picture] back"


def test_an_ordinary_line_stays_as_it_is() -> None:
    line = "run 12 moved to submitted at https://queue.fal.run/fal-ai/flux-kontext/requests/1"
    assert redact(line) == line


def test_a_traceback_is_redacted_too() -> None:
    formatter = RedactingFormatter("%(message)s")
    try:
        raise ValueError(f"Authorization: Key {CANARY}")
    except ValueError as exc:
        record = logging.LogRecord("n", 40, "f", 1, "it broke", None, (type(exc), exc, None))
    assert "it broke" in formatter.format(record)
    assert CANARY not in formatter.format(record)
