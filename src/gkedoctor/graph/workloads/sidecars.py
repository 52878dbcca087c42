"""Ordinary containers that run on beside work that is done: proxies and agents in the Pods of Jobs.

https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#jobs-with-sidecar-containers
"""

from __future__ import annotations

import json
import re

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import owner, template_of
from gkedoctor.snapshot.model import Object

_BESIDE = re.compile(
    r"(?:^|[-_/.])(?:istio|envoy|proxy(?:v2)?|linkerd2?|mesh|daprd|vault-agent|consul|kuma|cloud-?sql|alloydb-auth-proxy"
    r"|gcsfuse-sidecar|sidecar|agent|exporter|fluent-?(?:bit|d)|fluentd|filebeat|promtail|vector|logstash|datadog|otel"
    r"|opentelemetry|otc-container|collector|newrelic|xray|statsd|telegraf|tailscale|dind|dockerd?|log-?shipper|logger)"
    r"(?:$|[-_:@/.\d])",
    re.IGNORECASE,
)
"""Names and images of what serves beside the work: meshes, database proxies, collectors of logs and metrics."""

_OWNERS = ("DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Deployment")
"""Who else owns Pods, and is looked up to be told apart from a Job."""
_MESH_SWITCHES = {
    "istio-proxy": {"labels": {"sidecar.istio.io/inject": "false"}},
    "linkerd-proxy": {"annotations": {"linkerd.io/inject": "disabled"}},
    "daprd": {"annotations": {"dapr.io/enabled": "false"}},
    "vault-agent": {"annotations": {"vault.hashicorp.com/agent-inject": "false"}},
}
"""What a template says to get no such container: of each, what its own documentation names."""


@edge("outlasting", "Pod", reads=("Job", "CronJob", "Event", *_OWNERS), record="OutlastingRecord")
def outlasting_sidecars(graph: Graph, pod: Object) -> Facts:
    """The containers that alone keep a Pod of a Job from ending: one record {job, done, sidecars, known, …}, or none.

    `done` has ended well, `seconds` ago; `known` whether each that runs is one by its name or image, else by its ports
    or probes; `injected` those that the Job's template does not have, `switch` the patch of a CronJob by which it
    gets none.
    """
    if not any(reference.get("kind") == "Job" for reference in pod["metadata"].get("ownerReferences") or ()):
        return []
    job, containers = owner(graph, pod), graph.follow("containers", pod)
    if isinstance(containers, Unknown) or job is None or job.get("kind") != "Job":
        return []
    main = [c for c in containers if c["role"] == "main"]
    running = [c for c in main if c["running"]]
    done = [c for c in main if not c["running"] and c["ended"] and not c["ended"].get("exitCode")]
    work = [c for c in done if not _is_beside(c["spec"])]
    known = all(_is_beside(c["spec"]) for c in running)
    if not running or not work or not (known or all(_serves(c["spec"]) for c in running)):
        return []
    times = (age(graph.clock, c["ended"].get("finishedAt")) for c in work)
    seconds = min((seconds for seconds in times if seconds is not None), default=None)
    record = {"job": job, "done": work[-1], "sidecars": running, "known": known, "seconds": seconds}
    return [{**record, **_made(job, running)}]


def _is_beside(spec: Object) -> bool:
    repository = str(spec.get("image") or "").rpartition("/")[2]
    return bool(_BESIDE.search(str(spec.get("name"))) or _BESIDE.search(repository))


def _serves(spec: Object) -> bool:
    """Whether it answers requests, which the work of a Job does not."""
    return bool(spec.get("ports") or spec.get("readinessProbe") or spec.get("livenessProbe"))


def _made(job: Object, running: list[Record]) -> Record:
    template = (template_of(job).get("spec") or {}).get("containers") or []
    own = {c.get("name") for c in template}
    injected = [c["name"] for c in running if own and c["name"] not in own]
    metadata = {k: v for name in injected for k, v in _MESH_SWITCHES.get(name, {}).items()}
    body = {"spec": {"jobTemplate": {"spec": {"template": {"metadata": metadata}}}}}
    return {"injected": injected, "switch": f"'{json.dumps(body)}'" if metadata else None}
