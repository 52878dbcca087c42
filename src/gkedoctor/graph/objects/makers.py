"""Who makes an object that is not there: a Secret of a Certificate, an ExternalSecret, an operator, a Job.

From what the makers that were recorded say themselves (the table `snapshot/custom_kinds.tsv`, annotations of
cert-manager, the arguments of Jobs), and where none was recorded from what its name and its neighbors show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

from gkedoctor.graph.core.accessors import annotations_of, labels_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import conditions, is_good, is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.custom_resources import (
    custom_object,
    failed_custom_resources,
    failed_steps_of,
    failure_of,
    group_of,
    is_custom,
    owner_object,
    resource_name,
    row_of,
)
from gkedoctor.graph.objects.owners import controller_ref
from gkedoctor.snapshot.custom_kinds import custom_kind, custom_kinds, filled, values_at
from gkedoctor.snapshot.importers.names import plural_of
from gkedoctor.snapshot.kinds import CUSTOM, KINDS, is_built_in
from gkedoctor.snapshot.model import Object

_CERT_MANAGER = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme")
"""https://cert-manager.io/docs/usage/ingress/ and https://cert-manager.io/docs/usage/gateway/"""

_MARKS: tuple[tuple[str, str, str], ...] = (
    ("cert-manager.io/certificate-name", "cert-manager", "certificates.cert-manager.io"),
    ("reconcile.external-secrets.io/managed", "External Secrets", "externalsecrets.external-secrets.io"),
    ("reconcile.external-secrets.io/created-by", "External Secrets", "externalsecrets.external-secrets.io"),
    ("secrets-store.csi.k8s.io/managed", "Secrets Store CSI", "secretproviderclasses.secrets-store.csi.x-k8s.io"),
    ("secrets.infisical.com/version", "Infisical", "infisicalsecrets.secrets.infisical.com"),
    ("secrets.doppler.com/version", "Doppler", "dopplersecrets.secrets.doppler.com"),
    ("operator.1password.io/item-version", "1Password", "onepassworditems.onepassword.com"),
    ("cnpg.io/cluster", "CloudNativePG", "clusters.postgresql.cnpg.io"),
    ("strimzi.io/cluster", "Strimzi", "kafkas.kafka.strimzi.io"),
)  # fmt: skip
"""Labels and annotations of Secrets that a program made: key, program, the resource of its objects."""

_LEAST = 6
"""Letters of a name that an operator adds, from which on they say who made it."""

_OWN_WORDS = re.compile(r"(?i)secret|certificate|credential|password|keypair|vault")
"""Of a kind that the table does not know, what its name has to say for its objects to be taken for makers."""

_OUTPUT = re.compile(
    r"(?i)^(?:target|destination|output|managed|writeConnection|secretTemplate|secretName|managedSecret)"
)


_CONTAINERS = ("containers", "initContainers")


class _Name(NamedTuple):
    kind: str
    namespace: str
    name: str


def maker_of(graph: Graph, kind: str, namespace: str, name: str) -> Record | None:
    """Who is to make an object that does not exist, as the record of `maker`; None where nothing says so."""
    known = graph.memo(maker_of)
    wanted = _Name(kind, namespace, name)
    if wanted not in known:
        known[wanted] = _found(graph, wanted)
    found: Record | None = known[wanted]
    return found


def _found(graph: Graph, wanted: _Name) -> Record | None:
    for item in graph.all(CUSTOM):
        if _makes(item, wanted):
            return _record(graph, item, certain=True)
    for item in _annotated(graph, wanted):
        return _record(graph, item, certain=True)
    for item in graph.in_namespace("Job", wanted.namespace) if wanted.kind == "Secret" else ():
        if wanted.name in words_of(item) and not _is_done(item):
            return _record(graph, item, certain=False)
    for item in graph.all(CUSTOM):
        if _may_make(graph, item, wanted):
            return _record(graph, item, certain=False)
    return _by_name(wanted) or _by_neighbours(graph, wanted)


def makes(item: Object) -> Iterator[tuple[str, str]]:
    """(kind, name) of what an operator's object makes, by the table; a name may have `*` in it."""
    row = row_of(item)
    for made in row.makes if row is not None else ():
        yield from ((made.kind, name) for name in filled(made.name, item))


def _makes(item: Object, wanted: _Name) -> bool:
    row = row_of(item)
    if row is None or not row.makes or _does_not_create(item):
        return False
    if namespace_of(item) not in ("", wanted.namespace):
        return False
    return any(kind == wanted.kind and fnmatchcase(wanted.name, name) for kind, name in makes(item))


def _does_not_create(item: Object) -> bool:
    """Whether the object only writes into a Secret that others create, as `creationPolicy: Merge` says."""
    policy = values_at(item, "spec.target.creationPolicy")
    return bool({"Merge", "None"} & {str(p) for p in policy}) or False in values_at(item, "spec.destination.create")


