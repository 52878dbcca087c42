"""Worker processes on this machine.

`concurrent.futures` gives up all its workers when one dies and cannot say whose fault it was; here each worker holds
one recording at a time, so the one that a dead worker held is known and the others lose nothing.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import cast

from gkedoctor.fleet.diagnose_recording import DiagnosisInputs, deserialize, diagnose_recording, serialize
from gkedoctor.fleet.model import Failed, Recording, Result
from gkedoctor.fleet.storage import shown

TRIES = 3
"""How often a recording is begun before its workers' deaths are its own fault. All but the first time alone."""

Lost = tuple[Recording, ...]
"""Recordings whose worker died."""

Round = Callable[[Sequence[Recording], int], Generator[Result, None, Lost]]
"""Diagnoses recordings with so many workers at once, and returns those whose worker died."""


def patiently(once: Round, recordings: Sequence[Recording], jobs: int) -> Generator[Result, None, None]:
    """All results, as they come. A recording whose worker died is tried again alone, when memory is free."""
    lost = yield from once(recordings, jobs)
    for _ in range(TRIES - 1):
        lost = yield from once(lost, 1)
    for recording in lost:
        said = f"each of the {TRIES} workers that tried was killed"
        hint = "most often that is memory: diagnose it alone, on a larger machine"
        yield Failed(recording.name, shown(recording.at), said, hint)


def here(recordings: Sequence[Recording], kit: DiagnosisInputs) -> Generator[Result, None, None]:
    """The results, made in this process."""
    for recording in recordings:
        yield diagnose_recording(recording, kit)


def run_in_processes(recordings: Sequence[Recording], kit: DiagnosisInputs, jobs: int) -> Generator[Result, None, None]:
    """The results as they come, made by so many processes."""
    sent = serialize(kit)
    return patiently(lambda some, many: _round(some, sent, many), recordings, jobs)


class _Worker:
    """A process and the recording that it holds."""

    def __init__(self, sent: bytes) -> None:
        context = multiprocessing.get_context("forkserver")
        self.pipe, its_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(its_end, sent), daemon=True)
        self._process.start()
        its_end.close()  # so that the pipe ends when the process does
        self.holds: Recording | None = None

    def give(self, recording: Recording) -> None:
        """Has it diagnose a recording. That it is dead is noticed when its result is asked for."""
        self.holds = recording
        with suppress(OSError):
            self.pipe.send(recording)

    def result(self) -> Result | None:
        """What it found; None where it died before it could tell."""
        try:
            found: Result = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return found

    def end(self) -> None:
        """Kills it, if it is still there."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _round(recordings: Sequence[Recording], sent: bytes, jobs: int) -> Generator[Result, None, Lost]:
    waiting = deque(recordings)
    crew: dict[Connection, _Worker] = {}
    lost: list[Recording] = []
    try:
        while waiting or crew:
            while waiting and len(crew) < jobs:
                worker = _Worker(sent)
                crew[worker.pipe] = worker
                worker.give(waiting.popleft())
            for pipe in wait(list(crew)):
                worker = crew[cast(Connection, pipe)]
                result = worker.result()
                if result is not None:
                    yield result
                elif worker.holds is not None:
                    lost.append(worker.holds)
                if result is not None and waiting:
                    worker.give(waiting.popleft())
                else:
                    crew.pop(worker.pipe).end()
    finally:
        for worker in crew.values():
            worker.end()
    return tuple(lost)


def _serve(pipe: Connection, sent: bytes) -> None:
    """The worker's life: a recording in, a result out, until nobody asks any more. Ctrl-C is for the one who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kit = deserialize(sent)
    with suppress(EOFError, OSError):
        while True:
            pipe.send(diagnose_recording(pipe.recv(), kit))
