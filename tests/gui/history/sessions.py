"""Builds sessions for tests of the history list: a few words per step instead of whole nodes."""

from __future__ import annotations

from kontext_studio.core.errors import Charged
from kontext_studio.core.history import JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobFault, JobRecord, JobState
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost, ResultFacts
from kontext_studio.core.session import Session

PRO = "fal-ai/flux-pro/kontext"
EMBEDDED = "kontext-studio/embedded"


def picture(name: str, width: int = 1248, height: int = 832) -> ImageRef:
    return ImageRef(Sha256(f"{name}-sha"), "image/png", width, height)


class Story:
    """A session that grows step by step. Names serve as ids; steps number themselves."""

    def __init__(self) -> None:
        self.session = Session()
        self.jobs: dict[JobId, JobRecord] = {}
        self._step = 0

    def original(self, name: str = "original", title: str = "cafe-counter.jpg") -> NodeId:
        node = Node(NodeId(name), (), NodeKind.IMPORT, picture(name), 0, 0.0, title=title)
        self._add((node,))
        return node.id

    def edit(
        self,
        parent: NodeId,
        name: str,
        instruction: str = "Make the sky darker",
        *,
        variants: int = 1,
        seconds: float = 8.1,
        model: str = PRO,
        guidance: float = 3.5,
    ) -> NodeId:
        """A finished run; with several variants they are called name, name-2, name-3 ..."""
        self._step += 1
        request = EditRequest(
            instruction,
            (self.session.history[parent].image,),
            model,
            481516234,
            variants,
            (("guidance_scale", guidance),),
        )
        facts = ResultFacts("fal", "direct", seed=481516234, seconds=seconds, cost=Cost(0.04))
        nodes = tuple(
            Node(
                NodeId(name if number == 1 else f"{name}-{number}"),
                (parent,),
                NodeKind.EDIT,
                picture(name if number == 1 else f"{name}-{number}"),
                self._step,
                float(self._step),
                variant=number,
                request=request,
                result=facts,
                job=JobId(f"job-{name}"),
            )
            for number in range(1, variants + 1)
        )
        self._add(nodes)
        return nodes[0].id

    def job(
        self,
        parent: NodeId | None,
        name: str,
        instruction: str = "Replace the tabletop with white marble",
        *,
        state: JobState = JobState.SUBMITTED,
        fault: JobFault | None = None,
        provider: str = "fal",
        count: int = 1,
        model: str = PRO,
    ) -> JobId:
        self._step += 1
        inputs = (self.session.history[parent].image,) if parent is not None else ()
        request = EditRequest(instruction, inputs, model, 7, count)
        record = JobRecord(
            JobId(f"job-{name}"),
            state,
            request,
            (parent,) if parent is not None else (),
            self._step,
            provider,
            "direct",
            float(self._step),
            fault=fault,
        )
        self.jobs[record.id] = record
        return record.id

    def head(self, node: NodeId) -> None:
        if (change := self.session.move_head(node)) is not None:
            self.session.apply(change)

    def _add(self, nodes: tuple[Node, ...]) -> None:
        self.session.apply(self.session.add(nodes, move_head=True))


REFUSED = JobFault(
    "refused",
    "Embedded engine: “marble” is unknown.",
    charged=Charged.NO,
    problems=(
        {
            "field": "prompt",
            "kind": "unsupported_instruction",
            "message": "“marble” is unknown.",
            "context": {
                "unknown": [{"word": "marble", "start": 23, "end": 29}],
                "can_do": ["lighter", "darker", "warmer", "cooler", "grey", "blur"],
            },
        },
    ),
)
