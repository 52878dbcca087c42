"""What objects in the files will make when they are applied: Secrets of operators, certificates, Jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gkedoctor.graph import Ref
from gkedoctor.graph.objects.makers import is_issued, makes, words_of
from gkedoctor.snapshot.custom_kinds import values_at
from gkedoctor.snapshot.model import Object


def makers(objects: Mapping[Ref, Object]) -> dict[Ref, Ref]:
    """Which object is to make another, by the name of what it makes."""
    return {made: ref for ref, item in objects.items() for made in _made_by(ref, item)}


def _made_by(ref: Ref, item: Object) -> Iterator[Ref]:
    yield from (Ref(kind, name, ref.namespace) for kind, name in makes(item))
    if ref.kind == "Ingress" and is_issued(item):
        names = values_at(item, "spec.tls[].secretName")
        yield from (Ref("Secret", name, ref.namespace) for name in names if isinstance(name, str))
    elif ref.kind == "Job":
        yield from (Ref("Secret", word, ref.namespace) for word in sorted(words_of(item)))
