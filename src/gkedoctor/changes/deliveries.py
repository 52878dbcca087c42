"""What Argo CD and Flux record of their deliveries: which revision was applied, when, and who started it.

Argo CD keeps the last syncs in `status.history`, and the newest, also a failed one, in `status.operationState`. Flux
keeps the last snapshots of a HelmRelease, and since 2.7 of a Kustomization, in `status.history`; else the revision that
was applied last and the moment at which `Ready` came to say so.

https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
https://github.com/argoproj/argo-cd/blob/v3.1.0/pkg/apis/application/v1alpha1/types.go (RevisionHistory, OperationState)
https://fluxcd.io/flux/components/kustomize/kustomizations/#kustomization-status
https://fluxcd.io/flux/components/helm/helmreleases/#history
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec.structs import replace

from gkedoctor.changes.model import RecordedChange, Source, cluster_change_source
from gkedoctor.graph import Graph, Ref, labels_of, name_of, namespace_of
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_APPLICATIONS = "applications.argoproj.io"
_KUSTOMIZATIONS = "kustomizations.kustomize.toolkit.fluxcd.io"
_HELM_RELEASES = "helmreleases.helm.toolkit.fluxcd.io"

_ARGO, _KUSTOMIZE, _HELM = "argocd-controller", "kustomize-controller", "helm-controller"
_MANAGERS = frozenset({_ARGO, "argocd-application-controller", _KUSTOMIZE, "gotk-kustomize-controller", _HELM})
"""Field managers of both; Argo CD's is that of its binary without server-side apply."""

_FLUX_LABELS: Mapping[str, str] = MappingProxyType(
    {_KUSTOMIZE: "kustomize.toolkit.fluxcd.io", _HELM: "helm.toolkit.fluxcd.io"}
)
"""Labels `…/name` and `…/namespace` of the objects that one Kustomization or HelmRelease applied."""

_SLACK = timedelta(seconds=2)
_ALWAYS = datetime.max.replace(tzinfo=UTC) - _SLACK
_DURATION = re.compile(r"(?:(\d{1,4})m)?(?:(\d{1,4}(?:\.\d+)?)s)?")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LONGEST = 120


class Delivery(NamedTuple):
    """One application of a revision. `at`: when it is reported; `begin`, `end`: between which moments it wrote objects.

    `by`: who started it; None where that is not recorded. `failure`: why it failed.
    """

    ref: Ref
    revision: str
    at: datetime
    begin: datetime
    end: datetime
    by: str | None = None
    is_automatic: bool = False
    failure: str = ""
    is_running: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether objects that were written at a moment were written by it."""
        return self.begin - _SLACK <= moment <= self.end + _SLACK

    @property
    def outcome(self) -> str:
        """`applied revision 7928228`, or why it was not."""
        if self.failure:
            return f"revision {self.revision} failed: {self.failure}"
        return f"{'applying' if self.is_running else 'applied'} revision {self.revision}"

    @property
    def says(self) -> str:
        """`Application argocd/shop, revision 7928228, started by alice`."""
        who = f", started by {self.by}" if self.by else (", automatic" if self.is_automatic else "")
        failed = ", failed" if self.failure else ""
        return f"{self.ref.kind} {self.ref.namespace}/{self.ref.name}, revision {self.revision}{who}{failed}"


@cluster_change_source
def deliveries(graph: Graph) -> Sequence[RecordedChange]:
    """Each recorded delivery, as a change of the object that describes it."""
    return graph.index(_changes)


def _changes(graph: Graph) -> list[RecordedChange]:
    found = (one for known in graph.index(_deliveries).values() for one in known)
    return [
        RecordedChange(
            one.ref, "", one.at, one.by or _client(one), None, one.outcome, Source.OPERATION,
            is_difference=not one.failure, note="automatic" if one.is_automatic else "",
        )
        for one in found
    ]  # fmt: skip


def _client(one: Delivery) -> str | None:
    return {"Kustomization": _KUSTOMIZE, "HelmRelease": _HELM}.get(one.ref.kind, _ARGO if one.is_automatic else None)


def _deliveries(graph: Graph) -> dict[Ref, list[Delivery]]:
    """By the object that describes them, the oldest first."""
    readers = ((_APPLICATIONS, _of_application), (_KUSTOMIZATIONS, _of_kustomization), (_HELM_RELEASES, _of_release))
    found: dict[Ref, list[Delivery]] = {}
    for collection, read in readers:
        for item in graph.snapshot.collection(collection).objects:
            ref = Ref(str(item.get("kind")), name_of(item), namespace_of(item))
            known = [one for one in read(ref, _map(item.get("status"))) if one.revision]
            if known:
                found[ref] = sorted(known, key=lambda one: one.at)
    return found


def _of_application(ref: Ref, status: Mapping[str, Any]) -> Iterator[Delivery]:
    done = [
        _sync(ref, _revision(one), one.get("deployStartedAt"), one.get("deployedAt"), one)
        for one in _maps(status.get("history"))
    ]
    yield from filter(None, done)
    state = _map(status.get("operationState"))
    operation = _map(state.get("operation"))
    revision = _revision(_map(state.get("syncResult"))) or _revision(_map(operation.get("sync")))
    last = _sync(ref, revision, state.get("startedAt"), state.get("finishedAt"), operation)
    if last is None or any(one is not None and one.holds(last.begin) for one in done):
        return
    is_failed = state.get("phase") in ("Failed", "Error")
    yield last._replace(failure=_short(state.get("message")) or str(state.get("phase"))) if is_failed else last


def _sync(ref: Ref, revision: str, begin: Any, end: Any, started: Mapping[str, Any]) -> Delivery | None:
    """Older versions do not record when a sync began, and one that runs has no end yet."""
    first, last = parse_timestamp(begin), parse_timestamp(end)
    known = last or first
    if known is None:
        return None
    by = _map(started.get("initiatedBy"))
    user = str(by["username"]) if by.get("username") else None
    return Delivery(
        ref,
        revision,
        known,
        first or known,
        last or _ALWAYS,
        user,
        by.get("automated") is True,
        is_running=last is None,
    )


def _revision(one: Mapping[str, Any]) -> str:
    """Of several sources each has one."""
    several = one.get("revisions")
    listed = several if isinstance(several, list) and several else [one.get("revision")]
    return ", ".join(short_revision(str(text)) for text in listed if text)


def short_revision(text: str) -> str:
    """A commit as git shortens it; all else as it is.

    >>> short_revision("main@sha1:a1afe267b54f38b46b487f6e938a6fd508278c07"), short_revision("6.5.4")
    ('main@sha1:a1afe26', '6.5.4')
    """
    return _short(_COMMIT.sub(lambda match: match[0][:7], text))


def _of_kustomization(ref: Ref, status: Mapping[str, Any]) -> Iterator[Delivery]:
    listed = list(_maps(status.get("history")))
    for one in listed:
        at = parse_timestamp(one.get("firstReconciled"))
        if at is not None and one.get("lastReconciledStatus") == "ReconciliationSucceeded":
            revision = str(_map(one.get("metadata")).get("revision") or "")
            yield Delivery(ref, short_revision(revision), at, at - _duration(one.get("lastReconciledDuration")), at)
    yield from _of_conditions(ref, status, has_history=bool(listed))


def _duration(text: Any) -> timedelta:
    """How long a reconciliation took: `1m2.5s`."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    return timedelta(minutes=int(match[1] or 0), seconds=float(match[2] or 0)) if match else timedelta()


