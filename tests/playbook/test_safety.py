"""How safe a command is: by its verb, or by what the author says; and the names that a person fills in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.diagnose.model import ResolvedFix
from gkedoctor.playbook.model import Safety
from gkedoctor.playbook.safety import safety_of
from tests.conftest import shipped_playbooks

COMMANDS = [(p.id, command) for p in shipped_playbooks() for cause in p.model.causes for command in cause.fix.commands]

API_WORDS = frozenset((
    "PRIVATE_SERVICE_CONNECT",
    "IN_USE", "RESERVED", "ACTIVE", "REGIONAL_MANAGED_PROXY", "SHARED_LOADBALANCER_VIP",
    "INGRESS", "ALLOW", "ENABLED", "ALIGN_NEXT_OLDER", "REDUCE_COUNT_FALSE", "EOF",
    "GKE", "ING", "CAA", "SHARED_LOADBALANCER_VIP", "GKE_METADATA", "HTTP", "HTTPS", "TCP",
))  # fmt: skip
"""Words in capitals that are values of an API, not names to fill in."""


@pytest.mark.parametrize(
    ("command", "safety"),
    [
        ("kubectl get pods", Safety.READS),
        ("kubectl -n shop get pods -o wide", Safety.READS),
        ("kubectl --context prod -n {{ namespace }} describe pod {{ name }}", Safety.READS),
        ("kubectl rollout status deployment cart", Safety.READS),
        ("kubectl auth can-i list pods", Safety.READS),
        ("kubectl -n shop edit deployment cart", Safety.CHANGES),
        ("kubectl -n shop scale deployment cart --replicas=1", Safety.CHANGES),
        ("kubectl -n shop scale deployment cart --replicas=0", Safety.INTERRUPTS),
        ("kubectl -n shop delete pod cart-1", Safety.INTERRUPTS),
        ("kubectl -n shop rollout restart deployment cart", Safety.INTERRUPTS),
        ("kubectl replace --force -f cart.json", Safety.INTERRUPTS),
        ("kubectl get job a -o json | jq 'del(.status)' > a.json", Safety.READS),
        ("kubectl create secret generic a --dry-run=client -o yaml", Safety.READS),
        ("kubectl create secret generic a --dry-run=client -o yaml | kubectl apply -f -", Safety.CHANGES),
        ("kubectl get pods; kubectl delete pod a", Safety.INTERRUPTS),
        ("kubectl get pods && kubectl annotate pod a b=c", Safety.CHANGES),
        ("kubectl apply -f - <<'EOF'\nkind: Secret\nkubectl delete everything\nEOF", Safety.CHANGES),
        ("gcloud compute addresses list --filter=status=IN_USE", Safety.READS),
        ("gcloud compute backend-services get-health web --global", Safety.READS),
        ("gcloud projects get-iam-policy p", Safety.READS),
        ("gcloud container clusters update c --location l", Safety.CHANGES),
        ("gcloud projects add-iam-policy-binding p --role=r", Safety.CHANGES),
        ("gcloud compute addresses delete web --global", Safety.INTERRUPTS),
        ("gcloud projects remove-iam-policy-binding p --role=r", Safety.INTERRUPTS),
        ("gcloud container clusters upgrade c", Safety.INTERRUPTS),
        ("docker manifest inspect nginx:1", Safety.READS),
        ("openssl s_client -connect a:443 </dev/null | openssl x509 -noout -dates", Safety.READS),
        ("gkedoctor explain missing-secret", Safety.READS),
        ("helm upgrade shop ./shop", None),
        ("kubectl frobnicate pod", None),
        ("kubectl get pods && helm uninstall shop", None),
        ("gcloud frobnicate", None),
        ("", None),
        ("kubectl get 'unclosed", Safety.READS),
    ],
)
def test_the_verb_says_how_safe_a_command_is(command: str, safety: Safety | None) -> None:
    assert safety_of(command) is safety


@given(st.text(max_size=200))
def test_any_text_has_a_safety_or_none(text: str) -> None:
    assert safety_of(text) in (*Safety, None)


KNOWN = [c.run for _, c in COMMANDS if safety_of(c.run) is not None]  # of others their author says it


@given(st.sampled_from(KNOWN), st.sampled_from(KNOWN))
def test_two_commands_are_as_unsafe_as_the_worse_of_them(first: str, second: str) -> None:
    order = list(Safety)
    worse = max((safety_of(first), safety_of(second)), key=order.index)
    if "<<" not in first:
        assert safety_of(f"{first} && {second}") is worse


def test_every_shipped_command_has_a_safety() -> None:
    assert len(COMMANDS) > 190
    assert [(id, c.run) for id, c in COMMANDS if c.safety is None and safety_of(c.run) is None] == []


def test_every_shipped_verify_command_reads() -> None:
    for playbook in shipped_playbooks():
        for cause in playbook.model.causes:
            assert [c for c in cause.verify if safety_of(c) is not Safety.READS] == []


def test_names_in_capitals_are_explained() -> None:
    for id, command in COMMANDS:
        bare = re.sub(r"\{\{.*?\}\}", "", command.run, flags=re.DOTALL)
        names = set(re.findall(r"(?<![\w.-])[A-Z][A-Z0-9_]{2,}(?![\w.-])", bare)) - API_WORDS
        assert names <= command.placeholders.keys(), (id, command.run)


def test_placeholders_are_explained_in_a_sentence() -> None:
    said = [words for _, command in COMMANDS for words in command.placeholders.values()]
    assert said
    assert all(words[0].isupper() and words.endswith((".", ")")) for words in said)


def test_a_command_that_nobody_can_judge_counts_as_unsafe() -> None:
    steps = list(ResolvedFix("Do it.", ("helm upgrade shop ./shop", "kubectl get pods")).steps)
    assert [step.safety for step in steps] == [Safety.INTERRUPTS, Safety.READS]
