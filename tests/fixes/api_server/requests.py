"""A request with what writing needs beyond reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from gkedoctor.serve.errors import REASONS, ApiError, bad_request
from gkedoctor.serve.request import Request
from gkedoctor.serve.resources import Resource

REASONS.setdefault(409, "Conflict")
REASONS.setdefault(415, "UnsupportedMediaType")
REASONS.setdefault(422, "Invalid")
REASONS.setdefault(429, "TooManyRequests")


@dataclass(frozen=True)
class Write:
    """A write: what it is for, and how."""

    request: Request
    content_type: str
    resource: Resource
    namespace: str
    name: str = ""
    subresource: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to be stored."""
        return self.request.query.get("dryRun") == "All"

    def body(self) -> Any:
        """The document that was sent. ApiError 400 or 415 for what cannot be read."""
        text = self.request.body
        if text.startswith(b"k8s\x00"):
            raise ApiError(415, "the body of the request was in an unknown format: protobuf")
        if not text:
            return {}
        try:
            return yaml.safe_load(text)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise bad_request(f"the body cannot be read: {error}") from None


def not_found(resource: Resource, name: str) -> ApiError:
    """404 for an object."""
    message = f'{resource.full_name} "{name}" not found'
    return ApiError(404, message, name=name, group=resource.group, kind=resource.plural)


def invalid(resource: Resource, name: str, problems: list[str]) -> ApiError:
    """422, as k8s.io/apimachinery/pkg/api/errors words it."""
    group = f".{resource.group}" if resource.group else ""
    text = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
    causes = [{"reason": "FieldValueInvalid", "message": problem} for problem in problems]
    message = f'{resource.kind}{group} "{name}" is invalid: {text}'
    return ApiError(422, message, name=name, group=resource.group, kind=resource.kind, causes=causes)


def conflict(resource: Resource, name: str) -> ApiError:
    """409 for an object that somebody else changed."""
    message = (
        f'Operation cannot be fulfilled on {resource.full_name} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    return ApiError(409, message, name=name, group=resource.group, kind=resource.plural)