def _annotated(graph: Graph, wanted: _Name) -> Iterator[Object]:
    """The Ingress or Gateway of whose TLS Secrets cert-manager takes care."""
    if wanted.kind != "Secret":
        return
    for item in graph.in_namespace("Ingress", wanted.namespace):
        if is_issued(item) and wanted.name in values_at(item, "spec.tls[].secretName"):
            yield item
    for item in graph.in_namespace("Gateway", wanted.namespace):
        if is_issued(item) and wanted.name in values_at(item, "spec.listeners[].tls.certificateRefs[].name"):
            yield item


def is_issued(item: Object) -> bool:
    """Whether cert-manager makes the TLS Secrets that an Ingress or Gateway names."""
    return any(key in annotations_of(item) for key in _CERT_MANAGER)


def words_of(job: Object) -> set[str]:
    """The words that a Job's containers are started with: one that makes a Secret is told its name."""
    containers = [c for place in _CONTAINERS for c in values_at(job, f"spec.template.spec.{place}[]")]
    given = [t for c in containers for field in ("command", "args") for t in values_at(c, f"{field}[]")]
    texts = [text for text in given if isinstance(text, str)]
    return {word for text in texts for word in text.replace("=", " ").split() if word[0] != "-"}


def _is_done(job: Object) -> bool:
    return is_true(job, "Complete")


def _may_make(graph: Graph, item: Object, wanted: _Name) -> bool:
    """Whether an object of a kind that the table does not know most probably makes a Secret or ConfigMap."""
    if row_of(item) is not None or namespace_of(item) != wanted.namespace or wanted.kind not in ("Secret", "ConfigMap"):
        return False
    kind = (group_of(item), str(item.get("kind")))
    if not _OWN_WORDS.search(kind[1]) and kind not in graph.index(_kinds_that_own)[wanted.kind]:
        return False
    return name_of(item) == wanted.name or wanted.name in _outputs(item.get("spec"))


def _kinds_that_own(graph: Graph) -> Mapping[str, set[tuple[str, str]]]:
    """By what is owned, the (group, kind) of those that own Secrets and ConfigMaps which were recorded."""
    found: dict[str, set[tuple[str, str]]] = {"Secret": set(), "ConfigMap": set()}
    for kind, owners in found.items():
        for item in graph.everywhere(kind):
            reference = controller_ref(item)
            if reference is not None:
                owners.add((str(reference.get("apiVersion") or "").rpartition("/")[0], str(reference.get("kind"))))
    return found


def _outputs(spec: Any) -> set[str]:
    """The texts in the fields of a spec that are called like an output, not like an input."""
    if not isinstance(spec, Mapping):
        return set()
    found: set[str] = set()
    for field, value in spec.items():
        if isinstance(field, str) and _OUTPUT.search(field):
            found |= {v for v in (value.values() if isinstance(value, Mapping) else [value]) if isinstance(v, str)}
    return found


def _record(graph: Graph, item: Object, *, certain: bool) -> Record:
    failure = failure_of(item) if is_custom(item) else None
    said = failed_steps_of(graph, item) if is_custom(item) else []
    return {
        "item": item,
        "failure": failure,
        "said": said,
        "words": _words(item, failure, said),
        "certain": certain,
        "program": item["kind"],
        "resource": resource_name(item) if is_custom(item) else KINDS[str(item["kind"])].kubectl,
    }


def _words(item: Object, failure: Record | None, said: Any) -> str | None:
    """Why it has not made it, as far as its status and its Events tell."""
    if isinstance(said, list) and said:
        return str(said[0]["words"])
    if failure is not None:
        return str(failure["words"])
    shown = [c for c in conditions(item) if not is_good(str(item.get("kind")), c)]
    texts = [str(c.get("message") or c.get("reason") or "") for c in shown]
    return next(filter(None, texts), None)


class _Form(NamedTuple):
    """How an operator names what it makes: the pattern with the name of its object."""

    pattern: re.Pattern[str]
    kind: str
    program: str
    resource: str


@cache
def _forms() -> tuple[_Form, ...]:
    """The templates of the table whose literal part says enough by itself."""
    found: list[_Form] = []
    for row in custom_kinds():
        for made in row.makes:
            literal = made.name.replace("{metadata.name}", "").replace("*", "")
            if "{" in literal or len(literal.strip("-.")) < _LEAST:
                continue
            text = re.escape(made.name).replace(re.escape("{metadata.name}"), r"(?P<name>[a-z0-9-]{1,63})")
            found.append(
                _Form(re.compile(text.replace(r"\*", r"[a-z0-9.-]{1,63}")), made.kind, row.kind, row.collection)
            )
    return tuple(found)


