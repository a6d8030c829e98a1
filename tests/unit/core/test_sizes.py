"""How large a result will be: stated, learned from earlier results, or left to the service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kontext_studio.core.area import Area
from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.request import EditRequest, ParamValue
from kontext_studio.core.sizes import Told, expected_size, nearest_preset
from kontext_studio.workbench.catalogue import load_catalogue

CATALOGUE = load_catalogue()


def picture(width: int, height: int) -> ImageRef:
    return ImageRef(Sha256("a" * 64), "image/png", width, height)


def asked(
    model: str, size: tuple[int, int] | None, /, area: Area | None = None, **chosen: ParamValue
) -> EditRequest:
    inputs = (picture(*size),) if size else ()
    return EditRequest("Make it warmer", inputs, model, 1, 1, tuple(chosen.items()), area)


DEV, PRO = "fal-ai/flux-kontext/dev", "fal-ai/flux-pro/kontext"
REPLICATE, OPENAI = "black-forest-labs/flux-kontext-pro", "gpt-image-1.5"


@pytest.mark.parametrize(
    ("provider", "request_", "words"),
    [
        ("fal", asked(DEV, (1248, 832)), "As large as the picture, 1248 × 832 pixels"),
        ("fal", asked(DEV, (1250, 830)), "About 1248 × 832 pixels"),
        (
            "fal",
            asked(DEV, (1250, 833), resolution_mode="auto"),
            "About 1248 × 832 pixels",
        ),
        (
            "fal",
            asked(DEV, (1248, 832), resolution_mode="1:1"),
            "Shape 1:1, size chosen by the service; another shape than the picture, which may be "
            "cut off or stretched",
        ),
        ("fal", asked(PRO, (1248, 832)), "Size chosen by the service"),
        ("replicate", asked(REPLICATE, (1248, 832)), "Shape 3:2, size chosen by the service"),
        (
            "openai",
            asked(OPENAI, (1200, 800), size="1536x1024"),
            "1536 × 1024 pixels",
        ),
        ("openai", asked(OPENAI, (1200, 800), size="auto"), "Size chosen by the service"),
        ("localai", asked("flux", (512, 512)), "As large as the picture, 512 × 512 pixels"),
        ("lumenfall", asked("flux.1-kontext-pro", None, size="1000x1000"), "About 1000 × 1000"),
        (
            "embedded",
            asked("kontext-studio/embedded", (777, 333)),
            "As large as the picture, 777 × 333 pixels",
        ),
    ],
)
def test_what_is_stated_is_told_and_nothing_else(
    provider: str, request_: EditRequest, words: str
) -> None:
    found = expected_size(CATALOGUE.find(provider, request_.model), request_)
    assert found.words == words or found.words.startswith(words + " ")
    assert found.to_json()["words"] == found.words


def test_an_earlier_result_of_the_same_settings_teaches_the_size() -> None:
    first = asked(PRO, (1200, 800))
    spec = CATALOGUE.find("fal", PRO)
    step = Node(
        NodeId("n1"), (), NodeKind.EDIT, picture(1184, 880), step=4, created=0.0, request=first
    )
    found = expected_size(spec, first, [step])
    assert (found.told, found.size, found.step) == (Told.LEARNED, (1184, 880), 4)
    assert found.reshapes
    assert found.words.startswith("1184 × 880 pixels, as step 4 came back")
    same = replace(step, image=picture(1200, 800))  # nobody wonders which step taught that
    found = expected_size(spec, first, [same])
    assert found.words == "As large as the picture, 1200 × 800 pixels"
    for other in (asked(PRO, (1200, 801)), asked(PRO, (1200, 800), aspect_ratio="1:1")):
        assert expected_size(spec, other, [step]).told is not Told.LEARNED


def test_with_an_area_the_result_is_brought_back() -> None:
    area = Area(picture(1250, 830), 0.5)
    found = expected_size(CATALOGUE.find("fal", DEV), asked(DEV, (1250, 830), area))
    assert found.words == "About 1248 × 832 pixels; brought back to 1250 × 830 for the area"


@pytest.mark.parametrize(
    ("size", "preset"),
    [((3000, 1000), (1568, 672)), ((500, 500), (1024, 1024)), ((1000, 1500), (832, 1248))],
)
def test_the_nearest_preset_has_the_nearest_shape(
    size: tuple[int, int], preset: tuple[int, int]
) -> None:
    assert nearest_preset(size) == preset
