"""`python -m docs.tool`: makes the pages, then the site in the folder that is named."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.tool.pages import write
from docs.tool.site import build, markdown_pages


def main() -> None:
    """Says what changed."""
    for name in write():
        sys.stdout.write(f"changed docs/{name}\n")
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        pages = markdown_pages()
        build(target, pages)
        sys.stdout.write(f"{len(pages)} pages in {target}\n")


main()
