"""A part of a cluster: the reads that a question needs, and what a source answers to them.

The engine notes each look-up that the part cannot answer as a `Read`; a `PartReader` answers them, out of a live
cluster or out of a recording, until nothing more is asked. What was not read is unknown, never absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gkedoctor.snapshot.model import CollectionState, Manifest, Object


class Read(NamedTuple):
    """One listing or get: the objects of a collection, narrowed by each field that is not empty.

    `namespace`: of a Google Cloud collection the location (`global`, a region or a zone). `name`: one object;
    without a namespace, that of an object without one, or of every object of that name. `selector`: a field selector
    of Kubernetes (`spec.nodeName=n1`) or a filter of Google Cloud.
    """

    collection: str
    namespace: str = ""
    name: str = ""
    selector: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the whole collection is read."""
        return not (self.namespace or self.name or self.selector)


class ReadResult(NamedTuple):
    """What came of one read: masked and checked objects, as in a snapshot, and how far they can be trusted.

    COMPLETE with no objects: there certainly are none. A read that the source does not do because it would cost as
    much as the whole report is PARTIAL, with the reason.
    """

    read: Read
    objects: Sequence[Object]
    state: CollectionState


class PartReader(Protocol):
    """A source of which parts can be read: a live cluster or a recording."""

    @property
    def manifest(self) -> Manifest:
        """Where and when it was read, as far as that is known so far."""
        ...

    @property
    def context_namespace(self) -> str | None:
        """The namespace that an object is meant to be in where none is given; None for a recording."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What is to be said of how it was read so far, a line each."""
        ...

    def read(self, reads: Sequence[Read]) -> Sequence[ReadResult]:
        """Answers each of the reads, side by side where that is faster, and perhaps with more than was asked.

        SourceError where the source cannot be reached.
        """
        ...
