"""A stand-in for gcloud that knows the commands that playbooks print, and changes the Google Cloud side of a store."""

from __future__ import annotations

from gkedoctor.serve.request import Response
from tests.fixes.api_server.store import Store
from tests.fixes.gcloud.command import Call, GcloudError, parsed
from tests.fixes.gcloud.table import COMMANDS


def gcloud(store: Store, body: bytes) -> Response:
    """The answer to one command: its working directory and words, between zero bytes."""
    folder, *words = body.decode().split("\0")
    try:
        call: Call = parsed(words, COMMANDS, folder)
        with store.lock:
            printed = call.command.run(store, call)
            if call.command.writes:
                store.touch()
            if call.command.unseen:
                store.unseen.append(f"gcloud {' '.join(call.group)}")
    except GcloudError as error:
        return Response(f"ERROR: (gcloud) {error}\n".encode(), "text/plain", 400)
    return Response(f"{printed}\n".encode() if printed else b"", "text/plain")
