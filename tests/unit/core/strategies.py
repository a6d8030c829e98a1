"""Made-up values of the domain for laws: requests, steps, histories and walks through a session."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from kontext_studio.core.area import Area
from kontext_studio.core.changes import (
    Change,
    HeadMoved,
    Hidden,
    JobDismissed,
    Labelled,
    NodesAdded,
    PicksSet,
    Starred,
)
from kontext_studio.core.delivery import Delivery, Priority, Way
from kontext_studio.core.derivation import Derivation, Method
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import Charged
from kontext_studio.core.history import History, JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobFault, JobRecord, JobState, RemoteHandle
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost, ResultFacts
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.core.session import Session
from kontext_studio.core.settings import Settings

REF = ImageRef(Sha256("a" * 64), "image/png", 10, 10)

words = st.text(max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)
times = st.just(0.0) | st.floats(0, 4e9)
node_ids = st.integers(0, 30).map(lambda number: NodeId(f"n{number}"))
heads = st.none() | node_ids
seeds = st.just(0) | st.integers(0, 2**63 - 1)
job_ids = st.integers(0, 9).map(lambda number: JobId(f"job-{number}"))
param_values = st.none() | st.booleans() | st.integers() | numbers | words
parameters = st.dictionaries(words, param_values, max_size=3).map(
    lambda found: tuple(found.items())
)
pairs = st.dictionaries(words, words, max_size=3).map(lambda found: tuple(found.items()))

image_refs = st.builds(
    ImageRef,
    st.integers(0, 2**256 - 1).map(lambda number: Sha256(f"{number:064x}")),
    st.sampled_from(["image/png", "image/jpeg", "image/webp"]),
    st.integers(1, 20_000),
    st.integers(1, 20_000),
)
areas = st.builds(Area, image_refs, st.floats(0, 1), st.floats(0, 512))
requests = st.builds(
    EditRequest,
    instruction=words,
    inputs=st.lists(image_refs, max_size=4).map(tuple),
    model=words,
    seed=st.integers(0, 2**63),
    count=st.integers(1, 10),
    parameters=parameters,
    area=st.none() | areas,
)
costs = st.builds(Cost, numbers, words, st.booleans())
facts = st.builds(
    ResultFacts,
    provider=words,
    route=words,
    seed=st.none() | seeds | st.integers(2**53, 2**64),
    prompt=words,
    flagged=st.booleans(),
    seconds=st.none() | times,
    timings=st.dictionaries(words, numbers, max_size=2).map(lambda found: tuple(found.items())),
    remote_id=words,
    cost=st.none() | costs,
    notes=st.lists(words, max_size=2).map(tuple),
)
derivations = st.builds(
    Derivation,
    method=st.sampled_from(Method),
    area=st.none() | areas,
    facts=st.dictionaries(words, st.none() | numbers | words, max_size=3).map(
        lambda found: tuple(found.items())
    ),
)
nodes = st.builds(
    Node,
    id=node_ids,
    parents=st.lists(node_ids, max_size=4).map(tuple),
    kind=st.sampled_from(NodeKind),
    image=image_refs,
    step=st.integers(0, 10_000),
    created=times,
    variant=st.integers(1, 10),
    title=words,
    raw=st.none() | image_refs,
    request=st.none() | requests,
    result=st.none() | facts,
    job=st.none() | job_ids,
    notes=st.lists(words, max_size=2).map(tuple),
    derivation=st.none() | derivations,
)
handles = st.builds(RemoteHandle, words, words, words, words)
faults = st.builds(
    JobFault,
    kind=words,
    message=words,
    hint=words,
    detail=words,
    charged=st.sampled_from(Charged),
    problems=st.lists(st.dictionaries(words, param_values, max_size=2), max_size=2).map(tuple),
)
deliveries = st.builds(
    Delivery,
    way=st.sampled_from(Way),
    priority=st.sampled_from(Priority),
    start_timeout_s=st.none() | st.floats(2, 86_400),
    keep_s=st.none() | st.integers(60, 10**8),
    no_store=st.booleans(),
    webhook=st.sampled_from(["", "https://hooks.example/x"]),
    inline=st.booleans(),
)
job_records = st.builds(
    JobRecord,
    id=job_ids,
    state=st.sampled_from(JobState),
    request=requests,
    parents=st.lists(node_ids, max_size=4).map(tuple),
    step=st.integers(0, 10_000),
    provider=words,
    route=words,
    created=times,
    sent_at=st.none() | times,
    remote=st.none() | handles,
    answer=words,
    fault=st.none() | faults,
    picture_urls=st.lists(words, max_size=2).map(tuple),
    delivery=deliveries,
)
drafts = st.builds(
    Draft,
    text=words,
    model=words,
    count=st.integers(1, 10),
    parameters=parameters,
    seed=st.none() | seeds,
    keep=st.lists(words, max_size=3).map(tuple),
    references=st.lists(node_ids, max_size=3).map(tuple),
    route=words,
    delivery=deliveries,
    area=st.none() | areas,
    area_on=st.booleans(),
    keep_area=st.booleans(),
)
routes = st.builds(
    Route,
    name=words,
    provider=words,
    mode=st.sampled_from(RouteMode),
    address=words,
    hosts=pairs,
    network_proxy=words,
    headers=pairs,
    key_env=words,
    ca_file=words,
    model=words,
    no_proxy=words,
    proxy_from_system=st.booleans(),
)
all_settings = st.builds(
    Settings,
    theme=words,
    default_route=words,
    max_running=st.integers(1, 8),
    spend_limit_usd=st.floats(0, 1e6),
    wheel_pans=st.booleans(),
    tab_accepts=st.booleans(),
    single_keys=st.booleans(),
    rules_off=st.lists(words.filter(bool), max_size=4, unique=True).map(tuple),
    personal_words=st.lists(words.filter(bool), max_size=4, unique=True).map(tuple),
    recent=st.lists(words, max_size=10).map(tuple),
)
some_nodes = st.lists(node_ids, max_size=5).map(tuple)
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(NodesAdded, st.lists(nodes, min_size=1, max_size=2).map(tuple), heads, heads),
    st.builds(HeadMoved, heads, heads),
    st.builds(Labelled, node_ids, words, words),
    st.builds(Starred, node_ids, st.booleans()),
    st.builds(PicksSet, some_nodes, some_nodes),
    st.builds(Hidden, some_nodes, st.booleans(), heads, heads),
    st.builds(JobDismissed, job_ids, st.booleans()),
)


def through_text(data: Mapping[str, object]) -> dict[str, object]:
    """What a reader gets after `data` went through strict JSON text."""
    read: dict[str, object] = json.loads(json.dumps(data, allow_nan=False))
    return read


def node(name: str, *parents: str, step: int = 0, job: str = "", variant: int = 1) -> Node:
    """A step in few words: an original without parents, an edit with some."""
    kind = NodeKind.EDIT if parents else NodeKind.IMPORT
    return Node(
        NodeId(name),
        tuple(NodeId(parent) for parent in parents),
        kind,
        REF,
        step,
        0.0,
        variant=variant,
        job=JobId(job) if job else None,
    )


def job(name: str, request: EditRequest) -> JobRecord:
    """A run that was prepared and not sent."""
    return JobRecord(JobId(name), JobState.PREPARED, request, (), 1, "fal", "direct", 0.0)


def _grown(seeds: list[tuple[int, int]]) -> list[Node]:
    """Steps in an order in which a history takes them; several roots, several parents, runs."""
    found: list[Node] = []
    for number, (family, run) in enumerate(seeds):
        earlier = [one.id for one in found]
        count = family % 4 if earlier else 0
        parents = [earlier[family // 4**place % number] for place in range(1, count + 1)]
        name = ("", "", "job-1", "job-2")[run % 4]
        found.append(node(f"n{number}", *parents, step=run, job=name, variant=1 + run // 4))
    return found


_seeds = st.tuples(st.integers(0, 4**6 - 1), st.integers(0, 15))


def node_lists(max_size: int = 14) -> st.SearchStrategy[list[Node]]:
    return st.lists(_seeds, min_size=1, max_size=max_size).map(_grown)


def history_of(steps: list[Node]) -> History:
    history = History()
    for step in steps:
        history.add(step)
    return history


# A walk through a session. Steps are named by a number that is taken modulo what is there, so that
# any list of acts fits any session, and shrinking one leaves it meaningful.

VERBS = (
    *("add", "add_aside", "add_run", "look", "look"),
    *("label", "star", "pick", "pick", "clear_picks", "delete", "restore", "dismiss"),
)


@dataclass(frozen=True, slots=True)
class Act:
    verb: str
    which: int
    on: bool = True

    def plan(self, session: Session) -> Change | None:
        """The change that this act is in the present state; None where it does nothing."""
        ids = [one.id for one in session.history]
        if not ids or self.verb.startswith("add"):
            return session.add(self._new(session, ids), move_head=self.verb != "add_aside")
        shown = [one.id for one in session.shown()]
        chosen = ids[self.which % len(ids)]
        match self.verb:
            case "look":
                return session.move_head(shown[self.which % len(shown)]) if shown else None
            case "label":
                return session.label(chosen, f"name {self.which}" if self.on else "")
            case "star":
                return session.star(chosen, self.on)
            case "pick":
                return session.pick(chosen, self.on)
            case "clear_picks":
                return session.clear_picks()
            case "delete":
                return session.delete(chosen)
            case "restore":
                return session.restore([chosen])
            case "dismiss":
                return session.dismiss(JobId(f"job-{self.which % 5}"))
        raise AssertionError(self.verb)

    def _new(self, session: Session, ids: list[NodeId]) -> Iterator[Node]:
        start = len(session.history)
        parents: tuple[NodeId, ...] = ()
        if ids and self.which % 8:
            parents = (ids[self.which % len(ids)],)
            if self.which % 5 == 0:
                parents = (*parents, ids[-1])
        for variant in range(1, 4 if self.verb == "add_run" else 2):
            yield node(f"n{start + variant - 1}", *parents, step=start, variant=variant)


acts = st.builds(Act, st.sampled_from(VERBS), st.integers(0, 40), st.booleans())


def session_after(walk: list[Act]) -> Session:
    session = Session()
    for act in walk:
        if (change := act.plan(session)) is not None:
            session.apply(change)
    return session


sessions = st.lists(acts, min_size=1, max_size=14).map(session_after)


@dataclass(frozen=True, slots=True)
class Visible:
    """What a person sees of a session, the place where they look aside."""

    shown: tuple[NodeId, ...]
    labels: Mapping[NodeId, str]
    stars: frozenset[NodeId]
    picks: tuple[NodeId, ...]
    dismissed: frozenset[JobId]


def visible(session: Session) -> Visible:
    return Visible(
        tuple(one.id for one in session.shown()),
        dict(session.labels),
        frozenset(session.stars),
        session.picks,
        frozenset(session.dismissed),
    )
