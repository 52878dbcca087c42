"""Workers of a Dask cluster, on as many machines as it has. The only module that knows distributed.

A worker needs the same gkedoctor, and a way to the recordings' URLs. It is given the playbooks, and gives back
findings; nothing else is shared. Dask moves a recording of a dead worker to another by itself, and gives it up after
some deaths (`distributed.scheduler.allowed-failures`); it counts those of recordings that only waited there too, so
what it gave up is tried again alone, as in `crew`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

from gkedoctor import __version__
from gkedoctor.errors import SourceError, UsageError
from gkedoctor.fleet.diagnose_recording import DiagnosisInputs, deserialize, diagnose_recording, serialize
from gkedoctor.fleet.model import Failed, Recording, Result
from gkedoctor.fleet.process_pool import Lost, patiently
from gkedoctor.fleet.recordings import is_url
from gkedoctor.fleet.storage import EXTRA, shown

_PATIENCE = 30.0
"""Seconds to wait for the scheduler, and for a worker to come where there is none."""


def run_on_dask(
    address: str, recordings: Sequence[Recording], kit: DiagnosisInputs, patience: float = _PATIENCE
) -> Generator[Result, None, None]:
    """The results as they come, made by the workers of a scheduler (`tcp://host:8786`).

    UsageError for recordings that only this machine has; SourceError where no worker can be had.
    """
    for recording in recordings:
        if not is_url(recording.at):
            raise UsageError(
                f"{recording.at} is a path on this machine, which the workers of {shown(address)} cannot read",
                hint="put it into a bucket (gs://…), or use file:///… for a folder that all of them have",
            )
    distributed = _distributed()
    try:
        client = distributed.Client(address, timeout=patience)
    except (OSError, ValueError) as error:
        hint = "`dask scheduler` prints its address"
        raise SourceError(f"no Dask scheduler answers at {shown(address)}", hint=hint) from error
    with client:
        run = _DaskRun(distributed, client, shown(address), serialize(kit), patience)
        run.wait_for_workers()
        yield from patiently(run.round, recordings, len(recordings))


class _DaskRun:
    """One run on the workers of one scheduler."""

    def __init__(self, distributed: Any, client: Any, address: str, sent: bytes, patience: float) -> None:
        self._distributed, self._client, self._address = distributed, client, address
        self._sent, self._patience = sent, patience

    def wait_for_workers(self) -> None:
        """Returns when there is one. SourceError where none comes."""
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            raise SourceError(
                f"the scheduler at {self._address} has no worker", hint=f"dask worker {self._address}"
            ) from error

    def round(self, recordings: Sequence[Recording], jobs: int) -> Generator[Result, None, Lost]:
        """Diagnoses recordings, so many at once, and returns those that Dask gave up."""
        lost: list[Recording] = []
        for start in range(0, len(recordings), jobs):
            sent = self._client.submit(_arrived, self._sent, pure=False)  # once, and not with each recording
            some = recordings[start : start + jobs]
            futures = {self._client.submit(_examined, one, sent, __version__, pure=False): one for one in some}
            for future in self._ended(set(futures)):
                result = self._result(future)
                if result is None:
                    lost.append(futures[future])
                else:
                    yield result
                del futures[future]  # which lets the scheduler forget it
            for recording in futures.values():
                yield Failed(recording.name, shown(recording.at), "no worker was left to diagnose it")
        return tuple(lost)

    def _ended(self, futures: set[Any]) -> Iterator[Any]:
        """The futures as they end; not all of them where no worker is left."""
        while futures:
            try:
                ended = self._distributed.wait(futures, timeout=self._patience, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                if not self._client.scheduler_info()["workers"]:
                    return
                continue
            except self._distributed.CancelledError as error:
                raise SourceError(f"the scheduler at {self._address} has stopped") from error
            futures -= ended
            yield from ended

    def _result(self, future: Any) -> Result | None:
        """The result of one recording; None where Dask gave it up.

        A result lies with the worker that made it. Where that one dies before it is fetched, Dask makes it again, and
        gives up only now.
        """
        try:
            found: Result = future.result()
        except self._distributed.KilledWorker:
            return None
        except Exception as error:
            raise SourceError(
                f"the workers of {self._address} failed: {type(error).__name__}: {error}",
                hint=f"they need gkedoctor {__version__}: {EXTRA}",
            ) from error
        return found


def _arrived(sent: bytes) -> bytes:
    """Runs on a worker, from which the others have it."""
    return sent


def _examined(recording: Recording, sent: bytes, version: str) -> Result:
    """Runs on a worker: playbooks are only understood by the version that packed them."""
    if version != __version__:
        raise SourceError(f"one has gkedoctor {__version__}")
    return diagnose_recording(recording, deserialize(sent))


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--scheduler needs the package distributed", hint=EXTRA) from error
    return distributed
