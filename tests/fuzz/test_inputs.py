"""Fuzzers for everything that is read: files of every kind, kubeconfigs, and the answers of an API server.

Whatever is damaged, the answer is an error of the project's own tree or a snapshot, within seconds and without much
memory. `GKEDOCTOR_FUZZ_SECONDS=60 pytest tests/fuzz/test_inputs.py` shares a minute between them; a test run gives each
of them one second.
A failure names the fuzzer and the number of the input, which always is the same one.
"""

from __future__ import annotations

import gzip
import io
import os
import resource
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from gkedoctor.collect.collector import CollectRequest, collect
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.config.files import read as read_config
from gkedoctor.errors import GkedoctorError
from gkedoctor.manifests.loading import read_text
from gkedoctor.playbook.library import Names
from gkedoctor.snapshot.importers.documents import text_of
from gkedoctor.snapshot.intake import build_snapshot
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.store import write
from tests.collect.raw_server import RawServer, sends
from tests.conftest import recorded
from tests.fuzz.bytes import damaged

SEEDS = Path(__file__).parent / "seeds"
FUZZERS = 6
SECONDS = float(os.environ.get("GKEDOCTOR_FUZZ_SECONDS", FUZZERS)) / FUZZERS
LONGEST = 10.0
"""Seconds of CPU for one input."""
MEMORY = 1 << 30
"""Bytes by which the process may grow."""


def seeds(*patterns: str) -> tuple[bytes, ...]:
    found = tuple(path.read_bytes() for pattern in patterns for path in sorted(SEEDS.glob(pattern)))
    assert found
    return found


def fuzz(name: str, make: Callable[[Random], bytes], try_it: Callable[[bytes], object]) -> None:
    """Tries inputs until the time is up, and at least twenty."""
    until, number = time.monotonic() + SECONDS, 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while number < 20 or time.monotonic() < until:
        data = make(Random(f"{name} {number}"))
        began = time.process_time()
        try:
            try_it(data)
        except GkedoctorError as error:
            assert "\n" not in error.message and "Traceback" not in error.message, (name, number)
        except Exception as error:
            raise AssertionError(f"{name} {number}: {error!r} on {data[:300]!r}") from error
        assert time.process_time() - began < LONGEST, (name, number)
        number += 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < MEMORY, name


def one_of(found: tuple[bytes, ...]) -> Callable[[Random], bytes]:
    return lambda random: damaged(random.choice(found), random, found)


def test_yaml_and_json(tmp_path: Path) -> None:
    file, config = tmp_path / "x.yaml", tmp_path / "config.yaml"

    def try_it(data: bytes) -> None:
        file.write_bytes(data)
        config.write_bytes(data)
        for read in (
            lambda: everything_in(file),
            lambda: read_text("x", text_of(data, "x")),
            lambda: read_config(config, tmp_path, lambda _folders: Names()),
        ):
            with suppress(GkedoctorError):
                read()

    fuzz("yaml", one_of(seeds("*.yaml", "*.json", "*.txt")), try_it)


def everything_in(path: Path) -> None:
    for collection in load(path).collections.values():
        for item in collection.objects:
            assert isinstance(item, dict)


def test_archives(tmp_path: Path) -> None:
    found = seeds("*.yaml", "*.json", "*.txt")

    def make(random: Random) -> bytes:
        data = random.choice((as_tar, as_zip))(random, found)
        data = gzip.compress(data, 1) if random.random() < 0.3 else data
        return damaged(data, random, found) if random.random() < 0.7 else data

    def try_it(data: bytes) -> None:
        (tmp_path / "x").write_bytes(data)
        everything_in(tmp_path / "x")

    fuzz("archive", make, try_it)


NAMES = (
    "kubernetes/pods.json",
    "pods.json",
    "logs/web/web.log",
    "cluster-resources/pods/shop.json",
    "namespaces/a/core/pods.yaml",
    "../x.json",
    "/x.json",
    "nodes.json",
    "a" * 5000 + ".json",
    "timestamp",
    "gcp/backendServicesHealth.json",
    "x.json.gz",
)


def as_tar(random: Random, found: tuple[bytes, ...]) -> bytes:
    out = io.BytesIO()
    form = random.choice((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT))
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for _ in range(random.randrange(4)):
            content = damaged(random.choice(found), random, found)
            info = tarfile.TarInfo(random.choice(NAMES) if form != tarfile.USTAR_FORMAT else random.choice(NAMES[:5]))
            info.size = len(content)
            info.type = random.choice(
                (tarfile.REGTYPE, tarfile.REGTYPE, tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE)
            )
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def as_zip(random: Random, found: tuple[bytes, ...]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name in random.sample(NAMES, random.randrange(4)):
            archive.writestr(name, damaged(random.choice(found), random, found))
    return out.getvalue()


def test_snapshots(tmp_path: Path) -> None:
    write(recorded("two-problems"), tmp_path / "a.gkesnap")
    whole = (tmp_path / "a.gkesnap").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.gkesnap") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def make(random: Random) -> bytes:
        if random.random() < 0.3:
            return damaged(whole, random)
        changed = dict(members)
        for name in random.sample(sorted(members), 2):
            changed[name] = damaged(members[name], random)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in changed.items():
                archive.writestr(name, content)
        return out.getvalue()

    def try_it(data: bytes) -> None:
        (tmp_path / "x.gkesnap").write_bytes(data)
        everything_in(tmp_path / "x.gkesnap")

    fuzz("snapshot", make, try_it)


def test_kubeconfigs(tmp_path: Path) -> None:
    from kubernetes.client import Configuration

    from gkedoctor.collect.kubeconfig import configured

    def try_it(data: bytes) -> None:
        (tmp_path / "config").write_bytes(data)
        configured(Login(str(tmp_path / "config")), Configuration(), Deadline(request=1, overall=2))

    fuzz("kubeconfig", one_of(seeds("kubeconfig.yaml")), try_it)


@pytest.fixture
def answering() -> Iterator[RawServer]:
    with RawServer("/api/v1/pods", sends()) as server:
        yield server


def test_answers_of_an_api_server(tmp_path: Path, answering: RawServer) -> None:
    login = Login(answering.kubeconfig(tmp_path))

    def try_it(data: bytes) -> None:
        answering.misbehave = sends(data)
        deadline = Deadline(request=0.3, overall=1.0, sleep=lambda _seconds: None)
        build_snapshot(collect(CollectRequest(login, [KINDS["Pod"]], deadline), lambda _said: None).gathered)

    fuzz("answer", one_of(seeds("*.http")), try_it)


def test_objects_behind_a_proper_answer(tmp_path: Path) -> None:
    """Structure first: texts, numbers and times of objects that are damaged, in a list that is not."""
    found = seeds("list.json")

    def try_it(data: bytes) -> None:
        (tmp_path / "x.json").write_bytes(b'{"kind":"List","items":[' + data + b"]}")
        everything_in(tmp_path / "x.json")

    fuzz("object", lambda random: damaged(found[0].split(b"\n")[random.randrange(2)], random), try_it)
