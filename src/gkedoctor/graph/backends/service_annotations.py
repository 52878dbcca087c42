"""Annotations of a Service that GKE reads, and what is wrong with them.

Sources: kubernetes/ingress-gce, pkg/annotations/service.go (NegAnnotation, ApplicationProtocols).
"""

from __future__ import annotations

from gkedoctor.graph.core.accessors import annotations_of, json_map
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.snapshot.model import Object

NEG = "cloud.google.com/neg"
APP_PROTOCOLS = ("service.alpha.kubernetes.io/app-protocols", "cloud.google.com/app-protocols")
"""The older key wins where both are set."""
_KNOWN_PROTOCOLS = ("HTTP", "HTTPS", "HTTP2", "H2C")


@edge("annotation_faults", "Service", record="AnnotationFaultRecord")
def annotation_faults(graph: Graph, service: Object) -> Facts:
    """What is wrong with cloud.google.com/neg and app-protocols: records {annotation, value, fault, key, meant}.

    `fault`: `json`, `protocol` (a word that GKE does not know), `port` (a key that is no port of the Service).
    """
    annotations = annotations_of(service)
    ports = (service.get("spec") or {}).get("ports") or []
    protocols = next((key for key in APP_PROTOCOLS if key in annotations), None)
    records = []
    if NEG in annotations:
        records += _neg_faults(annotations[NEG], ports)
    if protocols is not None:
        records += _protocol_faults(protocols, annotations[protocols], ports)
    return records


def protocol_of(service: Object, port: Object) -> str:
    """What the annotation says that GKE speaks to a port of the Service: HTTP where it says nothing of it."""
    annotations = annotations_of(service)
    text = next((annotations[key] for key in APP_PROTOCOLS if key in annotations), None)
    told = (json_map(text) or {}).get(str(port.get("name") or ""))
    return told if told in _KNOWN_PROTOCOLS else "HTTP"


def _neg_faults(text: str, ports: list[Object]) -> list[Record]:
    value = json_map(text)
    if value is None:
        return [_fault(NEG, text, "json")]
    exposed = value.get("exposed_ports") or {}
    numbers = {str(p.get("port")) for p in ports}
    unknown = [key for key in exposed if key not in numbers] if isinstance(exposed, dict) else []
    return [_fault(NEG, text, "port", key, nearest(key, sorted(numbers))) for key in unknown]


def _protocol_faults(annotation: str, text: str, ports: list[Object]) -> list[Record]:
    value = json_map(text)
    if value is None:
        return [_fault(annotation, text, "json")]
    names = sorted({str(p["name"]) for p in ports if p.get("name")})
    unknown = [v for v in value.values() if v not in _KNOWN_PROTOCOLS]
    return [
        *(_fault(annotation, text, "protocol", str(v), nearest(str(v), list(_KNOWN_PROTOCOLS))) for v in unknown),
        *(_fault(annotation, text, "port", key, nearest(key, names)) for key in value if key not in names),
    ]


def _fault(annotation: str, value: str, fault: str, key: str | None = None, meant: str | None = None) -> Record:
    return {"annotation": annotation, "value": value, "fault": fault, "key": key, "meant": meant}
