"""Our own format: what is written is what is read, byte for byte, or the reader says that it is not."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gkedoctor.errors import LimitError, SnapshotError, UsageError
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Snapshot, Status
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.store import read, write
from gkedoctor.snapshot.store.layout import StoredManifest, digest_of
from tests.snapshot.clusters import pod, recording


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return load(recording(tmp_path / "recording"))


def content(snapshot: Snapshot) -> Any:
    return (
        snapshot.manifest,
        {name: (c.state, [dict(item) for item in c.objects]) for name, c in snapshot.collections.items()},
    )


def remade(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the manifest of a directory and makes its sum right again."""
    manifest = json.loads((path / "manifest.json").read_text())
    change(manifest)
    typed = msgspec.convert(manifest, StoredManifest)
    manifest["digest"] = digest_of(typed)
    (path / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", ["out.gkesnap", "out"])
def test_what_is_written_is_what_is_read(snapshot: Snapshot, tmp_path: Path, name: str) -> None:
    write(snapshot, tmp_path / name)
    assert content(load(tmp_path / name)) == content(snapshot)


@pytest.mark.parametrize("name", ["out.gkesnap", "out"])
def test_every_state_survives(tmp_path: Path, name: str) -> None:
    states = [
        CollectionState(Status.DENIED, reason="forbidden", needs="list pods"),
        CollectionState(Status.PARTIAL, malformed={"a/b": "no"}, unread={"c": "forbidden"}, namespaces=("a", "c")),
        CollectionState(Status.NOT_ASKED),
    ]
    manifest = Manifest(recorded_at=datetime(2026, 1, 1, 1, 2, 3, 456, tzinfo=UTC), versions={"kubelet": "v1"})
    made = Snapshot(manifest, [Collection(f"c{i}", state) for i, state in enumerate(states)])
    write(made, tmp_path / name)
    assert content(load(tmp_path / name)) == content(made)


def test_the_same_snapshot_gives_the_same_bytes(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "a.gkesnap")
    write(snapshot, tmp_path / "directory")
    write(load(tmp_path / "directory"), tmp_path / "b.gkesnap")
    write(load(tmp_path / "a.gkesnap"), tmp_path / "other")
    assert (tmp_path / "a.gkesnap").read_bytes() == (tmp_path / "b.gkesnap").read_bytes()
    for path in (tmp_path / "directory").rglob("*.json"):
        assert path.read_bytes() == (tmp_path / "other" / path.relative_to(tmp_path / "directory")).read_bytes()


def test_the_file_is_an_ordinary_zip_with_the_manifest_first(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "a.gkesnap")
    with zipfile.ZipFile(tmp_path / "a.gkesnap") as archive:
        assert archive.namelist()[0] == "manifest.json"
        assert {"kubernetes/pods.json", "gcp/addresses.json", "logs.json"} < set(archive.namelist())
        assert json.loads(archive.read("kubernetes/pods.json"))[0]["metadata"]["name"] == "web-1"
        assert archive.read("kubernetes/pods.json").count(b"\n") == 3
        assert "kubernetes/services.json" not in archive.namelist()


def test_a_collection_is_read_when_it_is_looked_at(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    (tmp_path / "out/kubernetes/pods.json").write_text("[")
    found = load(tmp_path / "out")
    assert len(found.collection("events").objects) == 1
    with pytest.raises(SnapshotError, match=r"kubernetes/pods\.json"):
        assert found.collection("pods").objects


def everything(path: Path) -> Any:
    return content(load(path))


@pytest.mark.parametrize("part", range(8))
def test_a_truncated_file_is_refused(snapshot: Snapshot, tmp_path: Path, part: int) -> None:
    whole, cut = tmp_path / "a.gkesnap", tmp_path / "b.gkesnap"
    write(snapshot, whole)
    data = whole.read_bytes()
    for length in range(part, len(data), 8 * 11):
        cut.write_bytes(data[:length])
        with pytest.raises(SnapshotError):
            everything(cut)


@pytest.mark.parametrize("part", range(4))
def test_a_flipped_bit_is_refused_or_harmless(snapshot: Snapshot, tmp_path: Path, part: int) -> None:
    whole, flipped = tmp_path / "a.gkesnap", tmp_path / "b.gkesnap"
    write(snapshot, whole)
    truth, data = everything(whole), whole.read_bytes()
    for bit in range(part, len(data) * 8, 4 * 47):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        flipped.write_bytes(changed)
        try:
            assert everything(flipped) == truth
        except (SnapshotError, LimitError) as error:
            assert "\n" not in error.message


def test_a_flipped_bit_in_a_directory_is_refused_or_harmless(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    truth = everything(tmp_path / "out")
    for path in sorted((tmp_path / "out").rglob("*.json")):
        data = path.read_bytes()
        for bit in range(0, len(data) * 8, 97 if path.name == "manifest.json" else 531):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            try:
                assert everything(tmp_path / "out") == truth
            except SnapshotError as error:
                assert "\n" not in error.message
        path.write_bytes(data)


def test_a_newer_version_says_so(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    remade(tmp_path / "out", lambda manifest: manifest.update(format="gkedoctor/snapshot/v2"))
    with pytest.raises(SnapshotError, match="newer gkedoctor") as caught:
        load(tmp_path / "out")
    assert caught.value.hint == "pip install --upgrade gkedoctor"


def test_an_edited_directory_says_how_to_take_it_in_again(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    pods = tmp_path / "out/kubernetes/pods.json"
    pods.write_text(pods.read_text().replace("web-1", "web-2"))
    with pytest.raises(SnapshotError, match="checksum") as caught:
        assert load(tmp_path / "out").collection("pods").objects
    assert f"gkedoctor import {tmp_path / 'out'} -o" in str(caught.value.hint)
    [changed] = load(tmp_path / "out", verify=False).collection("pods").objects
    assert changed["metadata"]["name"] == "web-2"


def test_taking_in_again_changes_nothing_that_was_not_edited(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    assert content(load(tmp_path / "out", verify=False)) == content(snapshot)


def test_a_secret_value_edited_into_a_directory_is_redacted_on_the_way_in(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    path = tmp_path / "out/kubernetes/secrets.json"
    items = json.loads(path.read_text())
    items[0]["keys"]["password"]["value"] = "planted-value"
    path.write_text(json.dumps(items))
    secrets = load(tmp_path / "out", verify=False).collection("secrets")
    assert not secrets.objects
    assert "shop/db" in secrets.state.malformed
    assert "planted-value" not in str(secrets.state)


@pytest.mark.parametrize("edit", ['"lines": 5', '"line": []', '"lines": [5]'])
def test_a_log_edited_out_of_shape_is_left_out(snapshot: Snapshot, tmp_path: Path, edit: str) -> None:
    write(snapshot, tmp_path / "out")
    where = '"namespace": "shop", "pod": "web-1", "container": "app", "previous": false'
    (tmp_path / "out/logs.json").write_text(f"[{{{where}, {edit}}}]")
    logs = load(tmp_path / "out", verify=False).collection("logs")
    assert not logs.objects
    assert logs.state.status is Status.PARTIAL


@pytest.mark.parametrize("member", ["../pods.json", "/etc/passwd", "kubernetes/../../x.json", "C:x", "..\\x"])
def test_a_member_that_leads_out_is_refused(snapshot: Snapshot, tmp_path: Path, member: str) -> None:
    write(snapshot, tmp_path / "out")
    remade(tmp_path / "out", lambda manifest: manifest["collections"]["pods"].update(member=member))
    with pytest.raises(SnapshotError, match="path outside"):
        load(tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "a.gkesnap", "w") as archive:
        archive.writestr("manifest.json", "{}")
        archive.writestr(member, "[]")
    with pytest.raises(SnapshotError, match="path outside"):
        load(tmp_path / "a.gkesnap")


def test_links_are_refused(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    pods = tmp_path / "out/kubernetes/pods.json"
    pods.rename(tmp_path / "elsewhere.json")
    pods.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(SnapshotError, match="link"):
        assert load(tmp_path / "out").collection("pods").objects
    with zipfile.ZipFile(tmp_path / "a.gkesnap", "w") as archive:
        info = zipfile.ZipInfo("kubernetes/pods.json")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(SnapshotError, match="link"):
        load(tmp_path / "a.gkesnap")


def test_a_decompression_bomb_is_not_inflated(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "a.gkesnap", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "out/manifest.json", "manifest.json")
        archive.writestr("kubernetes/pods.json", b"[" + b" " * 50_000_000 + b"]")
    with pytest.raises(LimitError, match="too large after decompression"):
        assert load(tmp_path / "a.gkesnap").collection("pods").objects


def test_an_absurd_size_is_refused(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    remade(tmp_path / "out", lambda manifest: manifest["collections"]["pods"].update(size=1 << 60))
    with pytest.raises(LimitError, match="holds too much"):
        load(tmp_path / "out")


def test_a_missing_member_and_a_wrong_count_are_refused(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    remade(tmp_path / "out", lambda manifest: manifest["collections"]["pods"].update(count=7))
    with pytest.raises(SnapshotError, match="1 objects in place of 7"):
        assert read(tmp_path / "out").collection("pods").objects
    (tmp_path / "out/kubernetes/events.json").unlink()
    with pytest.raises(SnapshotError, match=r"kubernetes/events\.json is missing"):
        assert read(tmp_path / "out").collection("events").objects


def test_objects_that_are_no_objects_are_refused(snapshot: Snapshot, tmp_path: Path) -> None:
    write(snapshot, tmp_path / "out")
    planted = b"[5]"
    (tmp_path / "out/kubernetes/pods.json").write_bytes(planted)
    sums = {"sha256": hashlib.sha256(planted).hexdigest(), "size": len(planted)}
    remade(tmp_path / "out", lambda manifest: manifest["collections"]["pods"].update(sums))
    with pytest.raises(SnapshotError, match="damaged"):
        assert read(tmp_path / "out").collection("pods").objects


def test_only_a_snapshot_is_ever_replaced(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/thesis.txt").write_text("years of work")
    (tmp_path / "thesis.gkesnap").write_text("years of work")
    for path in (tmp_path / "home", tmp_path / "thesis.gkesnap"):
        with pytest.raises(UsageError, match="not a snapshot"):
            write(snapshot, path)
    for name in ("out", "out.gkesnap"):
        write(snapshot, tmp_path / name)
        write(snapshot, tmp_path / name)
    (tmp_path / "out/truth.json").write_text("{}")
    with pytest.raises(UsageError):
        write(snapshot, tmp_path / "out")
    assert (tmp_path / "home/thesis.txt").read_text() == "years of work"


def test_a_failed_write_leaves_the_old_snapshot_and_no_litter(snapshot: Snapshot, tmp_path: Path) -> None:
    def fail() -> Any:
        raise SnapshotError("the source is damaged")

    broken = Snapshot(snapshot.manifest, [Collection("pods", CollectionState(Status.COMPLETE), fail)])
    for name in ("out", "out.gkesnap"):
        write(snapshot, tmp_path / name)
        with pytest.raises(SnapshotError):
            write(broken, tmp_path / name)
        assert content(load(tmp_path / name)) == content(snapshot)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_strange_collection_names_stay_apart(tmp_path: Path) -> None:
    names = ["widgets", "Widgets", "../../up", "", "a" * 300, ".hidden", "compute.x", "compute.../x"]
    manifest = Manifest(recorded_at=datetime(2026, 1, 1, tzinfo=UTC))
    state = CollectionState(Status.COMPLETE)
    made = Snapshot(manifest, [Collection(name, state, [pod(f"p{i}")]) for i, name in enumerate(names)])
    for target in ("out", "out.gkesnap"):
        write(made, tmp_path / target)
        assert content(load(tmp_path / target)) == content(made)
