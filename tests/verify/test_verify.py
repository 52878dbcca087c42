"""`gkedoctor verify`: readings until a finding is gone, has become another one, cannot be told, or the time is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.patch import ObjectPatch
from gkedoctor.diagnose.verification import Claim, Reading, State, claim_of
from gkedoctor.errors import SourceError
from gkedoctor.service.verify import Timer, VerifyOptions, kinds_to_read, namespaces_to_read, verify
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import recorded, shipped_playbooks

BEFORE, AFTER = "pair-selector-after", "pair-selector-before"  # the pair is for `diff`: it breaks in between
OTHER_FAULT = "Service/pair-selector/front"

WRONG_PORT = (
    ObjectPatch(ref=OTHER_FAULT, set={"spec.ports[0].targetPort": "htpp"}),
    ObjectPatch(ref="EndpointSlice/pair-selector/front-2tzxd", set={"endpoints": [], "ports": []}),
)


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def timer(self) -> Timer:
        return Timer(lambda: self.now, self.sleep)


def claim() -> Claim:
    return claim_of(diagnose(recorded(BEFORE), shipped_playbooks()).diagnoses[0])


def patched(name: str, *patch: ObjectPatch, deny: Sequence[str] = ()) -> Snapshot:
    return given_snapshot(Given(recording=name, patch=patch, deny=tuple(deny)), recorded)


def readings(read: Callable[[Clock], Snapshot], **options: float) -> list[Reading]:
    clock = Clock()
    wait = VerifyOptions(**options)
    return list(verify(claim(), shipped_playbooks(), lambda: read(clock), clock.timer, wait))


@pytest.mark.parametrize("cured_after", [5, 30, 90])
def test_it_waits_until_the_finding_is_gone(cured_after: int) -> None:
    seen = readings(lambda clock: recorded(AFTER if clock.now >= cured_after else BEFORE))
    assert [r.check.state for r in seen if r.check] == [State.PRESENT] * (len(seen) - 1) + [State.GONE]
    assert cured_after <= seen[-1].seconds < cured_after + 5


def test_it_ends_when_the_time_is_over() -> None:
    seen = readings(lambda clock: recorded(BEFORE), timeout=60)
    assert seen[-1].check is not None and seen[-1].check.state is State.PRESENT
    assert 50 <= seen[-1].seconds <= 60


def test_another_fault_of_the_same_objects_is_told_once_it_stays() -> None:
    other = patched(AFTER, *WRONG_PORT)
    seen = readings(lambda clock: other if clock.now >= 10 else recorded(BEFORE))
    last = seen[-1]
    assert last.check is not None and last.check.state is State.CHANGED and last.check.other is not None
    assert last.check.other.cause == "service-target-port-mismatch"
    assert 30 <= last.seconds <= 35  # 10 s, and as long as it has to stay


def test_a_fault_that_passes_is_no_other_fault() -> None:
    other = patched(AFTER, *WRONG_PORT)
    states = {10: recorded(BEFORE), 20: other, 600: recorded(AFTER)}
    seen = readings(lambda clock: next(state for until, state in states.items() if clock.now < until))
    assert seen[-1].check is not None and seen[-1].check.state is State.GONE


def test_a_reading_that_fails_is_tried_again() -> None:
    def read(clock: Clock) -> Snapshot:
        if clock.now < 10:
            raise SourceError("the cluster does not answer")
        return recorded(AFTER)

    seen = readings(read)
    assert [r.trouble for r in seen] == ["the cluster does not answer"] * 2 + [""]
    assert seen[-1].check is not None and seen[-1].check.state is State.GONE


def test_a_cluster_that_never_answers_ends_without_a_check() -> None:
    def read(clock: Clock) -> Snapshot:
        raise SourceError("the cluster does not answer")

    seen = readings(read, timeout=20)
    assert seen[-1].is_last and seen[-1].check is None


def test_what_cannot_be_read_is_never_called_gone() -> None:
    seen = readings(lambda clock: patched(AFTER, deny=["Service"]))
    assert seen[-1].check is not None and seen[-1].check.state is State.UNKNOWN
    assert any(text.startswith("services: denied") for text in seen[-1].check.waits)


def test_only_the_kinds_and_namespaces_of_the_finding_are_read() -> None:
    kinds = {kind.name for kind in kinds_to_read(claim(), shipped_playbooks())}
    assert {"Service", "Pod", "EndpointSlice"} <= kinds
    assert namespaces_to_read(claim()) == (claim().root.namespace,)
