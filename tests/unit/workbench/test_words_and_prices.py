"""What the person typed, and what an unknown price is called: the same in every place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import Price
from kontext_studio.core.result import Cost, ResultFacts
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.catalogue import load_catalogue
from kontext_studio.workbench.prices import spent_usd
from kontext_studio.workbench.requests import clean_instruction
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import good, opened

WORDS = st.text(min_size=1, max_size=200)


@example("👩‍🎨 “mach es heller” é e\u0301 مرحبا \u202eback\ud800")
@example("a" * 10_000)
@given(WORDS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_f_loc_30_words_are_typed_stored_sent_and_read_back_the_same(
    studio: Studio, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    try:
        clean = clean_instruction(text)
    except BadRequest:
        return  # nothing was left of it
    assert "\ud800" not in clean
    path = tmp_path_factory.mktemp("words") / "work.kontext"
    provider = good()

    async def work(bench: Workbench) -> None:
        order = await opened(bench, path)
        await bench.save_draft(order.parents[0], Draft(text=clean))
        await bench.wait_for(await bench.submit(replace(order, instruction=text)))

    studio.start(provider, work)
    assert [request.instruction for request in provider.sent] == [clean]
    with SessionFile.open(path, read_only=True) as file:
        loaded = file.load()
    assert [draft.text for draft in loaded.drafts.values()] == [clean]
    requests = [node.request for node in loaded.session.history if node.request]
    assert [request.instruction for request in requests] == [clean]


def test_f_loc_30_an_instruction_that_is_too_long_is_refused_with_the_count() -> None:
    with pytest.raises(BadRequest, match="50,000 characters"):
        clean_instruction("x" * 50_000)


def test_f_api_36_a_price_that_is_not_known_is_no_price_anywhere(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        spec = bench.model_of(order)
        unpriced = replace(spec, price=Price(None, "image"))
        monkeypatch.setattr(type(bench.catalogue), "find", lambda *_given: unpriced)
        await bench.change_settings(replace(bench.settings, spend_limit_usd=0.01))
        assert bench.price_of(order) is None
        view = await bench.wait_for(await bench.submit(order))
        (node,) = bench.nodes_of(view.record.id)
        assert node.result is not None
        assert node.result.cost is None

    studio.start(good(), work)


def test_what_was_charged_in_another_currency_is_not_added_up_as_dollars() -> None:
    session, catalogue = Session(), load_catalogue()
    for number, cost in enumerate((Cost(0.04), Cost(900.0, "JPY"), None)):
        ref = ImageRef(Sha256(f"{number:064x}"), "image/png", 1, 1)
        facts = ResultFacts("lumenfall", "mine", cost=cost)
        node = Node(NodeId(f"n{number}"), (), NodeKind.IMPORT, ref, number, 0.0, result=facts)
        session.history.add(node)
    assert spent_usd(session, (), catalogue) == 0.04
