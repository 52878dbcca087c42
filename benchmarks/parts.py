"""What a question about a part of a live cluster costs, beside kubectl and beside the report of the whole.

    python -m benchmarks.parts                                    # a generated cluster, served on loopback
    python -m benchmarks.parts --kubeconfig F -n shop deploy/web  # another cluster
    python -m benchmarks.parts --recordings FOLDER …              # answers of parts and of the whole, compared

kubectl lists the same kinds in the same namespace (`get KIND,… -n NS -o json`). Ratios are of CPU seconds; the clock is
printed beside them, and counts the server too, which here is Python. The comparison asks of each namespace and of each
object that a finding names; it counts answers that are the same, and prints those that are not.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks import kubectl
from benchmarks.clusters import cluster
from benchmarks.measuring import GKEDOCTOR, Cost, Measured, cost, ratio, tell
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import SourceError
from gkedoctor.graph import ref_of
from gkedoctor.playbook.library import Library
from gkedoctor.report.answer import Answer
from gkedoctor.report.filtering import answer
from gkedoctor.report.object_argument import ObjectArgument
from gkedoctor.report.selection import Selection
from gkedoctor.service.part_location import part_question
from gkedoctor.service.part_report import answer_of_part
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.recorded_parts import RecordedParts
from gkedoctor.snapshot.sources import load

PODS = 20_000
LISTED = (
    "pods,services,endpoints,endpointslices,secrets,configmaps,serviceaccounts,persistentvolumeclaims,events,"
    "resourcequotas,limitranges,replicationcontrollers,deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs,"
    "horizontalpodautoscalers,poddisruptionbudgets,ingresses,networkpolicies,roles,rolebindings"
)
"""The built-in kinds that a report on a namespace lists."""

TIMES_KUBECTL, OF_THE_WHOLE, REQUESTS = 3.0, 0.1, 60
_SUMMARY = re.compile(r"trace: \S+: (\d[\d,]*) requests")


def measure() -> Iterator[Measured]:
    """A namespace and a workload of a generated cluster of 20,000 Pods."""

    path, _ = cluster(PODS)
    with served(path) as config:
        namespace, workload = _busiest(path)
        yield from measured(config, namespace, workload)


def measured(config: str, namespace: str, target: str) -> Iterator[Measured]:
    """The report on a namespace and on one of its objects, in a cluster."""
    flags = ["--kubeconfig", config, "--no-gcp"]
    whole = cost([*GKEDOCTOR, "report", *flags, "--json"], 1)
    theirs = _kubectl(config, namespace)
    for words in (["-n", namespace], [target, "-n", namespace]):
        command = [*GKEDOCTOR, "report", *words, *flags]
        ours = cost([*command, "--json"], 3)
        name = f"report {' '.join(words)}"
        yield ratio(f"{name}, to the whole report", ours, whole, OF_THE_WHOLE)
        if theirs is not None:
            yield ratio(f"{name}, to kubectl get", ours, theirs, TIMES_KUBECTL)
        yield Measured(f"requests of {name}", _requests(command), REQUESTS, unit="requests")


def _kubectl(config: str, namespace: str) -> Cost | None:
    """What kubectl takes for the same kinds; None where there is no kubectl."""
    program = kubectl.program()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as cache:
        flags = ["--kubeconfig", config, f"--cache-dir={cache}", "-n", namespace, "-o", "json"]
        return cost([program, "get", LISTED, *flags], 3)


def _requests(command: Sequence[str]) -> int:
    """How many requests a command sends, by its own trace."""
    run = subprocess.run([*command, "--trace", "-o", "name"], capture_output=True, text=True, check=False)
    return sum(int(count.replace(",", "")) for count in _SUMMARY.findall(run.stderr))


@contextmanager
def served(path: Path) -> Iterator[str]:
    """A recording as a Kubernetes API on loopback; the kubeconfig that leads to it."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        server = subprocess.Popen([*GKEDOCTOR, "serve", str(path), "--kubeconfig", str(config)], stdout=subprocess.PIPE)
        try:
            while not config.exists() and server.poll() is None:
                time.sleep(0.2)
            yield str(config)
        finally:
            server.terminate()
            server.wait()


