"""The steps of a Pod in words; a test compares them with `graph.pods.STEPS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STEP_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "scheduling": "no node yet",
        "silent": "bound to a node that has not reported a status",
        "starting": "ContainerCreating: volumes, sandbox",
        "image": "the image cannot be pulled",
        "config": "CreateContainerConfigError",
        "create": "the runtime cannot create or start a container",
        "init": "an init container is still running",
        "crash": "a container crashes repeatedly",
        "unready": "runs, not Ready",
        "partly-ended": "some containers have completed, others still run",
        "gated": "only a readiness gate is missing",
        "failed": "phase Failed",
        "terminating": "is being deleted",
        "fine": "healthy",
        "planned": "exists only in a file",
    }
)
