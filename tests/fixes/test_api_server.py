"""A real kubectl writes to the API of the tests, and is refused what an API server refuses."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gkedoctor.snapshot.model import Snapshot
from tests.conftest import recorded
from tests.fixes.api_server.server import WritableServer
from tests.fixes.api_server.store import Store
from tests.fixes.shell import Done, Shell

NAME = "teratail-readiness-404"
APPLY = f"kubectl -n {NAME} apply -f -"
OTHER_SELECTOR = '[{"op":"replace","path":"/spec/selector/matchLabels","value":{"a":"b"}}]'
UNKNOWN_FIELD = '{"spec":{"template":{"spec":{"dnsPolice":"Default"}}}}'
WRONG_TYPE = '{"spec":{"replicas":"two"}}'
OTHER_LABELS = '{"spec":{"template":{"metadata":{"labels":{"app":"other"}}}}}'
NODE = "gke-teratail-default-pool-5f3c1b2a-x7k2"


class Cluster:
    """A cluster that starts from a recording, and a shell at it."""

    def __init__(self, store: Store, shell: Shell) -> None:
        self.store, self._shell = store, shell

    def run(self, command: str) -> Done:
        """What a command did."""
        return self._shell.run(command.replace("kubectl ", f"kubectl -n {NAME} ", 1))

    def ok(self, command: str) -> str:
        """What it printed; it must succeed."""
        done = self.run(command)
        assert done.code == 0, f"{command}\n{done.err}"
        return done.out

    def refused(self, command: str) -> str:
        """What it complained about; it must fail and change nothing."""
        before = self.store.version
        done = self.run(command)
        assert done.code != 0, f"{command}\n{done.out}"
        assert self.store.version == before
        return done.err

    def snapshot(self) -> Snapshot:
        """What a recording would hold now."""
        return self.store.snapshot()

    def get(self, collection: str, name: str) -> dict:  # type: ignore[type-arg]
        """An object; empty where it is not there."""
        return self.store.get(collection, NAME, name) or {}

    @property
    def deployment(self) -> dict:  # type: ignore[type-arg]
        """The Deployment that most commands change."""
        return self.get("deployments", "teratail")


def unsettled(store: Store) -> None:
    """No controllers."""


@pytest.fixture
def cluster(server: WritableServer, tool_folder: Path, tmp_path: Path) -> Iterator[Cluster]:
    store = Store(recorded(NAME))
    with server.cluster(store, unsettled) as (_, url):
        yield Cluster(store, Shell(tool_folder, tmp_path, url))


Check = Callable[[Cluster], bool]


@pytest.mark.parametrize(
    ("command", "check"),
    [
        ("kubectl scale deploy teratail --replicas=3", lambda c: c.deployment["spec"]["replicas"] == 3),
        (
            "kubectl set image deploy/teratail '*=nginx:2'",
            lambda c: "nginx:2" in str(c.deployment["spec"]["template"]),
        ),
        ("kubectl set env deploy/teratail A=B", lambda c: "'A'" in str(c.deployment)),
        (
            "kubectl set selector service teratail app=x",
            lambda c: c.get("services", "teratail")["spec"]["selector"] == {"app": "x"},
        ),
        ("kubectl create serviceaccount runner", lambda c: bool(c.get("serviceaccounts", "runner"))),
        ("kubectl create configmap a --from-literal=k=v", lambda c: c.get("configmaps", "a")["data"] == {"k": "v"}),
        (
            f"kubectl create secret generic a --from-literal=k=v --dry-run=client -o json | {APPLY}",
            lambda c: base64.b64decode(c.get("secrets", "a")["data"]["k"]) == b"v",
        ),
        (
            "kubectl annotate deploy teratail example.com/a=b",
            lambda c: c.deployment["metadata"]["annotations"]["example.com/a"] == "b",
        ),
        ("kubectl delete deploy teratail", lambda c: not c.deployment),
        (f"kubectl cordon {NODE}", lambda c: c.store.get("nodes", "", NODE)["spec"]["unschedulable"] is True),
        (f"kubectl taint nodes {NODE} a=b:NoSchedule", lambda c: "NoSchedule" in str(c.store.get("nodes", "", NODE))),
        (f"kubectl drain {NODE} --ignore-daemonsets", lambda c: len(c.snapshot().collection("pods").objects) == 0),
        ("kubectl rollout restart deploy teratail", lambda c: "restartedAt" in str(c.deployment)),
        ("kubectl expose deploy teratail --name=more --port=80", lambda c: bool(c.get("services", "more"))),
        ("kubectl autoscale deploy teratail --max=3", lambda c: bool(c.get("horizontalpodautoscalers", "teratail"))),
        ("kubectl create quota q --hard=pods=1 --dry-run=server", lambda c: not c.get("resourcequotas", "q")),
    ],
)  # fmt: skip
def test_what_kubectl_writes_is_stored(cluster: Cluster, command: str, check: Check) -> None:
    cluster.ok(command)
    assert check(cluster)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (f"kubectl patch deploy teratail --type=json -p '{OTHER_SELECTOR}'", "field is immutable"),
        ("kubectl create serviceaccount default", "already exists"),
        ("kubectl patch configmap nosuch -p '{}'", "not found"),
        (f"kubectl patch deploy teratail -p '{OTHER_LABELS}'", "selector"),
        ("""kubectl patch service teratail -p '{"spec":{"externalTrafficPolicy":"local"}}'""", "supported values"),
        (f"kubectl patch deploy teratail -p '{UNKNOWN_FIELD}'", 'unknown field "spec.template.spec.dnsPolice"'),
        (f"kubectl patch deploy teratail --type=merge -p '{WRONG_TYPE}'", "is invalid"),
        ("kubectl rollout restart pod/nosuch", "not found"),
        ("kubectl delete secret nosuch", "not found"),
        ("kubectl create secret generic a --from-file=nosuch.txt", "no such file"),
        ("kubectl create configmap a --namespace=nosuch", 'namespaces "nosuch" not found'),
        ("kubectl get nosuchkind", "doesn't have a resource type"),
    ],
)  # fmt: skip
def test_what_an_api_server_refuses_is_refused(cluster: Cluster, command: str, says: str) -> None:
    assert says in cluster.refused(command)


def test_plain_text_in_the_data_of_a_secret_is_refused_and_string_data_is_folded(cluster: Cluster) -> None:
    cluster.ok("kubectl create secret generic a --from-literal=k=v")
    assert "illegal base64" in cluster.refused("""kubectl patch secret a -p '{"data":{"k":"pw-orders"}}'""")
    cluster.ok("""kubectl patch secret a -p '{"stringData":{"k":"new"}}'""")
    assert cluster.get("secrets", "a")["data"] == {"k": base64.b64encode(b"new").decode()}
    assert "stringData" not in cluster.get("secrets", "a")


def test_a_budget_takes_one_of_both_fields_and_stops_an_eviction(cluster: Cluster) -> None:
    cluster.ok("kubectl create pdb one --selector=app=teratail --min-available=2")
    patch = """kubectl patch pdb one --type=merge -p '{"spec":{"maxUnavailable":1}}'"""
    assert "cannot be both set" in cluster.refused(patch)
    budget = cluster.get("poddisruptionbudgets", "one")
    cluster.store.put("poddisruptionbudgets", {**budget, "status": {"disruptionsAllowed": 0}})
    done = cluster.run(f"kubectl drain {NODE} --ignore-daemonsets --timeout=2s")
    assert "disruption budget" in done.err


def test_what_a_service_had_for_its_old_type_goes_with_it(cluster: Cluster) -> None:
    cluster.ok("""kubectl patch service teratail -p '{"spec":{"type":"LoadBalancer"}}'""")
    assert "nodePort" in cluster.get("services", "teratail")["spec"]["ports"][0]
    cluster.ok("""kubectl patch service teratail -p '{"spec":{"type":"ClusterIP"}}'""")
    assert "nodePort" not in cluster.get("services", "teratail")["spec"]["ports"][0]


def test_rights_are_those_of_the_stored_roles(cluster: Cluster) -> None:
    account = f"system:serviceaccount:{NAME}:default"
    assert cluster.run(f"kubectl auth can-i list pods --as={account}").out == "no\n"
    cluster.ok("kubectl create role reader --verb=list --resource=pods")
    cluster.ok(f"kubectl create rolebinding reader --role=reader --serviceaccount={NAME}:default")
    assert cluster.ok(f"kubectl auth can-i list pods --as={account}") == "yes\n"
    assert cluster.run(f"kubectl auth can-i list nodes --as={account}").out == "no\n"


def test_what_has_a_finalizer_waits_and_what_is_owned_goes(cluster: Cluster) -> None:
    cluster.ok("kubectl delete rs --all --cascade=background")
    assert len(cluster.snapshot().collection("pods").objects) == 0
    cluster.ok("kubectl create configmap held")
    cluster.ok("""kubectl patch configmap held -p '{"metadata":{"finalizers":["example.com/hold"]}}'""")
    cluster.ok("kubectl delete configmap held --wait=false")
    assert cluster.get("configmaps", "held")["metadata"]["deletionTimestamp"]
    cluster.ok("""kubectl patch configmap held --type=merge -p '{"metadata":{"finalizers":null}}'""")
    assert not cluster.get("configmaps", "held")


def test_what_nobody_wrote_is_recorded_as_it_was(cluster: Cluster) -> None:
    before, after = recorded(NAME), cluster.snapshot()
    for name, collection in before.collections.items():
        assert list(after.collection(name).objects) == list(collection.objects), name


def test_a_new_value_of_a_secret_has_new_facts_and_the_others_keep_theirs(cluster: Cluster) -> None:
    secret = next(s for s in recorded(NAME).collection("secrets").objects if len(s["keys"]) > 1)
    name, (key, other, *_) = secret["metadata"]["name"], sorted(secret["keys"])
    cluster.ok(f"""kubectl patch secret {name} -p '{{"stringData":{{"{key}":"twelve bytes"}}}}'""")
    after = next(s for s in cluster.snapshot().collection("secrets").objects if s["metadata"]["name"] == name)
    assert after["keys"][key]["bytes"] == 12
    assert after["keys"][other] == secret["keys"][other]
