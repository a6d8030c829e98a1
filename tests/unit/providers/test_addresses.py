import pytest

from kontext_studio.providers.addresses import is_inside, is_loopback, keeps_secrets, origin


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://queue.fal.run/a/b", "https://queue.fal.run:443"),
        ("HTTPS://Queue.FAL.run:443", "https://queue.fal.run:443"),
        ("http://127.0.0.1:8722/queue", "http://127.0.0.1:8722"),
        ("http://[::1]:80/x", "http://[::1]:80"),
    ],
)
def test_an_origin_has_one_spelling(url, whole):
    assert origin(url) == whole


@pytest.mark.parametrize(
    "url",
    [
        "https://queue.fal.run@evil.test/",
        "https://user:pw@queue.fal.run/",
        "https://queue.fal.run\\@evil.test/",
        "https://queue.fal.run\t.evil.test/",
        "https://queue.fal.run\n",
        " https://queue.fal.run",
        "https://queue.fаl.run/",  # a Cyrillic letter
        "ftp://queue.fal.run/",
        "//queue.fal.run/",
        "https://queue.fal.run:99999/",
        "https://queue.fal.run:x/",
        "https:///path",
        "",
        "https://[::1",
    ],
)
def test_f_sec_2_an_address_that_could_be_read_in_two_ways_has_no_origin(url):
    assert origin(url) is None


def test_neighbours_of_an_origin_are_other_origins():
    own = origin("https://queue.fal.run")
    for other in (
        "http://queue.fal.run",
        "https://queue.fal.run.",
        "https://queue.fal.run:8443",
        "https://queue.fal.run.evil.test",
        "https://xn--queue-fal-run",
    ):
        assert origin(other) != own


def test_this_machine_is_known_by_all_its_names():
    for host in ("localhost", "queue.localhost", "127.0.0.1", "127.8.8.8", "::1", "LOCALHOST."):
        assert is_loopback(host)
    for host in ("localhost.evil.test", "10.0.0.1", "fal.run", ""):
        assert not is_loopback(host)


def test_f_sec_3_secrets_travel_over_https_or_inside_this_machine():
    assert keeps_secrets("https://fal.run")
    assert keeps_secrets("http://localhost:80")
    assert not keeps_secrets("http://192.168.1.5")
    assert not keeps_secrets("http://fal.run")


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "10.1.2.3",
        "192.168.0.1",
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "0.0.0.0",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "fe80::1%eth0",
        "localhost",
    ],
)
def test_f_sec_12_addresses_of_the_inside_are_known_in_every_spelling(host):
    assert is_inside(host)


@pytest.mark.parametrize(
    "host", ["93.184.216.34", "[2606:4700::1]", "64:ff9b::5db8:d822", "v3.fal.media", "10.test"]
)
def test_open_addresses_and_names_are_not_inside(host):
    assert not is_inside(host)
