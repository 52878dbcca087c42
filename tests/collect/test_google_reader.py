"""Parts of Google Cloud: one filtered list for many names, health of what is named, nothing twice, reasons for gaps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.google_reader import GoogleReader
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.part import Read
from tests.collect.compute_api import ComputeApi, error
from tests.collect.many_front_ends import many_front_ends

SERVICE = "k8s1-a92bb14e-shop-{0}-app-80-{0:03x}b9085"


@pytest.fixture
def project() -> Iterator[ComputeApi]:
    with ComputeApi(many_front_ends(12)) as api:
        yield api


def reader(api: ComputeApi) -> GoogleReader:
    options = GoogleOptions(compute_endpoint=api.url, container_endpoint=api.url, file_endpoint=api.url)
    deadline = Deadline(request=5, overall=20, sleep=lambda _seconds: None)
    return GoogleReader(options, GoogleLocation("teratail-prod"), deadline, lambda _said: None)


def test_names_of_one_collection_are_one_list(project: ComputeApi) -> None:
    names = [SERVICE.format(3), SERVICE.format(7), "gone"]
    found = reader(project).read([Read("compute.backendServices", name=name) for name in names])
    assert [[item["name"] for item in one.listing.items] for one in found] == [[names[0]], [names[1]], []]
    assert {one.listing.state.status for one in found} == {Status.COMPLETE}
    (asked,) = project.asked
    assert asked.query["filter"] == f'(name = "gone") OR (name = "{names[0]}") OR (name = "{names[1]}")'


def test_health_is_read_of_what_is_named_and_nothing_is_read_twice(project: ComputeApi) -> None:
    parts = reader(project)
    health = Read("compute.backendServicesHealth", name=SERVICE.format(3))
    for _ in range(2):
        (found,) = parts.read([health])
        (item,) = found.listing.items
        assert [len(backend["healthStatus"]) for backend in item["backends"]] == [2, 0, 0]
    paths = [asked.path.rpartition("/")[2] for asked in project.asked]
    assert sorted(paths) == ["backendServices", "getHealth", "getHealth", "getHealth"]
    parts.read([Read("compute.backendServices", name=SERVICE.format(3))])
    assert len(project.asked) == 4


def test_a_whole_list_answers_for_its_names(project: ComputeApi) -> None:
    parts = reader(project)
    whole, one = parts.read([Read("compute.urlMaps"), Read("compute.urlMaps", name="gone")])
    assert len(whole.listing.items) == 12 and not one.listing.items
    assert len(project.asked) == 1


def test_many_names_are_the_whole_list(project: ComputeApi) -> None:
    found = reader(project).read([Read("compute.urlMaps", name=f"m-{i}") for i in range(200)])
    assert {len(one.listing.items) for one in found} == {0}
    assert [asked.query.get("filter") for asked in project.asked] == [None]


def test_firewalls_are_read_with_those_of_the_host_project(project: ComputeApi) -> None:
    cluster = {"name": "c", "networkConfig": {"network": "projects/host/global/networks/shared"}}
    project.objects = {**project.objects, "container.clusters": [cluster]}
    project.projects["host"] = {"compute.firewalls": [{"name": "of-host"}]}
    (found,) = reader(project).read([Read("compute.firewalls")])
    assert "of-host" in [item["name"] for item in found.listing.items]


def test_a_denied_name_is_never_absent(project: ComputeApi) -> None:
    project.fault = lambda asked: error(403, "Required 'compute.backendServices.list' permission for 'projects/p'")
    found = reader(project).read([
        Read("compute.backendServices", name="web"), Read("compute.backendServicesHealth", name="web")
    ])  # fmt: skip
    assert {one.listing.state.status for one in found} == {Status.DENIED}


def test_without_a_project_each_part_says_so() -> None:
    parts = GoogleReader(GoogleOptions(), None, Deadline(), lambda _said: None)
    (found,) = parts.read([Read("compute.urlMaps", name="x")])
    assert found.listing.state.status is Status.NOT_ASKED and "--project" in found.listing.state.reason
