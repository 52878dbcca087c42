"""Records the scenarios from a running API server: `python -m benchmarks.changes KUBECONFIG KUBECTL DIRECTORY`."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.changes import deliverers, kinds, moved, surroundings, workloads
from benchmarks.changes import objects as made
from benchmarks.changes.api import Api, log, now
from benchmarks.changes.dump import write_recording
from benchmarks.changes.kubelet import Kubelet, World
from benchmarks.changes.recording import Recording
from benchmarks.changes.scenario import Scenario

Json = dict[str, Any]
POOLS = (
    "default-pool-5f3c1b2a-h2vd",
    "default-pool-5f3c1b2a-m4ts",
    "batch-pool-31f0aa7c-q4xz",
    "edge-pool-90cd17be-v2mm",
)


def every() -> Iterator[Scenario]:
    return chain(
        workloads.scenarios(), surroundings.scenarios(), moved.scenarios(), kinds.scenarios(), deliverers.scenarios()
    )


def set_up(api: Api) -> None:
    for number, pool in enumerate(POOLS, 2):
        zone = f"europe-west4-{'ab'[number % 2]}"
        name = f"gke-acme-{pool}"
        item, status = made.node(name, pool.rsplit("-", 2)[0], zone, number)
        api.create(item, "kubelet")
        api.patch("Node", "", name, status, "kubelet", part="/status")
    api.kubectl("apply", "-f", "-", text=json.dumps(made.APPLICATIONS))
    api.kubectl("wait", "--for=condition=Established", "crd/applications.argoproj.io", "--timeout=60s")
    disks = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "standard-rwo"},
        "provisioner": "pd.csi.storage.gke.io",
        "volumeBindingMode": "Immediate",
    }
    api.create(disks, "gke-addons")
    controller = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "nginx"},
        "spec": {"controller": "k8s.io/ingress-nginx"},
    }
    api.request("POST", "/apis/networking.k8s.io/v1/ingressclasses", controller)


def report_autoscalers(api: Api, *, disabled: bool) -> None:
    """The status that the HorizontalPodAutoscaler controller would write; without metrics it does not run here."""
    able = {
        "type": "AbleToScale",
        "status": "True",
        "reason": "SucceededGetScale",
        "message": "the HPA controller was able to get the target's current scale",
    }
    active = {
        "type": "ScalingActive",
        "status": "True",
        "reason": "ValidMetricFound",
        "message": "the HPA was able to successfully calculate a replica count",
    }
    if disabled:
        active |= {
            "status": "False",
            "reason": "ScalingDisabled",
            "message": "scaling is disabled since the replica count of the target is zero",
        }
    for item in api.request("GET", "/apis/autoscaling/v2/horizontalpodautoscalers")["items"]:
        meta = item["metadata"]
        count = 0 if disabled else 2
        status = {
            "currentReplicas": count,
            "desiredReplicas": count,
            "currentMetrics": None,
            "conditions": [{**c, "lastTransitionTime": now()} for c in (able, active)],
        }
        place = f"/apis/autoscaling/v2/namespaces/{meta['namespace']}/horizontalpodautoscalers/{meta['name']}/status"
        api.request("PUT", place, {**item, "status": status}, agent="kube-controller-manager/v1.36.0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kubeconfig", type=Path)
    parser.add_argument("kubectl", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--pause", type=float, default=12, help="seconds between two changes (12)")
    parser.add_argument("--only", nargs="*", help="these namespaces")
    options = parser.parse_args()
    api, world = Api(options.kubeconfig, options.kubectl), World()
    recordings = [Recording(api, scenario) for scenario in every() if not options.only or scenario.name in options.only]
    for recording in recordings:
        if recording.scenario.world:
            recording.scenario.world(world)
    set_up(api)
    kubelet = Kubelet(api, world)
    kubelet.start()
    with ThreadPoolExecutor(6) as threads:

        def stage(text: str, work: Callable[[Recording], object], wait: float = options.pause) -> None:
            log(text)
            list(threads.map(work, recordings))
            time.sleep(wait)

        prepare(api, recordings, stage)
        early = [recording for recording in recordings if not recording.scenario.late]
        late = [recording for recording in recordings if recording.scenario.late]
        for group in filter(None, (early, late)):
            log(f"break {len(group)}")
            list(threads.map(lambda recording: recording.break_it(world), group))
            report_autoscalers(api, disabled=True)
            time.sleep(20)
            list(threads.map(Recording.pull_trigger, group))
            time.sleep(110)
            log("write")
            list(threads.map(lambda one: write_recording(api, options.directory / one.name, one, world), group))
    kubelet.stop()


def prepare(api: Api, recordings: Iterable[Recording], stage: Callable[..., None]) -> None:
    stage("healthy", Recording.create, 25)
    report_autoscalers(api, disabled=False)
    for number in range(max(len(recording.scenario.revisions) for recording in recordings)):
        stage(f"revision {number}", partial(Recording.roll_out, number=number))
    for number in range(5):
        stage(f"harmless change {number}", partial(Recording.harmless, number=number))


if __name__ == "__main__":
    main()
