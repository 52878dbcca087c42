"""Which namespace an object is in, and that two of them do not meet."""

from __future__ import annotations

from pathlib import Path

from tests.lint.running import lint, lint_text

APP = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: NS}
spec:
  containers:
    - {name: web, image: "europe-docker.pkg.dev/shop/web:1", envFrom: [{secretRef: {name: db}}]}
"""
SECRET = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: NS}\nstringData: {a: b}\n"
UNPLACED = {"web": APP.replace(", namespace: NS", ""), "secret": SECRET.replace(", namespace: NS", "")}


def test_the_same_app_in_two_namespaces_is_two_apps(tmp_path: Path) -> None:
    for name, text in {"dev": SECRET + "---\n" + APP, "prod": APP}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.yaml").write_text(text.replace("NS", name))
    ran = lint(tmp_path / "dev", tmp_path / "prod", "--complete", "-o", "json")
    assert ran.code == 1
    assert "problems" not in ran.report
    (found,) = ran.report["diagnoses"]
    assert found["root"] == {"kind": "Secret", "namespace": "prod", "name": "db"}
    assert found["location"]["file"].endswith("prod/app.yaml")


def test_what_names_no_namespace_goes_where_n_says(tmp_path: Path) -> None:
    text = SECRET.replace("NS", "shop") + "---\n" + UNPLACED["web"]
    assert lint_text(tmp_path, text, "--complete", "-n", "shop").causes == []
    elsewhere = lint_text(tmp_path, text, "--complete")
    assert [d["root"]["namespace"] for d in elsewhere.report["diagnoses"]] == ["default"]


def test_what_is_of_no_namespace_stays_without_one(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, namespace: odd}\n---\n"
    text += "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    ran = lint_text(tmp_path, text)
    assert (ran.code, ran.report["looked_at"]) == (0, {"objects": 1})


def test_the_same_object_twice_is_no_collision_and_with_other_content_it_is_one(tmp_path: Path) -> None:
    assert "problems" not in lint_text(tmp_path, UNPLACED["secret"] * 2).report
    other = lint_text(tmp_path, UNPLACED["secret"] + UNPLACED["secret"].replace("a: b", "a: c"))
    (problem,) = other.report["problems"]
    assert problem["line"] == 7
    assert "each time with -n" in problem["hint"]


def test_a_service_of_another_api_group_is_no_twin(tmp_path: Path) -> None:
    ran = lint_text(
        tmp_path,
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: ExternalName, externalName: a.test}\n"
        "---\napiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {template: {}}\n",
    )
    assert "problems" not in ran.report
    assert ran.report["looked_at"]["objects"] == 2
