"""Settings as a value: defaults for what is missing or of the wrong kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.settings import Settings
from tests.unit.core.strategies import all_settings

VALUES: st.SearchStrategy[object] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**300, 10**400)
    | st.floats()
    | st.text(max_size=4)
    | st.lists(st.integers(), max_size=2)
)


@given(st.dictionaries(st.sampled_from([*Settings().to_json(), "unheard_of"]), VALUES))
def test_whatever_the_file_says_there_are_usable_settings(data: dict[str, object]) -> None:
    found = Settings.from_json(data)
    assert 1 <= found.max_running <= 8
    assert 0 <= found.spend_limit_usd < float("inf")
    assert Settings.from_json(found.to_json()) == found
    for name, plain in Settings().to_json().items():
        if name not in data:
            assert found.to_json()[name] == plain
        assert type(found.to_json()[name]) is type(plain)


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("theme", "light", "light"),
        ("theme", 3, "dark"),
        ("high_contrast", True, True),
        ("high_contrast", "yes", False),
        ("text_percent", 150, 150),
        ("text_percent", 10, 90),
        ("text_percent", 900, 200),
        ("text_percent", "150", 100),
        ("reduced_motion", True, True),
        ("max_running", 4, 4),
        ("max_running", 0, 1),
        ("max_running", 99, 8),
        ("max_running", True, 2),
        ("max_running", "4", 2),
        ("spend_limit_usd", 0, 0.0),
        ("spend_limit_usd", 12.5, 12.5),
        ("spend_limit_usd", -1, 5.0),
        ("spend_limit_usd", True, 5.0),
        ("spend_limit_usd", float("nan"), 5.0),
        ("spend_limit_usd", float("inf"), 5.0),
        ("spend_limit_usd", 10**400, 5.0),
        ("wheel_pans", True, True),
        ("wheel_pans", 1, False),
        ("tab_accepts", False, False),
        ("single_keys", "no", True),
        ("recent", ["a", "b"], ["a", "b"]),
        ("recent", "a", []),
    ],
)
def test_a_field_is_read_or_falls_back_to_its_default(
    field: str, written: object, read: object
) -> None:
    assert Settings.from_json({field: written}).to_json() == {**Settings().to_json(), field: read}


FILES = [f"file-{number}" for number in range(14)]


@given(all_settings, st.lists(st.sampled_from(FILES), min_size=20, max_size=40))
def test_recent_sessions_are_the_last_ten_without_repeats(
    settings: Settings, opened: list[str]
) -> None:
    plain = Settings(theme=settings.theme)
    expected: list[str] = []
    for path in opened:
        plain = plain.with_recent(path)
        expected = [path, *(one for one in expected if one != path)][:10]
        assert plain.recent == tuple(expected)
    assert plain.theme == settings.theme
