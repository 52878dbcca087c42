"""Lists for which no connection is left: they are read at an interval, one after another."""

from __future__ import annotations

from collections.abc import Callable

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.kubernetes import ListResult
from gkedoctor.collect.watch.connection import CONNECTIONS
from gkedoctor.collect.watch.reflector import Access, Relisted, Scope, ScopeStatus

_LASTING = 3
"""Refusals in a row after which a list is denied. At an interval of 30 s no cache still has the first one."""


class PolledLists:
    """`add` is for one thread, `run` for a thread of its own."""

    def __init__(self, access: Access, put: Callable[[Relisted | ScopeStatus], None]) -> None:
        self._access, self._put = access, put
        self._refusals: dict[Scope, int] = {}
        self._scopes: list[Scope] = []
        self._reason = f"more than {CONNECTIONS} lists"

    def add(self, scope: Scope) -> None:
        """One more list."""
        self._scopes.append(scope)
        self._say(scope)

    def run(self) -> None:
        """Until the deadline is stopped."""
        deadline = self._access.deadline
        while not deadline.stopped.is_set():
            deadline.pause(self._access.interval)
            for scope in list(self._scopes):
                part = self._access.pages(scope.path, scope.collection)
                if isinstance(part.refused, CollectionStopped):
                    return
                self._take(scope, part)

    def _take(self, scope: Scope, part: ListResult) -> None:
        refused = part.refused if isinstance(part.refused, RequestFailed) else None
        if refused is None:
            self._refusals.pop(scope, None)
            self._put(Relisted(scope, part.items))
            self._say(scope)
        elif refused.code == 403 and self._is_lasting(scope):
            if self._refusals[scope] == _LASTING:
                self._put(Relisted(scope, (), refused))
            self._say(scope, refused=True)
        elif refused.code == 404 and self._is_gone(scope, refused):
            self._scopes.remove(scope)
            self._put(Relisted(scope, (), refused))
            self._put(ScopeStatus(scope, self._access.deadline.clock(), refused=True))
        else:
            now = self._access.deadline.clock()
            self._put(ScopeStatus(scope, now, refused.reason, now + self._access.interval))

    def _is_gone(self, scope: Scope, refused: RequestFailed) -> bool:
        try:
            return self._access.served_at(scope.path, refused) is None
        except RequestFailed:
            return False

    def _is_lasting(self, scope: Scope) -> bool:
        self._refusals[scope] = self._refusals.get(scope, 0) + 1
        return self._refusals[scope] >= _LASTING

    def _say(self, scope: Scope, *, refused: bool = False) -> None:
        self._put(ScopeStatus(scope, self._access.deadline.clock(), self._reason, polled=True, refused=refused))
