"""Damaged objects: every request has an answer, whatever an object looks like that the door let in."""

from __future__ import annotations

import json
from random import Random

import pytest

from gkedoctor.serve.api import Api
from gkedoctor.serve.request import Request, Response
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import Snapshot
from tests.fuzz.mutate import damaged

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
FIELDS = "spec.nodeName!=x,status.phase!=x,metadata.name!=x,spec.hostNetwork!=true"


def mangled(source: Snapshot, seed: int) -> Snapshot:
    random = Random(seed)
    gathered = Gathered(source="damaged")
    gathered.add_snapshot(source)
    for collection, items in gathered.objects.items():
        if collection != LOGS:
            items[:] = [damaged(item, random, hits=random.choice((1, 1, 3, 30))) for item in items * 3]
            for number, item in enumerate(items):
                if isinstance(item, dict) and isinstance(item.get("metadata"), dict):
                    item["metadata"]["name"] = f"item-{number}"
    return build_snapshot(gathered, recorded_at=source.clock)


def ask(api: Api, path: str, accept: str = "", **query: str) -> Response:
    response = api.answer(Request("GET", path, query, accept))
    assert response.code in (200, 400, 403, 404, 503)
    return response


@pytest.mark.parametrize("seed", range(25))
def test_damaged_objects_are_answered(shop: Snapshot, seed: int) -> None:
    api = Api(mangled(shop, seed))
    for resource in api.recorded.resources:
        path = f"/{'apis' if resource.group else 'api'}/{resource.api_version}/{resource.plural}"
        listed = ask(api, path)
        if listed.code != 200:
            continue
        table = json.loads(ask(api, path, TABLE).body)
        assert len(table["rows"]) == len(json.loads(listed.body)["items"])
        ask(api, path, labelSelector="app=web,tier notin (a),!b")
        ask(api, path, fieldSelector=FIELDS if resource.plural == "pods" else "metadata.namespace!=x")
        ask(api, f"/openapi/v3/{'apis' if resource.group else 'api'}/{resource.api_version}")
    for pod in json.loads(ask(api, "/api/v1/pods").body)["items"]:
        metadata = pod["metadata"]
        for previous in ("true", "false"):
            log = f"/api/v1/namespaces/{metadata.get('namespace')}/pods/{metadata['name']}/log"
            ask(api, log, container="app", previous=previous, tailLines="3")
    ask(api, "/version")
    ask(api, "/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
