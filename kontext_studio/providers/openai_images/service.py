"""Which services speak OpenAI's images interface, and where each goes its own way: one row each.

What a model takes, and which fixed values go along, is not here but in the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urljoin

from kontext_studio.core.services import SERVICES, title_of
from kontext_studio.providers.service import Service

API = "api"
"""The one role of these services: their base address, which ends in /v1."""

GENERATIONS, EDITS, MODELS = "images/generations", "images/edits", "models"


@dataclass(frozen=True, slots=True)
class Profile:
    """`references` is the JSON field for pictures where there is no way to post files; empty for
    multipart edits. With `needs_model` a run without a model's name is refused; `estimates`: a dry
    run costs nothing and tells the price. `balance` lies beside the base address; empty where no
    balance is told. `no_list` says why a lost run cannot be looked for."""

    service: Service
    no_list: str
    references: str = ""
    needs_model: bool = True
    estimates: bool = False
    balance: str = ""

    def balance_url(self, base: str) -> str:
        return urljoin(f"{base}/", self.balance)


def _own(word: str, *, billed: bool = False) -> Service:
    """A server of one's own has no address until it is written down."""
    return Service(word, title_of(word), MappingProxyType({API: ""}), billed=billed)


def _hosted(word: str, base: str) -> Service:
    return Service(word, title_of(word), MappingProxyType({API: base}))


_OWN_LIST = "{} keeps no list of runs. Look at its log."

_ROWS = (
    Profile(
        _hosted("lumenfall", "https://api.lumenfall.ai/openai/v1"),
        "Lumenfall gives no run a number to ask for. Its website shows what was charged.",
        estimates=True,
        balance="../../v1/balance",
    ),
    Profile(
        _hosted("openai", "https://api.openai.com/v1"),
        "OpenAI gives no run a number to ask for. Its website shows what was charged.",
    ),
    Profile(_own("vllm-omni"), _OWN_LIST.format("vLLM-Omni"), needs_model=False),
    Profile(_own("sglang"), _OWN_LIST.format("SGLang"), needs_model=False),
    # What stands behind it may well be billed.
    Profile(_own("litellm", billed=True), _OWN_LIST.format("LiteLLM")),
    Profile(_own("localai"), _OWN_LIST.format("LocalAI"), references="ref_images"),
)

PROFILES: Mapping[str, Profile] = MappingProxyType({row.service.name: row for row in _ROWS})
"""By provider word."""

assert PROFILES.keys() <= {one.word for one in SERVICES}
