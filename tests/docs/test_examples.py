"""The files under `examples/` and the Containerfile: read, checked and, where that is possible, run.

No container engine is at hand here, so the image itself is not built by the tests.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.cli.commands.lint import lint
from gkedoctor.cli.commands.report import report
from gkedoctor.diagnose.cases import case_files, run_file
from gkedoctor.errors import ExitCode
from gkedoctor.playbook.loader import load_playbooks
from tests.cli.conftest import Gkedoctor
from tests.conftest import RECORDINGS, ROOT, recorded, shipped_playbooks

PACKAGE = ROOT / "examples" / "playbook-package"
INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"}


WORKFLOWS = sorted((ROOT / "examples" / "github-actions").glob("*.yaml"))


def steps_of(file: Path) -> list[dict[str, Any]]:
    """The steps of the one job of a workflow."""
    (job,) = yaml.safe_load(file.read_text())["jobs"].values()
    return list(job["steps"])


def instructions() -> list[tuple[str, str]]:
    """The Containerfile as pairs of an instruction and what follows it."""
    text = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_containerfile_has_known_instructions_in_two_stages() -> None:
    found = instructions()
    assert {name for name, _ in found} <= INSTRUCTIONS
    stages = [rest for name, rest in found if name == "FROM"]
    assert len(stages) == 2
    images = {stage.removesuffix(" AS build") for stage in stages}
    assert len(images) == 1
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim@sha256:[0-9a-f]{64}", *images)


def test_everything_is_installed_by_its_hash() -> None:
    """In the image, by `make` and in the example workflows: from the locks, or from what is there already."""
    texts = [rest for name, rest in instructions() if name == "RUN"]
    texts += [step["run"] for file in WORKFLOWS for step in steps_of(file) if "run" in step]
    texts.append((ROOT / "Makefile").read_text())
    installs = [line for text in texts for line in re.split(r"&&|\n", text) if re.search(r"pip (install|wheel)", line)]
    assert len(installs) >= 8
    for line in installs:
        assert "--require-hashes" in line or "--no-deps" in line, line


def test_actions_are_pinned_by_commit_with_their_tag_beside() -> None:
    for file in (ROOT / "examples").rglob("*.yaml"):
        for line in file.read_text().splitlines():
            if "- uses:" in line:
                assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-build.lock"])
def test_a_lock_has_hashes_and_the_versions_of_the_tools_lock(name: str) -> None:
    def pinned(file: str) -> dict[str, str]:
        text = (ROOT / file).read_text()
        blocks = re.split(r"\n(?=[a-z])", text)
        assert all("--hash=sha256:" in block for block in blocks)
        return dict(block.split(" ", 1)[0].split("==") for block in blocks)

    assert pinned(name).items() <= pinned("requirements-dev.lock").items()


def test_the_lock_has_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements.lock").read_text().lower()
    for dependency in project["dependencies"]:
        assert f"\n{re.split(r'[<>=]', dependency)[0].lower()}==" in f"\n{lock}", dependency


def test_the_image_runs_without_root() -> None:
    users = [rest for name, rest in instructions() if name == "USER"]
    assert users
    assert all(int(part) > 0 for part in users[-1].split(":"))
    assert [name for name, _ in instructions()].index("USER") > 0


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            *sources, _ = shlex.split(rest)
            assert all((ROOT / source).exists() and source in kept for source in sources), rest


def test_the_wheel_that_the_image_builds_gets_all_its_files() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = {*wheel["packages"], *wheel["force-include"], *wheel.get("shared-data", {})}
    copied = [rest for name, rest in instructions() if name == "COPY" and not rest.startswith("--from")]
    folders = {source for rest in copied for source in shlex.split(rest)[:-1]}
    assert all(any(Path(path).is_relative_to(folder) for folder in folders) for path in wanted)


def manifests() -> dict[str, Any]:
    """The objects of the CronJob example by kind."""
    text = (ROOT / "examples" / "cronjob" / "cronjob.yaml").read_text()
    return {item["kind"]: item for item in yaml.safe_load_all(text)}


def test_the_cronjob_may_do_no_more_than_the_printed_role() -> None:
    found = manifests()
    role = yaml.safe_load((ROOT / "manifests" / "cluster-role.yaml").read_text())
    assert found["ClusterRoleBinding"]["roleRef"]["name"] == role["metadata"]["name"]
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} <= {"get", "list"}
    assert found["ClusterRoleBinding"]["subjects"][0]["name"] == found["ServiceAccount"]["metadata"]["name"]


def test_the_cronjob_runs_without_root_and_its_command_parses() -> None:
    pod = manifests()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    name, *arguments = container["args"]
    mounts = tuple(mount["mountPath"] for mount in container["volumeMounts"])
    assert name == "report"
    places = [Path(argument.rpartition("=")[2]) for argument in arguments if "=/" in argument]
    assert len(places) == 4
    assert all(str(place).startswith(mounts) for place in places)
    context = report.make_context("report", [a for a in arguments if "=/" not in a])
    assert context.params["gcp"] is False


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_uses_commands_that_there_are(file: Path) -> None:
    known = {"report": report, "lint": lint}
    steps = steps_of(file)
    (command,) = [step["run"] for step in steps if step.get("run", "").startswith("gkedoctor")]
    _, name, *arguments = shlex.split(command)
    known[name].make_context(name, arguments)
    (upload,) = [step for step in steps if "upload-sarif" in step.get("uses", "")]
    assert upload["with"]["sarif_file"] in command


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_installs_gkedoctor_and_not_the_repository_that_runs_it(file: Path) -> None:
    """`pip install .` in the folder of the user's own repository would install that."""
    steps = steps_of(file)
    (install,) = [step for step in steps if step.get("name") == "Install gkedoctor"]
    checkouts = [step["with"] for step in steps if "actions/checkout" in step.get("uses", "") and "with" in step]
    assert [c["path"] for c in checkouts if "GKEDOCTOR_REPOSITORY" in c["repository"]] == [install["working-directory"]]


def test_workflows_may_only_read_and_upload_findings() -> None:
    for file in WORKFLOWS:
        permissions = yaml.safe_load(file.read_text())["permissions"]
        assert permissions.pop("id-token", "write") == "write"  # to log in to Google Cloud without a key
        assert permissions == {"contents": "read", "security-events": "write"}


def test_the_playbooks_of_the_example_package_hold() -> None:
    folder = PACKAGE / "src" / "acme_playbooks"
    own = load_playbooks([folder])
    assert [playbook.id for playbook in own] == ["GKE-ROL-901", "GKE-ROL-902"]
    library = sorted([*shipped_playbooks(), *own], key=lambda p: p.id)
    results = [result for file in case_files([folder]) for result in run_file(file, library, recorded)]
    assert len(results) == 6
    assert [result.failures for result in results if result.failures] == []
    assert RECORDINGS.is_dir()


def test_the_example_package_offers_them() -> None:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["gkedoctor.playbooks"] == {"acme": "acme_playbooks"}


def test_the_example_of_the_guide_is_green(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    """A stranger copies these three files first."""
    text = (ROOT / "docs" / "writing-playbooks.md").read_text(encoding="utf-8")
    playbook, causes, cases, *_ = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    for name, content in (("a.yaml", playbook), ("causes.yaml", causes), ("a.test.yaml", cases)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert gkedoctor("playbooks", "lint", tmp_path) == (ExitCode.OK, "nothing is wrong in 1 playbook\n", "")
    assert gkedoctor("playbooks", "test", tmp_path) == (ExitCode.OK, "3 cases: 3 hold, 0 fail, 0 to do\n", "")
