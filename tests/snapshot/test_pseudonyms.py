"""People in a snapshot that is sent on: pseudonyms, the same for one person everywhere."""

from __future__ import annotations

import json
from pathlib import Path

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.snapshot import store
from gkedoctor.snapshot.kinds import AUDIT_LOGS, COMPUTE_OPERATIONS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load

ALICE, BOB = "alice@example.com", "bob@example.com"
ROBOT = "service-1@container-engine-robot.iam.gserviceaccount.com"


def dump(folder: Path) -> Path:
    """A recording as gcloud and kubectl print its parts."""
    operations = [
        {"name": f"o{i}", "operationType": "insert", "user": user, "insertTime": "2026-11-22T11:00:00Z",
         "targetLink": f"https://compute.googleapis.com/compute/v1/projects/p/global/addresses/a{i}"}
        for i, user in enumerate((ALICE, ROBOT, "system", BOB))
    ]  # fmt: skip
    entry = {"insertId": "e1", "timestamp": "2026-11-22T11:00:00Z", "protoPayload": {
        "serviceName": "k8s.io", "methodName": "io.k8s.core.v1.secrets.delete",
        "resourceName": "core/v1/namespaces/shop/secrets/a",
        "authenticationInfo": {"principalEmail": BOB}}}  # fmt: skip
    binding = {"kind": "RoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1",
               "metadata": {"name": "b", "namespace": "shop", "managedFields": [{"manager": "kubectl-edit"}]},
               "roleRef": {"kind": "Role", "name": "r", "apiGroup": "rbac.authorization.k8s.io"},
               "subjects": [{"kind": "User", "name": ALICE}, {"kind": "Group", "name": "g@example.com"}]}  # fmt: skip
    files = {
        "gcp/operations.json": operations,
        "gcp/container-operations.json": [{"name": "o9", "operationType": "UPGRADE_NODES", "targetLink": "x"}],
        "gcp/auditLogs.json": [entry],
        "kubernetes/rolebindings.json": {"kind": "List", "apiVersion": "v1", "items": [binding]},
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content))
    return folder


def people(found: Snapshot) -> list[str]:
    entries = found.collection(AUDIT_LOGS).objects
    return [
        *(str(one["user"]) for one in found.collection(COMPUTE_OPERATIONS).objects),
        *(one["protoPayload"]["authenticationInfo"]["principalEmail"] for one in entries),
        *(one["subjects"][0]["name"] for one in found.collection("rolebindings").objects),
    ]


def test_people_get_one_pseudonym_each_and_programs_keep_their_names(tmp_path: Path) -> None:
    source, to = dump(tmp_path / "dump"), tmp_path / "sent.gkesnap"
    assert gkedoctor(["import", str(source), "-o", str(to), "--pseudonymize"]) == 0
    found = load(to)
    assert people(found) == ["user-1", ROBOT, "system", "user-2", "user-2", "user-1"]
    assert not any(name.encode() in line for name in (ALICE, BOB) for line in _lines(found))
    assert len(found.collection("container.operations")) == 1


def test_an_import_is_as_it_stands(tmp_path: Path) -> None:
    store.write(load(dump(tmp_path / "dump")), tmp_path / "own.gkesnap")
    assert people(load(tmp_path / "own.gkesnap")) == [ALICE, ROBOT, "system", BOB, BOB, ALICE]


def _lines(found: Snapshot) -> list[bytes]:
    return [json.dumps(dict(item)).encode() for one in found.collections.values() for item in one]
