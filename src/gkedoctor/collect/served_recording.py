"""A recording that `gkedoctor serve` replays: it says itself when it was made and how far its listings can be trusted.

The Kubernetes API has no words for a listing that lacks a namespace or an object; without these, what a recording holds
in part would be taken for all there is.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.snapshot.model import CollectionState, Status

PLATFORM = "recorded"
"""What `/version` of a served recording says in place of `linux/amd64`."""

_PATH = "/gkedoctor/recording"


class RecordingHeader(msgspec.Struct, frozen=True):
    """What a recording says of itself."""

    recorded_at: datetime
    states: dict[str, CollectionState]


def recording_header(client: KubernetesClient) -> RecordingHeader | None:
    """What the served recording says of itself; None where it does not."""
    try:
        found: RecordingHeader = client.document(_PATH, RecordingHeader)
    except (RequestFailed, CollectionStopped):
        return None
    return found


def combined_state(recorded: CollectionState, read: CollectionState) -> CollectionState:
    """The state of a listing that was read out of a recording: what either of them lacks is lacking."""
    if read == CollectionState(Status.COMPLETE) or (
        read.status is Status.COMPLETE and read.namespaces == recorded.namespaces
    ):
        return recorded
    partial = Status.PARTIAL in (recorded.status, read.status)
    return msgspec.structs.replace(
        read,
        status=Status.PARTIAL if partial else read.status,
        reason=read.reason or recorded.reason,
        malformed=recorded.malformed,
        unread=recorded.unread | read.unread,
    )
