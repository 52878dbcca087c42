"""What a folder, a list or a URL holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gkedoctor.errors import SourceError
from gkedoctor.fleet.recordings import FolderEntries, is_one, named
from gkedoctor.fleet.storage import listing


def no_storage(url: str) -> dict[str, FolderEntries]:
    raise AssertionError(url)


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    return folder


def names_in(*words: object) -> list[str]:
    return [recording.name for recording in named(map(str, words), no_storage).recordings]


@pytest.mark.parametrize(
    ("files", "folders"),
    [
        (["manifest.json"], ["kubernetes"]),
        ([], ["kubernetes", "logs"]),
        ([], ["gcp"]),
        (["version.yaml"], ["cluster-resources"]),
        (["timestamp"], ["quay-io-image"]),
        ([], ["cluster-scoped-resources", "namespaces"]),
        (["nodes.json"], ["shop"]),
        (["pods.json", "persistent-volumes.yaml"], []),
    ],
)
def test_a_folder_of_a_known_format_is_one_recording(files: list[str], folders: list[str]) -> None:
    assert is_one(FolderEntries(tuple(files), tuple(folders)))


def test_a_folder_of_clusters_is_many() -> None:
    assert not is_one(FolderEntries(("eu-1.json", "us-1.gkesnap"), ("asia",)))


def test_recordings_are_called_by_their_paths_below_what_was_named(tmp_path: Path) -> None:
    fleet = touch(
        tmp_path / "fleet", "eu-1.gkesnap", "us/us-1.json.gz", "us/us-2/kubernetes/pods.json", "bundle.tar.gz"
    )
    assert names_in(fleet) == ["bundle", "eu-1", "us/us-1", "us/us-2"]
    assert names_in(fleet / "us" / "us-2", fleet / "eu-1.gkesnap") == ["eu-1", "us-2"]


def test_two_that_would_be_called_the_same_are_called_by_their_places(tmp_path: Path) -> None:
    fleet = touch(tmp_path / "fleet", "eu.gkesnap", "eu.json")
    assert names_in(fleet) == [f"{fleet}/eu.gkesnap", f"{fleet}/eu.json"]


def test_a_recording_that_is_named_twice_is_diagnosed_once(tmp_path: Path) -> None:
    fleet = touch(tmp_path / "fleet", "eu.json")
    assert names_in(fleet, fleet / "eu.json", fleet) == ["eu"]


def test_what_is_no_recording_by_its_name_is_told(tmp_path: Path) -> None:
    fleet = touch(tmp_path / "fleet", "eu.json", "README.md", ".hidden")
    assert named([str(fleet)], no_storage).left_aside == ("README.md",)


def test_a_link_back_to_a_folder_above_ends(tmp_path: Path) -> None:
    fleet = touch(tmp_path / "fleet", "eu.json")
    (fleet / "again").symlink_to(fleet)
    assert names_in(fleet) == ["eu"]


def test_a_list_names_recordings_beside_it(tmp_path: Path) -> None:
    fleet = touch(tmp_path / "fleet", "eu.json", "us/us-1.json", "asia.json")
    (fleet / "which.txt").write_text("# the two that matter\neu.json\n\nus\n")
    assert names_in(fleet / "which.txt") == ["eu", "us-1"]


def test_a_list_may_name_what_is_not_there(tmp_path: Path) -> None:
    (touch(tmp_path / "fleet", "eu.json") / "which.txt").write_text("gone.json\neu.json\n")
    assert names_in(tmp_path / "fleet" / "which.txt") == ["eu", "gone"]


def test_a_recording_as_text_is_no_list(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text("apiVersion: v1\nkind: List\nitems: []\n")
    assert [recording.at for recording in named([str(dump)], no_storage).recordings] == [str(dump)]


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no recording"):
        named([str(tmp_path)], no_storage)


def test_a_url_holds_files_and_folders_as_a_folder_does() -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for path in ("/listed/eu.gkesnap", "/listed/us/us-1/kubernetes/pods.json", "/listed/us/us-1/manifest.json"):
        memory.pipe(path, b"{}")
    found = named(["memory://listed/"], listing)
    assert [(r.name, r.at) for r in found.recordings] == [
        ("eu", "memory://listed/eu.gkesnap"),
        ("us/us-1", "memory://listed/us/us-1"),
    ]
    one = named(["memory://listed/eu.gkesnap"], listing)
    assert [(r.name, r.at) for r in one.recordings] == [("eu", "memory://listed/eu.gkesnap")]
