"""kubectl commands to changes: what each verb does to a recorded state, and what is refused in one line."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.errors import ChangeError
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS, ON_REQUEST
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status
from gkedoctor.whatif.commands import changes_of_text, changes_of_words
from gkedoctor.whatif.overlay import lay_over

CLOCK = datetime(2026, 1, 1, 12, tzinfo=UTC)


def snapshot_of(*items: dict[str, Any]) -> Snapshot:
    gathered = Gathered(source="test")
    for name in COLLECTIONS.keys() - ON_REQUEST:
        gathered.mark(name, CollectionState(Status.COMPLETE))
    for item in items:
        gathered.add(KINDS[item["kind"]].collection, [item])
    return build_snapshot(gathered, recorded_at=CLOCK)


def item(kind: str, name: str, namespace: str | None = "shop", **rest: Any) -> dict[str, Any]:
    group = KINDS[kind].group
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **rest.pop("metadata", {})}
    return {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": metadata, **rest}


CONTAINERS = [{"name": "web", "image": "nginx:1", "ports": [{"containerPort": 80, "name": "http"}]}, {"name": "log"}]
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": CONTAINERS}}
SPEC = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE}


def revision(number: int, image: str) -> dict[str, Any]:
    owner = {"kind": "Deployment", "name": "web", "uid": "u", "controller": True}
    labels = {"app": "web", "pod-template-hash": f"h{number}"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}
    return item(
        "ReplicaSet", f"web-h{number}",
        metadata={"annotations": {"deployment.kubernetes.io/revision": str(number)}, "ownerReferences": [owner]},
        spec={"replicas": 1, "template": template, "selector": {"matchLabels": labels}},
    )  # fmt: skip


def controller_revision(number: int, image: str) -> dict[str, Any]:
    owner = {"kind": "StatefulSet", "name": "db", "uid": "d", "controller": True}
    template = {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{"name": "db", "image": image}]}}
    return item(
        "ControllerRevision", f"db-{number}", metadata={"ownerReferences": [owner]}, revision=number,
        data={"spec": {"template": {**template, "$patch": "replace"}}},
    )  # fmt: skip


STATE = snapshot_of(
    item("StatefulSet", "db", spec={**SPEC, "serviceName": "db"}),
    controller_revision(1, "db:1"), controller_revision(2, "db:2"), controller_revision(3, "db:3"),
    item("Deployment", "web", spec=SPEC, metadata={"labels": {"app": "web"}, "annotations": {"a": "1"}}),
    revision(1, "nginx:0"), revision(2, "nginx:1"),
    item("Service", "web", spec={"selector": {"app": "wbe"}, "ports": [{"port": 80, "targetPort": 80}]}),
    item("Secret", "db", data={"user": "YQ==", "password": "Yg=="}, type="Opaque"),
    item("ConfigMap", "settings", data={"A": "1", "B": "2"}),
    item("Node", "n1", None, spec={"taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]}),
    item("Pod", "web-1", spec={"nodeName": "n1", "containers": CONTAINERS},
         metadata={"labels": {"app": "web"}, "ownerReferences": [{"kind": "ReplicaSet", "name": "web-h2",
                                                                  "uid": "r", "controller": True}]}),
    item("RoleBinding", "b", roleRef={"kind": "Role", "name": "r", "apiGroup": "rbac.authorization.k8s.io"}),
    item("CronJob", "nightly", spec={"schedule": "0 1 * * *", "suspend": True, "jobTemplate": {
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "x"}]}}}}}),
    item("PersistentVolumeClaim", "held", metadata={"finalizers": ["kubernetes.io/pvc-protection"]}),
    item("Gateway", "gw", spec={"gatewayClassName": "gke-l7-rilb", "listeners": []}),
)  # fmt: skip


def after(command: str, folder: Path | None = None, state: Snapshot = STATE) -> Snapshot:
    return lay_over(state, changes_of_text(command, folder=folder))


def one(snapshot: Snapshot, kind: str, name: str) -> dict[str, Any] | None:
    found = [o for o in snapshot.collection(KINDS[kind].collection).objects if o["metadata"]["name"] == name]
    return dict(found[0]) if found else None


def at(snapshot: Snapshot, kind: str, name: str, path: str) -> Any:
    found: Any = one(snapshot, kind, name)
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


TEMPLATE_PATH = "spec.template.spec.containers"


@pytest.mark.parametrize(
    ("command", "kind", "name", "path", "value"),
    [
        ("kubectl -n shop scale deployment web --replicas=5", "Deployment", "web", "spec.replicas", 5),
        ("kubectl scale --replicas 3 deploy/web -n shop", "Deployment", "web", "spec.replicas", 3),
        ("kubectl -n shop set image deployment/web web=nginx:2", "Deployment", "web", f"{TEMPLATE_PATH}.0.image",
         "nginx:2"),
        ("kubectl -nshop set env deployment web -c web A=1 B=two", "Deployment", "web", f"{TEMPLATE_PATH}.0.env",
         [{"name": "A", "value": "1"}, {"name": "B", "value": "two"}]),
        ("kubectl -n shop set env deployment web -c web --from=secret/db --keys=user --prefix=DB_", "Deployment", "web",
         f"{TEMPLATE_PATH}.0.env.0.valueFrom.secretKeyRef", {"name": "db", "key": "user"}),
        ("kubectl -n shop set resources deployment web -c web --limits=memory=512Mi,cpu=1 --requests=cpu=100m",
         "Deployment", "web", f"{TEMPLATE_PATH}.0.resources",
         {"limits": {"memory": "512Mi", "cpu": "1"}, "requests": {"cpu": "100m"}}),
        ("kubectl -n shop set selector service web app=web,tier=front", "Service", "web", "spec.selector",
         {"app": "web", "tier": "front"}),
        ("kubectl -n shop set serviceaccount deployment web runner", "Deployment", "web",
         "spec.template.spec.serviceAccountName", "runner"),
        ("kubectl -n shop set subject rolebinding b --serviceaccount=shop:runner", "RoleBinding", "b",
         "subjects.0.name", "runner"),
        ("kubectl -n shop annotate service web --overwrite cloud.google.com/neg='{\"ingress\":true}'", "Service", "web",
         "metadata.annotations", {"cloud.google.com/neg": '{"ingress":true}'}),
        ("kubectl -n shop label deployment web tier=front", "Deployment", "web", "metadata.labels.tier", "front"),
        ("kubectl cordon n1", "Node", "n1", "spec.unschedulable", True),
        ("kubectl taint nodes n1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute", "Node", "n1",
         "spec.taints.1.effect", "NoExecute"),
        ("kubectl -n shop rollout undo deployment web", "Deployment", "web", f"{TEMPLATE_PATH}.0.image", "nginx:0"),
        ("kubectl -n shop rollout undo deployment/web --to-revision=1", "Deployment", "web",
         f"{TEMPLATE_PATH}.0.image", "nginx:0"),
        ("kubectl -n shop rollout undo statefulset db", "StatefulSet", "db", f"{TEMPLATE_PATH}.0.image", "db:2"),
        ("kubectl -n shop rollout undo sts/db --to-revision=1", "StatefulSet", "db", f"{TEMPLATE_PATH}.0.image",
         "db:1"),
        ("kubectl -n shop rollout restart deployment web", "Deployment", "web",
         "spec.template.metadata.annotations", {"kubectl.kubernetes.io/restartedAt": "2026-01-01T12:00:00Z"}),
        ("kubectl -n shop patch cronjob nightly --type=merge -p '{\"spec\":{\"suspend\":false}}'", "CronJob", "nightly",
         "spec.suspend", False),
        ("kubectl -n shop patch service web --type=json -p='[{\"op\":\"replace\",\"path\":\"/spec/ports/0/targetPort\","
         "\"value\":\"http\"}]'", "Service", "web", "spec.ports.0.targetPort", "http"),
        ("kubectl -n shop patch deployment web -p 'spec: {template: {spec: {containers: [{name: web, image: y}]}}}'",
         "Deployment", "web", f"{TEMPLATE_PATH}.1.name", "log"),
        ("kubectl -n shop patch gateway gw --type=merge --patch='{\"spec\":{\"gatewayClassName\":\"c\"}}'", "Gateway",
         "gw", "spec.gatewayClassName", "c"),
        ("kubectl -n shop create role r --verb=get,list --resource=deployments,pods/log", "Role", "r", "rules",
         [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
          {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get", "list"]}]),
        ("kubectl -n shop create rolebinding rb --role=r --serviceaccount=shop:default", "RoleBinding", "rb",
         "roleRef.name", "r"),
        ("kubectl create clusterrolebinding crb --clusterrole=view --user=a@example.com", "ClusterRoleBinding", "crb",
         "subjects.0.kind", "User"),
        ("kubectl create priorityclass high --value=1000", "PriorityClass", "high", "value", 1000),
        ("kubectl create quota q --hard=pods=3 -n shop", "ResourceQuota", "q", "spec.hard.pods", "3"),
        ("kubectl -n shop create service clusterip front --tcp=80:8080", "Service", "front", "spec.ports.0.targetPort",
         8080),
        ("kubectl -n shop expose deployment web --name=front --port=80 --target-port=http", "Service", "front",
         "spec.selector", {"app": "web"}),
        ("kubectl -n shop autoscale deployment web --min=2 --max=5 --cpu-percent=80", "HorizontalPodAutoscaler", "web",
         "spec.maxReplicas", 5),
        ("kubectl -n shop create job one --from=cronjob/nightly", "Job", "one",
         "spec.template.spec.containers.0.image", "x"),
    ],
)  # fmt: skip
def test_a_command_changes_what_kubectl_changes(command: str, kind: str, name: str, path: str, value: Any) -> None:
    assert at(after(command), kind, name, path) == value


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("kubectl -n shop edit deployment web", "opens an editor"),
        ("kubectl frobnicate x", "kubectl frobnicate is not simulated"),
        ("gcloud compute addresses list", "only kubectl"),
        ("kubectl -n shop patch deployment web -p '{'", "neither JSON nor YAML"),
        ("kubectl -n shop patch gateway gw -p '{\"spec\":{}}'", "custom resource"),
        ("kubectl -n shop patch service web --type=json -p='[{\"op\":\"remove\",\"path\":\"/spec/x\"}]'",
         "/spec/x does not exist"),
        ("kubectl scale deployment web --replicas=1", "Deployment web does not exist in namespace default"),
        ("kubectl -n shop scale deployment web --replicas=many", "not a whole number"),
        ("kubectl -n shop scale deploymet web --replicas=1", "unknown resource type `deploymet`"),
        ("kubectl -n shop annotate deployment web a=2", "already has a value"),
        ("kubectl -n shop scale deployment web --replica=1", "unknown flag --replica"),
        ("kubectl -n shop create secret tls t --cert=no.pem --key=no.pem", "no.pem cannot be read"),
        ("kubectl -n shop create secret generic db --from-literal=a=b", "Secret db already exists"),
        ("kubectl apply -f https://example.com/x.yaml", "only local files"),
        ("kubectl -n shop get pods -o name | xargs kubectl delete", "`xargs` is not simulated"),
        ("kubectl -n $NS delete pod web-1", "not evaluated"),
        ("kubectl -n shop delete pod 'web-1", "cannot be read"),
        ("kubectl apply -f - <<EOF\nkind: X", "does not end"),
        ("kubectl taint nodes n1 x:Sometimes", "unknown effect"),
        ("kubectl drain n1 --force", "PodDisruption|emptyDir|managed|does not"),
        ("kubectl -n shop patch deployment web -p '{\"metadata\":{\"name\":\"other\"}}'", "cannot change kind, name"),
        ("kubectl -n shop patch service web --type=merge -p '{\"spec\":{\"ports\":\"x\"}}'", "would refuse"),
        ("kubectl -n shop patch deployment web -p '{\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}}}}'",
         "spec.selector is immutable"),
        ("kubectl -n shop set env pod/web-1 A=b", "env is immutable"),
        ("kubectl -n shop patch rolebinding b --type=merge -p '{\"roleRef\":{\"name\":\"x\"}}'",
         "roleRef is immutable"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_line(command: str, words: str) -> None:
    if command == "kubectl drain n1 --force":
        assert one(after(command), "Pod", "web-1") is None
        return
    with pytest.raises(ChangeError, match=words) as caught:
        after(command)
    assert "\n" not in caught.value.message


def test_reading_commands_and_dry_runs_change_nothing() -> None:
    for command in ("kubectl get pods -A", "kubectl -n shop rollout status deployment/web",
                    "kubectl -n shop delete service web --dry-run=client"):  # fmt: skip
        assert after(command) is STATE


def test_a_secret_is_created_from_a_pipe_and_no_value_is_kept() -> None:
    command = (
        "kubectl -n shop create secret generic api --from-literal=token=hunter22hunter22 --dry-run=client -o yaml "
        "| kubectl -n shop apply -f -"
    )
    secret = one(after(command), "Secret", "api")
    assert secret is not None
    assert secret["keys"]["token"]["bytes"] == 16
    assert "data" not in secret
    assert secret["metadata"]["creationTimestamp"] == "2026-01-01T12:00:00Z"


def test_a_patched_secret_keeps_the_keys_that_were_not_written() -> None:
    changed = after('kubectl -n shop patch secret db --type=merge -p \'{"stringData":{"host":"db"}}\'')
    secret = one(changed, "Secret", "db")
    assert secret is not None
    assert {key: facts["bytes"] for key, facts in secret["keys"].items()} == {"password": 1, "user": 1, "host": 2}
    value = base64.b64encode(b"four").decode()
    operation = f'[{{"op":"replace","path":"/data/user","value":"{value}"}}]'
    secret = one(after(f"kubectl -n shop patch secret db --type=json -p '{operation}'"), "Secret", "db")
    assert secret is not None
    assert {key: facts["bytes"] for key, facts in secret["keys"].items()} == {"password": 1, "user": 4}
    config = one(after('kubectl -n shop patch cm settings -p \'{"data":{"A":null}}\''), "ConfigMap", "settings")
    assert config is not None
    assert list(config["keys"]) == ["B"]


def test_a_here_document_is_applied() -> None:
    command = """kubectl apply -f - <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {C: "3"}