def _of_conditions(ref: Ref, status: Mapping[str, Any], *, has_history: bool) -> Iterator[Delivery]:
    """The delivery that `Ready` reports: its time is moved by a new revision, as its message is."""
    ready = next((one for one in _maps(status.get("conditions")) if one.get("type") == "Ready"), {})
    at = parse_timestamp(ready.get("lastTransitionTime"))
    applied, attempted = str(status.get("lastAppliedRevision") or ""), str(status.get("lastAttemptedRevision") or "")
    if at is None:
        return
    if ready.get("status") == "True" and applied and not has_history:
        yield Delivery(ref, short_revision(applied), at, at, at)
    elif ready.get("status") == "False" and attempted and attempted != applied:
        failure = _short(ready.get("message")) or str(ready.get("reason"))
        yield Delivery(ref, short_revision(attempted), at, at, at, failure=failure)


def _of_release(ref: Ref, status: Mapping[str, Any]) -> Iterator[Delivery]:
    """Each release until the next one: drift is corrected to it."""
    listed = list(_maps(status.get("history")))
    times = (parse_timestamp(one.get("lastDeployed") or one.get("firstDeployed")) for one in listed)
    timed = [(at, one) for at, one in zip(times, listed, strict=True) if at is not None]
    timed.sort(key=lambda pair: pair[0])
    ends = [*(at for at, _ in timed), _ALWAYS][1:]
    for (at, one), end in zip(timed, ends, strict=True):
        chart = " ".join(str(one[key]) for key in ("chartName", "chartVersion") if one.get(key))
        number = f"{one['version']} ({chart})" if one.get("version") else chart
        failure = "the release failed" if one.get("status") == "failed" else ""
        yield Delivery(ref, _short(number), at, at, end, failure=failure)
    if not listed:
        yield from _of_conditions(ref, status, has_history=False)


def with_deliveries(graph: Graph, item: Object, changes: Iterable[RecordedChange]) -> list[RecordedChange]:
    """The changes of an object, those that Argo CD or Flux wrote with the delivery that they belong to."""
    listed = list(changes)
    if not any(one.by in _MANAGERS for one in listed):
        return listed
    known = [one for ref in _delivered_by(graph, item) for one in graph.index(_deliveries).get(ref, ())]
    return [_noted(one, known) if one.by in _MANAGERS else one for one in listed]


def _noted(change: RecordedChange, known: Sequence[Delivery]) -> RecordedChange:
    found = [one for one in known if change.at is not None and one.holds(change.at)]
    if not found:
        return change
    return replace(change, note=f"{found[-1].says}; {change.note}" if change.note else found[-1].says)


def _delivered_by(graph: Graph, item: Object) -> Iterator[Ref]:
    """The Applications that list an object, and the Kustomization and HelmRelease that its labels name."""
    yield from graph.index(_by_resource).get((str(item.get("kind")), namespace_of(item), name_of(item)), ())
    labels = labels_of(item)
    for kind, manager in (("Kustomization", _KUSTOMIZE), ("HelmRelease", _HELM)):
        prefix = _FLUX_LABELS[manager]
        if name := labels.get(f"{prefix}/name"):
            yield Ref(kind, name, labels.get(f"{prefix}/namespace"))


def _by_resource(graph: Graph) -> dict[tuple[str, str, str], list[Ref]]:
    found: dict[tuple[str, str, str], list[Ref]] = {}
    for item in graph.snapshot.collection(_APPLICATIONS).objects:
        ref = Ref("Application", name_of(item), namespace_of(item))
        for one in _maps(_map(item.get("status")).get("resources")):
            place = (str(one.get("kind")), str(one.get("namespace") or ""), str(one.get("name")))
            found.setdefault(place, []).append(ref)
    return found


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
