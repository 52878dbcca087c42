"""An answer that is an error is no list: the collection is denied, off or failed, in every dress of a refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.sources import load
from tests.snapshot.clusters import node, recording

_ERROR = {
    "error": {
        "code": 403,
        "message": "Required 'compute.firewalls.list' permission for 'projects/p'",
        "errors": [{"message": "Required …", "domain": "global", "reason": "forbidden"}],
        "status": "PERMISSION_DENIED",
    }
}
_OFF = {
    "error": {
        "code": 403,
        "message": "Compute Engine API has not been used in project 1234 before or it is disabled.",
        "status": "PERMISSION_DENIED",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}],
    }
}
_QUOTA = {"error": {"code": 403, "message": "Rate Limit Exceeded", "errors": [{"reason": "rateLimitExceeded"}]}}
_STATUS = {
    "kind": "Status",
    "apiVersion": "v1",
    "status": "Failure",
    "reason": "Forbidden",
    "message": 'firewalls is forbidden: User "me" cannot list resource "firewalls"',
    "code": 403,
}
_HTML = (
    "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error 403 (Forbidden)!!1</title>\n"
    "<style>*{margin:0}</style>\n<p><b>403.</b> <ins>That's an error.</ins>"
)
_PROXY = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body></html>"
_GCLOUD = (
    "ERROR: (gcloud.compute.firewall-rules.list) Could not fetch resource:\n"
    " - Required 'compute.firewalls.list' permission for 'projects/p'\n"
)
_LOGIN = (
    "ERROR: (gcloud.compute.firewall-rules.list) There was a problem refreshing your current auth tokens: "
    "Reauthentication failed. cannot prompt during non-interactive execution.\nPlease run:\n\n  $ gcloud auth login\n"
)
_KUBECTL = 'Error from server (Forbidden): firewalls is forbidden: User "me" cannot list resource'
_CRASH = "ERROR: gcloud crashed (ConnectionError): HTTPSConnectionPool(host='x', port=443): Max retries exceeded"

_FORMS = {
    "the error object of a Google API": (json.dumps(_ERROR), Status.DENIED, "compute.firewalls.list"),
    "the same in an array": (json.dumps([_ERROR]), Status.DENIED, "compute.firewalls.list"),
    "the same as YAML": ("error:\n  code: 403\n  message: Forbidden\n", Status.DENIED, "Forbidden"),
    "an API that is off": (json.dumps(_OFF), Status.DISABLED, "off"),
    "a rate limit": (json.dumps(_QUOTA), Status.FAILED, "Rate Limit Exceeded"),
    "the Status of a Kubernetes API": (json.dumps(_STATUS), Status.DENIED, "forbidden"),
    "an HTML page": (_HTML, Status.DENIED, "Error 403 (Forbidden)"),
    "the HTML page of a proxy": (_PROXY, Status.FAILED, "502 Bad Gateway"),
    "what gcloud prints": (_GCLOUD, Status.DENIED, "compute.firewalls.list"),
    "gcloud without a login": (_LOGIN, Status.DENIED, "Reauthentication failed"),
    "gcloud that crashed": (_CRASH, Status.FAILED, "gcloud crashed"),
    "what kubectl prints": (_KUBECTL, Status.DENIED, "cannot list resource"),
    "nothing at all": ("", Status.FAILED, "empty"),
    "a line end": ("\n", Status.FAILED, "empty"),
}


@pytest.mark.parametrize("form", _FORMS)
def test_in_the_place_of_a_list_of_google_cloud(tmp_path: Path, form: str) -> None:
    text, status, reason = _FORMS[form]
    recording(tmp_path)
    (tmp_path / "gcp").mkdir(exist_ok=True)
    (tmp_path / "gcp" / "firewalls.json").write_text(text)
    found = load(tmp_path).collection("compute.firewalls")
    assert (found.state.status, list(found.objects)) == (status, [])
    assert reason in found.state.reason
    assert found.why_incomplete() is not None


@pytest.mark.parametrize("form", _FORMS)
def test_in_the_place_of_a_list_of_kubernetes(tmp_path: Path, form: str) -> None:
    text, status, reason = _FORMS[form]
    recording(tmp_path)
    (tmp_path / "kubernetes" / "ingresses.json").write_text(text)
    found = load(tmp_path).collection("ingresses")
    assert (found.state.status, list(found.objects)) == (status, [])
    assert reason in found.state.reason


@pytest.mark.parametrize("form", _FORMS)
def test_among_files_in_one_folder(tmp_path: Path, form: str) -> None:
    text, status, _ = _FORMS[form]
    (tmp_path / "nodes.json").write_text(json.dumps({"kind": "List", "items": [node("n-1")]}))
    (tmp_path / "firewalls.json").write_text(text)
    assert load(tmp_path).collection("compute.firewalls").state.status is status


def test_in_the_place_of_health(tmp_path: Path) -> None:
    recording(tmp_path)
    (tmp_path / "gcp").mkdir(exist_ok=True)
    (tmp_path / "gcp" / "backendServicesHealth.json").write_text(json.dumps(_ERROR))
    found = load(tmp_path).collection("compute.backendServicesHealth")
    assert (found.state.status, list(found.objects)) == (Status.DENIED, [])


@pytest.mark.parametrize("part", ["[]", '[{"name": "f"}]'])
def test_a_list_behind_a_warning_of_gcloud_is_a_part(tmp_path: Path, part: str) -> None:
    recording(tmp_path)
    (tmp_path / "gcp").mkdir(exist_ok=True)
    warning = "WARNING: Some requests did not succeed.\n - Required 'compute.firewalls.list' permission\n\n"
    (tmp_path / "gcp" / "firewalls.json").write_text(warning + part)
    found = load(tmp_path).collection("compute.firewalls")
    assert found.state.status is Status.PARTIAL and "Some requests did not succeed" in found.state.reason


def test_an_error_beside_objects_makes_a_part(tmp_path: Path) -> None:
    recording(tmp_path)
    (tmp_path / "gcp").mkdir(exist_ok=True)
    (tmp_path / "gcp" / "firewalls.json").write_text(json.dumps([{"name": "f"}, _ERROR]))
    found = load(tmp_path).collection("compute.firewalls")
    assert found.state.status is Status.PARTIAL and [f["name"] for f in found.objects] == ["f"]
