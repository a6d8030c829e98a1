"""What an edit request holds and refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.request import EditRequest
from tests.unit.core.strategies import REF, requests


@given(requests)
def test_requests_are_equal_however_their_parameters_were_ordered(
    request_: EditRequest,
) -> None:
    backwards = tuple(reversed(request_.parameters))
    again = EditRequest(
        request_.instruction,
        request_.inputs,
        request_.model,
        request_.seed,
        request_.count,
        backwards,
        request_.area,
    )
    assert again == request_
    assert hash(again) == hash(request_)
    assert list(request_.parameter_map()) == sorted(request_.parameter_map())


@given(requests, st.integers(0, 2**31 - 1))
def test_another_seed_changes_the_seed_alone(request_: EditRequest, seed: int) -> None:
    other = request_.with_seed(seed)
    assert other.to_json() == {**request_.to_json(), "seed": seed}


@pytest.mark.parametrize("count", [0, 11, -1])
def test_a_run_makes_one_to_ten_pictures(count: int) -> None:
    with pytest.raises(ValueError, match="one to ten"):
        EditRequest("x", (REF,), "m", 1, count)


def test_an_edit_takes_at_most_four_pictures() -> None:
    EditRequest("x", (REF,) * 4, "m", 1)
    with pytest.raises(ValueError, match="at most four"):
        EditRequest("x", (REF,) * 5, "m", 1)
