"""How far the reading of a cluster is, in words: one line a collector, and one for what went wrong."""

from __future__ import annotations

from collections.abc import Iterable

from gkedoctor.collect.log_schedule import names
from gkedoctor.collect.results import COMPUTE, KUBERNETES, LOG_LINES, CollectorProgress, Listing, OnProgress
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered
from gkedoctor.snapshot.kinds import LOGS, is_cloud
from gkedoctor.snapshot.model import CollectionState, Status

_FINE = (Status.COMPLETE, Status.DISABLED)


class Progress:
    """Tells of one collection. What is denied is told in one line, when all kinds are in: there may be forty."""

    def __init__(self, tell: OnProgress, gathered: Gathered) -> None:
        self._tell, self._gathered = tell, gathered
        self._denied: dict[str, str] = {}

    def started(self) -> None:
        """Nothing is read yet."""
        self._tell(CollectorProgress(KUBERNETES, 0))

    def unreached(self, state: CollectionState) -> None:
        """The cluster does not answer."""
        self._tell(CollectorProgress(KUBERNETES, 0, str(state.status), state.reason))

    def listed(self, find: Listing, *, done: bool) -> None:
        """A kind is in. `done`: it was the last one."""
        state, trouble = find.state, ""
        if state.status is Status.DENIED:
            self._denied[find.collection] = state.reason
        elif state.status not in _FINE:
            trouble = f"{find.collection}: {str(state.status).replace('_', ' ')}: {_why(state)}"
        if trouble or not done:
            self._tell(CollectorProgress(KUBERNETES, self.count(), "", trouble))
        if done:
            self._tell(CollectorProgress(KUBERNETES, self.count(), _overall(self._gathered), self._what_is_denied()))

    def ended(self, waiting: Iterable[str], reason: str) -> None:
        """The rest is not read."""
        if denied := self._what_is_denied():
            self._tell(CollectorProgress(KUBERNETES, self.count(), "", denied))
        self._tell(CollectorProgress(KUBERNETES, self.count(), "partial", f"{names(waiting)}: {reason}"))

    def cloud_ended(self, reason: str) -> None:
        """The rest of Google Cloud is not read."""
        self._tell(CollectorProgress(COMPUTE, self.count(cloud=True), "partial", reason))

    def logs(self, state: CollectionState | None, reason: str = "") -> None:
        """How many logs are in. `state`: of them all, where no more will come."""
        if state is None:
            self._tell(CollectorProgress(LOG_LINES, len(self._gathered.logs)))
            return
        fine = state is LOGS_STATE and not reason
        word = "complete" if fine else str(state.status).replace("_", " ")
        self._tell(CollectorProgress(LOG_LINES, len(self._gathered.logs), word, "" if fine else reason or state.reason))

    def count(self, *, cloud: bool = False) -> int:
        """Objects that were read, of Kubernetes or of Google Cloud."""
        return sum(len(items) for name, items in self._gathered.objects.items() if is_cloud(name) is cloud)

    def _what_is_denied(self) -> str:
        """All that is denied, in the order of names: threads end in any order."""
        denied = sorted(self._denied.items())
        self._denied.clear()
        if not denied:
            return ""
        name, reason = denied[0]
        return (
            f"{name if len(denied) == 1 else f'{len(denied)} kinds ({names(n for n, _ in denied)})'}: denied: {reason}"
        )


def _why(state: CollectionState) -> str:
    if state.reason:
        return state.reason
    return f"namespaces {names(state.unread)} could not be read" if state.unread else ""


def _overall(gathered: Gathered) -> str:
    statuses = {s.status for n, s in gathered.states.items() if n != LOGS and not is_cloud(n)}
    if statuses <= {*_FINE}:
        return "complete"
    if Status.COMPLETE in statuses or Status.PARTIAL in statuses:
        return "partial"
    return str(min(statuses))
