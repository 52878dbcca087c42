"""What is found while the slowest collector still reads: on standard error, and marked as preliminary."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gkedoctor.diagnose.model import Diagnosis
    from gkedoctor.live.collection import LiveCollection
    from gkedoctor.report.answer import Answer
    from gkedoctor.snapshot.model import Snapshot

_SETTLE_SECONDS = 1.0
"""A collection that ends within it needs no first answers, and the processor is better left to it."""

_MOST_SHOWN = 8

Look = Callable[["Snapshot"], "Answer"]
"""Diagnoses what there is, and takes what was asked for out of it."""

Tell = Callable[[Sequence[str]], None]


@contextmanager
def answering(recording: LiveCollection, look: Look | None, tell: Tell) -> Iterator[None]:
    """Looks, beside the work inside, at what has come in so far. A fault of ours is raised at the end."""
    if look is None:
        yield
        return
    from gkedoctor.collect.thread_pool import ThreadPool

    pool, done = ThreadPool(1, "first answers"), threading.Event()
    pool.submit(_answer, recording, look, tell, done)
    try:
        yield
    finally:
        done.set()
        pool.close()
    if not pool.errors.empty():
        raise pool.errors.get()


def _answer(recording: LiveCollection, look: Look, tell: Tell, done: threading.Event) -> None:
    first = FirstAnswers(tell)
    while not done.wait(_SETTLE_SECONDS):
        snapshot = recording.so_far()
        answer = look(snapshot) if snapshot is not None else None
        if answer is not None and not done.is_set():
            first.show(answer, recording.waiting())


class FirstAnswers:
    """Prints each finding once, as soon as what was read so far shows it."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._told = tell, set[str]()

    def show(self, answer: Answer, waiting: Sequence[str]) -> None:
        """Prints what is new. `waiting`: the collections that are still to be read."""
        new = [found for found in answer.outcome.diagnoses if found.fingerprint not in self._told]
        if new:
            self._tell(preliminary(new, waiting))
            self._told |= {found.fingerprint for found in new}


def preliminary(found: Sequence[Diagnosis], waiting: Sequence[str]) -> list[str]:
    """First answers as lines. `waiting`: the collections that are still being read."""
    from gkedoctor.report.escaping import inert
    from gkedoctor.report.phrases import counted

    names = f"{', '.join(waiting[:3])}{' …' if len(waiting) > 3 else ''}"
    shown = [f"    {d.severity:<9} {d.cause}: {inert(d.title)}" for d in found[:_MOST_SHOWN]]
    rest = [f"    and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
    return [f"  preliminary, with {counted(len(waiting), 'collection')} still being read ({names}):", *shown, *rest]
