"""Requests to Google Cloud for one front end, in a project with 500 backend services, against a person with gcloud.

The person knows the Ingress, reads its annotations with kubectl, and asks for what it names and nothing else. gcloud
sends these requests (the backend service of the Ingress has NEGs in three zones, the default backend one):

    gcloud compute forwarding-rules describe RULE --global                          1
    gcloud compute target-http-proxies describe PROXY --global                      1
    gcloud compute url-maps describe MAP --global                                   1
    gcloud compute backend-services get-health BACKEND --global                     1 + 3, one for each group
    gcloud compute backend-services get-health DEFAULT --global                     1 + 1
    gcloud compute health-checks describe BACKEND --global, and of DEFAULT          2
    gcloud compute network-endpoint-groups describe BACKEND --zone ZONE, in 3 + 1   4

From a host or an address, the first is `forwarding-rules list --filter=IPAddress=…`, one request as well. Nothing
sleeps and nothing is timed: requests and bytes are counted, at a server on loopback.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi
from tests.collect.many_front_ends import address, host, many_front_ends, planes

from benchmarks.measuring import Measured, tell
from gkedoctor.cli.app import run

FRONT_ENDS = 500
CAREFUL = 1 + 1 + 1 + (1 + 3) + (1 + 1) + 2 + 4
LIMIT = 1.5
_NUMBER = 7

QUESTIONS: tuple[tuple[str, Sequence[str]], ...] = (
    ("report Ingress/NAME", ("report", "ingress/app", "-n", f"shop-{_NUMBER}")),
    ("report -n NAMESPACE", ("report", "-n", f"shop-{_NUMBER}")),
    ("report HOST", ("report", host(_NUMBER))),
    ("report IP", ("report", address(_NUMBER))),
    ("path Ingress/NAME", ("path", "ingress/app", "-n", f"shop-{_NUMBER}")),
    ("path HOST", ("path", host(_NUMBER))),
    ("path IP", ("path", address(_NUMBER))),
)


def measure() -> Iterator[Measured]:
    """Requests of each question over those of the person."""
    kube_objects, cloud_objects = planes(many_front_ends(FRONT_ENDS))
    with KubeApi(kube_objects) as kube, ComputeApi(cloud_objects) as google, tempfile.TemporaryDirectory() as folder:
        config = kube.kubeconfig(Path(folder))
        for what, arguments in (*QUESTIONS, ("report (everything)", ("report",))):
            kube.asked.clear(), google.asked.clear()
            ask([*arguments, "--project", "teratail-prod", "--kubeconfig", config], google)
            sent, of_kubernetes = len(google.asked), len(kube.asked)
            health = sum(asked.path.endswith("/getHealth") for asked in google.asked)
            told = {"requests": sent, "for health": health, "gcloud": CAREFUL, "Kubernetes": of_kubernetes}
            limit = LIMIT if arguments != ("report",) else None
            yield Measured(f"{what}, {FRONT_ENDS} backend services", sent / CAREFUL, limit, told=told)


def ask(arguments: Sequence[str], google: ComputeApi) -> None:
    """Runs one command against the emulated project, without its output."""
    with (
        mock.patch.dict(os.environ, google.environment),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        run(arguments)


if __name__ == "__main__":
    tell(measure())
