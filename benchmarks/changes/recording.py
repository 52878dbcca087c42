"""One namespace while it is being recorded: what was done in it, and when."""

from __future__ import annotations

import json
import time

from benchmarks.changes.api import Api, ApiError, log, now
from benchmarks.changes.kubelet import World
from benchmarks.changes.scenario import Scenario
from benchmarks.changes.steps import Step


class Recording:
    """One namespace while it is being recorded: what was done in it, and when."""

    def __init__(self, api: Api, scenario: Scenario) -> None:
        self._api, self.scenario, self.name = api, scenario, scenario.name
        self.done: list[tuple[Step, str]] = []
        self.changed: tuple[Step, str] | None = None
        self.trigger: tuple[Step, str] | None = None
        self.outside_at: str | None = None
        self.healthy_at = ""

    def create(self) -> None:
        api, name, by = self._api, self.scenario.name, self.scenario.deliverer
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, "kubectl-create")
        time.sleep(3)  # until the ServiceAccount default is there
        for item in self.scenario.cluster_items:
            api.create(item, "pd.csi.storage.gke.io")
        items = [{**item, "metadata": {**item["metadata"], "namespace": name}} for item in self.scenario.items]
        items.sort(key=lambda item: item["kind"] not in ("ConfigMap", "Secret", "PersistentVolumeClaim"))
        if by == "kubectl":
            api.kubectl("apply", "-f", "-", text="\n---\n".join(json.dumps(item) for item in items))
            return
        for item in items:
            if by == "helm":
                api.create(item, by)
            else:
                api.apply(item, by.removesuffix("-apply"))

    def run(self, step: Step) -> tuple[Step, str]:
        at = now()
        try:
            step.do(self._api, self.scenario.name)
        except ApiError as error:
            log(f"{self.scenario.name}: {error}")
        return step, at

    def roll_out(self, number: int) -> None:
        if number < len(self.scenario.revisions):
            self.run(self.scenario.revisions[number])

    def harmless(self, number: int) -> None:
        if not number:
            self.healthy_at = now()
        self.done.append(self.run(self.scenario.harmless[number]))

    def break_it(self, world: World) -> None:
        for step in self.scenario.breaks:
            self.changed = self.run(step)
        if self.scenario.outside:
            self.outside_at = now()
            self.scenario.outside(world)

    def pull_trigger(self) -> None:
        if self.scenario.trigger:
            self.trigger = self.run(self.scenario.trigger)
