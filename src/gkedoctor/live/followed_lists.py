"""Lists that were read again: what is in them now, and how far their collections can be trusted then."""

from __future__ import annotations

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.results import state_of
from gkedoctor.collect.watch.reflector import Relisted, Scope
from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.model import CollectionState, Status

_NAMED = 3
"""Collections that a notice names."""


class FollowedLists:
    """What is known of lists besides their objects. For one thread."""

    def __init__(self) -> None:
        self._failed: set[Scope] = set()
        self._relisted: list[str] = []
        self._reason = ""

    def failed(self, scope: Scope) -> None:
        """A list that could not be read at first, and may be later."""
        self._failed.add(scope)

    def take(self, objects: IncrementalSnapshot, change: Relisted) -> None:
        """Takes in a whole list."""
        scope, known = change.scope, objects.state(change.scope.collection)
        objects.replace(scope.collection, change.items, scope.namespace)
        if change.failed is not None:
            self._failed.add(scope)
            objects.set_state(scope.collection, _refused(known, scope, change.failed))
        elif scope in self._failed:
            self._failed.discard(scope)
            objects.set_state(scope.collection, _read(known, scope))
        self.note(change)

    def note(self, change: Relisted) -> None:
        """Remembers that a list had to be read again, where there was a reason to."""
        if change.reason:
            self._relisted.append(change.scope.collection)
            self._reason = change.reason

    def said(self) -> list[str]:
        """Which lists had to be read again since this was asked last, in one line."""
        names, self._relisted = sorted(set(self._relisted)), []
        if not names:
            return []
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return [f"listed again: {', '.join(names[:_NAMED])}{more}: {self._reason}"]


def _refused(known: CollectionState, scope: Scope, failed: RequestFailed) -> CollectionState:
    """The state of a collection of which a list is denied or not served any more."""
    if scope.namespace is None:
        return state_of(scope.collection, failed.code, failed.reason)
    unread = dict(sorted({**known.unread, scope.namespace: failed.reason}.items()))
    return CollectionState(Status.PARTIAL, known.reason, known.needs, known.namespaces, unread=unread)


def _read(known: CollectionState, scope: Scope) -> CollectionState:
    """The state of a collection of which a list could be read at last."""
    unread = {name: why for name, why in known.unread.items() if name != scope.namespace}
    if scope.namespace is None or not unread:
        return CollectionState(Status.COMPLETE, namespaces=known.namespaces)
    return CollectionState(Status.PARTIAL, known.reason, known.needs, known.namespaces, unread=unread)