def _busiest(path: Path) -> tuple[str, str]:
    """The namespace with the most Deployments, and the first of these."""

    names = [(d["metadata"]["namespace"], d["metadata"]["name"]) for d in load(path).collection("deployments").objects]
    (namespace, _), *_ = Counter(home for home, _ in names).most_common(1)
    return namespace, f"deploy/{min(name for home, name in names if home == namespace)}"


def compare(folders: Sequence[Path]) -> None:
    """Asks a part and the whole of each recording the same questions."""
    counts: Counter[str] = Counter()
    for folder in folders:
        for path in sorted(p for p in folder.iterdir() if p.is_dir()):
            try:
                counts += _compared(path.name, load(path))
            except SourceError as error:
                print(f"{path.name}: {error.message}")
    print(", ".join(f"{count:,} {what}" for what, count in sorted(counts.items())))


def _compared(name: str, snapshot: Snapshot) -> Counter[str]:
    from gkedoctor.cli.library import library

    playbooks = library([])
    outcome = diagnose(snapshot, playbooks)
    counts: Counter[str] = Counter()
    for wanted in _questions(snapshot, outcome):
        question = part_question(wanted)
        assert question is not None
        whole = answer(outcome, snapshot, wanted, playbooks)
        part = answer_of_part(
            question, RecordedParts(snapshot, small=0), playbooks, partial(_answer, wanted=wanted, library=playbooks)
        )
        if part is None:
            counts["answered by the whole"] += 1
        elif _told(part) == _told(whole):
            counts["the same"] += 1
        else:
            counts["different"] += 1
            print(f"{name}: {wanted.target or ', '.join(wanted.namespaces)}")
        counts["with something not read"] += part is not None and "not read" in " ".join(part.notes)
    return counts


def _answer(
    outcome: Outcome, snapshot: Snapshot, _: ObjectArgument | None, *, wanted: Selection, library: Library
) -> Answer:
    return answer(outcome, snapshot, wanted, library)


def _questions(snapshot: Snapshot, outcome: Outcome) -> Iterator[Selection]:
    """Each namespace with Pods or Services, each object there that a finding names, and a healthy one of each kind."""
    kinds = ("Pod", "Service", "Deployment", "Ingress", "PersistentVolumeClaim", "ConfigMap")
    items = {kind: snapshot.collection(KINDS[kind].collection).objects for kind in kinds}
    homes = {str(i["metadata"].get("namespace")) for kind in kinds[:2] for i in items[kind]}
    yield from (Selection(namespaces=frozenset({home})) for home in sorted(homes))
    named = {ref for d in outcome.diagnoses for ref in (d.root, *(c.ref for c in d.explains))}
    named |= {u.ref for u in outcome.unexplained} | {ref_of({"kind": k, **i}) for k in kinds for i in items[k][:1]}
    for ref in sorted(named, key=lambda r: r.sort_key):
        if ref.kind in KINDS and ref.namespace in homes:
            yield Selection(target=ObjectArgument(KINDS[ref.kind], ref.name, ref.namespace))


def _told(found: Answer) -> list[object]:
    """What both have to say; what follows in other namespaces may be left out."""
    diagnoses = [
        (d.fingerprint, d.cause, d.confidence, d.severity, d.root, d.title, d.evidence, d.fix)
        for d in found.outcome.diagnoses
    ]
    return [diagnoses, [(u.fingerprint, u.ref, u.symptom) for u in found.outcome.unexplained]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kubeconfig")
    parser.add_argument("-n", "--namespace", default="default")
    parser.add_argument("--recordings", nargs="+", type=Path)
    parser.add_argument("target", nargs="?", default="")
    asked = parser.parse_args()
    if asked.recordings:
        compare(asked.recordings)
    elif asked.kubeconfig:
        tell(measured(asked.kubeconfig, asked.namespace, asked.target))
    else:
        tell(measure())


if __name__ == "__main__":
    main()
