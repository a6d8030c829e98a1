"""Which class serves which provider word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import Catalogue
from kontext_studio.core.provider import Provider
from kontext_studio.core.route import EMBEDDED, Access

# httpx imports these at its first exchange, and that would be on the thread of the window.
_AT_FIRST_USE = ("httpcore", "anyio.abc", "anyio._backends._asyncio")


def load_network() -> None:
    """Import what the first exchange needs; for a worker thread, well before it."""
    for name in _AT_FIRST_USE:
        import_module(name)


def built_words() -> tuple[str, ...]:
    """The provider words that this version can reach."""
    return tuple(_BUILDERS)


def make_provider(access: Access, catalogue: Catalogue) -> Provider:
    """The provider of a route. Raise BadRequest for a word that no provider is built for."""
    word = access.route.provider
    build = _BUILDERS.get(word)
    if build is None:
        built = ", ".join(sorted(_BUILDERS))
        raise BadRequest(
            f"Connections to “{word}” are not built yet.",
            field="provider",
            hint=f"This version connects to {built}.",
        )
    return build(access, catalogue)


def _fal(access: Access, catalogue: Catalogue) -> Provider:
    from kontext_studio.providers.fal.provider import FalProvider
    from kontext_studio.providers.fal.service import EMBEDDED_ENGINE, FAL

    word = access.route.provider
    service = EMBEDDED_ENGINE if word == EMBEDDED else FAL
    return FalProvider(access, service, probe=catalogue.first_edit_model(word).id)


def _replicate(access: Access, catalogue: Catalogue) -> Provider:
    from kontext_studio.providers.replicate.provider import ReplicateProvider

    return ReplicateProvider(access, probe=catalogue.first_edit_model("replicate").id)


def _bfl(access: Access, _catalogue: Catalogue) -> Provider:
    from kontext_studio.providers.bfl.provider import BflProvider

    return BflProvider(access)


def _openai_images(access: Access, catalogue: Catalogue) -> Provider:
    from kontext_studio.providers.openai_images.estimate import EstimatingProvider
    from kontext_studio.providers.openai_images.provider import OpenAIImagesProvider
    from kontext_studio.providers.openai_images.service import PROFILES

    word = access.route.provider
    profile = PROFILES[word]
    build = EstimatingProvider if profile.estimates else OpenAIImagesProvider
    return build(access, profile, probe=catalogue.first_edit_model(word).id)


_BUILDERS: Mapping[str, Callable[[Access, Catalogue], Provider]] = {
    EMBEDDED: _fal,
    "fal": _fal,
    "replicate": _replicate,
    "bfl": _bfl,
    "lumenfall": _openai_images,
    "openai": _openai_images,
    "vllm-omni": _openai_images,
    "sglang": _openai_images,
    "litellm": _openai_images,
    "localai": _openai_images,
}
