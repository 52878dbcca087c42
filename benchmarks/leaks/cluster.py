"""The cluster that holds the corpus: every secret and every harmless line at its place, and nothing else."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from benchmarks.leaks import objects
from benchmarks.leaks.corpus import Leak
from benchmarks.leaks.forms import base64_of, helm_release
from benchmarks.leaks.harmless import Harmless
from benchmarks.leaks.objects import NAMESPACE, Json
from benchmarks.leaks.values import plain

T = TypeVar("T")
LogKey = tuple[str, str, str, bool]
"""Namespace, Pod, container, and whether it is the run before."""

_LOGS_A_POD = 4
_LINES_A_POD = 30
"""Fewer than the collector takes of one log."""

_REFUSED = 'Error creating: admission webhook "policy.shop.example" denied the request: '
_SAID = (
    ("Unhealthy", "Readiness probe failed: "),
    ("FailedMount", 'MountVolume.SetUp failed for volume "data" : rpc error: code = Internal desc = '),
    ("FailedPostStartHook", "PostStartHook failed: "),
    ("Failed", "Error: failed to create containerd task: "),
)


@dataclass
class Cluster:
    """What the APIs hold: objects by collection, logs, and the objects of Google Cloud."""

    objects: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    logs: dict[LogKey, str] = field(default_factory=dict)
    cloud: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))

    def texts(self) -> dict[str, str]:
        """Everything as files by path, as a recording in folders has them."""
        found = {f"kubernetes/{name}.json": _list(items) for name, items in self.objects.items()}
        found |= {f"gcp/{name.partition('.')[2]}.json": _list(items) for name, items in self.cloud.items()}
        for (namespace, pod, container, previous), text in self.logs.items():
            found[f"logs/{namespace}/{pod}/{container}{'-previous' if previous else ''}.log"] = text
        return found

    def one_list(self) -> str:
        """Everything but logs, as `kubectl get … -A -o json` prints it."""
        return _list([item for items in self.objects.values() for item in items])


def cluster_of(leaks: Sequence[Leak], harmless: Sequence[Harmless]) -> Cluster:
    """The cluster that holds them."""
    made = Cluster()
    made.objects["nodes"].append(objects.node())
    made.objects["namespaces"].append(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "uid": "uid-ns"},
         "status": {"phase": "Active"}}
    )  # fmt: skip
    shelves: dict[str, list[Leak]] = defaultdict(list)
    for leak in leaks:
        shelves[leak.place].append(leak)
    _add_crashing(made, shelves)
    for place, held in sorted(shelves.items()):
        put = _PLACES.get(place)
        for number, leak in enumerate(held):
            if put is not None:
                put(made, f"{place}-{number}", leak)
    _add_harmless(made, harmless)
    return made


def _list(items: Sequence[Json]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1, ensure_ascii=False)


def _add_crashing(made: Cluster, shelves: Mapping[str, Sequence[Leak]]) -> None:
    """Pods that crash: several secrets in the log of each, one in its command, arguments, hook and last message."""
    echoed = [_echo(made, f"echoed-{i}", leak) for i, leak in enumerate(shelves.get("secret-echoed-in-log", ()))]
    texts = [plain(leak.text) for leak in shelves.get("log", ())] + echoed
    logs = ["\n".join(part) for part in _parts(texts, _LOGS_A_POD)]
    rest = {place: shelves.get(place, ()) for place in ("command", "args", "lifecycle-hook", "termination-message")}
    for number in range(max(len(logs), *(len(held) for held in rest.values()))):
        at = {place: held[number] for place, held in rest.items() if number < len(held)}
        name, said = f"crash-{number}", at.get("termination-message")
        pod = objects.crashing_pod(name, _crash_spec(at), plain(said.text) if said else "")
        made.objects["pods"].append(pod)
        if number < len(logs):
            made.logs[NAMESPACE, name, "app", True] = f"starting 1.4.2\n{logs[number]}\nexit status 1"


def _crash_spec(at: Mapping[str, Leak]) -> Json:
    spec: Json = {}
    if "command" in at:
        spec["command"] = ["/bin/sh", "-c", plain(at["command"].text)]
    if "args" in at:
        spec["args"] = ["--verbose", *_arguments(at["args"])]
    if "lifecycle-hook" in at:
        spec["lifecycle"] = {"postStart": {"exec": {"command": ["sh", "-c", plain(at["lifecycle-hook"].text)]}}}
    return spec


def _arguments(leak: Leak) -> list[str]:
    """A command line word by word; any other text as one argument, as a shell in front of it would pass it."""
    text = plain(leak.text)
    is_command = leak.form in ("as-is", "flag", "bearer") and "\n" not in text
    return text.split(" ") if is_command and not any(" " in needle for needle in leak.needles) else [text]


def _echo(made: Cluster, name: str, leak: Leak) -> str:
    """A Secret, and the line of a program that prints its value without a word about what it is."""
    value = plain(leak.text)
    made.objects["secrets"].append(objects.secret(name, {leak.name: base64_of(value)}))
    return f"connected to pg-0 as app with {value} after 3 tries"


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[i : i + size] for i in range(0, len(items), size))


def _pod(made: Cluster, name: str, spec: Mapping[str, Any], annotations: Mapping[str, str] | None = None) -> None:
    made.objects["pods"].append(objects.healthy_pod(name, spec, annotations or {}))


def _env(made: Cluster, name: str, leak: Leak) -> None:
    _pod(made, name, {"env": objects.env([(leak.name, plain(leak.text))])})


def _env_innocent(made: Cluster, name: str, leak: Leak) -> None:
    _pod(made, name, {"env": objects.env([("SETTING_7", plain(leak.text))])})


def _env_of_template(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["deployments"].append(
        objects.deployment(name, {"env": objects.env([(leak.name, plain(leak.text))])}, {})
    )


def _probe(made: Cluster, name: str, request: Json) -> None:
    _pod(made, name, {"readinessProbe": {"httpGet": {"port": 8080, **request}, "periodSeconds": 10}})


def _probe_header(made: Cluster, name: str, leak: Leak) -> None:
    _probe(made, name, {"path": "/ready", "httpHeaders": [{"name": leak.name, "value": plain(leak.text)}]})


def _probe_path(made: Cluster, name: str, leak: Leak) -> None:
    _probe(made, name, {"path": f"/ready/{plain(leak.text)}"})


def _annotation(made: Cluster, name: str, leak: Leak) -> None:
    _pod(made, name, {}, {"example.com/notes": plain(leak.text)})


def _annotation_value(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["deployments"].append(objects.deployment(name, {}, {f"example.com/{leak.name}": plain(leak.text)}))


def _label_like(made: Cluster, name: str, leak: Leak) -> None:
    _pod(made, name, {}, {"example.com/revision-of": plain(leak.text)})


def _last_applied(made: Cluster, name: str, leak: Leak) -> None:
    spec = {"kind": "Deployment", "spec": {"args": [plain(leak.text)]}}
    key = "kubectl.kubernetes.io/last-applied-configuration"
    made.objects["deployments"].append(objects.deployment(name, {}, {key: json.dumps(spec, ensure_ascii=False)}))


def _event(made: Cluster, name: str, leak: Leak) -> None:
    """Every other one of a Pod that could not be made: reports quote what refused it."""
    number, text = int(name.rpartition("-")[2]), plain(leak.text)
    if number % 2:
        made.objects["replicasets"].append(objects.refused_set(name))
        made.objects["events"].append(objects.event("a", "ReplicaSet", name, "FailedCreate", f"{_REFUSED}{text}"))
        return
    _pod(made, name, {})
    reason, start = _SAID[number // 2 % len(_SAID)]
    made.objects["events"].append(objects.event("a", "Pod", name, reason, f"{start}{text}"))


def _condition(made: Cluster, name: str, leak: Leak) -> None:
    message = f"the HPA was unable to compute the replica count: unable to get external metric: {plain(leak.text)}"
    made.objects["deployments"].append(objects.deployment(name, {}, {}))
    made.objects["horizontalpodautoscalers"].append(objects.autoscaler(name, message))


def _ingress_snippet(made: Cluster, name: str, leak: Leak) -> None:
    snippet = f'# proxied\nproxy_set_header X-Note "{plain(leak.text)}";\nproxy_read_timeout 60;'
    key = "nginx.ingress.kubernetes.io/configuration-snippet"
    made.objects["ingresses"].append(objects.ingress(name, {key: snippet}))


def _storage_class(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["storageclasses"].append(objects.storage_class(name, {"type": "ssd", leak.name: plain(leak.text)}))


def _volume(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["persistentvolumes"].append(objects.volume(name, {"share": "a", leak.name: plain(leak.text)}))


def _configmap(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["configmaps"].append(objects.configmap(name, {"mode": "a", leak.name: plain(leak.text)}))


def _configmap_innocent(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["configmaps"].append(objects.configmap(name, {"mode": "a", "setting": plain(leak.text)}))


def _configmap_file(made: Cluster, name: str, leak: Leak) -> None:
    text = f"# config of the cart\nlisten = 8080\n{plain(leak.text)}\n# end\n"
    made.objects["configmaps"].append(objects.configmap(name, {"app.conf": text}))


def _secret(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["secrets"].append(objects.secret(name, {leak.name: base64_of(plain(leak.text))}))


def _secret_string(made: Cluster, name: str, leak: Leak) -> None:
    """As some backups hold them: the API server never answers with stringData."""
    made.objects["secrets"].append(objects.secret(name, {}, stringData={leak.name: plain(leak.text)}))


def _helm_release(made: Cluster, name: str, leak: Leak) -> None:
    data = {"release": base64_of(helm_release(leak.name, plain(leak.text)))}
    made.objects["secrets"].append(objects.secret(f"sh.helm.release.v1.{name}.v1", data, "helm.sh/release.v1"))


def _route(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["httproutes"].append(objects.route(name, leak.name, plain(leak.text)))


def _custom(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["databases.db.example.com"].append(objects.database(name, {leak.name: plain(leak.text)}))


def _url_map(made: Cluster, name: str, leak: Leak) -> None:
    if int(name.rpartition("-")[2]) % 2:
        made.cloud["compute.urlMaps"].append(objects.url_map(name, f"X-{leak.name}", plain(leak.text)))
        return
    made.cloud["compute.backendServices"].append(objects.backend_service(name, f"X-{leak.name}", plain(leak.text)))


def _init_container(made: Cluster, name: str, leak: Leak) -> None:
    pod = objects.healthy_pod(name, {}, {})
    prepared = objects.container(env=objects.env([(leak.name, plain(leak.text))]))
    pod["spec"]["initContainers"] = [prepared | {"name": "prepare"}]
    made.objects["pods"].append(pod)


def _job(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["jobs"].append(objects.job(name, {"env": objects.env([(leak.name, plain(leak.text))])}))


def _cronjob(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["cronjobs"].append(objects.cronjob(name, {"args": ["sh", "-c", plain(leak.text)]}))


def _stateful_set(made: Cluster, name: str, leak: Leak) -> None:
    item = objects.deployment(name, {"env": objects.env([(leak.name, plain(leak.text))])}, {})
    item["spec"]["serviceName"] = name
    made.objects["statefulsets"].append(item | {"kind": "StatefulSet"})


def _service(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["services"].append(objects.service(name, {f"example.com/{leak.name}": plain(leak.text)}))


def _webhook(made: Cluster, name: str, leak: Leak) -> None:
    address = f"https://policy.corp.internal/{plain(leak.text)}/review"
    made.objects["validatingwebhookconfigurations"].append(objects.webhook(name, address))


def _status_message(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["pods"].append(objects.failed_pod(name, f"Pod was rejected: {plain(leak.text)}"))


def _waiting_message(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["pods"].append(objects.waiting_pod(name, f"failed to start container: {plain(leak.text)}"))


def _node(made: Cluster, name: str, leak: Leak) -> None:
    made.objects["nodes"].append(objects.node(name, {"example.com/bootstrap": plain(leak.text)}))


_PLACES: Mapping[str, Callable[[Cluster, str, Leak], None]] = MappingProxyType(
    {
        "env": _env, "env-innocent": _env_innocent, "env-of-template": _env_of_template,
        "probe-header": _probe_header, "probe-path": _probe_path, "annotation": _annotation,
        "annotation-value": _annotation_value, "label-like-annotation": _label_like, "last-applied": _last_applied,
        "event": _event, "condition": _condition, "ingress-snippet": _ingress_snippet,
        "storage-class": _storage_class, "volume-attribute": _volume, "configmap": _configmap,
        "configmap-innocent": _configmap_innocent, "configmap-file": _configmap_file, "secret": _secret,
        "secret-string-data": _secret_string, "helm-release": _helm_release, "route-header": _route,
        "custom-resource": _custom, "url-map-header": _url_map, "init-container-env": _init_container, "job-env": _job,
        "cronjob-args": _cronjob, "stateful-set-env": _stateful_set, "service-annotation": _service,
        "webhook-url": _webhook, "status-message": _status_message, "waiting-message": _waiting_message,
        "node-annotation": _node,
    }
)  # fmt: skip


def _add_harmless(made: Cluster, harmless: Sequence[Harmless]) -> None:
    """Lines in logs and Events, variables and annotations of Pods."""
    by_place: dict[str, list[str]] = defaultdict(list)
    for line in harmless:
        by_place[line.place].append(line.text)
    said = [*_parts(by_place["log"], _LINES_A_POD), *_parts(by_place["message"], _LINES_A_POD)]
    for number, part in enumerate(said):
        name = f"calm-log-{number}"
        made.objects["pods"].append(objects.crashing_pod(name, {}, ""))
        made.logs[NAMESPACE, name, "app", True] = "\n".join(part)
    for number, text in enumerate(by_place["event"]):
        _pod(made, f"calm-event-{number}", {})
        made.objects["events"].append(objects.event("b", "Pod", f"calm-event-{number}", "Unhealthy", text))
    for number, text in enumerate(by_place["env"]):
        variable, _, value = text.partition("=")
        _pod(made, f"calm-env-{number}", {"env": objects.env([(variable, value)])})
    for number, text in enumerate(by_place["annotation"]):
        key, _, value = text.partition(": ")
        _pod(made, f"calm-annotation-{number}", {}, {key: value})
    for number, text in enumerate(by_place["args"]):
        _pod(made, f"calm-args-{number}", {"args": text.split(" ")})
