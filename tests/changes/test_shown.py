"""How recorded changes read: in a report of each format, and in `gkedoctor changes`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.cli.app import app
from gkedoctor.graph import Ref
from gkedoctor.report.change_text import change_sentence
from gkedoctor.snapshot import store
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.timestamps import parse_timestamp
from gkedoctor.tui.model import state as scenes
from gkedoctor.tui.model.detail import detail_lines
from gkedoctor.tui.model.timeline import happenings
from tests.changes.clusters import (
    CREATED,
    IMAGE,
    Json,
    container,
    deployment,
    entry,
    pod,
    replica_set,
    service,
    snapshot,
    template,
)
from tests.conftest import shipped_playbooks
from tests.tui.driving import whole

AT = "2026-11-29T12:30:00Z"
OLD, NEW = "registry.example/shop:7", "registry.example/shop:8"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    after = template(container(image=NEW))
    older, newer = replica_set(7, template(), CREATED, 1, number=0), replica_set(8, after, AT, 1, number=1)
    message = f'rpc error: code = NotFound desc = failed to resolve reference "{NEW}": {NEW}: not found'
    state = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    label = entry("helm", "2026-11-29T12:20:00Z", "spec/selector", "metadata/labels/app", "spec/ports", "spec/type")
    items: list[Json] = [
        deployment(entry("kubectl-set", AT, IMAGE), templ=after, revision=8, ready=1), older, newer,
        pod(newer, state, AT), service(label),
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("changes") / "shop.gkesnap"
    store.write(snapshot(*items), path)
    return path


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), standalone_mode=False)
    assert result.exception is None, result.output
    return result.stdout


def test_text_says_how_long_before_and_from_which_value_to_which(recording: Path) -> None:
    text = " ".join(shown("report", "--from", str(recording)).split())
    assert "Changed" in text
    assert f"spec.template.spec.containers[0].image: {OLD} → {NEW}, by kubectl-set" in text


@pytest.mark.parametrize("form", ["md", "html"])
def test_other_formats_have_it_too(recording: Path, form: str) -> None:
    text = shown("report", "--from", str(recording), "-o", form)
    assert "Changed" in text
    assert "kubectl-set" in text


def test_json_is_as_the_contract_says(recording: Path) -> None:
    [found] = json.loads(shown("report", "--json", "--from", str(recording)))["diagnoses"][:1]
    assert found["changes"] == [{
        "ref": {"kind": "Deployment", "namespace": "shop", "name": "shop"},
        "path": "spec.template.spec.containers[0].image", "at": AT, "by": "kubectl-set",
        "before": OLD, "after": NEW, "source": "revision",
    }]  # fmt: skip


def test_a_whole_cluster_in_the_order_of_time(recording: Path) -> None:
    lines = shown("changes", "--from", str(recording), "--since", "30m")
    assert [line[:23] for line in lines.splitlines() if line.startswith("2026")] == [
        "2026-11-29 12:20:00 UTC", "2026-11-29 12:30:00 UTC",
    ]  # fmt: skip
    assert "Service/shop/shop written by helm" in " ".join(lines.split())


def test_one_object_as_json(recording: Path) -> None:
    report = json.loads(shown("changes", "deploy/shop", "-n", "shop", "--json", "--from", str(recording)))
    assert [(one["path"], one["by"], one["source"]) for one in report["changes"]] == [
        ("", "helm", "creation"), ("spec.template.spec.containers[0].image", "kubectl-set", "revision"),
    ]  # fmt: skip


def change(**fields: object) -> RecordedChange:
    known = {"path": "spec.replicas", "at": parse_timestamp(AT), "by": None, "before": None, "after": None}
    known |= {"source": Source.MANAGED_FIELDS} | fields
    return RecordedChange(Ref("Deployment", "shop", "shop"), **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (change(before=3, after=0), "Deployment/shop/shop spec.replicas: 3 → 0 (client not recorded)"),
        (change(after=5, by="helm"), "Deployment/shop/shop spec.replicas set to 5, by helm"),
        (change(after=5, by="helm", is_difference=True), "Deployment/shop/shop spec.replicas added 5, by helm"),
        (change(by="x"), "Deployment/shop/shop spec.replicas set (value not recorded), by x"),
        (
            change(before=5, is_removed=True, is_difference=True, by="x"),
            "Deployment/shop/shop spec.replicas: removed (was 5), by x",
        ),
        (
            change(is_removed=True, by="argocd-controller"),
            "Deployment/shop/shop spec.replicas: missing after an apply, by argocd-controller",
        ),
        (change(path="", after="created", source=Source.CREATION, by="x"), "Deployment/shop/shop created, by x"),
    ],
)
def test_sentences(one: RecordedChange, sentence: str) -> None:
    assert change_sentence(one) == sentence


def test_the_screen_has_it_in_the_detail_and_on_the_timeline(recording: Path) -> None:
    scene = scenes.diagnosed(scenes.opened(load(recording), shipped_playbooks()), whole)
    [found, *_] = scene.outcome.diagnoses
    detail = " ".join(one.text for one in detail_lines(found, scene, 100))
    assert "CHANGED" in detail
    assert "by kubectl-set" in detail
    [change] = [one for one in happenings(scene) if one.kind == "change"]
    assert change.text == f"spec.template.spec.containers[0].image: {OLD} → {NEW}, by kubectl-set"
