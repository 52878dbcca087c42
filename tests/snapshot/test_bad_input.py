"""Archives and files that are hostile, damaged or simply something else."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.store import write
from tests.snapshot.clusters import (
    listed,
    names,
    pod,
    recording,
    status,
    thing,
    write_tree,
)
from tests.snapshot.test_bundles import bundle, packed


class TestArchives:
    def test_a_zip_of_any_format_reads_like_its_directory(self, tmp_path: Path) -> None:
        root = recording(tmp_path / "r")
        with zipfile.ZipFile(tmp_path / "r.zip", "w") as archive:
            for path in root.rglob("*"):
                archive.write(path, f"top/{path.relative_to(root)}")
        assert names(load(tmp_path / "r.zip"), "pods") == ["web-1"]

    @pytest.mark.parametrize("name", ["../x.json", "/x.json", "a/../../x.json", "..\\x.json", "C:/x.json"])
    def test_a_name_that_leads_out_refuses_the_archive(self, tmp_path: Path, name: str) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("kubernetes/pods.json", json.dumps(listed([pod()])))
            archive.writestr(name, "{}")
        with tarfile.open(tmp_path / "a.tar", "w") as tar:
            info = tarfile.TarInfo(name)
            tar.addfile(info, io.BytesIO())
        for path in (tmp_path / "a.zip", tmp_path / "a.tar"):
            with pytest.raises(SourceError, match="path outside"):
                load(path)

    def test_a_device_refuses_the_archive(self, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "a.tar", "w") as tar:
            info = tarfile.TarInfo("kubernetes/pods.json")
            info.type = tarfile.CHRTYPE
            tar.addfile(info)
        with pytest.raises(SourceError, match="device"):
            load(tmp_path / "a.tar")

    def test_bombs_are_refused(self, tmp_path: Path) -> None:
        zeros = b" " * 150_000_000
        (tmp_path / "x.json.gz").write_bytes(gzip.compress(zeros, 9))
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("pods.json", zeros)
        for name in ("x.json.gz", "a.zip"):
            with pytest.raises(SourceError, match="too large after decompression"):
                load(tmp_path / name)

    def test_a_truncated_archive_is_refused(self, tmp_path: Path) -> None:
        root = write_tree(tmp_path / "bundle", bundle())
        data = packed(root, tmp_path / "b.tar.gz").read_bytes()
        for length in (1, 100, len(data) // 2, len(data) - 20):
            (tmp_path / "cut.tar.gz").write_bytes(data[:length])
            with pytest.raises(SourceError):
                load(tmp_path / "cut.tar.gz")

    def test_links_in_a_directory_are_not_followed(self, tmp_path: Path) -> None:
        root = recording(tmp_path / "r")
        outside = tmp_path / "services.json"
        outside.write_text(json.dumps(listed([thing("Service", "s")])))
        (root / "kubernetes/endpoints.json").symlink_to(outside)
        assert status(load(root), "endpoints") is Status.NOT_ASKED

    def test_a_snapshot_that_was_packed_again_says_so(self, tmp_path: Path) -> None:
        write(load(recording(tmp_path / "r")), tmp_path / "out")
        with pytest.raises(SourceError, match="archived again"):
            load(packed(tmp_path / "out", tmp_path / "b.tar.gz"))


class TestBadInput:
    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("x.json", b"", "x.json is empty (0 bytes)"),
            ("x.json", b"  \n", "x.json is empty"),
            ("x.json", b'{"kind": "List",\n "items": [}', "x.json:2:12: JSON is malformed"),
            ("x.json", b'{"kind": "List", "items": [', "x.json: input data was truncated"),
            ("x.json", b"{} {", "x.json: input data was truncated"),
            ("x.yaml", b"kind: Pod\n  metadata: 5\n", "x.yaml:2:11: not valid YAML: mapping values are not allowed"),
            ("x.yaml", b"- " * 60_000, "nested too deeply"),
            ("x.yaml", b"? " * 60_000, "a key must be a string"),
            ("x.yaml", b"a: " + b"[" * 60_000, "x.yaml"),
            ("x.json", b"[" * 100_000, "nested too deeply"),
            ("x.json", b'{"a":' * 100_000, "nested too deeply"),
            ("x.bin", bytes(range(256)), "x.bin is not a text file"),
            ("x.json", b'{"hello": 1}', "x.json is not a recording: it contains no Kubernetes objects"),
            ("x.txt", b"just some text", "x.txt is not a recording: it contains no Kubernetes objects"),
            ("x.gz", gzip.compress(b"{}", mtime=0)[:-4], "x.gz is damaged"),
            ("x.zip", b"PK\x03\x04rubbish", "x.zip is damaged"),
        ],
    )
    def test_a_file_that_cannot_be_read_says_why(self, tmp_path: Path, name: str, data: bytes, message: str) -> None:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError) as caught:
            load(tmp_path / name)
        assert message in caught.value.message
        assert "\n" not in caught.value.message

    def test_a_path_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="does not exist"):
            load(tmp_path / "nothing")

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(SourceError, match="neither a file nor a directory"):
            load(tmp_path / "pipe")

    def test_an_unknown_directory_says_what_was_looked_for(self, tmp_path: Path) -> None:
        write_tree(tmp_path, {"README.md": "hello", "src/x.py": "pass"})
        with pytest.raises(SourceError, match="no known format") as caught:
            load(tmp_path)
        assert "kubernetes/*.json" in str(caught.value.hint)

    def test_names_that_are_no_text_do_no_harm(self, tmp_path: Path) -> None:
        root = recording(tmp_path / "r")
        strange = root / "kubernetes" / os.fsdecode(b"\xff\xfe.json")
        strange.write_text(json.dumps(listed([thing("Widget", "w", api_version="a/v1")])))
        write(load(root), tmp_path / "out.gkesnap")
