"""What can be learned of a run whose answer was lost: asked, never bought, and nothing is written.

First a proxy that keeps answers is asked, by the run's own key; then the service, for its list.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.core import provider as wire
from kontext_studio.core.delivery import is_kept
from kontext_studio.core.errors import StudioError
from kontext_studio.core.jobs import JobRecord, JobState, RemoteHandle
from kontext_studio.workbench import endings
from kontext_studio.workbench.shop import Shop


async def kept_by_a_proxy(record: JobRecord, shop: Shop) -> JobRecord | None:
    """The run as the answer that was kept says it; None where none was."""
    if not record.order_key:
        return None
    try:
        spec = shop.catalogue.find(record.provider, record.request.model)
        provider = (await shop.reach.provider(record.route)).provider
        if not isinstance(provider, wire.AsksAgain):
            return None
        kept = await provider.answer_to(record.order_key, spec, record.delivery)
    except StudioError:
        return None  # the service's own list may tell it all the same
    match kept:
        case wire.Submitted(remote):
            return replace(record.moved_to(JobState.SUBMITTED), remote=remote, fault=None)
        case wire.RemoteDone(answer):
            return replace(record.moved_to(JobState.REMOTE_DONE), answer=answer, fault=None)
        case None:
            return None


async def listed_by_service(record: JobRecord, shop: Shop) -> tuple[RemoteHandle, ...] | str:
    """The runs of the account that look like this one, or why nobody can say."""
    try:
        spec = shop.catalogue.find(record.provider, record.request.model)
        if not is_kept(spec, record.delivery.way):
            return endings.CANNOT_BE_ASKED_FOR
        if record.delivery.no_store:
            return endings.LEFT_NO_RECORD
        provider = (await shop.reach.provider(record.route)).provider
        if provider.cannot_find:
            return provider.cannot_find
        sent_at = record.sent_at or 0.0
        return await provider.find(record.request, spec, sent_at, record.picture_urls)
    except StudioError as fault:
        return fault.message
