import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest

from kontext_studio.server.errors import Denied
from kontext_studio.server.files import Shelf, own_folder
from tests.fakes.fal_service import png
from tests.unit.server.conftest import TOKEN
from tests.unit.server.test_inputs import upload


def anonymous(desk):
    return httpx.Client(base_url=desk.served.origin, trust_env=False)


def test_a_signed_address_takes_one_upload_without_a_key(desk):
    body = {"content_type": "image/webp", "file_name": "../../x"}
    answer = desk.http.post("/storage/upload/initiate?storage_type=gcs", json=body).json()
    assert answer["file_url"].endswith(".webp")
    with anonymous(desk) as http:
        assert http.put(answer["upload_url"], content=b"first").status_code == 200
        assert http.put(answer["upload_url"], content=b"second").status_code == 403
        got = http.get(answer["file_url"])
    assert got.content == b"first"
    assert got.headers["content-type"] == "image/webp"
    assert got.headers["x-content-type-options"] == "nosniff"


def test_an_upload_address_that_was_never_given_takes_nothing(desk):
    assert desk.http.put("/files/put/made-up.png", content=b"x").status_code == 403
    assert desk.http.get("/files/made-up.png").status_code == 404


def test_a_direct_upload_needs_the_key_or_the_token_for_uploads(desk):
    token = desk.http.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", json={}).json()
    assert token["base_url"] == desk.served.origin
    assert token["expires_at"].endswith("+00:00")
    with anonymous(desk) as http:
        for authorization, status in (
            (f"{token['token_type']} {token['token']}", 200),
            (f"Key {TOKEN}", 200),
            ("Bearer made-up", 401),
            ("", 401),
        ):
            headers = {"authorization": authorization, "content-type": "image/png"}
            answer = http.post("/files/upload", content=png(), headers=headers)
            assert answer.status_code == status
        # The token opens uploads and nothing else.
        headers = {"authorization": f"Bearer {token['token']}"}
        assert http.post("/queue/kontext-studio/embedded", headers=headers).status_code == 401


def test_an_upload_in_parts_is_joined_by_their_numbers(desk):
    begun = desk.http.post("/files/upload/multipart", headers={"content-type": "image/png"}).json()
    root = f"{begun['access_url']}/multipart/{begun['uploadId']}"
    tags = {}
    for number, piece in ((2, b"world"), (1, b"hello "), (1, b"Hello ")):
        answer = desk.http.put(f"{root}/{number}", content=piece)
        tags[number] = answer.headers["etag"]
    parts = [{"partNumber": number, "etag": tag} for number, tag in tags.items()]
    assert desk.http.post(f"{root}/complete", json={"parts": parts[:1]}).status_code == 400
    assert desk.http.post(f"{root}/complete", json={"parts": parts}).status_code == 200
    assert desk.http.get(begun["access_url"]).content == b"Hello world"
    assert desk.http.put(f"{root}/3", content=b"x").status_code == 404


def test_a_part_of_a_download_can_be_asked_for(desk):
    url = upload(desk, b"0123456789")
    etag = desk.http.get(url).headers["etag"]
    assert not etag.startswith("W/")
    part = desk.http.get(url, headers={"range": "bytes=4-", "if-range": etag})
    assert (part.status_code, part.content) == (206, b"456789")


def test_names_of_files_cannot_be_guessed(desk):
    names = {upload(desk, b"x").rpartition("/")[2] for _ in range(20)}
    assert len(names) == 20
    assert all(len(name) >= 36 for name in names)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path, most_bytes=100, most_per_file=60)


def test_the_oldest_files_go_when_the_room_is_used_up(shelf, tmp_path):
    async def story():
        first = await shelf.add(b"a" * 50, "image/png")
        second = await shelf.add(b"b" * 40, "image/png")
        third = await shelf.add(b"c" * 30, "image/png")
        return [await shelf.read(one.name) for one in (first, second, third)]

    assert asyncio.run(story()) == [None, b"b" * 40, b"c" * 30]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_over_the_limit_is_refused(shelf, tmp_path):
    async def story():
        await shelf.add(b"x" * 61, "image/png")

    with pytest.raises(Denied) as caught:
        asyncio.run(story())
    assert caught.value.denial.status == 413
    name, number = shelf.begin_parts("image/png")
    shelf.add_part(name, number, 1, b"x" * 40)
    with pytest.raises(Denied):
        shelf.add_part(name, number, 2, b"x" * 40)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_a_server_that_was_killed_is_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    left = tmp_path / f"kontext-studio-serve-{dead.pid}-abc"
    foreign = tmp_path / "kontext-studio-serve-abc"
    for folder in (left, foreign):
        folder.mkdir()
        (folder / "picture.png").write_bytes(b"x")
    with own_folder() as first, own_folder() as second:
        assert not left.exists()
        assert foreign.exists()
        assert {Path(first), Path(second)} <= set(tmp_path.iterdir())
        assert Path(first).stat().st_mode & 0o077 == 0
