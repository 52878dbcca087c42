"""A stand-in for gcloud that knows the commands that playbooks print, and changes the Google Cloud side of a store."""

from __future__ import annotations

from gkedoctor.serve.request import Response
from tests.fixes.api_server.store import Store


def gcloud(store: Store, body: bytes) -> Response:
    """The answer to one command."""
    return Response(b"gcloud: not known yet\n", "text/plain", 400)
