"""gkedoctor's own format: one `.gkesnap` file, which is an ordinary ZIP, or the same as a directory.

    manifest.json             first: what this is, when, of which cluster; per collection its state, count,
                              member, size and SHA-256
    kubernetes/<plural>.json  a JSON array; in the file with one object a line, in the directory indented
    gcp/<collection>.json     the same for Google Cloud (`clusters.json` for `container.clusters`)
    logs.json                 {namespace, pod, container, previous, lines}

    unzip -p shop.gkesnap kubernetes/pods.json | jq '.[].metadata.name'

The same snapshot always gives the same bytes. A member is read and verified when its objects are first looked at.
"""

from gkedoctor.snapshot.store.layout import FORMAT, SUFFIX
from gkedoctor.snapshot.store.reading import is_stored, read
from gkedoctor.snapshot.store.writing import write, write_directory, write_file

__all__ = ["FORMAT", "SUFFIX", "is_stored", "read", "write", "write_directory", "write_file"]
