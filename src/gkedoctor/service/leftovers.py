"""What deleted clusters, Ingresses and claims left on Google Cloud."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import NotChecked, Outcome
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.snapshot.model import Snapshot

LEFTOVER = "leftover"
"""The tag of the playbooks that look for leftovers."""

_NEEDED = ("compute.forwardingRules", "container.clusters")
"""Collections without which nothing can be said of leftovers."""

_COUNTED = {
    "forwarding rules": "compute.forwardingRules",
    "firewall rules": "compute.firewalls",
    "disks": "compute.disks",
}


def leftover_playbooks(library: Sequence[CompiledPlaybook]) -> list[CompiledPlaybook]:
    """The playbooks that look for leftovers, which are all that a collection for this question needs."""
    return [playbook for playbook in library if LEFTOVER in playbook.model.tags]


def leftovers(snapshot: Snapshot, library: Sequence[CompiledPlaybook], *, live: bool = False) -> Outcome:
    """The outcome of the playbooks that look for leftovers and nothing else. `live`: whether it was read just now."""
    outcome = diagnose(snapshot, leftover_playbooks(library))
    counts = {noun: len(snapshot.collection(name).objects) for noun, name in _COUNTED.items()}
    complete = not any(map(_may_hide_leftovers, outcome.not_checked))
    return msgspec.structs.replace(outcome, looked_at=counts, complete=complete, live=live, unknown_hops=())


def _may_hide_leftovers(entry: NotChecked) -> bool:
    """Whether leftovers may have been missed: a needed listing is not there, or one was asked for and refused."""
    return entry.collection in _NEEDED or entry.reason not in ("not_asked", "complete")
