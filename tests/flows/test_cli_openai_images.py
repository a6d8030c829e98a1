"""Lumenfall and a server of the studio by command line, from the connection to the file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fakes.loopback_service import running
from tests.fakes.openai_service import KEY, OpenAIService, fields_of
from tests.fakes.photographs import encoded, photograph, png
from tests.flows.driving import Program


@dataclass
class Converting(OpenAIService):
    """Answers with real pictures of the format that was asked for."""

    def answer(
        self, asked: Mapping[str, Any], count: int = 1, inputs: list[bytes] | None = None
    ) -> dict[str, object]:
        made = super().answer(asked, count, inputs)
        kind = str(asked["output_format"]).upper()
        self.pictures = {name: encoded(photograph(), kind) for name in self.pictures}
        return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    file.write_bytes(png(3))
    return file


def test_lumenfall_tells_price_and_balance_and_converts_what_is_kept_shown_and_exported(
    program: Program, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    with running(Converting()) as service:
        host = f"api={service.base}"
        words = ("--provider", "lumenfall", "--host", host, "--key-env", "STUDIO_KEY")
        assert program("routes", "add", "own", *words).code == 0

        # 1. What is free is told, and nothing is made.
        assert program("balance", "--route", "own").out == "$12.50 left.\n"
        order = ("edit", photo, "Make it red", "--route", "own", "--param", "size=16:9")
        avif = (*order, "--param", "output_format=avif", "--param", "aspect_ratio=1:1")
        said = program(*avif, "--estimate")
        assert said.out.startswith("$0.025, says Lumenfall.\n")
        assert "size 16:9: converted to 1365x768." in said.out
        assert "aspect_ratio 1:1: left out. size decides instead." in said.out
        assert "seed" not in said.out
        assert service.sold == 0

        # Over a gateway that may drop the question's mark, the price list answers.
        over = ("--provider", "lumenfall", "--mode", "gateway", "--address", service.base)
        assert program("routes", "add", "gate", *over).code == 0
        listed = program("edit", photo, "Make it red", "--route", "gate", "--estimate", "--json")
        assert (listed.json["source"], listed.json["cost"]["amount"]) == ("price list", 0.025)
        assert len(service.seen("edits")) == 1

        # 2. What was said is what is sent, and what came is a step like any other.
        session = tmp_path / "s.kontext"
        done = program(*avif, "--session", session, "--json")
        assert done.code == 0, done.err
        fields = fields_of(service.runs[-1])
        assert (fields["size"], fields["output_format"]) == ("1365x768", "avif")
        assert "aspect_ratio" not in fields
        node = done.json["nodes"][-1]
        assert node["image"]["media_type"] == "image/avif"
        assert node["cost"] == {"amount": 0.025, "currency": "USD", "estimated": False}
        out = tmp_path / "out.png"
        assert program("export", session, "1", "-o", out).code == 0
        with Image.open(out) as picture:
            assert (picture.format, picture.size) == ("PNG", photograph().size)


def test_a_server_of_the_studio_needs_an_address_and_nothing_else(
    program: Program, photo: Path, tmp_path: Path
) -> None:
    with running(OpenAIService(manner="vllm-omni", key=None)) as service:
        words = ("--provider", "vllm-omni", "--address", service.base)
        assert program("routes", "add", "studio", *words).code == 0
        out = tmp_path / "out.png"
        edited = program("edit", photo, "Make it red", "--route", "studio", "-o", out)
        assert edited.code == 0, edited.err
        assert "model" not in fields_of(service.runs[0])
        assert Image.open(io.BytesIO(out.read_bytes())).format == "PNG"
