"""The answer to a run: pictures as addresses or as base64, brought into the form that is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from kontext_studio.core.errors import BadAnswer, RateLimited, ServiceFailed, StudioError
from kontext_studio.providers.addresses import joined
from kontext_studio.providers.answers import Answer, parse_json, shown
from kontext_studio.providers.openai_images.errors import PICTURE, fault_in
from kontext_studio.providers.refusals import page_instead, redirected
from kontext_studio.providers.results import reduced
from kontext_studio.providers.service import Service

_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})", re.ASCII)
_WHOLE_PICTURE = re.compile(rb'"(url|b64_json)"\s*:\s*("(?:[^"\\]|\\.)*+")')
"""An entry that came to its closing quote before the answer broke off."""
_MOST_TIMINGS = 50


def result_in(answer: Answer, service: Service, base: str, model: str) -> str | RateLimited:
    """The result as it is kept, or the reason to send the run again; raise for every other end."""
    if 300 <= answer.status < 400:
        raise redirected(answer)
    if answer.is_page:
        return _told(_of_page(answer, service))
    try:
        value = answer.json()
    except BadAnswer as fault:
        if answer.status >= 400:
            return _told(fault_in(answer, _words(answer), service, model))
        result = rescued(answer, base)
        if result is None:
            raise service.unknown("The answer to the run was lost.", answer.facts()) from fault
        return result
    if answer.status >= 400:
        return _told(fault_in(answer, value, service, model))
    if not isinstance(value, dict) or "data" not in value:
        raise service.unknown("The service answered without a result.", answer.facts())
    return reduced(_canonical(value, base))


def rescued(answer: Answer | None, base: str) -> str | None:
    """The pictures that had come whole when the answer broke off; None where there are none."""
    if answer is None or not 200 <= answer.status < 300:
        return None
    try:
        value = parse_json(answer.body)
    except ValueError:
        value = {
            "data": [_entry(*found) for found in _WHOLE_PICTURE.findall(answer.body)],
            "notes": ["The answer broke off; the pictures that had come are here."],
        }
    if not isinstance(value, dict) or not value.get("data"):
        return None
    return reduced(_canonical(value, base))


def _told(fault: StudioError) -> RateLimited:
    if isinstance(fault, RateLimited):
        return fault
    raise fault


def _of_page(answer: Answer, service: Service) -> StudioError:
    if answer.status >= 500 and not service.billed:
        return ServiceFailed(
            f"A gateway answered instead of {service.title} (HTTP {answer.status}).",
            hint="Run it again; if it stays, look at the server's log.",
            detail=answer.facts(),
        )
    return page_instead(answer, service, PICTURE)


def _words(answer: Answer) -> str:
    """An error told in plain text is the service's all the same."""
    return answer.body[:2048].decode("utf-8", "replace")


def _entry(name: bytes, text: bytes) -> dict[str, object]:
    try:
        told: object = json.loads(text)
    except ValueError:
        return {}
    return {name.decode(): told}


def _canonical(value: Mapping[str, object], base: str) -> dict[str, object]:
    entries = value.get("data")
    stated = _SIZE.fullmatch(str(value.get("size", "")))
    size = {"width": int(stated[1]), "height": int(stated[2])} if stated else {}
    images = [
        {"url": _address(one, base), **size}
        for one in (entries if isinstance(entries, list) else [])
    ]
    made: dict[str, object] = {"images": images}
    if (prompt := _revised(entries)) is not None:
        made["prompt"] = prompt
    seed = value.get("seed")
    if isinstance(seed, int) and not isinstance(seed, bool):
        made["seed"] = seed
    if timings := _timings(value):
        made["timings"] = timings
    notes = value.get("notes")
    told = notes if isinstance(notes, list) else []
    metadata = value.get("metadata")
    if isinstance(metadata, dict):
        made.update(_cost(metadata))
        told = [*told, *_by_whom(metadata)]
    if told:
        made["notes"] = told
    return made


def _timings(value: Mapping[str, object]) -> dict[str, object]:
    """vLLM-Omni tells how long each stage took, SGLang the whole; memory is no time."""
    metrics = value.get("metrics")
    stages = metrics.get("stage_durations") if isinstance(metrics, dict) else None
    found = dict(list(stages.items())[:_MOST_TIMINGS]) if isinstance(stages, dict) else {}
    if (whole := value.get("inference_time_s")) is not None:
        found["inference"] = whole
    return found


def _address(entry: object, base: str) -> str:
    """Where one picture is, or the picture itself; empty where neither is told."""
    if not isinstance(entry, dict):
        return ""
    if isinstance(inside := entry.get("b64_json"), str) and inside:
        return inside if inside.startswith("data:") else _data_uri(inside)
    url = entry.get("url")
    if not isinstance(url, str) or not url:
        return ""
    # Some servers name their own files without saying where they lie.
    return url if url.startswith("data:") else joined(f"{base}/", url)


def _data_uri(text: str) -> str:
    """Nothing is said of its kind: the bytes decide, whatever the answer tells of its format."""
    bare = "".join(text.split()) if any(one in text for one in "\r\n ") else text
    return f"data:;base64,{bare}"


def _revised(entries: object) -> str | None:
    for entry in entries if isinstance(entries, list) else []:
        told = entry.get("revised_prompt") if isinstance(entry, dict) else None
        if isinstance(told, str) and told:
            return told
    return None


def _cost(metadata: Mapping[str, object]) -> dict[str, object]:
    amount = metadata.get("cost")
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return {}
    currency = metadata.get("cost_currency")
    word = currency if isinstance(currency, str) and currency else "USD"
    return {"cost": {"amount": amount, "currency": word[:8].upper(), "estimated": False}}


def _by_whom(metadata: Mapping[str, object]) -> Iterator[str]:
    who = metadata.get("provider_name") or metadata.get("provider")
    what = metadata.get("executed_model")
    if who and what:
        yield f"Made by {shown(who, 60)} with {shown(what, 120)}."
    elif who:
        yield f"Made by {shown(who, 60)}."
    attempts = metadata.get("attempts")
    count = len(attempts) if isinstance(attempts, list) else attempts
    if isinstance(count, int) and not isinstance(count, bool) and 1 < count < 1000:
        yield f"It took {count} attempts at the providers."
