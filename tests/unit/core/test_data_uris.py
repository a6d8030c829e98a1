"""Data URIs: read whole, or refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.data_uris import bytes_of


@given(st.binary())
def test_bytes_come_back_from_base64(data):
    assert bytes_of("data:image/png;base64," + base64.b64encode(data).decode()) == data


def test_base64_may_be_quoted_and_other_text_is_unquoted():
    assert bytes_of("DATA:image/png;BASE64,aGk%3D") == b"hi"
    assert bytes_of("data:,a%20b") == b"a b"


@pytest.mark.parametrize(
    "url",
    ["", "data:", "data:image/png;base64", "data:;base64,a", "data:;base64,a*b=", "http://x/,y"],
)
def test_what_is_damaged_is_refused(url):
    with pytest.raises(ValueError, match=r"."):
        bytes_of(url)
