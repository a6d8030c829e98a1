import pytest

from kontext_studio.providers.retries import GONE_ATTEMPTS, Patience

NOW = 1_790_000_000.0  # Mon, 21 Sep 2026 14:13:20 GMT


@pytest.fixture
def calm() -> Patience:
    return Patience(random=lambda: 0.5, now=lambda: NOW)


def test_waits_for_a_connection_grow_and_are_spread(calm):
    assert [calm.connect_wait_s(attempt) for attempt in (1, 2, 3)] == [0.5, 2.0, 8.0]
    assert Patience(random=lambda: 0.0).connect_wait_s(2) == 1.0
    assert Patience(random=lambda: 1.0).connect_wait_s(2) == 3.0


def test_repeatable_calls_are_tried_ten_times_and_then_once_a_minute(calm):
    waits = [calm.read_wait_s(attempt) for attempt in range(1, 13)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 60, 60, 60]


def test_f_api_6_and_22_what_is_said_to_be_gone_is_asked_for_at_least_a_minute_longer():
    hurried = Patience(random=lambda: 0.0)
    waits = [hurried.gone_wait_s(attempt) for attempt in range(1, GONE_ATTEMPTS)]
    assert sum(waits) >= 60
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1000000000", 1e9),
        ("Mon, 21 Sep 2026 14:13:50 GMT", 30.0),
        ("Mon, 21 Sep 2026 14:13:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
    ],
)
def test_f_api_11_retry_after_is_read_in_all_its_forms(calm, text, asked):
    assert calm.retry_after_s({"retry-after": text}) == asked


def test_f_api_35_a_servers_wrong_clock_does_not_change_the_wait(calm):
    headers = {
        "retry-after": "Thu, 01 Jan 2015 00:01:00 GMT",
        "date": "Thu, 01 Jan 2015 00:00:00 GMT",
    }
    assert calm.retry_after_s(headers) == 60.0


def test_what_a_service_asks_for_is_kept_within_bounds(calm):
    assert calm.refused_wait_s(1, 1e9) == 300.0
    assert calm.refused_wait_s(1, 0.0) == 0.5
    assert [calm.refused_wait_s(attempt, None) for attempt in range(1, 7)] == [2, 4, 8, 16, 32, 60]
