"""What routes ask that the load balancers of GKE do not do: the controller refuses such a route (GWCER104).

Sources: https://cloud.google.com/kubernetes-engine/docs/how-to/gatewayclass-capabilities;
https://github.com/kserve/kserve/pull/5313 (timeouts), https://github.com/kserve/kserve/issues/5319 (patterns),
https://github.com/argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi/issues/134 (several backends).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.gateways.gateway_class import class_record
from gkedoctor.graph.gateways.route_attachment import ROUTES, parents_named
from gkedoctor.snapshot.model import Object

_DURATION = re.compile(r"(\d{1,6})(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@edge("unsupported", *ROUTES, reads=("Gateway", "ListenerSet", "GatewayClass"), record="UnsupportedRecord")
def unsupported_of(graph: Graph, route: Object) -> Facts:
    """What the route asks that GKE does not do, if a Gateway of GKE is its parent: {fault, pointer, at, says, …}.

    `fault`: timeouts, path, redirect-port, filters, backends; `pointer`: the JSON pointer of what has to go; `seconds`:
    of timeouts, the longest.
    """
    classes = [record for gateway in parents_named(graph, route) if (record := class_record(graph, gateway)).get("gke")]
    if not classes:
        return []
    classic = any(record["classic"] for record in classes)
    rules = (route.get("spec") or {}).get("rules") or []
    return [r for number, rule in enumerate(rules) for r in _of_rule(rule, f"/spec/rules/{number}", classic=classic)]


def _of_rule(rule: Object, pointer: str, *, classic: bool) -> Iterator[Record]:
    if rule.get("timeouts"):
        seconds = max((_seconds(str(t)) for t in rule["timeouts"].values()), default=0)
        yield _record("timeouts", f"{pointer}/timeouts", rule, "timeouts", None, seconds)
    for number, match in enumerate(rule.get("matches") or []):
        path = match.get("path") or {}
        if path.get("type") == "RegularExpression":
            where = f"{pointer}/matches/{number}/path"
            yield _record("path", where, match, "regular expressions in paths", path.get("value"))
    for number, item in enumerate(rule.get("filters") or []):
        where = f"{pointer}/filters/{number}"
        if (item.get("requestRedirect") or {}).get("port"):
            yield _record("redirect-port", f"{where}/requestRedirect/port", item, "ports in redirects")
        elif classic:
            yield _record("filters", where, item, "filters")
    if classic and len(rule.get("backendRefs") or []) > 1:
        yield _record("backends", f"{pointer}/backendRefs", rule, "more than one backend in a rule")


def _record(
    fault: str, pointer: str, at: Object, says: str, value: str | None = None, seconds: int | None = None
) -> Record:
    return {"fault": fault, "pointer": pointer, "at": at, "value": value, "seconds": seconds, "says": says}


def _seconds(text: str) -> int:
    """The seconds of a Gateway API duration (GEP-2257): `1h30m`, `500ms`; rounded up."""
    total = sum(int(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))
    return int(-(-total // 1))
