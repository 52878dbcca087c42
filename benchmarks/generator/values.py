"""Small values that the API server and the controllers make: times, UIDs, suffixes, references."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

Json = dict[str, Any]
Made = Iterator[tuple[str, Json]]
"""(collection, object)."""

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = 3600, 86400
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Of generated names (k8s.io/apimachinery util/rand): no vowels, so no words."""

PROJECT, REGION, CLUSTER = "acme-prod", "europe-west1", "prod"
ZONES = tuple(f"{REGION}-{letter}" for letter in "bcd")
KUBE_UID = "a5084ecd-9a9d-4f09-a255-86f6fa92b0ca"
"""The UID of the Namespace kube-system, which names of an Ingress' own objects are made of."""

CLUSTER_UID = "a92bb14e2dee1667"
"""The UID in ConfigMap kube-system/ingress-uid, which names of backends are made of."""

_VERSION = 2_000_000_000
"""The API server's counter now: some 40 writes a second, so that older objects have lower versions."""

_COMPUTE = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}"


@lru_cache(maxsize=100_000)
def ago(seconds: int) -> str:
    """The moment that many seconds before the snapshot."""
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def uid(random: Random) -> str:
    """A UID."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def suffix(random: Random, length: int = 5) -> str:
    """The end of a generated name."""
    return "".join(random.choices(_LETTERS, k=length))


def number(random: Random) -> str:
    """The id of a Google Cloud object."""
    return str(random.randrange(10**17, 9 * 10**18))


def metadata(random: Random, name: str, namespace: str | None, age: int, **more: Any) -> Json:
    """The metadata of a Kubernetes object that was made `age` seconds ago; what is empty is left out."""
    place = {"namespace": namespace} if namespace else {}
    return {
        "name": name,
        **place,
        "uid": uid(random),
        "resourceVersion": str(_VERSION - age * 40 + random.randrange(40)),
        "creationTimestamp": ago(age),
        **{key: value for key, value in more.items() if value},
    }


def owned_by(owner: Json, *, blocks: bool = True) -> list[Json]:
    """The reference of a controller."""
    return [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": blocks,
        }
    ]


def ref(item: Json) -> str:
    """`Kind/namespace/name`, as the report names roots; `Kind/name` without a namespace."""
    known = item["metadata"]
    return "/".join(part for part in (item["kind"], known.get("namespace"), known["name"]) if part)


def link(place: str, kind: str, name: str) -> str:
    """The address of a Compute object; `place` is `global`, `zones/…` or `regions/…`."""
    return f"{_COMPUTE}/{place}/{kind}/{name}"


def cloud(random: Random, kind: str, plural: str, name: str, place: str = "global", **more: Any) -> Json:
    """A Compute object: what all of them have, and more."""
    scope, _, where = place.partition("/")
    located = {} if scope == "global" else {scope[:-1]: f"{_COMPUTE}/{place}" if where else where}
    return {
        "kind": f"compute#{kind}",
        "id": number(random),
        "name": name,
        "selfLink": link(place, plural, name),
        "creationTimestamp": "2026-09-14T03:57:07.269-07:00",
        **located,
        **more,
    }
