"""Loopback stand-ins for the servers that speak OpenAI's images interface, each in its own manner.

They keep a ledger, count the runs that are paid for, and misbehave where a test tells them to.
Forms are read by the standard library's mail parser, which knows nothing of our own writer.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from tests.fakes.fal_service import Exchange, Fault, Seen, png
from tests.fakes.loopback_service import LoopbackService

KEY = "lmnfl_canary-id.canary-secret"
CREATED = 1_795_000_000

SERVED = {
    "lumenfall": "flux.1-kontext-dev",
    "openai": "gpt-image-2.5-flare",
    "vllm-omni": "black-forest-labs/FLUX.1-Kontext-dev",
    "sglang": "any-editor",
    "litellm": "studio-kontext",
    "localai": "flux.1-kontext-dev",
}
"""What each of them serves."""

BEHIND_LITELLM = "kontext-pro"
"""What LiteLLM passes on to Black Forest Labs; the other name leads to a vLLM-Omni."""

_BFL_TAKES = frozenset(
    "prompt model image image[] mask seed output_format safety_tolerance prompt_upsampling"
    " aspect_ratio steps guidance".split()
)

_OPENAI_TAKES = frozenset(
    "prompt model image image[] mask n size quality background input_fidelity moderation"
    " output_format output_compression stream partial_images".split()
)


@dataclass(frozen=True)
class Upload:
    """A file part as it arrived."""

    name: str
    file_name: str
    media_type: str
    data: bytes


def form_of(seen: Seen) -> tuple[dict[str, str], list[Upload]]:
    """Text fields and files of a multipart request, in the order of the parts."""
    head = f"content-type: {seen.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + seen.body)
    fields: dict[str, str] = {}
    files: list[Upload] = []
    for part in message.iter_parts():
        named = part["content-disposition"].params
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if "filename" in named:
            files.append(Upload(named["name"], named["filename"], part.get_content_type(), data))
        else:
            assert not files, "text parts come before the files"
            fields[named["name"]] = data.decode()
    return fields, files


def fields_of(seen: Seen) -> dict[str, Any]:
    """What the request asks for, from a form or from JSON."""
    if seen.headers["content-type"].startswith("multipart/"):
        return dict(form_of(seen)[0])
    return seen.json()


@dataclass(frozen=True)
class Refusal(Exception):
    status: int
    body: object


def _error(status: int, code: object, message: str, kind: str = "", param: str = "") -> Refusal:
    told = {"message": message, "type": kind or None, "code": code, "param": param or None}
    return Refusal(status, {"error": told})


@dataclass
class OpenAIService(LoopbackService):
    """Steps: generations, edits, models, balance, picture. `manner` is a provider word. `made` is
    the size of each picture as the server understood it; `extra` goes into every answer."""

    manner: str = "lumenfall"
    key: str | None = KEY
    extra: Mapping[str, object] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    amount: object = 12.5

    @property
    def prefix(self) -> str:
        return "/openai/v1" if self.manner == "lumenfall" else "/v1"

    @property
    def base(self) -> str:
        return f"{self.origin}{self.prefix}"

    @property
    def runs(self) -> list[Seen]:
        return [*self.seen("generations"), *self.seen("edits")]

    def access(self, key: str | None = KEY, **changes: Any) -> Access:
        """A direct route to here."""
        given = {"name": "test", "provider": self.manner, "address": self.base, **changes}
        return Access(Route(**given), Secret(key) if key is not None else None)

    def step_of(self, method: str, path: str) -> str:
        bare = path.partition("?")[0]
        if bare.startswith(("/files/", "/generated-images/")):
            return "picture"
        if bare == "/v1/balance":
            return "balance"
        if bare == f"{self.prefix}/models" and method == "GET":
            return "models"
        for step in ("generations", "edits"):
            if bare == f"{self.prefix}/images/{step}" and method == "POST":
                missing = step == "edits" and self.manner == "localai"
                return "other" if missing else step
        return "other"

    def sell(self, exchange: Exchange) -> None:
        self.sold += 1

    async def _generations(self, exchange: Exchange) -> None:
        await self._run(exchange, "generation")

    async def _edits(self, exchange: Exchange) -> None:
        await self._run(exchange, "edit")

    async def _models(self, exchange: Exchange) -> None:
        try:
            self._demand_key(exchange)
        except Refusal as refusal:
            await exchange.answer(refusal.status, refusal.body)
            return
        one = {"id": SERVED[self.manner], "object": "model", "created": CREATED, "owned_by": "us"}
        await exchange.answer(200, {"object": "list", "data": [one]})

    async def _balance(self, exchange: Exchange) -> None:
        try:
            self._demand_key(exchange)
        except Refusal as refusal:
            await exchange.answer(refusal.status, refusal.body)
            return
        available = {"amount": self.amount, "currency": "USD"}
        told = {"object": "balance", "billing_type": "prepaid", "available": available}
        await exchange.answer(200, told)

    async def _run(self, exchange: Exchange, kind: str) -> None:
        seen = self.ledger[-1]
        try:
            self._demand_key(exchange)
            asked, files = self._read(seen, kind)
            self._demand_taken(asked, files, kind)
        except Refusal as refusal:
            await exchange.answer(refusal.status, refusal.body)
            return
        count = max(1, min(10, int(asked.get("n", 1))))
        if "dryRun=true" in exchange.path:
            await exchange.answer(200, _estimate(str(asked["model"]), count))
            return
        self.sell(exchange)
        if asked.get("stream") in (True, "true"):
            await self._stream(exchange, kind)
            return
        self.made.append(self._size(asked))
        await exchange.answer(200, self.answer(asked, count, [one.data for one in files]))

    def _demand_key(self, exchange: Exchange) -> None:
        if self.key is not None and exchange.headers.get("authorization") != f"Bearer {self.key}":
            code = "AUTHENTICATION_FAILED" if self.manner == "lumenfall" else "invalid_api_key"
            raise _error(401, code, "The key is not known.", "authentication_error")

    def _read(self, seen: Seen, kind: str) -> tuple[dict[str, Any], list[Upload]]:
        if not seen.headers["content-type"].startswith("multipart/"):
            if kind == "edit":
                raise _error(
                    400, "INVALID_REQUEST", "Edits are multipart.", "invalid_request_error"
                )
            asked = seen.json()
            files = []
            for text in asked.get("ref_images", []):
                try:
                    data = base64.b64decode(text, validate=True)
                except ValueError:
                    continue  # LocalAI drops it without a word
                if data.startswith((b"\x89PNG", b"\xff\xd8")):  # and what it cannot read
                    files.append(Upload("", "", "", data))
            return asked, files
        fields, files = form_of(seen)
        return fields, [one for one in files if one.name != "mask"]

    def _demand_taken(self, asked: Mapping[str, Any], files: list[Upload], kind: str) -> None:
        prompt = str(asked.get("prompt", ""))
        if kind == "edit" and not files:
            said = {"loc": ["body", "image"], "msg": "Field required", "type": "missing"}
            raise Refusal(422, {"detail": [said]})
        names = {one.name for one in files} - {""}
        if len(names) > 1 or (len(files) > 1 and names == {"image"} and self.manner == "litellm"):
            raise Refusal(422, {"detail": "image and image[] at once"})
        if "nsfw" in prompt:
            code = {"lumenfall": "CONTENT_POLICY_VIOLATION", "openai": "moderation_blocked"}
            word = code.get(self.manner, "content_policy_violation")
            raise _error(400, word, "It is not allowed.", "invalid_request_error")
        if "exhaust" in prompt:
            raise _error(502, "ALL_PROVIDERS_EXHAUSTED", "No provider made it.", "api_error")
        getattr(self, f"_as_{self.manner.replace('-', '_')}")(asked, kind)

    def _as_lumenfall(self, asked: Mapping[str, Any], kind: str) -> None:
        if len(str(asked["prompt"])) > 1000:
            said = "expected string to have <=1000 characters"
            raise _error(400, "INVALID_REQUEST", said, "invalid_request_error", "prompt")
        if not str(asked.get("model", "")).rpartition("/")[2].startswith(("flux.1-", "m")):
            raise _error(404, "MODEL_NOT_FOUND", "No such model.", "not_found_error", "model")

    def _as_openai(self, asked: Mapping[str, Any], kind: str) -> None:
        if unknown := set(asked) - _OPENAI_TAKES:
            name = min(unknown)
            said = f"Unknown parameter: '{name}'."
            raise _error(400, "unknown_parameter", said, "invalid_request_error", name)

    def _as_vllm_omni(self, asked: Mapping[str, Any], kind: str) -> None:
        if asked.get("model") not in (None, SERVED["vllm-omni"]):
            raise _error(400, 400, "The model is not the served one.", "BadRequestError", "model")
        if kind == "edit" and asked.get("response_format") == "url":
            raise Refusal(400, {"detail": "Only response_format 'b64_json' is supported"})
        if kind == "generation" and "x" not in str(asked.get("size", "1x1")):
            raise Refusal(400, {"detail": "Invalid size format"})
        # A form has a text there, JSON an object.
        if "lora" in asked and isinstance(asked["lora"], str) is (kind == "generation"):
            said = {"loc": ["body", "lora"], "msg": "Input should be a valid dictionary"}
            raise Refusal(422, {"detail": [said]})

    def _as_sglang(self, asked: Mapping[str, Any], kind: str) -> None:
        if asked.get("response_format", "url" if kind == "generation" else "b64_json") == "url":
            raise Refusal(400, {"detail": "response_format url needs storage"})

    def _as_litellm(self, asked: Mapping[str, Any], kind: str) -> None:
        if not asked.get("model"):
            raise _error(400, "400", "model is required", "invalid_request_error", "model")
        unknown = sorted(set(asked) - _BFL_TAKES)
        if asked["model"] == BEHIND_LITELLM and kind == "edit" and unknown:
            said = f"The following parameters are not supported: {', '.join(unknown)}"
            raise _error(400, "400", f"litellm.UnsupportedParamsError: {said}")

    def _as_localai(self, asked: Mapping[str, Any], kind: str) -> None:
        if asked.get("model") != SERVED["localai"]:
            raise _error(404, 404, "could not load model")

    def _size(self, asked: Mapping[str, Any]) -> str:
        size = str(asked.get("size", ""))
        return "512x512" if self.manner == "localai" and "x" not in size else size

    def answer(
        self, asked: Mapping[str, Any], count: int = 1, inputs: list[bytes] | None = None
    ) -> dict[str, object]:
        """The images object; each picture has a grey of its own, and edits one of the input."""
        wants_url = asked.get("response_format", "url") == "url"
        by_url = self.manner in ("lumenfall", "localai") and wants_url
        data: list[dict[str, object]] = []
        for index in range(count):
            picture = png(grey=(20 if inputs else 200) + index)
            name = f"{self.sold}-{index}.png"
            self.pictures[name] = picture
            if not by_url:
                data.append({"b64_json": base64.b64encode(picture).decode()})
            elif self.manner == "localai":
                data.append({"url": f"/generated-images/{name}"})
            else:
                data.append({"url": f"{self.origin}/files/{name}"})
        made: dict[str, object] = {"created": CREATED, "data": data}
        if self.manner == "lumenfall":
            data[0]["revised_prompt"] = "as it was understood"
            made["metadata"] = {
                "model": asked.get("model"),
                "executed_model": "fal/flux.1-kontext-dev-edit",
                "provider": "fal",
                "provider_name": "fal.ai",
                "cost": round(0.025 * count, 6),
                "cost_currency": "USD",
            }
        if self.manner == "vllm-omni":
            metrics = {"stage_durations": {"denoise": 1.5}, "peak_memory_mb": 24000.0}
            made |= {"output_format": "png", "size": "4x4", "metrics": metrics}
        if self.manner == "sglang":
            made |= {"id": "1", "peak_memory_mb": 24000.0, "inference_time_s": 2.5}
        return {**made, **self.extra}

    async def _stream(self, exchange: Exchange, kind: str) -> None:
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked"
        await exchange.write(f"{head}\r\n\r\n".encode())
        facts = {"size": "1024x1024", "quality": "high", "background": "opaque"}
        common = {"created_at": CREATED, "output_format": "png", **facts}
        common["b64_json"] = base64.b64encode(png()).decode()
        used = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
        for name, more in (
            (f"image_{kind}.partial_image", {"partial_image_index": 0}),
            (f"image_{kind}.completed", {"usage": {**used, "input_tokens_details": {}}}),
        ):
            text = json.dumps({"type": name, **common, **more})
            event = f"event: {name}\ndata: {text}\n\n".encode()
            await exchange.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        await exchange.write(b"0\r\n\r\n")


def _estimate(model: str, count: int) -> dict[str, object]:
    micros = 25_000 * count
    part = {"type": "image", "metric": "image", "quantity": count, "billable_quantity": count}
    return {
        "estimated": True,
        "model": model,
        "provider": "fal",
        "total_cost_micros": micros,
        "currency": "USD",
        "components": [{**part, "unit_price": 25_000, "total_cost": micros}],
    }


def breaks_off(after: bytes) -> Fault:
    """Takes the run, and ends the answer right behind the last of these bytes."""

    async def fault(exchange: Exchange) -> None:
        await exchange.read()
        exchange.note()
        service: Any = exchange.service
        service.sell(exchange)
        asked = fields_of(service.ledger[-1])
        whole = json.dumps(service.answer(asked, int(asked.get("n", 1)))).encode()
        cut = whole[: whole.rindex(after) + len(after)]
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(whole)}"
        await exchange.write(f"{head}\r\n\r\n".encode() + cut)
        exchange.open = False
        exchange.writer.close()

    return fault
