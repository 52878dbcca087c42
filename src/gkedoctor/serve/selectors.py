"""Label and field selectors as they stand in a query.

Grammar of fields: k8s.io/apimachinery/pkg/fields/selector.go; which fields a kind can be selected by:
pkg/apis/*/v1/conversion.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from gkedoctor.graph.core.selector_syntax import Requirements, SelectorError, parse_label_selector, selects
from gkedoctor.serve.errors import bad_request
from gkedoctor.snapshot.model import Object

_FIELD = re.compile(r"(?P<path>[^=!]+)(?P<operator>==|!=|=)(?P<value>.*)", re.DOTALL)

_EVERY = frozenset({"metadata.name", "metadata.namespace"})
_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "pods": frozenset(
            {
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "spec.hostNetwork",
                "status.phase",
                "status.podIP",
                "status.nominatedNodeName",
            }
        ),
        "events": frozenset(
            {
                *(f"involvedObject.{f}" for f in ("kind", "namespace", "name", "uid", "apiVersion")),
                *("involvedObject.resourceVersion", "involvedObject.fieldPath"),
                *("reason", "reportingComponent", "source", "type"),
            }
        ),
        "secrets": frozenset({"type"}),
        "services": frozenset({"spec.clusterIP", "spec.type"}),
        "namespaces": frozenset({"status.phase"}),
        "nodes": frozenset({"spec.unschedulable"}),
        "replicasets": frozenset({"status.replicas"}),
        "replicationcontrollers": frozenset({"status.replicas"}),
        "jobs": frozenset({"status.successful"}),
    }
)


class FieldTerm(NamedTuple):
    """One `path=value` or `path!=value`."""

    path: str
    value: str
    equal: bool

    def holds(self, item: Object) -> bool:
        """Whether it is true of the object."""
        return (field(item, self.path) == self.value) is self.equal


class Selection(NamedTuple):
    """A parsed pair of selectors."""

    labels: Requirements = ()
    fields: tuple[FieldTerm, ...] = ()

    def takes(self, item: Object) -> bool:
        """Whether the object is selected."""
        labels = (item.get("metadata") or {}).get("labels")
        return selects(self.labels, labels) and all(term.holds(item) for term in self.fields)


def selection(collection: str, labels: str, fields: str) -> Selection:
    """The selectors of a query. ApiError 400 for what cannot be read, or a field the kind is not selected by."""
    return Selection(_label_requirements(labels), tuple(_field_terms(collection, fields)))


def _label_requirements(text: str) -> Requirements:
    try:
        return parse_label_selector(text)
    except SelectorError as error:
        raise bad_request(f"unable to parse requirement: {error.why}") from None


def _field_terms(collection: str, text: str) -> list[FieldTerm]:
    terms = []
    for part in filter(None, text.split(",")):
        found = _FIELD.fullmatch(part)
        if found is None:
            raise bad_request(f'invalid selector: "{part}"; can\'t understand it')
        path = found["path"].strip()
        if path not in _EVERY and path not in _FIELDS.get(collection, ()):
            raise bad_request(f"field label not supported: {path}")
        terms.append(FieldTerm(path, found["value"].strip(), found["operator"] != "!="))
    return terms


def field(item: Object, path: str) -> str:
    """The value of a selectable field as text; empty where the object lacks it."""
    if path == "source":
        return str(((item.get("source") or {}).get("component")) or item.get("reportingComponent") or "")
    if path == "status.successful":
        return str((item.get("status") or {}).get("succeeded") or 0)
    value: Any = item
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, bool) or path in ("spec.hostNetwork", "spec.unschedulable"):
        return "true" if value else "false"
    return "" if value is None else str(value)
