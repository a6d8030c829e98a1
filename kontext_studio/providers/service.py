"""What a provider needs to know of a service: its name, its addresses, how it takes a key, and
whether runs cost money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kontext_studio.core.errors import Charged, OutcomeUnknown


@dataclass(frozen=True, slots=True)
class KeyHeader:
    """The header that carries a key, and what stands before the key in it."""

    name: str = "authorization"
    prefix: str = ""


BEARER = KeyHeader(prefix="Bearer ")


@dataclass(frozen=True, slots=True)
class Service:
    """`name` is the provider word, `title` is for sentences, `origins` are base addresses by role
    (they may have a path). `own_domains` are those under which the service may name addresses of
    its own that the key may go to, over https."""

    name: str
    title: str
    origins: Mapping[str, str]
    billed: bool = True
    key: KeyHeader = BEARER
    own_domains: frozenset[str] = frozenset()

    def perhaps(self) -> Charged:
        """What to say of a run that may have used the service's machines."""
        return Charged.MAYBE if self.billed else Charged.NO

    def surely(self) -> Charged:
        """What to say of a run that finished."""
        return Charged.YES if self.billed else Charged.NO

    def unknown(self, what: str, detail: str) -> OutcomeUnknown:
        """Nobody can tell whether a run was taken; `what` is the sentence that says why."""
        if not self.billed:
            words = f"{what} The run may have begun."
            return OutcomeUnknown(words, detail=detail, charged=Charged.NO)
        return OutcomeUnknown(
            f"{what} It may have been charged.",
            hint="Look at the requests in your account before you send it again.",
            detail=detail,
        )
