"""What the account may list where it may not list everything: its own namespaces, and the rules it has there."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.snapshot.kinds import COLLECTIONS, Kind
from gkedoctor.snapshot.model import CollectionState

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
_USER = re.compile(r'User "([^"]{1,300})"')
_SERVICE_ACCOUNT = re.compile(r"system:serviceaccount:([a-z0-9-]+):[^:]+")


class _Rule(msgspec.Struct, rename={"groups": "apiGroups", "names": "resourceNames"}):
    verbs: list[str] = []
    groups: list[str] = []
    resources: list[str] = []
    names: list[str] = []


class Rules(msgspec.Struct, rename={"rules": "resourceRules"}):
    """All that an account may do in a namespace."""

    rules: list[_Rule] = []
    incomplete: bool = False

    @property
    def may_list_anything(self) -> bool:
        """Whether a rule lets any kind be listed."""
        return any(not rule.names and {"list", "*"} & set(rule.verbs) for rule in self.rules)

    def may_list(self, kind: Kind) -> bool:
        """Whether a rule without names of objects lets the kind be listed."""
        return any(
            not rule.names
            and {"list", "*"} & set(rule.verbs)
            and {kind.group, "*"} & set(rule.groups)
            and {kind.resource, "*"} & set(rule.resources)
            for rule in self.rules
        )


class _RulesReview(msgspec.Struct):
    status: Rules


class Account:
    """The account that asks; safe to use from several threads."""

    def __init__(self, client: KubernetesClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._rules: dict[str, Rules | None] = {}
        self._name = client.address.acts_as.user
        self._guessed: tuple[str, ...] = ()

    def rules(self, namespace: str) -> Rules | None:
        """What may be done in a namespace, asked once; None where the server does not know all of it."""
        with self._lock:
            if namespace not in self._rules:
                self._rules[namespace] = self._ask(namespace)
            return self._rules[namespace]

    def own_namespaces(self, refusal: str) -> tuple[str, ...]:
        """Namespaces to try, by the account's name and the context, less those where it may list nothing.

        `refusal`: what the API server answered to a listing. It names the account, and the name of a ServiceAccount
        has its namespace in it (kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin).
        """
        named = _USER.search(refusal)
        self._name = self._name or (named[1] if named is not None else "")
        own = _SERVICE_ACCOUNT.fullmatch(self._name)
        names = dict.fromkeys([own[1] if own is not None else "", self._client.address.namespace or "", "default"])
        tried = tuple(name for name in names if name)
        useful = tuple(name for name in tried if (rules := self.rules(name)) is None or rules.may_list_anything)
        self._guessed = useful or tried[:1]
        return self._guessed

    def summary(self, states: Mapping[str, CollectionState]) -> str:
        """What could be read, in one line, where only its own namespaces were tried; else empty."""
        if not self._guessed:
            return ""
        kinds = [state for name, state in states.items() if name in COLLECTIONS and not COLLECTIONS[name].cloud]
        read = sum(state.is_read for state in kinds)
        name = self._name or "this account"
        where = f"namespace{'s' if len(self._guessed) > 1 else ''} {', '.join(self._guessed)}"
        return (
            f"{name} cannot list the whole cluster: {read} of {len(kinds)} kinds could be read, in {where}. "
            f"Another namespace: -n NAME; permissions: gkedoctor access -n {self._guessed[0]}"
        )

    def _ask(self, namespace: str) -> Rules | None:
        spec = {"namespace": namespace}
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": spec}
        try:
            rules: Rules = self._client.review(_REVIEWS, body, _RulesReview).status
        except (RequestFailed, CollectionStopped):
            return None
        return None if rules.incomplete or not rules.rules else rules