def _by_name(wanted: _Name) -> Record | None:
    for form in _forms():
        if form.kind == wanted.kind and (found := form.pattern.fullmatch(wanted.name)) is not None:
            return _hint(form.program, form.resource, found["name"])
    return None


def _by_neighbours(graph: Graph, wanted: _Name) -> Record | None:
    """What made the other Secrets (ConfigMaps) of the namespace, where that is one program for most of them."""
    if wanted.kind not in ("Secret", "ConfigMap"):
        return None
    counts: dict[tuple[str, str], int] = {}
    plain = 0
    for item in graph.in_namespace(wanted.kind, wanted.namespace):
        if item.get("type") in ("kubernetes.io/service-account-token", "helm.sh/release.v1"):
            continue
        made = _mark(item)
        if made is not None:
            counts[made] = counts.get(made, 0) + 1
        else:
            plain += 1
    best = max(counts, key=lambda made: (counts[made], made), default=None)
    return _hint(best[0], best[1], None) if best is not None and counts[best] > plain else None


def _mark(item: Object) -> tuple[str, str] | None:
    """(program, resource) of what made an object, by its owner or its marks."""
    reference = controller_ref(item)
    if reference is not None and not is_built_in(str(reference.get("kind"))):
        version, kind = str(reference.get("apiVersion") or ""), str(reference.get("kind"))
        row = custom_kind(version.rpartition("/")[0], kind)
        return kind, row.collection if row is not None and row.kind != "*" else plural_of(version, kind)
    keys = {*labels_of(item), *annotations_of(item)}
    return next(((program, resource) for key, program, resource in _MARKS if key in keys), None)


def _hint(program: str, resource: str, name: str | None) -> Record:
    """A maker of which no object was recorded."""
    return {
        "item": None, "failure": None, "said": [], "words": None, "certain": False, "program": program,
        "resource": resource, "name": name,
    }  # fmt: skip


@edge("prerequisites", "*", reads=(CUSTOM, "Secret", "Job", "Ingress", "Gateway"), record="KubernetesObject")
def prerequisites_of(graph: Graph, item: Object) -> Facts:
    """What an operator's object cannot do without, as far as recorded: issuer, store, source, what makes its Secret."""
    row = row_of(item) if is_custom(item) else None
    if row is None:
        return []
    found = [
        target
        for need in row.needs
        for kind in filled(need.kind, item)
        for name in filled(need.name, item)
        for target in _needed(graph, item, _Name(kind, need.namespace or namespace_of(item), name))
    ]
    above = owner_object(graph, item) if row.is_step else None
    return [*found, *([above] if above is not None else [])]


def _needed(graph: Graph, item: Object, wanted: _Name) -> Iterator[Object]:
    target = custom_object(graph, wanted.kind, wanted.namespace, wanted.name)
    if target is None and wanted.kind == "Secret" and graph.find("Secret", wanted.namespace, wanted.name) is None:
        maker = maker_of(graph, *wanted)
        target = maker["item"] if maker is not None else None
    if target is not None and target is not item:
        yield target


@edge("products", "*", reads=(CUSTOM, "Secret", "Service", "ConfigMap"), record="ProductRecord")
def products_of(graph: Graph, item: Object) -> Facts:
    """What an operator's object makes, and whether it is there: {kind, name, found}."""
    if not is_custom(item):
        return []
    records = []
    for kind, name in makes(item):
        if "*" not in name and kind in KINDS and namespace_of(item):
            target = graph.find(kind, namespace_of(item), name)
            found = target if isinstance(target, Unknown) else target is not None
            records.append({"kind": kind, "name": name, "found": found, "target": target})
    return records


@edge("dependents", "*", reads=(CUSTOM, "Secret"), record="KubernetesObject")
def dependents_of(graph: Graph, item: Object) -> Facts:
    """The objects of operators that report a failure and cannot do without this one."""
    return graph.index(_dependents).get(id(item), []) if is_custom(item) else []


def _dependents(graph: Graph) -> dict[int, list[Object]]:
    found: dict[int, list[Object]] = {}
    for item in failed_custom_resources(graph):
        needed = prerequisites_of(graph, item)
        for target in [] if isinstance(needed, Unknown) else needed:
            found.setdefault(id(target), []).append(item)
    return found


@edge("unserved_ingresses", "*", reads=(CUSTOM, "Ingress"), record="KubernetesObject")
def unserved_ingresses(graph: Graph, item: Object) -> Facts:
    """The Ingresses without an address that name a TLS Secret which an operator's object makes."""
    if not is_custom(item):
        return []
    names = {name for kind, name in makes(item) if kind == "Secret"}
    near = graph.in_namespace("Ingress", namespace_of(item)) if names else []
    waiting = [i for i in near if not values_at(i, "status.loadBalancer.ingress[]")]
    return [i for i in waiting if names & {str(name) for name in values_at(i, "spec.tls[].secretName")}]
