"""Ten or a hundred findings, as an incident in a large cluster has them: made of two, without running playbooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from gkedoctor.diagnose.model import Consequence, Diagnosis, Outcome, Unexplained
from gkedoctor.graph import Ref
from gkedoctor.graph.core.times import stamp
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.tui.model.state import Sift

_NAMESPACES = ("billing", "catalog", "checkout", "search-indexing-production")
_NAMES = ("api", "cart", "feed-importer", "invoice-renderer", "notify", "payments-gateway-eu", "session", "web")
_KINDS = (
    ("Secret", "missing-secret", "Secret {name}-keys does not exist, so 3 pods of Deployment {name} cannot start"),
    ("Deployment", "image-not-found", "Image europe-docker.pkg.dev/shop/{name}:v12 does not exist"),
    ("Service", "service-selector-mismatch", "Service {name} selects app={name}s, but {name} has app={name}"),
    ("PersistentVolumeClaim", "storageclass-missing",
     "Claim data-{name}-0 requests StorageClass fast, but none exists"),
    ("Deployment", "readiness-probe-wrong-port",
     "The readiness probe of {name} uses port 9999, which is closed"),
    ("Ingress", "tls-secret-missing", "Ingress {name} cannot serve HTTPS: TLS Secret {name}-tls does not exist"),
)  # fmt: skip
_SEVERITIES = (*[Severity.CRITICAL] * 5, *[Severity.HIGH] * 3, Severity.MEDIUM, Severity.LOW, Severity.ADVISORY)


def many(count: int) -> Sift:
    """What takes the place of the findings of `two-problems`: so many, the most severe first."""

    def sift(outcome: Outcome, _: Snapshot) -> Answer:
        made = sorted(_made(outcome, count - 1), key=lambda d: list(Severity).index(d.severity))
        open_ = Unexplained(Ref("Pod", "batch-report-7c9f4-x2x9q", "billing"), "Pod is not ready", fingerprint="open")
        return Answer(msgspec.structs.replace(outcome, diagnoses=tuple(made), unexplained=(open_,)))

    return sift


def _made(outcome: Outcome, count: int) -> Iterator[Diagnosis]:
    pattern = outcome.diagnoses[0]
    for i in range(count):
        kind, cause, says = _KINDS[i % len(_KINDS)]
        name = f"{_NAMES[(i * 5) % len(_NAMES)]}-{i:02}"
        root = Ref(kind, {"Secret": f"{name}-keys", "PersistentVolumeClaim": f"data-{name}-0"}.get(kind, name),
                   _NAMESPACES[(i * 7) % len(_NAMESPACES)])  # fmt: skip
        yield msgspec.structs.replace(
            pattern, fingerprint=f"made{i}", cause=cause, root=root, title=says.format(name=name),
            severity=_SEVERITIES[(i * 3) % len(_SEVERITIES)], path=pattern.path if i % 3 == 0 else (),
            explains=(Consequence(Ref("Deployment", name, root.namespace), "0 of 3 replicas available"),),
            since=stamp(outcome.recorded_at - timedelta(minutes=3 * i + 2)) if i % 5 else None,
        )  # fmt: skip
