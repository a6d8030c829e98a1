"""The configuration: every word of it known, addresses that keys may go to, and its example."""

from pathlib import Path

import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.server.proxy.assembly import assemble
from kontext_studio.server.proxy.config import EXAMPLE, Kind, ProxyConfig, read_config

FOLDER = Path("/etc/proxy")


def read(text):
    return read_config(text, FOLDER, ProxyConfig())


def test_the_example_says_what_holds_anyway():
    config = read(EXAMPLE)
    assert [one.name for one in config.upstreams] == ["fal"]
    assert config.upstreams[0].key_env == "FAL_KEY"
    usual = ProxyConfig(upstreams=config.upstreams)
    assert config == usual


def test_all_of_the_example_can_be_used():
    lines = [line.removeprefix("# ") for line in EXAMPLE.splitlines()[2:]]
    config = read("\n".join(lines))
    names = [one.name for one in config.upstreams]
    assert names == ["fal", "lumenfall", "replicate", "bfl", "studio"]
    studio = config.upstreams[-1]
    assert (studio.kind, studio.key_env, studio.models) == (Kind.OPENAI, "", ("*",))
    assert studio.addresses == {"": "https://studio.example/v1"}
    assert config.clients_file == FOLDER / "clients.json"
    assert config.limit_micros("anna") == 25_000_000
    assert config.limit_micros("ben") == 10_000_000


def test_an_upstream_has_the_models_of_the_catalogue_unless_others_are_named():
    config = read('[upstreams.studio]\nkind="openai"\naddress="https://a.test/v1"\nmodels=["x"]\n')
    held = assemble(config, {})["studio"]
    assert [held.upstream.allows(one) for one in ("x", "y", "")] == [True, False, False]
    fal = read("[upstreams.fal]\nkey_env = ''\n")
    allows = assemble(fal, {})["fal"].upstream.allows
    assert allows("fal-ai/flux-pro/kontext/max/multi")
    assert not allows("fal-ai/veo3")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hots = 'x'", "hots"),
        ("[limits]\nusd_a_day = 1", "usd_a_day"),
        ("[limits]\nusd_per_day = '1'", "usd_per_day"),
        ("[limits]\nusd_per_day = -1", "usd_per_day"),
        ("[limits]\nusd_per_day = true", "usd_per_day"),
        ("[limits]\nusd_per_day = nan", "usd_per_day"),
        ("[limits]\nremember_h = 0", "remember_h"),
        ("[limits.clients]\nanna = 'x'", "anna"),
        ("[upstreams.fal]\nkey = 'abc'", "key"),
        ("[upstreams.fal]\nmodels = 'x'", "models"),
        ("[upstreams.fal.hosts]\nother = 'https://a.test'", "hosts"),
        ("[upstreams.other]", "kind"),
        ("upstreams = 1", "upstreams"),
        ("[upstreams]\nfal = 1", "kind"),
        ("[upstreams.health]\nkind = 'fal'", "health"),
        ("[upstreams.openai]", "models"),
        ("[upstreams.x]\nkind = 'openai'\nmodels = ['*']", "address"),
        ("x = ", "config"),
    ],
)
def test_a_word_that_makes_no_sense_is_named(text, word):
    with pytest.raises(BadRequest) as caught:
        read(text)
    assert caught.value.field == word


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/v1",
        "http://192.168.1.5/v1",
        "ftp://a.test",
        "a.test",
        "https://",
        "https://user@a.test",
        "https://a.test/v1?x=1",
        "https://a.test:99999",
        "https://a.test/\\n",
        "",
    ],
)
def test_f_sec_3_a_key_is_held_for_https_or_this_computer_alone(url):
    text = f'[upstreams.x]\nkind = "openai"\nmodels = ["*"]\naddress = "{url}"'
    with pytest.raises(BadRequest):
        read(text)


PLAIN = (
    '[upstreams.{name}]\nkind = "openai"\nmodels = ["*"]\naddress = "{url}"\nplain_http = {word}'
)


@pytest.mark.parametrize("kind", ["", '\nkey_env = "STUDIO_KEY"'])
def test_f_sec_3_a_server_on_plain_http_is_asked_only_where_the_operator_says_so_and_keyless(kind):
    url = "http://gpu.lan:8000/v1"
    with pytest.raises(BadRequest, match="not https"):
        read(PLAIN.format(name="studio", url=url, word="false") + kind)
    plain = PLAIN.format(name="studio", url=url, word="true") + kind
    if kind:
        with pytest.raises(BadRequest, match="plain http"):
            read(plain)
    else:
        assert read(plain).upstreams[0].addresses == {"": url}


def test_f_sec_3_a_service_with_a_key_is_never_on_plain_http():
    with pytest.raises(BadRequest, match="plain http"):
        read(PLAIN.format(name="lumenfall", url="http://a.test/v1", word="true"))


def test_what_one_server_is_allowed_no_other_is():
    both = PLAIN.format(name="studio", url="http://gpu.lan/v1", word="true")
    both += '\n[upstreams.second]\nkind = "openai"\nmodels = ["*"]\naddress = "http://gpu.lan/v1"'
    with pytest.raises(BadRequest, match="not https"):
        read(both)


@pytest.mark.parametrize(
    "url", ["https://a.test/v1", "http://127.0.0.1:8000/v1", "http://[::1]/v1", "http://localhost"]
)
def test_addresses_that_a_key_may_go_to(url):
    text = f'[upstreams.x]\nkind = "openai"\nmodels = ["*"]\naddress = "{url}/"'
    assert read(text).upstreams[0].addresses == {"": url}
