"""Uploads by all ways fal's clients know (signed address, direct, in parts), and downloads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from kontext_studio.server.calls import KeyRing, body_bytes, json_body, own_origin
from kontext_studio.server.errors import Denial, Denied
from kontext_studio.server.files import Shelf

_DEFAULT_TYPE = "application/octet-stream"
_NO_FILE = Denial(404, "This server has no such file.", "not_found")
_NO_PARTS = Denial(422, "A list of parts is needed.", "missing")


class StorageCalls:
    """Handlers over one shelf of files."""

    def __init__(self, shelf: Shelf, keys: KeyRing) -> None:
        self._shelf = shelf
        self._keys = keys

    def rest_routes(self) -> list[Route]:
        keyed = self._keys.keyed
        return [
            Route("/storage/upload/initiate", keyed(self.initiate), methods=["POST"]),
            Route("/storage/auth/token", keyed(self.token), methods=["POST"]),
        ]

    def file_routes(self) -> list[Route]:
        part = "/files/{name}/multipart/{number}"
        return [
            Route("/files/upload", self.upload, methods=["POST"]),
            Route("/files/upload/multipart", self.begin_parts, methods=["POST"]),
            Route("/files/put/{name}", self.put, methods=["PUT"]),
            Route(f"{part}/complete", self.finish_parts, methods=["POST"]),
            Route(f"{part}/{{index:int}}", self.put_part, methods=["PUT"]),
            Route("/files/{name}", self.download, methods=["GET"]),
        ]

    async def initiate(self, request: Request) -> Response:
        body = await json_body(request)
        stated = body.get("content_type") if isinstance(body, dict) else None
        name = self._shelf.reserve(stated if isinstance(stated, str) else _DEFAULT_TYPE)
        origin = own_origin(request)
        return JSONResponse(
            {"upload_url": f"{origin}/files/put/{name}", "file_url": f"{origin}/files/{name}"}
        )

    async def token(self, request: Request) -> Response:
        return JSONResponse(
            {
                "token": self._keys.upload_token(),
                "token_type": "Bearer",
                "base_url": own_origin(request),
                "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
            }
        )

    async def put(self, request: Request) -> Response:
        """The signed address: its name is the permission."""
        data = await body_bytes(request, self._shelf.most_per_file)
        await self._shelf.put(request.path_params["name"], data)
        return JSONResponse({})

    async def upload(self, request: Request) -> Response:
        self._keys.demand_upload_right(request)
        data = await body_bytes(request, self._shelf.most_per_file)
        stored = await self._shelf.add(data, _media_type(request))
        return JSONResponse({"access_url": f"{own_origin(request)}/files/{stored.name}"})

    async def begin_parts(self, request: Request) -> Response:
        self._keys.demand_upload_right(request)
        name, number = self._shelf.begin_parts(_media_type(request))
        url = f"{own_origin(request)}/files/{name}"
        return JSONResponse({"access_url": url, "uploadId": number})

    async def put_part(self, request: Request) -> Response:
        self._keys.demand_upload_right(request)
        data = await body_bytes(request, self._shelf.most_per_file)
        path = request.path_params
        tag = self._shelf.add_part(path["name"], path["number"], path["index"], data)
        return JSONResponse({}, headers={"ETag": f'"{tag}"'})

    async def finish_parts(self, request: Request) -> Response:
        self._keys.demand_upload_right(request)
        body = await json_body(request)
        parts = body.get("parts") if isinstance(body, dict) else None
        if not isinstance(parts, list):
            raise Denied(_NO_PARTS)
        indexes = [part.get("partNumber") for part in parts if isinstance(part, dict)]
        whole = [index for index in indexes if isinstance(index, int)]
        path = request.path_params
        stored = await self._shelf.finish_parts(path["name"], path["number"], whole)
        return JSONResponse({"access_url": f"{own_origin(request)}/files/{stored.name}"})

    async def download(self, request: Request) -> Response:
        """Whoever has the address may read it, as at fal's own storage."""
        stored = self._shelf.get(request.path_params["name"])
        if stored is None:
            return _NO_FILE.response()
        return FileResponse(
            self._shelf.path(stored),
            media_type=stored.media_type,
            headers={
                "ETag": f'"{stored.etag}"',
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
                "Content-Disposition": "attachment",
            },
        )


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", _DEFAULT_TYPE).partition(";")[0].strip()
