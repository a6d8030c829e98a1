"""What a connection test asks of an OpenAI-style server: its models, and the balance where it tells
one; both are free."""

from __future__ import annotations

from collections.abc import Callable

from kontext_studio.core.errors import BadAnswer, NotFound
from kontext_studio.core.models import ANY_MODEL
from kontext_studio.core.result import Cost
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.checking import Judged, Probe
from kontext_studio.providers.openai_images.errors import free_fault_in
from kontext_studio.providers.openai_images.service import API, MODELS, Profile
from kontext_studio.providers.routing import ResolvedRoute

_SHOWN_MODELS = 5


def probes_of(route: ResolvedRoute, profile: Profile, model: str) -> tuple[Probe, Probe | None]:
    """The call that needs the key, and the one that asks about the model."""
    base = route.base(API)
    wanted = route.given.model or model
    models = f"{base}/{MODELS}"
    named = wanted if wanted != ANY_MODEL else ""
    asked = Probe(models, _serves(profile, named)) if named else None
    if profile.balance and route.given.mode is RouteMode.DIRECT:
        # Whether the list of models needs the key is not stated; the balance surely does.
        return Probe(profile.balance_url(base), _tells_balance(profile)), asked
    return Probe(models, _serves(profile, "")), asked


def _no_images_here(answer: Answer) -> BadAnswer:
    return BadAnswer(
        f"{answer.host} does not answer as an images server does.",
        hint="Check the address: it usually ends in /v1.",
        detail=answer.facts(),
    )


def _serves(profile: Profile, wanted: str) -> Callable[[Answer], Judged]:
    def judge(answer: Answer) -> Judged:
        value = answer.json()
        if answer.status in (404, 405):
            raise _no_images_here(answer)
        if answer.status >= 400:
            return Judged(free_fault_in(answer, value, profile.service))
        listed = value.get("data") if isinstance(value, dict) else None
        if not isinstance(listed, list):
            raise _no_images_here(answer)
        names = [str(one["id"]) for one in listed if isinstance(one, dict) and "id" in one]
        if wanted in names:
            return Judged(says=f"{shown(wanted, 120)} is served.")
        more = ", …" if len(names) > _SHOWN_MODELS else ""
        served = ", ".join(shown(name, 80) for name in names[:_SHOWN_MODELS]) + more or "no model"
        if not wanted:
            return Judged(says=f"{profile.service.title} serves {served}.")
        return Judged(
            NotFound(
                f"{shown(wanted, 120)} is not served at this address.", hint=f"It has {served}."
            )
        )

    return judge


def _tells_balance(profile: Profile) -> Callable[[Answer], Judged]:
    def judge(answer: Answer) -> Judged:
        balance = balance_in(answer, profile)
        if balance is None:
            return Judged()
        return Judged(says=f"{balance.amount:.2f} {balance.currency} are available.")

    return judge


def balance_in(answer: Answer, profile: Profile) -> Cost | None:
    """What the account holds, None where it has no bound. Raise a StudioError for other answers."""
    value = answer.json()
    if answer.status >= 400:
        raise free_fault_in(answer, value, profile.service)
    available = value.get("available") if isinstance(value, dict) else None
    if not isinstance(available, dict):
        raise BadAnswer(
            "The service does not tell the balance.",
            hint="Check the address and the provider of the connection.",
            detail=answer.facts(),
        )
    amount = available.get("amount")
    if isinstance(amount, str):
        try:
            amount = float(amount)
        except ValueError:
            amount = None
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return None
    return Cost(float(amount), shown(available.get("currency") or "USD", 8), estimated=False)
