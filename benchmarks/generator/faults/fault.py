"""A fault that can be planted into an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.generator.application import Application
from benchmarks.generator.fares import Fare
from benchmarks.generator.truth import Planted


@dataclass(frozen=True)
class Fault:
    """`needs`: what an application must have; `change` changes it and returns the object to mend."""

    cause: str
    needs: frozenset[str]
    change: Callable[[Application], str]

    def planted(self, app: Application) -> Planted:
        """Changes the application."""
        app.age = app.random.randrange(1300, 3300)
        app.rolling, app.planted, app.fare = False, True, app.fare if app.kind == "CronJob" else Fare()
        root = self.change(app)
        members = [app.ref, *(f"Service/{app.namespace}/{each['metadata']['name']}" for each in app.services)]
        if app.ingress is not None:
            members.append(f"Ingress/{app.namespace}/{app.ingress['metadata']['name']}")
        return Planted(self.cause, root, tuple(each for each in members if each != root), self.change.__name__)


class Faults(list[Fault]):
    """The faults of one area, in the order in which they are declared."""

    def plants(self, cause: str, *needs: str) -> Callable[[Callable[[Application], str]], Callable[[Application], str]]:
        """Declares that a function plants this cause."""

        def declare(change: Callable[[Application], str]) -> Callable[[Application], str]:
            self.append(Fault(cause, frozenset(needs or ("deployment",)), change))
            return change

        return declare
