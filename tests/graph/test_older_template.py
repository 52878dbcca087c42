"""Pods and Jobs that were made of an older template than their owner has now."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.graph.workloads.older_template import older_template
from tests.graph.test_owners import find, graph_of, owned

OLD = {"name": "app", "image": "app:1-typo", "env": [{"name": "A", "value": "1"}]}
NEW = {"name": "app", "image": "app:1", "env": [{"name": "A", "value": "1"}]}


def stateful(container: Any = NEW, kind: str = "StatefulSet", **spec: Any) -> dict[str, Any]:
    item = owned(kind, "db")
    item["spec"] = {"template": {"spec": {"containers": [container]}}, **spec}
    item["status"] = {"currentRevision": "db-1", "updateRevision": "db-2"} if kind == "StatefulSet" else {}
    return item


def member(container: Any = OLD, name: str = "db-2", revision: str = "db-1", kind: str = "StatefulSet") -> Any:
    pod = owned("Pod", name, (kind, "db"), **{"controller-revision-hash": revision})
    sidecar = {"name": "istio-proxy", "image": "proxy"}
    pod["spec"] = {"containers": [container, sidecar]}
    return pod


def test_a_pod_of_the_older_revision() -> None:
    graph = graph_of(stateful(), member())
    found = older_template(graph, find(graph, "Pod", "db-2"))
    assert found is not None
    assert found.changed == {"containers[app].image": ("app:1-typo", "app:1")}


@pytest.mark.parametrize(
    ("above", "pod"),
    [
        (stateful(), member(revision="db-2")),
        (stateful(), member(NEW)),
        (stateful(updateStrategy={"rollingUpdate": {"partition": 3}}), member()),
        (stateful(kind="DaemonSet"), member(kind="DaemonSet")),
    ],
    ids=["of the current revision", "nothing that matters differs", "kept by a partition", "replaced by itself"],
)
def test_others_are_not(above: Any, pod: Any) -> None:
    graph = graph_of(above, pod)
    assert older_template(graph, find(graph, "Pod", "db-2")) is None


def test_on_delete_waits_for_who_deletes() -> None:
    above = stateful(kind="DaemonSet", updateStrategy={"type": "OnDelete"})
    graph = graph_of(above, member(kind="DaemonSet"))
    assert older_template(graph, find(graph, "Pod", "db-2")) is not None


def test_a_job_keeps_the_template_of_its_cronjob() -> None:
    cron, job, pod = owned("CronJob", "sync"), owned("Job", "sync-1", ("CronJob", "sync")), member()
    pod["metadata"]["ownerReferences"] = [{"kind": "Job", "name": "sync-1", "controller": True}]
    cron["spec"] = {"jobTemplate": {"spec": {"template": {"spec": {"containers": [NEW]}}}}}
    job["spec"] = {"template": {"spec": {"containers": [{**OLD, "args": ["--once"]}]}}}
    graph = graph_of(cron, job, pod)
    found = older_template(graph, find(graph, "Pod", "db-2"))
    assert found is not None
    assert found.made is find(graph, "Job", "sync-1")
    assert set(found.changed) == {"containers[app].image", "containers[app].args"}
