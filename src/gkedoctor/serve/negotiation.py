"""Which form of an answer is wanted: k8s.io/apiserver/pkg/endpoints/handlers/negotiation."""

from __future__ import annotations

from enum import StrEnum

from gkedoctor.serve.errors import ApiError

JSON = "application/json"


class Form(StrEnum):
    """What objects are turned into."""

    PLAIN = ""
    TABLE = "Table"
    METADATA = "PartialObjectMetadata"
    METADATA_LIST = "PartialObjectMetadataList"
    DISCOVERY = "APIGroupDiscoveryList"


def wanted(accept: str, *allowed: Form) -> tuple[Form, str]:
    """The first acceptable form, and its content type. ApiError 406 without any."""
    for part in (accept or JSON).split(","):
        media, *rest = (piece.strip() for piece in part.split(";"))
        parameters = dict(piece.split("=", 1) for piece in rest if "=" in piece)
        if media not in (JSON, "*/*", "application/*"):
            continue
        form = parameters.get("as", "")
        if not form:
            return Form.PLAIN, JSON
        if form in allowed and _is_served(form, parameters):
            return Form(form), f"{JSON};g={parameters['g']};v={parameters['v']};as={form}"
    raise ApiError(406, f"only the following media types are accepted: {JSON}")


def _is_served(form: str, parameters: dict[str, str]) -> bool:
    group, version = parameters.get("g"), parameters.get("v")
    if form == Form.DISCOVERY:
        return group == "apidiscovery.k8s.io" and version in ("v2", "v2beta1")
    return group == "meta.k8s.io" and version in ("v1", "v1beta1")
