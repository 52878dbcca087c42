"""What kind of fault the telling entry of a run reports. Pure.

One order for all: what is asked first is what no other sentence can be taken for. A code of an error, where a sentence
has one, decides before its words do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from gkedoctor.graph.workloads.logs.connections import ConnectionFailure, unreached
from gkedoctor.graph.workloads.logs.files import file_troubles
from gkedoctor.messages import message


class Fault(NamedTuple):
    """`kind`: rbac, identity, port, grant, credentials, dependency, file or value. `line`: the sentence that says so.

    `connection`: of a dependency, what could not be reached. `name`: of a value, the variable or setting.
    """

    kind: str
    line: str
    connection: ConnectionFailure | None = None
    name: str | None = None


_SURE = (("rbac", "log/rbac-forbidden"), ("identity", "log/identity-failed"), ("port", "log/port-taken"),
         ("grant", "log/database-grant"))  # fmt: skip
_SETTINGS = ("log/setting-missing", "log/setting-invalid")


def fault_of(chain: Sequence[str], known: Collection[str] = (), before: Sequence[str] = ()) -> Fault | None:
    """The fault that the sentences of a telling entry report, the most telling first; None where it is another.

    `before`: the failures before the entry, where the host is looked for that a client's own error does not name.
    """
    for line in chain:
        found = _fault(line[:2000], known)
        if found is not None and found.kind == "dependency" and found.connection and found.connection.host is None:
            better = unreached([*chain, *before], known)
            if better is not None and better.host is not None:
                return found._replace(connection=better)
        if found is not None:
            return found
    return None


def _fault(line: str, known: Collection[str]) -> Fault | None:
    for kind, id in _SURE:
        if message(id).search(line):
            return Fault(kind, line)
    connection = unreached([line], known)
    if connection is not None and connection.problem in ("dns", "refused"):
        return Fault("dependency", line, connection)
    if message("log/credentials-rejected").search(line) and not message("log/incoming-request").search(line):
        return Fault("credentials", line)
    if connection is not None:
        return Fault("dependency", line, connection)
    if file_troubles([line]) and not message("log/not-about-files").search(line):
        return Fault("file", line)
    return _setting(line)


def _setting(line: str) -> Fault | None:
    for id in _SETTINGS:
        if match := message(id).search(line):
            groups = match.groupdict()
            return Fault("value", line, name=groups.get("name") or groups.get("name2"))
    return None
