"""Which objects a command means: `deployment web`, `deployment/web svc/web`, `pods -l app=web`, `-f web.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.graph import labels_of, name_of, namespace_of
from gkedoctor.graph.core.selector_syntax import parse_label_selector, selects
from gkedoctor.serve.resources import Resource
from gkedoctor.whatif.change import Invocation
from gkedoctor.whatif.flags import Arguments
from gkedoctor.whatif.hidden_values import with_values
from gkedoctor.whatif.state import ClusterState

SELECTION_VALUES = ("selector", "filename", "field-selector", "kustomize")
SELECTION_SWITCHES = ("all", "all-namespaces", "recursive", "local")
SELECTION_SHORT = {"l": "selector", "f": "filename", "A": "all-namespaces", "R": "recursive", "k": "kustomize"}


@dataclass(frozen=True)
class Selection:
    """Objects by names, by labels, or those of files. `words`: the positional arguments that name them."""

    invocation: Invocation
    arguments: Arguments
    words: tuple[str, ...]

    def objects(self, state: ClusterState) -> Iterator[tuple[Resource, dict[str, Any]]]:
        """The objects as they are now. ChangeError where one does not exist, or nothing is meant."""
        arguments = self.arguments
        if arguments.has("kustomize") or arguments.has("field-selector"):
            raise ChangeError("-k and --field-selector are not supported", hint="name the objects, or use -f or -l")
        if arguments.has("filename"):
            yield from self._of_files(state)
            return
        if not self.words:
            raise ChangeError("no object is named", hint="as in kubectl: deployment web, or deployment/web")
        if "/" in self.words[0]:
            for word in self.words:
                kind, slash, name = word.partition("/")
                if not slash or not name:
                    raise ChangeError(f"`{word}` is not TYPE/NAME")
                resource = state.resource(kind)
                yield resource, state.find(resource, arguments.namespace, name)
            return
        for kind in self.words[0].split(","):
            yield from self._of_kind(state, state.resource(kind), self.words[1:])

    def _of_kind(
        self, state: ClusterState, resource: Resource, names: tuple[str, ...]
    ) -> Iterator[tuple[Resource, dict[str, Any]]]:
        arguments = self.arguments
        if names:
            for name in names:
                yield resource, state.find(resource, arguments.namespace, name)
        elif arguments.has("selector") or arguments.on("all"):
            wanted = parse_label_selector(arguments.one("selector"))
            anywhere = arguments.on("all-namespaces") or not resource.namespaced
            for item in state.objects(resource.collection):
                if (anywhere or namespace_of(item) == arguments.namespace) and selects(wanted, labels_of(item)):
                    yield resource, with_values(item)
        else:
            raise ChangeError(f"no {resource.kind} is named")

    def _of_files(self, state: ClusterState) -> Iterator[tuple[Resource, dict[str, Any]]]:
        for file in self.arguments.many("filename"):
            for item in self.invocation.manifests(file, self.arguments.namespace):
                resource = state.resource_of(item)
                yield resource, state.find(resource, namespace_of(item) or None, name_of(item))
