"""Where the documentation site is published, and the address of a page on it."""

from __future__ import annotations

SITE: str | None = None
"""The address of the site that `make site` builds, ending with a slash; None while it is published nowhere.

With an address, every report links playbooks to their page; without one, to their line at the end of the report.
"""


def playbook_link(playbook: str) -> str | None:
    """The address of a playbook's page; None where there is none."""
    return f"{SITE}playbooks/{playbook}.html" if SITE else None
