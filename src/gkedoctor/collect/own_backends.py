"""Which backend services and NEGs belong to the namespaces that are asked for, so that the health of others is not.

`getHealth` and `listNetworkEndpoints` are one request each; a project may have hundreds of both. What does not tell
its namespace is asked for. Descriptions: kubernetes/ingress-gce pkg/utils/{description,negdescription}.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_SERVICE = re.compile(r'service-name"\s{0,3}:\s{0,3}"([a-z0-9-]{1,63})/')
_NAMESPACE = re.compile(r'"namespace"\s{0,3}:\s{0,3}"([a-z0-9-]{1,63})"')
_ALWAYS = "kube-system"
"""The namespace of the default backend, which any Ingress may use."""


def belongs(item: Mapping[str, Any], namespaces: Sequence[str], groups: Mapping[str, Any]) -> bool:
    """Whether a backend service or NEG may be of one of the namespaces; all are where none is given.

    `groups`: NEGs by the end of their link, which tell more of a backend service than its own description.
    """
    if not namespaces:
        return True
    told = _told(item)
    for backend in item.get("backends") or ():
        link = backend.get("group") if isinstance(backend, Mapping) else None
        told |= _told(groups.get(str(link).rpartition("/")[2], {}))
    return not told or bool(told & {*namespaces, _ALWAYS})


def _told(item: Mapping[str, Any]) -> set[str]:
    text = str(item.get("description") or "")
    return {*_SERVICE.findall(text), *_NAMESPACE.findall(text)}
