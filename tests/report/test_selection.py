"""What of an outcome is shown when somebody asks for a part of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import UsageError
from gkedoctor.graph.core.ref import Ref
from gkedoctor.graph.core.selector_syntax import parse_label_selector
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.kind_names import kind_named
from gkedoctor.report.object_argument import parse_target
from gkedoctor.report.selection import Selection, select
from gkedoctor.serve.resources import resources_of
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import recorded

from .outcomes import MISSING_SECRET, SICK

OTHER = msgspec.structs.replace(
    MISSING_SECRET, severity=Severity.LOW, root=Ref("Node", "gke-1"), explains=(), fingerprint="1"
)
OUTCOME = msgspec.structs.replace(SICK, diagnoses=(MISSING_SECRET, OTHER))


def no_recordings(name: str) -> Snapshot:
    raise AssertionError(name)


def manifest(kind: str, name: str, namespace: str | None = "shop", owner: str | None = None, **labels: str) -> Any:
    metadata: dict[str, Any] = {"name": name, "labels": labels}
    if namespace:
        metadata["namespace"] = namespace
    if owner:
        owner_kind, owner_name = owner.split("/")
        metadata["ownerReferences"] = [{"kind": owner_kind, "name": owner_name, "controller": True}]
    return {"kind": kind, "metadata": metadata}


OBJECTS = (
    manifest("Namespace", "shop", None),
    manifest("Namespace", "batch", None),
    manifest("Namespace", "quiet", None),
    manifest("Node", "gke-1", None),
    manifest("Deployment", "cart", tier="web"),
    manifest("Deployment", "ledger", "batch"),
    manifest("ReplicaSet", "cart-5d9c7f4b8", owner="Deployment/cart", app="cart"),
    manifest("Pod", "cart-5d9c7f4b8-2xk9p", owner="ReplicaSet/cart-5d9c7f4b8", app="cart"),
    manifest("Pod", "etl-0", "batch"),
)


def ask(target: str | None = None, *, labels: str = "", deny: tuple[str, ...] = (), **wanted: Any) -> Answer:
    snapshot = given_snapshot(Given(objects=OBJECTS, deny=deny), no_recordings)
    asked = Selection(
        target=parse_target(target) if target else None, labels=parse_label_selector(labels) if labels else (), **wanted
    )
    return select(OUTCOME, snapshot, asked)


def roots(outcome: Outcome) -> list[str]:
    return [str(d.root) for d in outcome.diagnoses]


@pytest.mark.parametrize(
    "target",
    [
        "secret/shop-db",
        "deploy/cart",
        "Deployment/shop/cart",
        "ING/shop",
        "po/cart-5d9c7f4b8-2xk9p",
        "rs/cart-5d9c7f4b8",
    ],
)
def test_a_diagnosis_is_kept_for_its_root_its_consequences_and_their_pods(target: str) -> None:
    answer = ask(target)
    assert roots(answer.outcome) == ["Secret/shop/shop-db"]
    assert answer.outcome.unexplained == ()
    assert answer.left_out == 2


def test_a_symptom_without_cause_is_kept_for_its_object() -> None:
    answer = ask("pod/batch/etl-0")
    assert roots(answer.outcome) == []
    assert [str(u.ref) for u in answer.outcome.unexplained] == ["Pod/batch/etl-0"]


def test_namespaces_are_alternatives() -> None:
    assert roots(ask(namespaces=frozenset({"shop"})).outcome) == ["Secret/shop/shop-db"]
    assert len(ask(namespaces=frozenset({"shop", "batch"})).outcome.unexplained) == 1


def test_labels_match_what_suffers_or_its_pods() -> None:
    assert roots(ask(labels="tier=web").outcome) == ["Secret/shop/shop-db"]
    assert roots(ask(labels="app in (cart)").outcome) == ["Secret/shop/shop-db"]
    assert roots(ask(labels="app=checkout").outcome) == []


def test_milder_findings_are_left_out() -> None:
    answer = ask(min_severity=Severity.HIGH)
    assert roots(answer.outcome) == ["Secret/shop/shop-db"]
    assert answer.left_out == 1


def test_an_object_that_is_well_gives_nothing_and_no_complaint() -> None:
    answer = ask("deploy/ledger")
    assert roots(answer.outcome) == []
    assert answer.notes == ()
    assert ask(namespaces=frozenset({"quiet"})).notes == ()


def test_an_object_that_certainly_does_not_exist_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="there is no Deployment/ledgre") as error:
        ask("deploy/ledgre")
    assert error.value.hint == "did you mean `ledger`?"


def test_an_object_in_another_namespace_is_said_to_be_there() -> None:
    with pytest.raises(UsageError) as error:
        ask("deploy/ledger", namespaces=frozenset({"quiet"}))
    assert error.value.hint == "there is one in namespace batch"


def test_an_object_that_could_not_be_looked_up_is_a_note_and_makes_the_answer_incomplete() -> None:
    answer = ask("deploy/ledgre", deny=("Deployment",))
    assert answer.notes == ("Deployment/ledgre could not be checked: forbidden",)
    assert not answer.outcome.complete


def test_a_namespace_with_a_typing_error_does_not_read_like_a_healthy_one() -> None:
    with pytest.raises(UsageError, match="no Namespace/shpo") as error:
        ask(namespaces=frozenset({"shpo"}))
    assert error.value.hint == "did you mean `shop`?"


def test_a_target_outside_of_the_namespaces_is_an_error() -> None:
    with pytest.raises(UsageError, match="is not in namespace batch"):
        ask("deploy/shop/cart", namespaces=frozenset({"batch"}))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("deploy", "Deployment"), ("SVC", "Service"), ("Ingresses", "Ingress"), ("no", "Node"), ("sts.apps", None),
     ("deployments.apps", "Deployment"), ("forwardingrules", "ForwardingRule"), ("netpol", "NetworkPolicy")],
)  # fmt: skip
def test_kinds_are_named_as_kubectl_names_them(text: str, kind: str | None) -> None:
    if kind is None:
        with pytest.raises(UsageError):
            kind_named(text)
    else:
        assert kind_named(text).name == kind


def test_an_unknown_kind_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown kind `servcie`") as error:
        kind_named("servcie")
    assert error.value.hint == "did you mean `service` (Service)?"


@pytest.mark.parametrize("text", ["cart", "deploy/", "a/b/c/d", "/x"])
def test_what_names_no_object_is_an_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_target(text)


def test_a_cluster_object_is_in_no_namespace() -> None:
    with pytest.raises(UsageError, match="a Node has no namespace"):
        parse_target("node/shop/gke-1")


def test_kinds_have_the_short_names_that_serve_gives_them() -> None:
    kinds = [kind for kind in KINDS.values() if kind.short_names]
    assert {"bc", "refgrant", "po"} <= {name for kind in kinds for name in kind.short_names}
    assert all(kind_named(name) is kind for kind in kinds for name in kind.short_names)
    served = {r.kind: r.short_names for r in resources_of(recorded("teratail-healthy"))}
    assert {name: KINDS[name].short_names for name in served if name in KINDS} == served
