"""What leftovers cost a month, by the list prices in `playbooks/prices.yaml`; unknown where that has none."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple

import msgspec

from gkedoctor import shipped
from gkedoctor.graph.cloud.links import last, place_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.leftovers.provenance import CreatedObject
from gkedoctor.snapshot.model import Object

FILE = "prices.yaml"
_BILLED = ("ForwardingRule", "Address", "Disk", "FilestoreInstance")
"""Kinds that cost something by being there; of the others Google Cloud bills nothing, or only traffic."""


class _First(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A flat price for up to `count` of a kind."""

    count: int
    price: float


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list price: USD per hour, or per GiB and month."""

    of: str
    regions: tuple[str, ...]
    per: Literal["hour", "gb-month"]
    price: float
    date: datetime.date
    source: str
    type: str = ""
    first: _First | None = None


class PriceList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    currency: str
    hours_a_month: int
    prices: tuple[Price, ...]


class _Cost(NamedTuple):
    amount: float
    date: datetime.date


@cache
def price_list() -> PriceList:
    """The shipped list. OSError, or ValidationError of msgspec, where the file is damaged."""
    return msgspec.yaml.decode((shipped.playbooks() / FILE).read_bytes(), type=PriceList)


def monthly_cost(graph: Graph, members: Sequence[CreatedObject]) -> str:
    """`Estimated cost: 18.25 USD a month (list prices of 2026-09-20).`; empty where none of it is billed by itself."""
    billed = [m for m in members if m.kind in _BILLED and not _is_internal(m.item)]
    if not billed:
        return ""
    found = [cost for m in billed if m.kind != "ForwardingRule" and (cost := _by_size(m)) is not None]
    rules = [m for m in billed if m.kind == "ForwardingRule"]
    of_rules = _of_rules(graph, rules)
    found += [of_rules] if of_rules is not None else []
    unknown = len(billed) - len([m for m in billed if m.kind != "ForwardingRule" and _by_size(m) is not None])
    unknown -= sum(place_of(m.item) == "global" for m in rules) if of_rules is not None else 0
    return _sentence(found, unknown)


def _sentence(found: Sequence[_Cost], unknown: int) -> str:
    more = f" The price of {unknown} more part{'s' * (unknown != 1)} is not known." if unknown else ""
    if not found:
        return "The cost is not known: no list price is recorded."
    amount, oldest = sum(cost.amount for cost in found), min(cost.date for cost in found)
    return f"Estimated cost: {amount:.2f} {price_list().currency} a month (list prices of {oldest.isoformat()}).{more}"


def _of_rules(graph: Graph, rules: Sequence[CreatedObject]) -> _Cost | None:
    """What the bill becomes smaller by without some global rules: the first few of a project have one flat price."""
    price = _price("ForwardingRule", "", "global")
    ours = sum(place_of(m.item) == "global" for m in rules)
    if price is None or not ours or graph.why_incomplete("ForwardingRule") is not None:
        return None
    every = sum(place_of(r) == "global" and not _is_internal(r) for r in graph.all("ForwardingRule"))
    hourly = _for_count(price, every) - _for_count(price, every - ours)
    return _Cost(hourly * price_list().hours_a_month, price.date)


def _for_count(price: Price, count: int) -> float:
    if price.first is None or not count:
        return price.price * count
    return price.first.price + price.price * max(0, count - price.first.count)


def _by_size(m: CreatedObject) -> _Cost | None:
    """The cost of a disk or an instance, by its size."""
    size, type_ = size_of(m.item), last(m.item.get("type") or m.item.get("tier"))
    price = _price(m.kind, type_, _region(m.item))
    if price is None or price.per != "gb-month" or not size:
        return None
    return _Cost(size * price.price, price.date)


def size_of(item: Object) -> int:
    """GiB of a disk or of the shares of a Filestore instance; 0 where it is not told."""
    sizes: Iterable[object] = [item.get("sizeGb"), *(s.get("capacityGb") for s in item.get("fileShares") or [])]
    return sum(int(str(size)) for size in sizes if str(size or "").isdigit())


def _price(kind: str, type_: str, region: str) -> Price | None:
    prices = price_list().prices
    return next((p for p in prices if p.of == kind and p.type == type_ and region in p.regions), None)


def _region(item: Object) -> str:
    place = place_of(item)
    return place.rpartition("-")[0] if place.count("-") > 1 else place


def _is_internal(item: Object) -> bool:
    return str(item.get("loadBalancingScheme") or item.get("addressType") or "").startswith("INTERNAL")
