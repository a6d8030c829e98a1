"""The tree of faults: drawn as it is, each with its exit code and a word of its own."""

from __future__ import annotations

import inspect
import re

import pytest

from kontext_studio.core import errors
from kontext_studio.core.errors import Charged, StudioError

CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, StudioError)
]
EXIT_CODES = {
    "BadInput": 3,
    "ProviderError": 4,
    "RouteError": 5,
    "SessionError": 6,
    "OutcomeUnknown": 7,
}


def _drawn_tree() -> dict[str, str]:
    """Child and parent of each line of the tree in the module's docstring."""
    above: list[str] = []
    found: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        branch = re.match(r"([│ ]*)[├└]── (\w+)", line)
        if branch:
            depth = len(branch[1]) // 4 + 1
            del above[depth:]
            found[branch[2]] = above[-1]
            above.append(branch[2])
        elif line == "StudioError":
            above = [line]
    return found


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    real = {found.__name__: found.__mro__[1].__name__ for found in CLASSES}
    assert real.pop("StudioError") == "Exception"
    assert _drawn_tree() == real


@pytest.mark.parametrize("fault", CLASSES)
def test_the_exit_code_is_that_of_its_branch(fault: type[StudioError]) -> None:
    names = [one.__name__ for one in fault.__mro__]
    expected = next((EXIT_CODES[name] for name in names if name in EXIT_CODES), 1)
    assert fault.exit_code == expected
    assert fault("It happened.").exit_code == expected


def test_each_fault_has_a_word_of_its_own() -> None:
    kinds = [fault.kind for fault in CLASSES]
    assert len(set(kinds)) == len(kinds)
    assert all(re.fullmatch(r"[a-z_]+", kind) for kind in kinds)


@pytest.mark.parametrize("fault", CLASSES)
def test_a_fault_reads_as_its_message_and_keeps_its_facts(fault: type[StudioError]) -> None:
    found = fault("The service is busy.")
    assert str(found) == found.message == "The service is busy."
    unsure = issubclass(fault, errors.OutcomeUnknown)
    assert found.charged is (Charged.MAYBE if unsure else Charged.NO)
    assert (found.hint, found.detail) == ("", "")


def test_faults_carry_what_their_readers_need() -> None:
    problem = errors.FieldProblem("prompt", "too_long", "It is too long.", {"limit": 5})
    refused = errors.Refused(
        "No.", problems=(problem,), hint="Cut it.", detail="422", charged=Charged.YES
    )
    assert (refused.problems, refused.hint, refused.detail) == ((problem,), "Cut it.", "422")
    assert refused.charged is Charged.YES
    assert errors.RateLimited("Later.", retry_after_s=2.5, detail="429").retry_after_s == 2.5
    assert errors.RateLimited("Later.").retry_after_s is None
    bad = errors.BadRequest("No.", field="seed", hint="Take another.")
    assert (bad.field, bad.hint) == ("seed", "Take another.")
    lost = errors.OutcomeUnknown("Lost.", hint="Check.", detail="no id")
    assert (lost.hint, lost.detail) == ("Check.", "no id")
    plain = StudioError("x", hint="h", detail="d", charged=Charged.YES)
    assert (plain.hint, plain.detail, plain.charged) == ("h", "d", Charged.YES)
