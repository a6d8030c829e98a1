"""Whatever is kept as JSON reads back as it was, and damaged JSON is refused in known ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kontext_studio.core.area import Area
from kontext_studio.core.changes import change_from_json, change_to_json
from kontext_studio.core.derivation import Derivation, Method
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import Node
from kontext_studio.core.images import ImageRef, as_int
from kontext_studio.core.jobs import JobFault, JobRecord, RemoteHandle
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost, ResultFacts
from kontext_studio.core.route import Route
from kontext_studio.core.settings import Settings
from tests.unit.core import strategies as made
from tests.unit.core.strategies import through_text


class Kept(Protocol):
    def to_json(self) -> dict[str, object]: ...


Reader = Callable[[dict[str, object]], Kept]

KINDS: dict[str, tuple[st.SearchStrategy[Kept], Reader]] = {
    "image": (made.image_refs, ImageRef.from_json),
    "request": (made.requests, EditRequest.from_json),
    "cost": (made.costs, Cost.from_json),
    "facts": (made.facts, ResultFacts.from_json),
    "node": (made.nodes, Node.from_json),
    "handle": (made.handles, RemoteHandle.from_json),
    "fault": (made.faults, JobFault.from_json),
    "job": (made.job_records, JobRecord.from_json),
    "draft": (made.drafts, Draft.from_json),
    "area": (made.areas, Area.from_json),
    "derivation": (made.derivations, Derivation.from_json),
    "route": (made.routes, Route.from_json),
    "settings": (made.all_settings, Settings.from_json),
}


@settings(max_examples=50)
@given(st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_back_from_json_as_it_was(kind: str, data: st.DataObject) -> None:
    strategy, read = KINDS[kind]
    value = data.draw(strategy)
    back = read(through_text(value.to_json()))
    assert back == value
    assert repr(back) == repr(value)  # true is not 1, and 1.0 is not 1


JUNK: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2**40) | st.text(max_size=4) | st.floats(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=3,
)


def damage(data: st.DataObject, value: object) -> object:
    """`value` with one place in it, at any depth, lost or replaced by something else."""
    if isinstance(value, Mapping) and value:
        name = data.draw(st.sampled_from(sorted(value)))
        rest = {key: one for key, one in value.items() if key != name}
        if data.draw(st.booleans()):
            return {**rest, name: damage(data, value[name])}
        return rest
    return data.draw(JUNK)


@settings(max_examples=40)
@given(st.data())
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "settings"])
def test_damaged_json_is_read_or_refused_with_a_known_fault(kind: str, data: st.DataObject) -> None:
    strategy, read = KINDS[kind]
    whole = data.draw(strategy).to_json()
    damaged = damage(data, whole)
    if isinstance(damaged, dict):
        try:
            found = read(damaged)
        except (KeyError, TypeError, ValueError):
            return
        # What was made of it is one of these, and can be written and read like any other.
        assert read(found.to_json()) == found


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_change_is_read_or_refused_with_a_known_fault(data: st.DataObject) -> None:
    damaged = damage(data, change_to_json(data.draw(made.changes)))
    if isinstance(damaged, dict):
        try:
            found = change_from_json(damaged)
        except (KeyError, TypeError, ValueError):
            return
        assert change_from_json(change_to_json(found)) == found


OPTIONAL = {
    "route": {
        "mode",
        "address",
        "hosts",
        "network_proxy",
        "headers",
        "key_env",
        "ca_file",
        "model",
        "no_proxy",
        "proxy_from_system",
    },
    "job": {"picture_urls", "delivery", "order_key"},
    "draft": {"route", "delivery", "area", "area_on", "keep_area"},
    "node": {"derivation"},
}


@settings(max_examples=5)
@given(st.data())
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "settings"])
def test_a_field_that_is_missing_is_noticed(kind: str, data: st.DataObject) -> None:
    strategy, read = KINDS[kind]
    whole = data.draw(strategy).to_json()
    for name in whole:
        rest = {key: one for key, one in whole.items() if key != name}
        if name in OPTIONAL.get(kind, set()):
            read(rest)
        else:
            with pytest.raises(KeyError):
                read(rest)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("image", "width", "10"),
        ("image", "height", True),
        ("request", "inputs", {}),
        ("request", "inputs", [None]),
        ("request", "parameters", []),
        ("request", "area", "aa"),
        ("area", "share", "half"),
        ("area", "mask", None),
        ("derivation", "facts", []),
        ("derivation", "method", "by hand"),
        ("draft", "area", 7),
        ("request", "seed", 1.5),
        ("request", "count", "1"),
        ("request", "count", 11),
        ("cost", "amount", True),
        ("cost", "amount", "0.04"),
        ("facts", "timings", []),
        ("facts", "notes", {}),
        ("node", "parents", "n1"),
        ("node", "notes", None),
        ("node", "image", None),
        ("node", "created", True),
        ("node", "created", "now"),
        ("node", "kind", "painted"),
        ("node", "step", None),
        ("fault", "problems", {}),
        ("fault", "charged", "perhaps"),
        ("job", "state", "asleep"),
        ("job", "request", []),
        ("job", "parents", "n1"),
        ("job", "created", None),
        ("draft", "parameters", []),
        ("draft", "keep", "on"),
        ("draft", "references", {}),
        ("draft", "count", None),
        ("route", "mode", "tunnel"),
        ("route", "hosts", []),
        ("route", "headers", "a: b"),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(kind: str, field: str, value: object) -> None:
    whole = WHOLE[kind].to_json()
    read = KINDS[kind][1]
    assert read(dict(whole)) == WHOLE[kind]
    with pytest.raises((TypeError, ValueError)):
        read({**whole, field: value})


_REQUEST = EditRequest("Make it warmer", (made.REF,), "model", 7)
WHOLE: dict[str, Kept] = {
    "image": made.REF,
    "request": _REQUEST,
    "cost": Cost(0.04),
    "facts": ResultFacts("fal", "direct"),
    "node": made.node("n1"),
    "fault": JobFault("refused", "It was refused."),
    "job": made.job("job-1", _REQUEST),
    "draft": Draft(),
    "area": Area(made.REF, 0.5),
    "derivation": Derivation(Method.KEEP),
    "route": Route("direct", "fal"),
}


@pytest.mark.parametrize("value", [True, False, "1", 1.0, None, [1]])
def test_only_whole_numbers_are_whole_numbers(value: object) -> None:
    with pytest.raises(TypeError, match="not a whole number"):
        as_int(value)


def test_a_route_fills_what_is_not_written_with_defaults() -> None:
    assert Route.from_json({"name": "direct", "provider": "fal"}) == Route("direct", "fal")
