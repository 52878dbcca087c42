"""The krew manifest and the Homebrew formula are made from the source archive, and what they run is in it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from gkedoctor import __version__
from tests.conftest import ROOT

URL, HOMEPAGE = f"https://example.com/gkedoctor-{__version__}.tar.gz", "https://example.com/gkedoctor"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive as hatchling builds it, with manifest and formula beside it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    sdist = folder / f"gkedoctor-{__version__}.tar.gz"
    render = [
        sys.executable,
        str(ROOT / "distribution" / "render.py"),
        str(sdist),
        "--url",
        URL,
        "--homepage",
        HOMEPAGE,
    ]
    subprocess.run(render, check=True, capture_output=True)
    return sdist


def test_the_krew_manifest_has_what_krew_requires(release: Path) -> None:
    """Rules: https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/ and internal/index/validation of krew."""
    plugin = yaml.safe_load(release.with_name("krew.yaml").read_text(encoding="utf-8"))
    assert (plugin["apiVersion"], plugin["kind"]) == ("krew.googlecontainertools.github.com/v1alpha2", "Plugin")
    assert re.fullmatch(r"[a-z0-9-]+", plugin["metadata"]["name"])
    spec = plugin["spec"]
    assert re.fullmatch(r"v\d+\.\d+\.\d+", spec["version"])
    assert 0 < len(spec["shortDescription"]) <= 50
    (platform,) = spec["platforms"]
    assert platform["uri"] == URL
    assert platform["sha256"] == hashlib.sha256(release.read_bytes()).hexdigest()


def test_what_krew_links_to_runs_the_unpacked_source(release: Path, tmp_path: Path) -> None:
    plugin = yaml.safe_load(release.with_name("krew.yaml").read_text(encoding="utf-8"))
    (platform,) = plugin["spec"]["platforms"]
    with tarfile.open(release) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    source = tmp_path / "unpacked" / platform["files"][0]["from"].removesuffix("/*")
    program = source / platform["bin"]
    assert os.access(program, os.X_OK)
    linked = tmp_path / "bin" / "kubectl-gkedoctor"
    linked.parent.mkdir()
    linked.symlink_to(program)
    uvx = tmp_path / "bin" / "uvx"
    uvx.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    uvx.chmod(0o755)
    path = f"{linked.parent}{os.pathsep}/usr/bin{os.pathsep}/bin"
    done = subprocess.run(
        [linked, "report", "-n", "shop"], env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["--from", str(source), "kubectl-gkedoctor", "report", "-n", "shop"]


def test_the_formula_installs_files_that_the_archive_has(release: Path) -> None:
    formula = release.with_name("gkedoctor.rb").read_text(encoding="utf-8")
    assert "@" not in re.sub(r"python@3\.12", "", formula)
    with tarfile.open(release) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"requirements.lock", "requirements-build.lock", "docs/man/gkedoctor.1", "pyproject.toml"}
    assert wanted <= names
    assert all(name in formula for name in wanted - {"pyproject.toml"})


def test_an_archive_of_another_name_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "shop-1.0.tar.gz"
    other.write_bytes(b"")
    render = [
        sys.executable,
        str(ROOT / "distribution" / "render.py"),
        str(other),
        "--url",
        URL,
        "--homepage",
        HOMEPAGE,
    ]
    assert subprocess.run(render, check=False, capture_output=True).returncode != 0
