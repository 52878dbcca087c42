"""gkedoctor from Python: `load` a recording or `collect` one, `diagnose` it, `lint` manifests, `render` the outcome.

`report`, `compare`, `what_if`, `leftovers`, `teardown`, `path` and `explain` answer what the commands of these names
answer.

>>> from gkedoctor import shipped
>>> from gkedoctor.api import diagnose, load, render
>>> outcome = diagnose(load(shipped.recorded_clusters() / "teratail-missing-secret"))
>>> for found in outcome.diagnoses:
...     print(found.severity, found.cause, found.root)
critical missing-secret Secret/teratail-missing-secret/teratail-secret
>>> print(render(outcome, "name"), end="")
critical missing-secret Secret/teratail-missing-secret/teratail-secret

Nothing is written, and only `collect` and `report_live` ask a cluster. (The functions stand here and not in
`gkedoctor` itself because `gkedoctor.diagnose` is a package.)
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from gkedoctor.compare.comparison import Comparison
from gkedoctor.diagnose import engine, spec
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import ManifestError, UsageError
from gkedoctor.graph import nearest
from gkedoctor.limits import DEFAULT
from gkedoctor.manifests.loading import read
from gkedoctor.manifests.overlay import world
from gkedoctor.playbook.library import Library, load_library
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import NARROW, Page, names, renderer
from gkedoctor.report.request_path import RequestPathAnswer
from gkedoctor.report.teardown.model import TeardownPlan
from gkedoctor.service import explain as explanations
from gkedoctor.service.comparison import compare_recordings
from gkedoctor.service.leftovers import leftovers as left_behind
from gkedoctor.service.lint import of_files
from gkedoctor.service.path import request_path
from gkedoctor.service.report import ReportOptions, ReportQuery
from gkedoctor.service.teardown import teardown_plan
from gkedoctor.service.whatif import WhatIfOptions
from gkedoctor.service.whatif import changes as whatif_changes
from gkedoctor.service.whatif import what_if as whatif_answer
from gkedoctor.snapshot import sources
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.answer import WhatIf
from gkedoctor.whatif.commands import changes_of_text, changes_of_words

__all__ = [
    "Linted", "Outcome", "ReportOptions", "Snapshot", "collect", "compare", "diagnose", "explain", "leftovers", "lint",
    "load", "path", "render", "report",
    "report_live", "teardown", "what_if",
]  # fmt: skip


class Linted(NamedTuple):
    """What `lint` found, and what of the files cannot be read or understood."""

    outcome: Outcome
    problems: tuple[ManifestError, ...]


def load(path: str | PathLike[str], *, max_size: int | None = None) -> Snapshot:
    """Reads a recording of any format that `gkedoctor report --from` takes. SourceError says why one cannot be read.

    `max_size`: bytes after decompression, to raise the limits for a recording that you trust, as `--max-size` does.

    >>> from gkedoctor import shipped
    >>> snapshot = load(shipped.recorded_clusters() / "two-problems")
    >>> len(snapshot.collection("pods").objects)
    4
    >>> load("no-such-file")
    Traceback (most recent call last):
    ...
    gkedoctor.errors.SourceError: no-such-file does not exist
    """
    return sources.load(Path(path), limits=DEFAULT if max_size is None else DEFAULT.raised(max_size))


def collect(
    *,
    kubeconfig: str | None = None,
    context: str | None = None,
    namespaces: Sequence[str] = (),
    google_cloud: bool = True,
    logs: bool = True,
) -> Snapshot:
    """Records a live cluster, read-only, with what looks like a credential masked, as `gkedoctor snapshot` does.

    Without `namespaces`, all of them. SourceError says why the cluster cannot be reached.

    >>> outcome = diagnose(collect(context="gke_acme_europe-west1_prod"))  # doctest: +SKIP
    """
    from gkedoctor.live.collection import LiveCollection
    from gkedoctor.live.options import LiveOptions

    options = LiveOptions(kubeconfig, context, gcp=google_cloud, logs=logs)
    return LiveCollection(options.request(_library([]), only=namespaces)).whole(lambda said: None).snapshot


def diagnose(snapshot: Snapshot, playbooks: Iterable[str | PathLike[str]] = ()) -> Outcome:
    """Says what is wrong in a snapshot, and why. `playbooks`: folders of playbooks besides the shipped ones.

    >>> from gkedoctor import shipped
    >>> outcome = diagnose(load(shipped.recorded_clusters() / "two-problems"))
    >>> sorted(found.cause for found in outcome.diagnoses)
    ['missing-secret', 'service-selector-mismatch']
    """
    return engine.diagnose(snapshot, _library([Path(folder) for folder in playbooks]))


def lint(
    *paths: str | PathLike[str],
    cluster: Snapshot | None = None,
    complete: bool = False,
    namespace: str = "default",
    elsewhere: Sequence[str] = (),
    playbooks: Iterable[str | PathLike[str]] = (),
    now: datetime | None = None,
) -> Linted:
    """Checks manifests for problems before they are applied: files and folders, as `gkedoctor lint` takes.

    What is not in the files is advisory, unless they are `complete`, or laid over a `cluster`. `namespace`: of objects
    that name none. `elsewhere`: patterns like `Secret/shop/tls-*` of what others make. `now`: the time by which
    certificates are judged where there is no cluster (default: the present). UsageError for a path that is not there.

    >>> from tempfile import TemporaryDirectory
    >>> container = "{name: web, image: cart, envFrom: [{secretRef: {name: cart-db}}]}"
    >>> pod = f"apiVersion: v1\\nkind: Pod\\nmetadata: {{name: cart}}\\nspec:\\n  containers: [{container}]"
    >>> with TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "cart.yaml").write_text(pod)
    ...     found = lint(folder, complete=True)
    >>> for one in found.outcome.diagnoses:
    ...     print(one.severity, one.root, "line", one.location.line)
    high Secret/default/cart-db line 5
    >>> found.problems
    ()
    """
    manifests = read([Path(path) for path in paths], stdin=sys.stdin.buffer, namespace=namespace)
    files = world(manifests, cluster, complete=complete, elsewhere=elsewhere, now=now or datetime.now(UTC))
    outcome = of_files(spec.lint(files, _library([Path(folder) for folder in playbooks])), manifests)
    return Linted(outcome, (*manifests.problems, *files.problems))


def report(
    snapshot: Snapshot, options: ReportOptions | None = None, playbooks: Iterable[str | PathLike[str]] = ()
) -> Answer:
    """What `gkedoctor report` says of a snapshot: an outcome without what annotations suppress, and notes.

    UsageError for a target that does certainly not exist.

    >>> from gkedoctor import shipped
    >>> two = load(shipped.recorded_clusters() / "two-problems")
    >>> answer = report(two, ReportOptions(target="Service/beta", namespaces=("two-problems",)))
    >>> [found.cause for found in answer.outcome.diagnoses]
    ['service-selector-mismatch']
    """
    query = ReportQuery(options or ReportOptions(), _library([Path(folder) for folder in playbooks]))
    return query.report(snapshot).answer


def report_live(
    options: ReportOptions,
    *,
    kubeconfig: str | None = None,
    context: str | None = None,
    google_cloud: bool = True,
    logs: bool = True,
) -> Answer:
    """What `gkedoctor report` says of a live cluster. Of an object or some namespaces, only what that needs is read.

    SourceError says why the cluster cannot be reached; UsageError for a target that does certainly not exist.

    >>> answer = report_live(ReportOptions(namespaces=("shop",)))  # doctest: +SKIP
    """
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.live.parts import LiveParts

    query = ReportQuery(options, _library([]))
    live = LiveOptions(kubeconfig, context, gcp=google_cloud, logs=logs)
    found = query.report_of(query.part, LiveParts(live)) if query.part is not None else None
    if found is not None:
        return found.answer
    snapshot = collect(kubeconfig=kubeconfig, context=context, google_cloud=google_cloud, logs=logs)
    return query.report(snapshot, live=True).answer


def compare(before: str | PathLike[str], after: str | PathLike[str]) -> Comparison:
    """What `gkedoctor diff` says of two recordings or saved reports.

    >>> from gkedoctor import shipped
    >>> folder = shipped.recorded_clusters()
    >>> [found.cause for found in compare(folder / "pair-image-before", folder / "pair-image-after").new]
    ['image-not-found']
    """
    return compare_recordings(Path(before), Path(after), _library([]))


def what_if(
    snapshot: Snapshot,
    *manifests: str | PathLike[str],
    command: str | Sequence[str] = (),
    namespace: str = "default",
    playbooks: Iterable[str | PathLike[str]] = (),
) -> WhatIf:
    """What `gkedoctor whatif` says of a change: what it fixes and breaks. The snapshot stays as it is.

    `manifests`: files and folders to apply. `command`: a kubectl command, as a shell line or an argument list.
    `namespace`: of manifests that do not set one. ChangeError for a change that would be refused.

    >>> from gkedoctor import shipped
    >>> typo = load(shipped.recorded_clusters() / "teratail-selector-typo")
    >>> selector = "kubectl -n teratail-selector-typo set selector service nginx app=nginx"
    >>> [found.cause for found in what_if(typo, command=selector).comparison.fixed]
    ['service-selector-mismatch']
    """
    words = changes_of_text(command) if isinstance(command, str) else changes_of_words(command) if command else []
    options = WhatIfOptions(files=tuple(Path(path) for path in manifests), namespace=namespace)
    applied = whatif_changes(options, sys.stdin.buffer)
    return whatif_answer(snapshot, [*applied, *words], _library([Path(folder) for folder in playbooks]))


def leftovers(snapshot: Snapshot) -> Outcome:
    """What `gkedoctor leftovers` finds in a snapshot.

    >>> from gkedoctor import shipped
    >>> found = leftovers(load(shipped.recorded_clusters() / "orphans-cluster-deleted"))
    >>> bool(found.diagnoses)
    True
    """
    return left_behind(snapshot, _library([]))


def teardown(snapshot: Snapshot) -> TeardownPlan:
    """What to take down before the cluster is deleted, in the order that works. Deletes nothing.

    >>> from gkedoctor import shipped
    >>> plan = teardown(load(shipped.recorded_clusters() / "ing-healthy"))
    >>> [(stage.kind, len(stage.steps)) for stage in plan.stages]
    [('Ingress', 1)]
    """
    return teardown_plan(snapshot)


def path(snapshot: Snapshot, entry_point: str) -> RequestPathAnswer:
    """The path of a request from KIND/NAME, a host or an address, hop by hop. UsageError where nothing begins there.

    >>> from gkedoctor import shipped
    >>> print(path(load(shipped.recorded_clusters() / "ing-healthy"), "Ingress/ing-healthy/app").state)
    OK
    """
    return request_path(entry_point, snapshot)


def explain(text: str) -> explanations.Explanation:
    """The page of a playbook or a cause, or the pages that a message leads to. UsageError where it is nothing known.

    >>> explain("GKE-CFG-001").playbook.id
    'GKE-CFG-001'
    """
    return explanations.explain(text, _library([]))


def render(
    outcome: Outcome,
    form: str = "text",
    *,
    width: int = NARROW,
    colour: bool = False,
    problems: Sequence[ManifestError] = (),
) -> str:
    """An outcome in one of the formats of `gkedoctor report -o`: text, json, yaml, md, html, sarif and so on.

    `problems`: those of `lint`, which belong in the report as well.

    >>> from gkedoctor import shipped
    >>> outcome = diagnose(load(shipped.recorded_clusters() / "teratail-healthy"))
    >>> print(render(outcome, width=100).splitlines()[-2])
    No problems in what was checked: 4 pods, 3 services, 2 nodes of teratail, recorded 2026-11-22 12:01
    >>> render(outcome, "jsno")
    Traceback (most recent call last):
    ...
    gkedoctor.errors.UsageError: no format `jsno`
    """
    if form not in names():
        near = nearest(form, names())
        raise UsageError(f"no format `{form}`", hint=f"did you mean `{near}`?" if near else ", ".join(names()))
    titles = {playbook.id: playbook.model.title for playbook in _library([])}
    return renderer(form).render(Answer(outcome, playbooks=titles, problems=tuple(problems)), Page(width, colour))


def _library(folders: list[Path]) -> Library:
    return load_library(folders, lambda note: warnings.warn(note, stacklevel=4))
