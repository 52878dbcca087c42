"""What the talk teaches, as checks: each says what it is about, and nothing about what is well."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gkedoctor.diagnose.cases import Case, given_world, load_cases
from gkedoctor.diagnose.spec import lint as prove
from gkedoctor.graph.objects.removed_api_versions import REMOVED
from gkedoctor.manifests.loading import read_text
from gkedoctor.manifests.overlay import world
from gkedoctor.snapshot.kinds import KINDS
from tests.conftest import RECORDINGS, ROOT, recorded, shipped_playbooks
from tests.lint.running import lint, lint_text

PRODUCTION = ROOT / "examples" / "teratail" / "production"
FILES = sorted((ROOT / "playbooks" / "spec").glob("*.test.yaml"))
CASES = [(file.playbook, case) for file in map(load_cases, FILES) for case in file.cases]
HEALTHY = ("teratail-healthy", "ing-healthy", "ing-tls-ok", "ing-static-ok", "l4-healthy", "healthy-optional")

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
MODES = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: modes, namespace: shop}\ndata: {mode: live}\n"


@pytest.mark.parametrize(("playbook", "case"), CASES, ids=lambda c: c.name if isinstance(c, Case) else c)
def test_a_check_says_what_its_case_expects_and_no_advice_beyond(playbook: str, case: Case) -> None:
    files, problems = given_world(case.given, recorded)
    found = [d for d in prove(files, shipped_playbooks()).diagnoses if d.playbook == playbook]
    assert not problems
    assert sorted((d.cause, str(d.root)) for d in found) == sorted((e.cause, e.root) for e in case.expect)


@pytest.mark.parametrize("arguments", [(), ("--complete",)], ids=["open", "complete"])
def test_the_talks_directory_is_met_with_silence(arguments: tuple[str, ...]) -> None:
    ran = lint(PRODUCTION, "-o", "json", *arguments)
    assert (ran.code, ran.causes) == (0, [])


@pytest.mark.parametrize("name", HEALTHY)
def test_the_specs_of_a_healthy_namespace_give_no_advice_but_on_its_registry(name: str) -> None:
    objects = [
        json.dumps(dict(item))
        for collection in recorded(name).collections.values()
        for item in collection.objects
        if "metadata" in item and item["kind"] != "Event"
    ]
    found = prove(world(read_text("all.json", "\n".join(objects))), shipped_playbooks()).diagnoses
    talked = {d.playbook for d in found if d.playbook.startswith("GKE-SPEC-")}
    assert talked <= {"GKE-SPEC-009"}


def test_the_specs_of_the_talks_ingress_say_who_will_be_asked_for_the_root(tmp_path: Path) -> None:
    folder = shutil.copytree(PRODUCTION, tmp_path / "production")
    deployment = folder / "sakura-deployment.yml"
    text = deployment.read_text()
    begin, end = text.index("          readinessProbe:"), text.index("          resources:")
    deployment.write_text(text[:begin] + text[end:])
    ran = lint(folder, "-o", "json")
    assert ran.causes == [("advisory", "health-check-path-not-200")]
    assert ran.report["diagnoses"][0]["root"]["name"] == "sakura"


def test_what_comes_before_its_namespace_is_refused_unless_something_sorts(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MODES)
    (tmp_path / "b.yaml").write_text(NAMESPACE)
    assert lint(tmp_path, "-o", "json").causes == [("advisory", "admission-denied")]
    assert lint_text(tmp_path / "..", f"{MODES}---\n{NAMESPACE}").causes == [("low", "admission-denied")]
    assert lint("-", "-o", "json", stdin=f"{MODES}---\n{NAMESPACE}").causes == []
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml, b.yaml]\n")
    assert lint(tmp_path, "-o", "json").causes == []


def test_folders_are_applied_by_commands_of_their_own(tmp_path: Path) -> None:
    for folder, text in (("app", MODES), ("base", NAMESPACE)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "all.yaml").write_text(text)
    assert lint(tmp_path, "-o", "json").causes == []


def test_a_namespace_that_the_cluster_has_may_come_last(tmp_path: Path) -> None:
    text = f"{MODES}---\n{NAMESPACE}".replace("shop", "teratail-healthy")
    assert lint_text(tmp_path, text, "--from", str(RECORDINGS / "teratail-healthy")).causes == []


def test_what_a_cluster_wrote_has_no_order(tmp_path: Path) -> None:
    dumped = NAMESPACE.replace("{name: shop}", "{name: shop, labels: {kubernetes.io/metadata.name: shop}}")
    assert lint_text(tmp_path, f"{MODES}---\n{dumped}").causes == []


def test_every_version_that_was_removed_has_one_that_is_served() -> None:
    assert [key for key, removal in REMOVED.items() if (removal.instead, key[1]) in REMOVED] == []
    assert {kind for _, kind in REMOVED} <= KINDS.keys()
