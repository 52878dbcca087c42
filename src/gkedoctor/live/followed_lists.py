"""Lists that were read again: what is in them now, and how far their collections can be trusted then."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.results import state_of
from gkedoctor.collect.watch.reflector import Relisted, Scope
from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.model import CollectionState, Status

_NAMED = 3
"""Collections that a notice names."""

SETTLE_SECONDS = 1.0
"""Lists are read again one after another: what happened to them is one line once no more come."""

_DENIED, _GONE, _PERMITTED, _SERVED, _UNREAD, _LISTED = "denied", "gone", "permitted", "served", "unread", "listed"
_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        _DENIED: "cannot be read any more",
        _GONE: "not served any more",
        _PERMITTED: "permitted again",
        _SERVED: "served now",
        _UNREAD: "served now, and cannot be read",
        _LISTED: "listed again",
    }
)


class FollowedLists:
    """What is known of lists besides their objects. For one thread."""

    def __init__(self) -> None:
        self._failed: dict[Scope, int] = {}
        self._happened: dict[str, set[str]] = {}
        self._last = 0.0
        self._reasons: dict[str, str] = {}

    def failed(self, scope: Scope) -> None:
        """A list that could not be read at first, and may be later."""
        self._failed[scope] = 0

    def take(self, objects: IncrementalSnapshot, change: Relisted, now: float) -> None:
        """Takes in a whole list."""
        scope, known = change.scope, objects.state(change.scope.collection)
        objects.replace(scope.collection, change.items, scope.namespace)
        if change.failed is not None:
            objects.set_state(scope.collection, _refused(known, scope, change.failed))
        elif scope in self._failed:
            objects.set_state(scope.collection, _read(known, scope))
        self.note(change, now)

    def note(self, change: Relisted, now: float) -> None:
        """Remembers what is to be said of a list that was read again."""
        self._last, scope = now, change.scope
        if change.failed is not None:
            self._failed[scope] = change.failed.code
            self._note(_GONE if change.failed.code == 404 else _DENIED, scope.collection, change.failed.reason)
        elif self._failed.pop(scope, 0):
            self._note(_PERMITTED, scope.collection)
        if change.reason:
            self._note(_LISTED, scope.collection, change.reason)

    def served(self, collection: str, state: CollectionState) -> None:
        """A kind that was not served before, and is read now, if that is permitted."""
        if state.is_read:
            self._note(_SERVED, collection)
        else:
            self._note(_UNREAD, collection, state.reason)

    def denied(self, collection: str, reason: str) -> None:
        """A collection that cannot be read any more."""
        self._note(_DENIED, collection, reason)

    def permitted(self, collection: str) -> None:
        """A collection that can be read again."""
        self._note(_PERMITTED, collection)

    def is_settled(self, now: float) -> bool:
        """Whether there is something to say, and no more of it came for a while."""
        return bool(self._happened) and now - self._last >= SETTLE_SECONDS

    def said(self) -> list[str]:
        """What happened to lists since this was asked last, a line for each that is alike."""
        happened, self._happened = self._happened, {}
        return [self._line(what, happened[what]) for what in _SENTENCES if what in happened]

    def _note(self, what: str, collection: str, reason: str = "") -> None:
        self._happened.setdefault(what, set()).add(collection)
        self._reasons[what] = reason if what != _GONE else ""

    def _line(self, what: str, collections: set[str]) -> str:
        names = sorted(collections)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        reason = f": {self._reasons[what]}" if self._reasons[what] else ""
        return f"{_SENTENCES[what]}: {', '.join(names[:_NAMED])}{more}{reason}"


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
