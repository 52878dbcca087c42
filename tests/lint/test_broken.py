"""What cannot be read is told with its place, stops nothing else, and has an exit code of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from gkedoctor.manifests import files
from gkedoctor.snapshot.importers.yaml_events import mistake_of
from tests.lint.running import lint, lint_text

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)
MERGED = "a: &a {x: 1}\n" + "".join(
    f"{new}: &{new} {{<<: [{', '.join(['*' + old] * 10)}]}}\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("a:\n\t- b\n", 6, "cannot start any token", id="a tab"),
        pytest.param("kind: A\nkind: B\n", 6, "the key `kind` appears twice", id="a key twice"),
        pytest.param("a: {b: [\n", 6, "not valid YAML", id="an open bracket"),
        pytest.param("a: *nowhere\n", 5, "undefined alias", id="an alias of nothing"),
        pytest.param(BOMB, None, "its aliases expand to too many values", id="an anchor bomb"),
        pytest.param("a: &a [*a]\n", 5, "nested too deeply", id="an anchor in itself"),
        pytest.param("a: &a\n  <<: *a\n", 5, "nested too deeply", id="a merge of itself"),
        pytest.param(MERGED, None, "its aliases expand to too many values", id="a bomb of merges"),
        pytest.param('kind: Pod\nmetadata: {a: "\x07"}\n', 6, "control characters", id="a bell"),
        pytest.param("a: " + "[" * 5000 + "]" * 5000 + "\n", None, "nested too deeply", id="depth"),
        pytest.param("kind: Service\nmetadata:\n  name: {{ .Release.Name }}\n", 7, "not rendered", id="a template"),
        pytest.param(
            'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ .Values.name }}"}\n', None, "not rendered",
            id="a template in quotes",
        ),
        pytest.param("kind: Service\nmetadata: {name: a}\nspec: {}\n", 5, "apiVersion is missing", id="no apiVersion"),
        pytest.param("apiVersion: v1\nkind: Service\nmetadata: {}\n", 7, "metadata.name is missing", id="no name"),
        pytest.param(
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: 5}\n", 8, "expected", id="a number"
        ),
        pytest.param(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a: b}\n", None, "is also in", id="a twin"
        ),
    ],
)  # fmt: skip
def test_a_broken_document_is_told_and_the_others_are_read(
    tmp_path: Path, text: str, line: int | None, said: str
) -> None:
    ran = lint_text(tmp_path, f"{GOOD}---\n{text}---\n{GOOD.replace('good', 'last')}")
    assert ran.code == 3
    (problem,) = ran.report["problems"]
    assert said in problem["message"]
    assert problem["file"].endswith("given.yaml")
    assert line is None or problem["line"] == line
    assert ran.report["looked_at"]["objects"] >= 2
    assert f"given.yaml:{problem['line']}:{problem['column']}" in ran.err


def test_what_is_no_object_of_kubernetes_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("kind: Deployment\nimage: {tag: x}\n")
    (tmp_path / "skaffold.yaml").write_text("apiVersion: skaffold/v4beta1\nkind: Config\n")
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "ci.yaml").write_text("on: [push\n")
    ran = lint(tmp_path, "-o", "json")
    assert ran.code == 3
    assert "problems" not in ran.report
    assert "3 others left out" in ran.err
    assert "no Kubernetes object was found" in ran.err


def test_files_of_other_tools_are_left_out_though_they_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "tsconfig.json").write_text('{\n  // of TypeScript\n  "strict": true\n}\n')
    (tmp_path / "stack.yaml").write_text("Resources:\n  Bucket: !Ref Name\n")
    ran = lint(tmp_path, "-o", "json")
    assert ran.code == 0
    assert "2 others left out" in ran.err


def test_null_in_a_map_of_texts_is_an_empty_text(tmp_path: Path) -> None:
    ran = lint_text(tmp_path, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {b: }}\ndata: {c: null}\n")
    assert ran.code == 0


def test_what_has_to_be_rendered_is_named_once_with_the_command(tmp_path: Path) -> None:
    texts = {
        "base/kustomization.yaml": "resources: [cart.yaml]\n",
        "base/cart.yaml": GOOD,
        "base/patches/cart.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a: b}\n",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
        "chart/Chart.yaml": "name: shop\n",
        "chart/values.yaml": "replicas: 1\n",
        "chart/templates/a.yaml": "kind: {{ .Values.kind }}\n",
        "chart/templates/b.yaml": "kind: {{ .Values.kind }}\n",
        "plain/cart.yaml": GOOD,
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ran = lint(tmp_path, "-o", "json")
    assert ran.code == 3
    assert sorted(p["file"].removeprefix(f"{tmp_path}/") for p in ran.report["problems"]) == [
        "chart/Chart.yaml", "overlays/prod/kustomization.yaml",
    ]  # fmt: skip
    assert f"kubectl kustomize {tmp_path}/overlays/prod | gkedoctor lint -" in ran.err
    assert f"helm template {tmp_path}/chart | gkedoctor lint -" in ran.err
    assert ran.report["looked_at"]["objects"] == 1
    assert lint(tmp_path / "base" / "cart.yaml").code == 0


@pytest.mark.parametrize(
    ("metadata", "column", "said"),
    [
        ("name: 5", 12, "metadata.name must be a string"),
        ("name: {a: b}, generateName: c", 12, "metadata.name must be a string"),
        ("name: a, namespace: 5", 21, "metadata.namespace must be a string"),
        ("name: a, namespace: [b]", 21, "metadata.namespace must be a string"),
    ],
)
def test_names_have_to_be_text(tmp_path: Path, metadata: str, column: int, said: str) -> None:
    (problem,) = lint_text(tmp_path, f"apiVersion: v1\nkind: Service\nmetadata: {{{metadata}}}\n").report["problems"]
    assert (problem["message"], problem["line"], problem["column"]) == (said, 3, column)


@pytest.mark.parametrize("template", ["5", "[1]", "a", "{spec: 5}"])
def test_a_job_without_a_template_is_a_problem_and_no_fault_of_ours(tmp_path: Path, template: str) -> None:
    ran = lint_text(
        tmp_path, f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec: {{template: {template}}}\n"
    )
    assert len(ran.report["problems"]) == 1


def test_a_template_behind_odd_line_breaks_is_told(tmp_path: Path) -> None:
    (problem,) = lint_text(tmp_path, "kind: A # \u2028\nname: {{ .x }}\n").report["problems"]
    assert (problem["line"], problem["column"]) == (2, 7)


@pytest.mark.parametrize("name", ["[", "a(", "*", "\\"])
def test_names_that_would_be_patterns_are_taken_as_they_stand(tmp_path: Path, name: str) -> None:
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": name}}
    spec = {"containers": [{"name": "a", "image": "a"}], "volumes": [claim]}
    ran = lint_text(tmp_path, json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}))
    assert ran.causes == [("advisory", "missing-pvc")]


def test_an_object_without_a_name_is_told(tmp_path: Path) -> None:
    ran = lint_text(tmp_path, 'apiVersion: v1\nkind: Service\nmetadata: {name: ""}\n')
    assert [p["message"] for p in ran.report["problems"]] == ["metadata.name is missing"]


@pytest.mark.parametrize("kind", ["[Service]", "{a: b}", "5"])
def test_a_kind_that_is_no_text_is_no_object(tmp_path: Path, kind: str) -> None:
    assert lint_text(tmp_path, f"{GOOD}---\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{}}\n").code == 0


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 10)
    ran = lint_text(tmp_path, GOOD)
    assert ran.code == 3
    assert "larger than" in ran.report["problems"][0]["message"]


def test_a_path_that_is_not_there_is_a_wrong_argument(tmp_path: Path) -> None:
    assert lint(tmp_path / "nothing").code == 2


def test_the_value_of_a_secret_is_never_shown(tmp_path: Path) -> None:
    ran = lint_text(
        tmp_path, "kind: Secret\napiVersion: v1\nmetadata: {name: a}\nstringData:\n  a: hunter2hunter2 : x\n"
    )
    assert ran.code == 3
    assert "hunter2" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("text", "places", "said"),
    [
        pytest.param('{"kind": "A",\n "kind": "B"}', [(2, 2)], "the key `kind` appears twice", id="a key twice"),
        pytest.param(
            '{"kind": ' + "[" * 5000 + "]" * 5000 + "}", [(1, 209), (1, 1009)], "nested too deeply", id="deep"
        ),
    ],
)
def test_broken_json_is_told_with_its_place(
    tmp_path: Path, text: str, places: list[tuple[int, int]], said: str
) -> None:
    """Of depth the place is where we count to, or where libyaml does: it reads ahead since PyYAML 6.0.4."""
    (problem,) = lint_text(tmp_path, text).report["problems"]
    assert said in problem["message"]
    assert (problem["line"], problem["column"]) in places


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e400"])
def test_a_number_that_nobody_can_read_is_a_wrong_type_at_most(tmp_path: Path, number: str) -> None:
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{{port: {number}}}]}}\n"
    (problem,) = lint_text(tmp_path, text).report["problems"]
    assert "expected `int | null`" in problem["message"]


@pytest.mark.parametrize("name", ["a~deployment", "~", "web~nothing"])
def test_a_name_that_no_pod_can_have_breaks_nothing(tmp_path: Path, name: str) -> None:
    container = {"name": "a", "image": "a:1", "envFrom": [{"secretRef": {"name": "x"}}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [container]}}
    (problem,) = lint_text(tmp_path, json.dumps(pod)).report["problems"]
    assert "is not a valid name" in problem["message"]


def test_links_in_a_ring_and_pipes_do_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "again.yaml").symlink_to("good.yaml")
    (tmp_path / "ring.yaml").symlink_to("ring.yaml")
    (tmp_path / "folder").symlink_to(".")
    (tmp_path / "gone.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    ran = lint(tmp_path, "-o", "json")
    assert ran.report["looked_at"]["objects"] == 1
    assert [Path(p["file"]).name for p in ran.report["problems"]] == ["gone.yaml", "ring.yaml"]
    assert all(p["line"] == p["column"] == 1 for p in ran.report["problems"])


def test_json_documents_may_follow_one_another(tmp_path: Path) -> None:
    names = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}} for name in "ab"]
    assert lint_text(tmp_path, "\n".join(map(json.dumps, names))).report["looked_at"] == {"objects": 2}


def test_libyaml_that_counts_levels_itself_says_the_same() -> None:
    """With PyYAML 6.0.4 libyaml refuses 1,000 levels in words of its own."""
    mark = yaml.Mark("file", 0, 0, 3, None, None)
    error = yaml.scanner.ScannerError("while increasing flow level", mark, "exceeded maximum nesting depth", mark)
    found = mistake_of(error, "a: [b]\n")
    assert found.message.startswith("nested too deeply")
    assert (found.line, found.column) == (0, 3)
