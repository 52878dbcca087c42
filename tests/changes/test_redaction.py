"""No value of a Secret gets into a snapshot or a report by way of what says who changed what."""

from __future__ import annotations

import json

from gkedoctor.changes.whole_cluster import recorded_changes
from gkedoctor.graph import Graph
from gkedoctor.report.recorded_changes import json as changes_json
from gkedoctor.report.recorded_changes import text
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.timestamps import parse_timestamp
from tests.changes.clusters import (
    CREATED,
    RECORDED,
    Json,
    container,
    controller,
    deployment,
    entry,
    replica_set,
    secret,
    snapshot,
    template,
    thing,
)

VALUE = "Tr0ub4dor&3xyz-41"
ENCODED = "VHIwdWI0ZG9yJjN4eXotNDE="
LATER = "2026-11-29T12:30:00Z"


def applied(item: Json, whole: Json) -> Json:
    text_of = json.dumps(whole)
    item["metadata"].setdefault("annotations", {})["kubectl.kubernetes.io/last-applied-configuration"] = text_of
    return item


def everything(of: Snapshot) -> str:
    graph = Graph(of)
    begin = parse_timestamp(CREATED)
    assert begin is not None
    found = recorded_changes(graph, begin)
    shown = changes_json.render(found, begin, graph.clock, complete=True, notes=())
    objects = [json.dumps(list(collection.objects)) for collection in of.collections.values()]
    return "\n".join([text.render(found, 100), shown, *objects])


def test_values_of_a_secret_by_way_of_what_was_applied() -> None:
    whole = {"data": {"token": ENCODED, "old": ENCODED}, "stringData": {"older": VALUE}}
    item = applied(secret(entry("kubectl", LATER, "data/token"), token=ENCODED), whole)
    shown = everything(snapshot(item))
    assert "data.token" in shown
    assert VALUE not in shown
    assert ENCODED not in shown


def test_a_value_that_a_manager_calls_itself_by() -> None:
    shown = everything(snapshot(secret(entry(VALUE, LATER, "data/token"), token=ENCODED)))
    assert VALUE not in shown


def test_a_variable_that_was_applied_and_changed_since() -> None:
    before = template(container(env=[{"name": "DB_PASSWORD", "value": VALUE}], args=[f"--password={VALUE}"]))
    now = template(container(env=[{"name": "DB_PASSWORD", "value": "x"}], args=[]))
    item = applied(deployment(templ=now), {"spec": {"template": before}})
    shown = everything(snapshot(item))
    assert "DB_PASSWORD" in shown
    assert VALUE not in shown


def test_variables_of_older_templates() -> None:
    older = template(container(env=[{"name": "DB_PASSWORD", "value": VALUE}], args=[f"--password={VALUE}"]))
    owner = controller("StatefulSet", "shop")
    kept = thing("ControllerRevision", "shop-a", version="apps/v1", ownerReferences=[owner], revision=1,
                 data={"spec": {"template": older}, "other": VALUE})  # fmt: skip
    shown = everything(snapshot(kept))
    assert "DB_PASSWORD" in shown
    assert VALUE not in shown


def test_what_people_wrote_about_a_revision() -> None:
    items = [
        replica_set(1, template(), CREATED, number=0), replica_set(2, template(container(image="x:8")), LATER, number=1)
    ]  # fmt: skip
    cause = f"kubectl set env deploy/shop DB_PASSWORD={VALUE} --record=true"
    items[1]["metadata"]["annotations"]["kubernetes.io/change-cause"] = cause
    shown = everything(snapshot(deployment(revision=2), *items))
    assert "change-cause: kubectl set env deploy/shop DB_PASSWORD=" in shown
    assert VALUE not in shown


def test_elements_of_custom_resources_may_be_anything() -> None:
    widget = thing("Widget", "w", version="acme.example/v1")
    fields = {"f:spec": {"f:tokens": {f'v:"{VALUE}"': {}, f'k:{{"token":"{VALUE}"}}': {".": {}, "f:token": {}}}}}
    widget["metadata"]["managedFields"] = [entry("x", LATER) | {"fieldsV1": fields}]
    gathered = Gathered("test")
    gathered.add("widgets.acme.example", [widget])
    shown = everything(build_snapshot(gathered, recorded_at=parse_timestamp(RECORDED)))
    assert "f:tokens" in shown
    assert VALUE not in shown


def test_the_compact_form_is_taken_in_again_as_it_is() -> None:
    first = snapshot(secret(entry("kubectl", LATER, "data/token"), token=ENCODED))
    gathered = Gathered("test")
    gathered.add_snapshot(first)
    again = build_snapshot(gathered, manifest=first.manifest)
    assert list(again.collection("secrets").objects) == list(first.collection("secrets").objects)


def test_history_that_is_none_is_left_out() -> None:
    item = secret(token=ENCODED)
    item["metadata"] |= {"managedFields": ["x", {"fieldsV1": 3}, {"manager": 4, "time": "no"}], "lastApplied": [1, {}]}
    applied(item, {})
    [kept] = snapshot(item).collection("secrets").objects
    assert kept["metadata"]["managedFields"] == [{}, {"time": "no"}]
    assert "lastApplied" not in kept["metadata"]
