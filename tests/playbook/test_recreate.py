"""Pods that are created again: those of a controller are deleted together, others are saved and replaced."""

from __future__ import annotations

from gkedoctor.playbook.workload_commands import recreate

OWNED = {"ownerReferences": [{"kind": "StatefulSet", "name": "web", "controller": True}]}


def test_pods_of_controllers_are_deleted_by_namespace_and_others_replaced() -> None:
    pods = [
        {"kind": "Pod", "metadata": {"name": "web-0", "namespace": "shop", **OWNED}},
        {"kind": "Pod", "metadata": {"name": "db-0", "namespace": "data", **OWNED}},
        {"kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop", **OWNED}},
        {"kind": "Pod", "metadata": {"name": "alone", "namespace": "shop"}, "spec": {}},
    ]
    commands = recreate(pods)
    assert commands[:2] == ["kubectl -n shop delete pod web-0 web-1", "kubectl -n data delete pod db-0"]
    assert "> alone.json" in commands[2]
    assert commands[3] == "kubectl -n shop replace --force -f alone.json"
    assert not any("delete" in command and "alone" in command for command in commands)
