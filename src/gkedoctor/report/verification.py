"""What `gkedoctor verify` prints: a line for each new state, and the verdict; or one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.diagnose.verification import Claim, Reading, State
from gkedoctor.graph.core.times import human_duration
from gkedoctor.report.escaping import inert
from gkedoctor.report.ref_schema import ObjectRef, object_ref

_MOST_WAITS = 3
_SENTENCES = {
    State.PRESENT: "still there",
    State.SETTLING: "gone; waiting for",
    State.CHANGED: "gone; another problem with the same objects",
    State.GONE: "gone",
    State.UNKNOWN: "cannot tell: not checked",
}


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a finding. `waits`: what is still waited for; `other`: the problem that its objects have now."""

    schema: Literal["gkedoctor/verify/v1"] = "gkedoctor/verify/v1"
    fingerprint: str
    title: str
    root: ObjectRef
    state: State | None
    seconds: int
    waits: tuple[str, ...]
    other: Other | UnsetType = UNSET
    trouble: str | UnsetType = UNSET


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Another problem with the objects of the finding."""

    fingerprint: str
    title: str
    root: ObjectRef


def to_wire(claim: Claim, last: Reading) -> Verification:
    """The wire form of the last reading. `state` is null where the cluster could not be read."""
    found = last.check
    other = found.other if found is not None else None
    return Verification(
        fingerprint=claim.fingerprint,
        title=claim.title,
        root=object_ref(claim.root),
        state=found.state if found is not None else None,
        seconds=round(last.seconds),
        waits=found.waits if found is not None else (),
        other=Other(fingerprint=other.fingerprint, title=other.title, root=object_ref(other.root)) if other else UNSET,
        trouble=last.trouble or UNSET,
    )


def state_lines(reading: Reading) -> Iterator[str]:
    """What a reading showed: `  12s  gone; waiting for Deployment/shop/cart: 1 of 2 replicas available`."""
    first, *more = _state(reading)
    yield f"{human_duration(round(reading.seconds)):>6}  {first}"
    yield from (f"{'':>6}  {line}" for line in more)


def _state(reading: Reading) -> Sequence[str]:
    found = reading.check
    if found is None:
        return [f"last read failed: {inert(reading.trouble)}"]
    waits = [inert(text) for text in found.waits[:_MOST_WAITS]]
    if len(found.waits) > _MOST_WAITS:
        waits.append(f"and {len(found.waits) - _MOST_WAITS} more")
    if found.state is State.RECOVERING:
        return waits
    head = _SENTENCES[found.state]
    if len(waits) < 2:
        return [f"{head}{':' * (found.state is State.CHANGED)} {waits[0]}" if waits else head]
    return [f"{head}:", *(f"  {line}" for line in waits)]


def verdict(claim: Claim, last: Reading) -> str:
    """One sentence: what came of it."""
    about, after = inert(claim.title), human_duration(round(last.seconds))
    match last.check and last.check.state:
        case State.GONE:
            return f"Fixed after {after}: {about}"
        case State.UNKNOWN:
            return f"Cannot tell whether this is fixed: {about}"
        case State.CHANGED if last.check is not None and last.check.other is not None:
            return f"Fixed, but now: {inert(last.check.other.title)} (gkedoctor verify {last.check.other.fingerprint})"
        case State.RECOVERING | State.SETTLING:
            return f"Fixed, but not well yet after {after}: {about}"
        case None:
            return f"The cluster could not be read for {after}: {about}"
        case _:
            return f"Not fixed after {after}: {about}"
