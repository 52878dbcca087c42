"""The steps of a Pod in words; a test compares them with `graph.pods.STEPS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STEP_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "scheduling": "no node yet",
        "silent": "bound to a node that says nothing about it",
        "starting": "ContainerCreating: volumes, sandbox",
        "image": "the image cannot be pulled",
        "config": "CreateContainerConfigError",
        "create": "the runtime cannot create or start a container",
        "init": "an init container runs and does not end",
        "crash": "a container ends again and again",
        "unready": "runs, not Ready",
        "partly-ended": "some containers of a run have ended well, others run on",
        "gated": "only a readiness gate is missing",
        "failed": "phase Failed",
        "terminating": "is being deleted",
        "fine": "nothing is wrong with it",
        "planned": "stands in a file only",
    }
)
