"""What one object names in another."""

from __future__ import annotations

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.core.reference import resolve_reference, resolve_targets
from tests.conftest import recorded

SECRET = {"kind": "Secret", "metadata": {"name": "shop-db", "namespace": "shop"}}


def graph_of(*deny: str) -> Graph:
    return Graph(given_snapshot(Given(objects=(SECRET,), deny=deny), recorded))


def test_a_name_that_exists_leads_to_its_object() -> None:
    graph = graph_of()
    found = resolve_reference(graph, "Secret", "shop", "shop-db")
    assert found == {"name": "shop-db", "found": True, "target": graph.all("Secret")[0], "nearest": None}
    assert resolve_targets(graph, "Secret", "shop", "shop-db") == [graph.all("Secret")[0]]


def test_a_name_that_is_missing_comes_with_the_closest_one() -> None:
    graph = graph_of()
    found = resolve_reference(graph, "Secret", "shop", "shop_db")
    assert found == {"name": "shop_db", "found": False, "target": None, "nearest": "shop-db"}
    assert resolve_reference(graph, "Secret", "blog", "shop_db")["nearest"] is None
    assert resolve_targets(graph, "Secret", "shop", "shop_db") == []


def test_a_name_that_could_not_be_looked_up_is_unknown_and_not_corrected() -> None:
    graph = graph_of("Secret")
    found = resolve_reference(graph, "Secret", "shop", "shop_db")
    assert isinstance(found["found"], Unknown) and found["target"] == found["found"] and found["nearest"] is None
    assert isinstance(resolve_targets(graph, "Secret", "shop", "shop_db"), Unknown)
