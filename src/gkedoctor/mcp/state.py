"""What the tools of one server share: sources, reports and the playbooks."""

from __future__ import annotations

import threading

from gkedoctor.mcp.reports import Reports
from gkedoctor.mcp.sources import Sources
from gkedoctor.playbook.library import Library, load_library


class ServerState:
    """Shared by all calls. The playbooks are loaded with the first call that needs them, so that the start is quick."""

    def __init__(self, sources: Sources) -> None:
        self.sources, self.reports = sources, Reports()
        self._lock = threading.Lock()
        self._library: Library | None = None

    @property
    def library(self) -> Library:
        """The shipped playbooks and those of installed packages."""
        with self._lock:
            if self._library is None:
                self._library = load_library([], lambda note: None)
            return self._library
