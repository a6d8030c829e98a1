"""Where a route leads."""

from __future__ import annotations

import pytest

from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret

ROUTE = Route("lab", "fal", hosts=(("queue", "http://127.0.0.1:9/"),))


@pytest.mark.parametrize(
    ("role", "origin"),
    [("queue", "http://127.0.0.1:9"), ("run", "https://run.example")],
)
def test_an_origin_is_the_routes_own_or_the_default_without_a_slash(role: str, origin: str) -> None:
    assert ROUTE.host(role, "https://run.example/") == origin


def test_a_key_in_use_is_in_no_words_of_the_access() -> None:
    access = Access(ROUTE, Secret("fal-0123456789"))
    assert "0123456789" not in f"{access} {access!r}"
