"""Changes laid over a snapshot, recorded or live: what the API server would hold after them."""

from __future__ import annotations

from collections.abc import Iterable

from gkedoctor.errors import ChangeError
from gkedoctor.graph import ref_of
from gkedoctor.manifests.loading import Manifests
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.change import Change
from gkedoctor.whatif.state import ClusterState
from gkedoctor.whatif.verbs.apply import apply_document


def lay_over(snapshot: Snapshot, changes: Iterable[Change]) -> Snapshot:
    """The snapshot with the changes carried out, in order. New objects are created at the snapshot's clock.

    ChangeError for the first one that kubectl or the API server would refuse; then there is no result.
    """
    state = ClusterState(snapshot)
    for change in changes:
        change.apply(state)
    return state.freeze()


def changes_of_manifests(manifests: Manifests) -> list[Change]:
    """What `kubectl apply -f` of manifests changes, object by object. ChangeError for a file that cannot be read."""
    if manifests.problems:
        problem = manifests.problems[0]
        raise ChangeError(f"{problem.place}: {problem.message}", hint=problem.hint)
    items = [manifest.item for manifest in manifests.objects.values()]
    return [Change(f"apply {ref_of(item)}", lambda state, i=item: apply_document(state, i)) for item in items]  # type: ignore[misc]
