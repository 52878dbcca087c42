"""Commands that change the Pod template of a workload."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from gkedoctor.graph import Unknown
from gkedoctor.playbook import workload_commands as commands
from tests.expression.test_functions import evaluate

CONTAINER: dict[str, Any] = {
    "name": "web",
    "image": "nginx:1.2",
    "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "old", "key": "k"}}}],
    "envFrom": [{"secretRef": {"name": "one"}}, {"configMapRef": {"name": "two"}}],
}
INJECTED: dict[str, Any] = {"name": "proxy", "envFrom": [{"configMapRef": {"name": "mesh"}}]}


def workload(kind: str, **spec: Any) -> dict[str, Any]:
    inner = {"template": {"spec": {"containers": [CONTAINER]}}, **spec}
    whole = {"jobTemplate": {"spec": inner}} if kind == "CronJob" else inner
    return {"kind": kind, "metadata": {"name": "web", "namespace": "shop"}, "spec": whole}


def pod(**metadata: Any) -> dict[str, Any]:
    copy = {**CONTAINER, "envFrom": [dict(source) for source in CONTAINER["envFrom"]]}
    spec = {"containers": [INJECTED, copy]}
    return {"kind": "Pod", "metadata": {"name": "web-0", "namespace": "shop", **metadata}, "spec": spec}


def words(command: str) -> list[str]:
    return shlex.split(command)


def test_a_named_element_is_merged_by_its_name() -> None:
    subject = pod()
    spot = subject["spec"]["containers"][1]["env"][0]["valueFrom"]["configMapKeyRef"]
    (found,) = commands.rename_at(workload("Deployment"), subject, [spot], "new")
    assert words(found)[-1] == (
        '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":'
        '[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"new"}}}]}]}}}}'
    )


def test_an_element_without_a_name_is_found_in_the_template() -> None:
    subject = pod()
    spot = subject["spec"]["containers"][1]["envFrom"][1]["configMapRef"]
    setting = commands.Setting(spot, {"name": "new", "optional": None})
    (found,) = commands.set_at(workload("CronJob"), subject, [setting])
    start = "/spec/jobTemplate/spec/template/spec/containers/0/envFrom/1/configMapRef"
    assert words(found)[-1] == (
        f'[{{"op":"add","path":"{start}/name","value":"new"}},{{"op":"remove","path":"{start}/optional"}}]'
    )


def test_a_part_that_is_not_in_the_pod_gives_no_command() -> None:
    assert commands.rename_at(workload("Deployment"), pod(), [{"name": "old"}], "new") == []


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("Deployment", "kubectl -n shop set image deployment/web web=nginx:1.3"),
        ("StatefulSet", "kubectl -n shop delete pod web-0"),
        ("CronJob", "kubectl -n shop delete job run-1"),
        ("Job", "kubectl -n shop replace --force -f web.json"),
        ("Pod", "kubectl -n shop set image pod/web web=nginx:1.3"),
        ("RayCluster", "kubectl -n shop edit RayCluster web"),
    ],
)
def test_what_follows_an_image(kind: str, last: str) -> None:
    owned = pod(ownerReferences=[{"kind": "Job", "name": "run-1", "controller": True}])
    assert commands.set_image(workload(kind), {"name": "web"}, "nginx:1.3", owned)[-1] == last


def test_a_job_is_saved_with_the_change_before_it_is_replaced() -> None:
    save, _ = commands.merge_container(workload("Job"), {"name": "web"}, {"env": [{"name": "B", "value": "1"}]})
    program = words(save)[words(save).index("jq") + 1]
    assert program.endswith(' | .spec.template.spec.containers[0].env[1] = {"name":"B","value":"1"}')
    assert words(save)[-2:] == [">", "web.json"]


def test_values_stay_one_word() -> None:
    name = "x'; rm -rf /"
    found = commands.set_env(workload("Deployment"), {"name": "web"}, f"A={name}")
    assert words(found[0])[-1] == f"A={name}"


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "CronJob", "Job", "Pod"])
def test_the_effect_is_one_sentence(kind: str) -> None:
    assert commands.effect(workload(kind), pod()).endswith(".")


def test_several_parts_are_one_patch() -> None:
    subject = pod()
    other = {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "old", "key": "l"}}}
    subject["spec"]["containers"][1]["env"] = [*CONTAINER["env"], other]
    spots = [variable["valueFrom"]["configMapKeyRef"] for variable in subject["spec"]["containers"][1]["env"]]
    stub = {key: value for key, value in workload("Deployment").items() if key != "spec"}
    (found,) = commands.rename_at(stub, subject, spots, "new")
    assert commands.rename_at(workload("Deployment"), subject, spots, "new") == []
    assert found.count('"name":"new"') == 2


def test_every_required_key_is_created() -> None:
    (found,) = commands.create_with_keys("Secret", "shop", "db", ["user", "pass word"])
    assert "--from-literal=user=VALUE '--from-literal=pass word=VALUE'" in found


def test_a_number_to_fill_in_has_no_quotes() -> None:
    part = {"securityContext": {"runAsUser": "#UID_NUMBER"}}
    assert '"runAsUser":UID_NUMBER}' in commands.merge_container(workload("Deployment"), {"name": "web"}, part)[0]


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("https://Example.com/Cart:V1", "example.com/cart:V1"),
        ("nginx :1.25", "nginx:1.25"),
        ("nginx:1.25", None),
        ("example.com/cart:1:2", None),
        ("${IMAGE}", None),
        ("", None),
    ],
)
def test_a_corrected_image(text: str, image: str | None) -> None:
    assert evaluate("corrected_image(text)", text=text) == image


@pytest.mark.parametrize(("amount", "found"), [("128Mi", "256Mi"), ("0.5", "1"), ("1e3", None), (None, None)])
def test_a_multiple(amount: str | None, found: str | None) -> None:
    assert evaluate("multiply(amount, `2`)", amount=amount) == found


def test_what_is_unknown_gives_no_command() -> None:
    unknown = Unknown("services", "denied")
    names = {"w": workload("Deployment"), "c": CONTAINER, "x": unknown, "p": pod()}
    assert evaluate("patch_container(w, c, {command: ['a', x]}, p)", **names) == []
    assert evaluate("patch_template(w, {dnsPolicy: x}, p)", **names) == []
