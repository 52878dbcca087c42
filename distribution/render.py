"""Writes the krew manifest and the Homebrew formula of a release, from its source archive.

python distribution/render.py dist/gkedoctor-0.1.0.tar.gz --url https://…/gkedoctor-0.1.0.tar.gz --homepage https://…
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
TEMPLATES = ("krew.yaml", "gkedoctor.rb")


def rendered(template: str, sdist: Path, url: str, homepage: str) -> str:
    """A template with version and checksum of the archive. ValueError where its name holds no version."""
    found = re.fullmatch(r"gkedoctor-(\d+\.\d+\.\d+\w*)\.tar\.gz", sdist.name)
    if found is None:
        raise ValueError(f"{sdist.name} is not gkedoctor-VERSION.tar.gz")
    values = {
        "VERSION": found[1], "URL": url, "HOMEPAGE": homepage, "SHA256": hashlib.sha256(sdist.read_bytes()).hexdigest(),
    }  # fmt: skip
    text = (HERE / f"{template}.in").read_text(encoding="utf-8")
    return re.sub("@([A-Z0-9]+)@", lambda name: values[name[1]], text)


def main() -> None:
    """Writes the files into the folder of the archive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sdist", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--homepage", required=True)
    given = parser.parse_args()
    for template in TEMPLATES:
        file = given.sdist.with_name(template)
        file.write_text(rendered(template, given.sdist, given.url, given.homepage), encoding="utf-8")
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
