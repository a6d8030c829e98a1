"""The services that connections can lead to: their words, titles and ways, as one table."""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.core.route import EMBEDDED, RouteMode

_BOTH = (RouteMode.DIRECT, RouteMode.GATEWAY)
_FAL_ROLES = ("run", "queue", "rest", "platform")


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """`word` is the provider word of routes and of the catalogue; `key_variable` is where its
    users usually keep the key; a server of one's own has no address until it is written down, and
    may take no key. `roles` are the parts that may have addresses of their own."""

    word: str
    title: str
    key_variable: str = ""
    modes: tuple[RouteMode, ...] = _BOTH
    own_server: bool = False
    roles: tuple[str, ...] = ("api",)


SERVICES = (
    ServiceInfo(EMBEDDED, "Embedded engine", modes=(RouteMode.DIRECT,), roles=_FAL_ROLES),
    ServiceInfo("fal", "fal.ai", "FAL_KEY", tuple(RouteMode), roles=_FAL_ROLES),
    ServiceInfo("lumenfall", "Lumenfall", "LUMENFALL_API_KEY"),
    ServiceInfo("replicate", "Replicate", "REPLICATE_API_TOKEN"),
    ServiceInfo("bfl", "Black Forest Labs", "BFL_API_KEY"),
    ServiceInfo("openai", "OpenAI", "OPENAI_API_KEY"),
    ServiceInfo("vllm-omni", "vLLM-Omni", own_server=True),
    ServiceInfo("sglang", "SGLang", own_server=True),
    ServiceInfo("litellm", "LiteLLM", own_server=True),
    ServiceInfo("localai", "LocalAI", own_server=True),
)

_BY_WORD = {one.word: one for one in SERVICES}


def service_info(word: str) -> ServiceInfo | None:
    """None for a word of a newer version."""
    return _BY_WORD.get(word)


def title_of(word: str) -> str:
    """What a service is called in sentences."""
    known = _BY_WORD.get(word)
    return known.title if known is not None else word
