"""A secret shows itself on purpose only."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest

from kontext_studio.core.secret import Secret

TEXT = "fal-b7d1f0c2:9e3a55aa41"
SECRET = Secret(TEXT)


@dataclass(frozen=True)
class Holder:
    key: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r}",
        lambda secret: f"{secret!s:>40}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
        lambda secret: "{} {!r}".format(secret, secret),  # noqa: UP032
        lambda secret: repr([secret, {"key": secret}]),
        lambda secret: repr({secret: 1}),
        lambda secret: repr(Holder(secret)),
        lambda secret: json.dumps({"key": secret}, default=str),
        lambda secret: str(KeyError(secret)),
        lambda secret: "".join(traceback.format_exception(ValueError("no", secret))),
        lambda secret: logging.LogRecord("n", 30, "p", 1, "%s", (secret,), None).getMessage(),
    ],
)
def test_no_way_of_writing_it_shows_the_text(show: Callable[[object], str]) -> None:
    shown = show(SECRET)
    assert "Secret(…)" in shown or "Secret(\\u2026)" in shown
    assert "b7d1f0c2" not in shown
    assert "9e3a55aa41" not in shown


@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        copy.copy,
        copy.deepcopy,
        vars,
        list,
        bytes,
        len,
        lambda secret: asdict(Holder(secret)),
        lambda secret: "key " + secret,
        lambda secret: f"{secret:>40}",
        *(
            lambda secret, protocol=protocol: pickle.dumps(secret, protocol)
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_no_way_of_copying_or_serialising_it_works(write: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as caught:
        write(SECRET)
    assert "b7d1f0c2" not in str(caught.value)


def test_reveal_is_the_way_to_its_text() -> None:
    assert SECRET.reveal() == TEXT


def test_secrets_compare_by_their_text_and_with_nothing_else() -> None:
    assert Secret(TEXT) == SECRET
    assert hash(Secret(TEXT)) == hash(SECRET)
    assert Secret("other") != SECRET
    assert SECRET != TEXT
    assert hash(SECRET) != hash(TEXT)


def test_an_empty_secret_counts_as_none() -> None:
    assert not Secret("")
    assert SECRET
