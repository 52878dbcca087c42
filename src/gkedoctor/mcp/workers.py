"""Work that reads and diagnoses, in threads beside the event loop: progress comes back, cancellation goes there."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import anyio
from anyio import from_thread, lowlevel, to_thread
from anyio.streams.memory import MemoryObjectReceiveStream
from mcp.server.context import ServerRequestContext

from gkedoctor.mcp.call import Call

T = TypeVar("T")
Context = ServerRequestContext[Any, Any]

CLIENT_GONE = "gkedoctor.client_gone"
"""The key of an event in the ASGI scope of a request: set when its client has closed the connection."""

_THREADS = 8
_LINES = 32
_EVERY_SECONDS = 0.1


class Workers:
    """At most eight calls work at a time; the others wait."""

    def __init__(self) -> None:
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, context: Context, work: Callable[[Call], T]) -> T:
        """What the work returns. It must not raise: a task group would wrap that. Ends with the call, if cancelled."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        send, receive = anyio.create_memory_object_stream[str](_LINES)
        call = Call(_Progress(send.send_nowait).say)
        watch = anyio.CancelScope()
        async with anyio.create_task_group() as group:
            group.start_soon(_forward, context, receive)
            group.start_soon(_stop_without_client, context, call, watch)
            try:
                found = await to_thread.run_sync(work, call, abandon_on_cancel=True, limiter=self._limiter)
            finally:
                call.stopped.set()
                send.close()
                watch.cancel()
        return found


async def _stop_without_client(context: Context, call: Call, watch: anyio.CancelScope) -> None:
    """Stops a call whose client has closed the connection of its HTTP request; over stdio the server ends by itself."""
    gone = getattr(context.request, "scope", {}).get(CLIENT_GONE)
    if gone is not None:
        with watch:
            await gone.wait()
            call.stopped.set()


class _Progress:
    """Lines from any thread to the event loop; those that come too fast are left out."""

    def __init__(self, put: Callable[[str], None]) -> None:
        self._put, self._token = put, lowlevel.current_token()
        self._last = -_EVERY_SECONDS

    def say(self, line: str) -> None:
        now = time.monotonic()
        if now - self._last < _EVERY_SECONDS:
            return
        self._last = now
        with suppress(anyio.WouldBlock, anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.RunFinishedError):
            from_thread.run_sync(self._put, line, token=self._token)


async def _forward(context: Context, lines: MemoryObjectReceiveStream[str]) -> None:
    count = 0
    async with lines:
        async for line in lines:
            count += 1
            await context.session.report_progress(count, None, line)
