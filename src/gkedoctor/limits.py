"""The limits for everything that is read: one frozen table, each value with its reason, and `raised` to lift them.

A recording comes from other people, so a small file must not become an unlimited amount of work. Limits that a large
cluster can reach honestly grow with `--max-size` (or `GKEDOCTOR_MAX_SIZE`); those that no cluster reaches do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

MIB = 1 << 20
GIB = 1 << 30

LONGEST_TEXT = 16 << 10
"""Characters of one text (a log line, a message, an annotation) that patterns look at; the rest is not matched.

kubelet splits container output at 16 KiB a line (kubernetes/kubernetes, pkg/kubelet/kuberuntime/logs), Events are cut
at 1,024 bytes, termination messages at 4,096.
"""

DEEPEST = 200
"""Levels of nesting. A Kubernetes object is at most 30 deep; libyaml overflows the C stack at some 50,000."""

YAML_DEPTH_MESSAGE = "exceeded maximum nesting depth"
"""What libyaml says of more than 1,000 levels (yaml/libyaml, src/scanner.c; in PyYAML since 6.0.4).

It has no code for it, and the scanner reads ahead of the parser: it may say so before `DEEPEST` levels were counted.
"""


@dataclass(frozen=True)
class Limits:
    """What one recording may be. Sizes in bytes."""

    file: int = 2 * GIB
    """One file as it is on disk. Files of other tools are read whole; `etcd` by itself ends at 8 GiB."""

    expanded: int = 4 * GIB
    """Everything in a recording after decompression. 100,000 Pods with all that belongs to them are 0.9 GiB."""

    free: int = 32 * MIB
    """Bytes after decompression that are never refused because of the ratio."""

    ratio: int = 40
    """Bytes after decompression for each byte of the file. Recordings have 5 to 25, bombs about 1,000."""

    memory_free: int = 160 * MIB
    memory_ratio: int = 80
    """Bytes of memory that the decoded objects may take, as `decoded_size` estimates them: `memory_free`, and
    `memory_ratio` for each byte of the file. 100,000 Pods take 75 a byte where nothing of them is shared."""

    manifest: int = 16 * MIB
    """The manifest of a snapshot, which names the objects that could not be read: 100 bytes for each."""

    members: int = 500_000
    """Files in a directory."""

    members_free: int = 50_000
    member_bytes: int = 100
    """Files in an archive: `members_free`, and one more for each `member_bytes` of it. A must-gather has 20,000."""

    name: int = 64 << 10
    """Bytes of a member's name and of its header in a tar file. PATH_MAX of Linux is 4,096."""

    objects_free: int = 20_000
    object_bytes: int = 100
    """Objects: `objects_free`, and one more for each `object_bytes` of the file. Snapshots have 110 bytes an object."""

    string: int = 4 * MIB
    """One text inside of JSON. The values of a ConfigMap or Secret are at most 1 MiB, 1.4 MiB in base64."""

    documents: int = 200_000
    """Documents of one file, YAML or JSON."""

    yaml_nodes: int = 2_000_000
    """Keys and values of one YAML document with their places, as `lint` needs them: 300 bytes of memory each."""

    yaml_aliases: int = 1_000_000
    """Values that the aliases of one YAML file stand for. Compose and Helm files repeat a few dozen."""

    raised_to: int = 0
    """What `--max-size` was set to; 0 without it."""

    def raised(self, size: int) -> Limits:
        """These limits for recordings of up to `size` bytes after decompression; the ratio then limits nothing."""
        factor = max(1, -(-size // self.expanded))
        return replace(
            self,
            file=max(self.file, size),
            expanded=size,
            free=size,
            memory_free=self.memory_ratio * max(size, self.expanded),
            members=self.members * factor,
            members_free=self.members * factor,
            objects_free=max(self.objects_free, size // 20),
            string=max(self.string, size),
            documents=max(self.documents, size // 2),
            yaml_nodes=max(self.yaml_nodes, size // 2),
            yaml_aliases=max(self.yaml_aliases, size // 2),
            raised_to=size,
        )

    def expanded_of(self, size: int) -> int:
        """Bytes that a file of `size` bytes may have after decompression."""
        return min(self.expanded, self.free + self.ratio * size)

    def memory_of(self, size: int) -> int:
        """Bytes of memory that the objects of a file of `size` bytes may take."""
        return self.memory_free + self.memory_ratio * size

    def members_of(self, size: int) -> int:
        """Files that an archive of `size` bytes may hold."""
        return self.members_free + size // self.member_bytes

    def objects_of(self, size: int) -> int:
        """Objects that a file of `size` bytes may hold."""
        return self.objects_free + size // self.object_bytes


DEFAULT = Limits()


_STRUCTURE = bytes(byte for byte in range(256) if byte not in b",{[")
_FOUR_BYTES = re.compile(rb"[\xf0-\xf4]")
_UNESCAPED = re.compile(rb'(?<!\\)"')


def decoded_size(data: bytes) -> int:
    """About how many bytes of memory a piece of JSON takes once it is decoded, by its commas and opening brackets.

    CPython 3.11 takes 184 to 232 bytes for a small dict, 56 for a list, 50 and more for a string, 8 for the place of
    each, and four bytes a character for a string with one beyond U+FFFF. Takes a twentieth of the time of decoding.
    """
    structure = data.translate(None, _STRUCTURE)
    maps, lists = structure.count(b"{"), structure.count(b"[")
    width = 1 if data.isascii() else 4 if _FOUR_BYTES.search(data) else 2
    return width * len(data) + 56 * (len(structure) - maps - lists) + 200 * maps + 64 * lists


def has_quote(data: bytes) -> bool:
    """Whether a text of JSON begins or ends in a piece of it."""
    return b'"' in data and _UNESCAPED.search(data) is not None


def shown_size(size: int) -> str:
    """Bytes as kubectl writes quantities: `64Mi`, `2Gi`; whole units, rounded up."""
    if size % GIB == 0 and size:
        return f"{size // GIB:,}Gi"
    return f"{-(-size // MIB):,}Mi" if size >= MIB else f"{-(-size // 1024):,}Ki"
