"""A word in capitals where a name or number stands is a placeholder; enumerations, variables and texts are not."""

from __future__ import annotations

import pytest

from gkedoctor.playbook.placeholders import placeholders_in


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("kubectl -n NAMESPACE get secret NAME", ["NAMESPACE", "NAME"]),
        ("kubectl -n {{ namespace }} edit deployment/NAME", ["NAME"]),
        ("kubectl scale deployment cart --replicas=COUNT", ["COUNT"]),
        ("""kubectl patch hpa {{ name }} -p '{"spec":{"maxReplicas":MAX}}'""", ["MAX"]),
        ("gcloud compute addresses delete ADDRESS --region=REGION", ["ADDRESS", "REGION"]),
        ("gcloud container clusters describe {{ c }} --location LOCATION", ["LOCATION"]),
    ],
)
def test_a_placeholder_is_found(command: str, names: list[str]) -> None:
    assert placeholders_in(command) == names


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pods -o JSON",
        "kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints",
        "kubectl set env deploy/cart LOG_LEVEL=DEBUG",
        """kubectl patch svc x -p '{"spec":{"ports":[{"protocol":"TCP","port":80}]}}'""",
        "kubectl expose deployment cart --protocol=TCP",
        "kubectl exec cart -- env HOME",
        "kubectl get ns {{ NAMESPACE }}",
        "kubectl logs $POD",
        "gcloud compute firewall-rules create x --direction INGRESS --action ALLOW",
        "gcloud compute addresses list --filter=status=IN_USE",
        "kubectl apply -f - <<EOF\nkind: NAME\nEOF",
        "gkedoctor explain GKE-ING-020",
        "curl -X POST http://x",
        "kubectl get 'NOT CLOSED",
    ],
)
def test_what_may_be_meant_as_it_is_is_left_alone(command: str) -> None:
    assert placeholders_in(command) == []