EOF
# and then
kubectl -n shop scale deployment web --replicas=0 && kubectl -n shop delete \\
  service web
"""
    changed = after(command)
    config = one(changed, "ConfigMap", "settings")
    assert config is not None
    assert set(config["keys"]) == {"A", "B", "C"}
    assert at(changed, "Deployment", "web", "spec.replicas") == 0
    assert one(changed, "Service", "web") is None


def test_files_are_read_where_the_command_runs(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "settings.env").write_text("# comment\nX=1\nY=2\n")
    changed = after("kubectl -n shop create configmap c --from-file=config.json --from-env-file=settings.env", tmp_path)
    config = one(changed, "ConfigMap", "c")
    assert config is not None
    assert set(config["keys"]) == {"config.json", "X", "Y"}


def test_deleting_takes_what_is_owned_along_and_respects_finalizers() -> None:
    changed = after("kubectl -n shop delete deployment web")
    assert [one(changed, kind, name) for kind, name in (("ReplicaSet", "web-h1"), ("Pod", "web-1"))] == [None, None]
    assert one(after("kubectl -n shop delete deployment web --cascade=orphan"), "ReplicaSet", "web-h1") is not None
    changed = after("kubectl -n shop delete pvc held")
    assert at(changed, "PersistentVolumeClaim", "held", "metadata.deletionTimestamp") == "2026-01-01T12:00:00Z"
    freed = 'kubectl -n shop patch pvc held --type=merge -p \'{"metadata":{"finalizers":null}}\''
    assert one(after(freed, state=changed), "PersistentVolumeClaim", "held") is None


def test_the_recorded_state_is_never_changed() -> None:
    before = [dict(o) for o in STATE.collection("deployments").objects]
    after("kubectl -n shop set image deployment/web web=nginx:9")
    assert [dict(o) for o in STATE.collection("deployments").objects] == before


def test_words_of_a_shell_need_no_quotes() -> None:
    words = ["kubectl", "-n", "shop", "annotate", "service", "web", "a b=c;d|e $X `y`"]
    changed = lay_over(STATE, changes_of_words(words))
    assert at(changed, "Service", "web", "metadata.annotations") == {"a b": "c;d|e $X `y`"}


def test_apply_removes_what_the_last_applied_manifest_had() -> None:
    text = """kubectl apply -f - <<EOF
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 4}
EOF
"""
    changed = after(text)
    assert at(changed, "Deployment", "web", "spec.replicas") == 4
    assert at(changed, "Deployment", "web", "spec.template.spec.containers.0.image") == "nginx:1"
    assert at(changed, "Deployment", "web", "metadata.annotations") == {"a": "1"}


def test_a_patch_that_is_nested_too_deeply_is_one_clear_error() -> None:
    patch = '{"spec":' * 3000 + "1" + "}" * 3000
    with pytest.raises(ChangeError) as caught:
        after(f"kubectl -n shop patch service web --type=merge -p '{patch}'")
    assert "\n" not in caught.value.message
