"""The report as metrics in Prometheus' text format, for a Pushgateway or node_exporter's textfile collector.

Every severity has a total, also of 0, so that an alert can tell "none" from "no data".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page

_Sample = tuple[Mapping[str, str], float]


def render(answer: Answer, page: Page) -> str:
    """The metrics, all gauges. The page does not matter."""
    return "".join(f"{line}\n" for line in _lines(answer))


def _lines(answer: Answer) -> Iterator[str]:
    outcome = answer.outcome
    where = {
        "source": outcome.source,
        "cluster": outcome.cluster or "",
        "project": outcome.project or "",
        "location": outcome.location or "",
    }
    severities = [d.severity for d in outcome.diagnoses]
    yield from _metric("snapshot_info", "What was checked.", [(where, 1)])
    yield from _metric("snapshot_timestamp_seconds", "When it was recorded.", [({}, outcome.recorded_at.timestamp())])
    yield from _metric("complete", "1 if everything that is needed was checked.", [({}, outcome.complete)])
    yield from _metric("diagnosis", "A root cause.", [(_labels(d), 1) for d in outcome.diagnoses])
    totals: list[_Sample] = [({"severity": s}, severities.count(s)) for s in Severity]
    yield from _metric("diagnoses", "Root causes by severity.", totals)
    yield from _metric("unexplained", "Symptoms without a known cause.", [({}, len(outcome.open))])
    yield from _metric("recovering", "Faults that are fixed and not retried yet.", [({}, len(outcome.recovering))])
    yield from _metric("suppressed", "Findings that are suppressed.", [({}, len(answer.suppressed))])
    if answer.left_out is not None:
        yield from _metric("left_out", "Findings outside the selection.", [({}, answer.left_out)])
    holes: list[_Sample] = [({"collection": n.collection, "reason": n.reason}, 1) for n in outcome.not_checked]
    yield from _metric("not_checked", "A collection that was not checked.", holes)


def _labels(found: Diagnosis) -> dict[str, str]:
    """The parts that cluster objects or Google Cloud ones lack are empty: to Prometheus the same as not there."""
    ref = found.root
    return {
        "cause": found.cause,
        "severity": found.severity,
        "kind": ref.kind,
        "namespace": ref.namespace or "",
        "project": ref.project or "",
        "location": ref.location or "",
        "name": ref.name,
        "playbook": found.playbook,
    }


def _metric(name: str, text: str, samples: Iterable[_Sample]) -> Iterator[str]:
    yield f"# HELP gkedoctor_{name} {text}"
    yield f"# TYPE gkedoctor_{name} gauge"
    for labels, number in samples:
        listed = ",".join(f'{key}="{_quoted(text)}"' for key, text in labels.items())
        yield f"gkedoctor_{name}{f'{{{listed}}}' if listed else ''} {float(number):.15g}"


def _quoted(text: str) -> str:
    return inert(text).replace("\\", "\\\\").replace('"', '\\"')
