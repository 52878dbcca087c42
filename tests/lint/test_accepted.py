"""What the API server refuses is told with its place; what it takes is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gkedoctor.errors import ManifestError
from gkedoctor.manifests.loading import read_text
from gkedoctor.manifests.overlay import world
from tests.lint.running import lint_text


def refused(text: str) -> list[ManifestError]:
    return list(world(read_text("given", text)).problems)


def deployment(
    pod: str = "", *, container: str = "", selector: str = "{matchLabels: {app: web}}", kind: str = "Deployment"
) -> str:
    return f"""\
apiVersion: {"batch/v1" if kind == "Job" else "apps/v1"}
kind: {kind}
metadata: {{name: web}}
spec:
  selector: {selector}
  template:
    metadata: {{labels: {{app: web, tier: front}}}}
    spec:
      {pod}
      containers:
        - name: web
          image: web:1
          {container}
"""


def service(spec: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {spec}\n"


def ingress(spec: str) -> str:
    return f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\nspec: {spec}\n"


def path(text: str) -> str:
    return ingress(f"{{rules: [{{http: {{paths: [{{{text}}}]}}}}]}}")


def named(kind: str, name: str, version: str = "v1", more: str = "") -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: '{name}'{more}}}\n"


BACKEND = "backend: {service: {name: web, port: {number: 80}}}"
PROBE = "{httpGet: {path: /, port: 80}}"
SELECTOR = "selector does not match"

REFUSED: dict[str, tuple[str, str, str]] = {
    "a selector of other labels": (deployment(selector="{matchLabels: {app: wep}}"), SELECTOR, "5:3"),
    "an expression that does not hold": (
        deployment(selector="{matchExpressions: [{key: tier, operator: NotIn, values: [front]}]}"), SELECTOR, "5:3"
    ),
    "a selector of a DaemonSet": (deployment(selector="{matchLabels: {a: b}}", kind="DaemonSet"), SELECTOR, "5:3"),
    "no selector": (deployment(selector=""), "selector is missing", "5:3"),
    "an empty selector": (deployment(selector="{matchLabels: {}}"), "selector is missing", "5:3"),
    "a port twice": (
        service("{ports: [{name: a, port: 80}, {name: b, port: 80, protocol: TCP}]}"), "have the port 80 (TCP)", "4:47"
    ),
    "a port name twice": (service("{ports: [{name: a, port: 80}, {name: a, port: 81}]}"), 'have the name "a"', "4:38"),
    "a node port twice": (
        service("{type: NodePort, ports: [{name: a, port: 1, nodePort: 31000}, {name: b, port: 2, nodePort: 31000}]}"),
        "have the nodePort 31000", "4:88",
    ),
    "a port without a name": (
        service("{ports: [{name: a, port: 80}, {port: 81}]}"), "each port needs a name", "4:38"
    ),
    "a node port of a ClusterIP": (service("{ports: [{port: 80, nodePort: 31000}]}"), "nodePort is not", "4:27"),
    "a node port that is none": (
        service("{type: NodePort, ports: [{port: 80, nodePort: 70000}]}"), "70000 is not a valid port", "4:43"
    ),
    "a port of 0": (service("{ports: [{port: 0}]}"), "0 is not a valid port", "4:17"),
    "a port that is missing": (service("{ports: [{targetPort: 80}]}"), "port is missing", "4:16"),
    "a protocol of other layers": (service("{ports: [{port: 80, protocol: HTTP}]}"), "is not one of TCP", "4:27"),
    "a target port in quotes": (service("{ports: [{port: 80, targetPort: '8080'}]}"), "needs a letter", "4:27"),
    "a port name with a dash below": (service("{ports: [{port: 80, name: my_http}]}"), "not a valid port name", "4:27"),
    "no external name": (service("{type: ExternalName}"), "needs externalName", "4:8"),
    "a type that is none": (service("{type: Loadbalancer, ports: [{port: 80}]}"), "not a valid Service type", "4:8"),
    "a headless load balancer": (
        service("{type: LoadBalancer, clusterIP: None, ports: [{port: 80}]}"), "clusterIP None is not", "4:28"
    ),
    "no ports": (service("{selector: {app: web}}"), "ports are missing", "4:1"),
    "a container name twice": (
        deployment("initContainers: [{name: web, image: init:1}]"), 'two containers have the name "web"', "9:25"
    ),
    "a container without a name": (deployment("initContainers: [{image: init:1}]"), "has no name", "9:24"),
    "a container without an image": (deployment("initContainers: [{name: init}]"), "has no image", "9:24"),
    "a container name in capitals": (
        deployment("initContainers: [{name: Init, image: init:1}]"), "not a valid container name", "9:25"
    ),
    "a mount of no volume": (
        deployment(container="volumeMounts: [{name: data, mountPath: /data}]"), "not a volume of the Pod", "13:27"
    ),
    "a volume twice": (
        deployment("volumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]"), "two volumes have", "9:43"
    ),
    "a mount path twice": (
        deployment("volumes: [{name: a, emptyDir: {}}]",
                   container="volumeMounts: [{name: a, mountPath: /a}, {name: a, mountPath: /a}]"),
        "two volumes are mounted at /a", "13:62",
    ),
    "a variable without a name": (deployment(container="env: [{value: a}]"), "variable has no name", "13:17"),
    "a variable with two values": (
        deployment(container="env: [{name: A, value: a, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"),
        "together with value", "13:37",
    ),
    "a variable from nothing": (deployment(container="env: [{name: A, valueFrom: {}}]"), "has no source", "13:27"),
    "a port name that is too long": (
        deployment(container="ports: [{name: prometheus-metrics, containerPort: 80}]"), "not a valid port name", "13:20"
    ),
    "a port name twice in a container": (
        deployment(container="ports: [{name: a, containerPort: 80}, {name: a, containerPort: 81}]"),
        "two ports of the container", "13:50",
    ),
    "a container's port that is none": (
        deployment(container="ports: [{containerPort: 80800}]"), "80800 is not a valid port", "13:20"
    ),
    "a probe without a handler": (
        deployment(container="readinessProbe: {periodSeconds: 5}"), "needs one of exec, httpGet", "13:11"
    ),
    "a probe with two handlers": (
        deployment(container="readinessProbe: {exec: {command: [a]}, tcpSocket: {port: 80}}"),
        "exec and tcpSocket", "13:11"
    ),
    "a probe port in quotes": (
        deployment(container="readinessProbe: {httpGet: {port: '8080'}}"), "needs a letter", "13:38"
    ),
    "a liveness probe that asks twice": (
        deployment(container="livenessProbe: {httpGet: {port: 80}, successThreshold: 2}"), "must be 1", "13:48"
    ),
    "a probe of an init container": (
        deployment(f"initContainers: [{{name: a, image: a:1, readinessProbe: {PROBE}}}]"), "init containers", "9:46"
    ),
    "a quantity that is none": (
        deployment(container="resources: {requests: {memory: 512MB}}"), '"512MB" is not a valid quantity', "13:34"
    ),
    "a request above the limit": (
        deployment(container="resources: {requests: {cpu: 1}, limits: {cpu: 500m}}"), "greater than the limit", "13:34"
    ),
    "a share of a GPU": (
        deployment(container="resources: {requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 2}}"),
        "equal to its limit", "13:34",
    ),
    "a Job whose Pods are always restarted": (deployment(kind="Job", selector=""), "OnFailure or Never", "8:5"),
    "a Deployment whose Pods end": (deployment("restartPolicy: Never"), "must be Always", "9:7"),
    "a budget with both": (
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"
        "spec: {minAvailable: 1, maxUnavailable: 1}\n", "cannot both be set", "4:25",
    ),
    "an autoscaler of less than its least": (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
        "spec: {minReplicas: 3, maxReplicas: 2}\n", "maxReplicas 2 is less than minReplicas 3", "4:24",
    ),
    "an Ingress without pathType": (path(f"path: /, {BACKEND}"), "pathType is missing", "4:32"),
    "a backend of v1beta1": (
        path("path: /, pathType: Prefix, backend: {serviceName: web, servicePort: 80}"),
        "`serviceName` is a field of v1beta1", "4:70"
    ),
    "a path without a slash": (path(f"path: api, pathType: Prefix, {BACKEND}"), "must begin with `/`", "4:33"),
    "no path": (path(f"pathType: Exact, {BACKEND}"), "must begin with `/`", "4:32"),
    "a backend without a port": (
        path("path: /, pathType: Prefix, backend: {service: {name: web}}"), "either number or name", "4:70"
    ),
    "an Ingress without rules": (ingress("{tls: []}"), "either rules or defaultBackend is required", "4:1"),
    "a default backend of v1beta1": (ingress("{backend: {serviceName: a, servicePort: 80}}"), "of v1beta1", "4:8"),
    "a Secret in plain text": (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  ok: YQ==\n  password: hunter2!\n",
        'the value of "password" is not base64', "6:3",
    ),
    "a key with a slash": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  conf/a: b\n", '"conf/a" is not a valid', "5:3"
    ),
    "a key in both": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\nbinaryData: {a: YQ==}\n",
        "both data and", "5:14"
    ),
    "a name in capitals": (named("ConfigMap", "Web"), '"Web" is not a valid name', "3:12"),
    "a name of a Service with a dot": (named("Service", "a.b") + "spec: {clusterIP: None}", "not a valid name", "3:12"),
    "a role with a slash": (named("Role", "a/b", "rbac.authorization.k8s.io/v1"), "are not allowed", "3:12"),
    "a label that is too long": (named("ConfigMap", "a", more=f", labels: {{a: {'x' * 64}}}"), "label value", "3:32"),
    "a label with a space": (named("ConfigMap", "a", more=", labels: {a: b c}"), '"b c" is not a valid', "3:32"),
    "a key of a label with two slashes": (named("ConfigMap", "a", more=", labels: {a/b/c: d}"), "label key", "3:32"),
    "a label that is a number": (named("ConfigMap", "a", more=", labels: {version: 1.0}"), "expected `str`", "3:32"),
    "an annotation that is a boolean": (named("ConfigMap", "a", more=", annotations: {a: true}"), "`str`", "3:37"),
    "a label of the template": (
        deployment().replace("tier: front", "tier: a b"), '"a b" is not a valid label value', "7:35"
    ),
    "a claim of nothing": (
        named("PersistentVolumeClaim", "a") + "spec: {resources: {requests: {storage: 10 Gi}}}\n",
        "is not a valid quantity", "4:31"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said", "place"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_once_with_its_place(text: str, said: str, place: str) -> None:
    (problem,) = refused(text)
    assert said in problem.message
    assert f"{problem.line}:{problem.column}" == place


TAKEN = {
    "a selector of some labels": deployment(),
    "an expression that holds": deployment(selector="{matchExpressions: [{key: tier, operator: Exists}]}"),
    "a Job, which makes its selector": deployment("restartPolicy: Never", selector="", kind="Job"),
    "a patch": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
    "spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: b}]}]}}}\n",
    "the port of two protocols": service("{ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}"),
    "one port without a name": service("{ports: [{port: 80, targetPort: http}]}"),
    "a node port": service("{type: LoadBalancer, ports: [{port: 80, nodePort: 8080}]}"),
    "an external name": service("{type: ExternalName, externalName: a.example.com}"),
    "headless without ports": service("{clusterIP: None, selector: {app: web}}"),
    "a Service of Knative": "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n",
    "volumes of claims": deployment(container="volumeMounts: [{name: data, mountPath: /data}]", kind="StatefulSet")
    + "  volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 1Gi}}}}]\n",
    "an empty value beside its source": deployment(
        container="env: [{name: A, value: '', valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"
    ),
    "a null where nothing is meant": deployment(container="livenessProbe: null"),
    "a probe by gRPC": deployment(container="livenessProbe: {grpc: {port: 80}, successThreshold: 1}"),
    "a readiness probe that asks twice": deployment(
        container="readinessProbe: {httpGet: {port: http}, successThreshold: 2}"
    ),
    "a probe of a sidecar": deployment(
        f"initContainers: [{{name: a, image: a:1, restartPolicy: Always, livenessProbe: {PROBE}}}]"
    ),
    "the limit as it is asked for": deployment(container="resources: {requests: {cpu: 0.5}, limits: {cpu: 500m}}"),
    "a limit alone": deployment(container="resources: {limits: {nvidia.com/gpu: 1, memory: 1e9}}"),
    "a budget": "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"
    "spec: {minAvailable: null, maxUnavailable: 0}\n",
    "as many at most as at least": "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
    "spec: {minReplicas: 2, maxReplicas: 2}\n",
    "no path where the controller says what it means": path(f"pathType: ImplementationSpecific, {BACKEND}"),
    "a bucket": path("path: /, pathType: Prefix, backend: {resource: {kind: Bucket, name: a}}"),
    "a default backend alone": ingress("{defaultBackend: {service: {name: a, port: {name: http}}}}"),
    "an Ingress that is not served any more": ingress("{backend: {serviceName: a, servicePort: 80}}").replace(
        "networking.k8s.io/v1", "extensions/v1beta1"
    ),
    "base64 in lines": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: |\n  YWFh\n  YWFh\n  }\n"
    "stringData: {b: hunter2!}\n",
    "what sops encrypted": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
    "data: {a: 'ENC[AES256_GCM]'}\nsops: {}\n",
    "what envsubst fills in": named("ConfigMap", "${NAME}", more=", labels: {a: $(B)/c}")
    + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: ${PASSWORD}}\n",
    "a name with dots": named("ConfigMap", "kube-root-ca.crt", more=", labels: {a.b/c: ''}"),
    "a role of the system": named("ClusterRole", "system:node", "rbac.authorization.k8s.io/v1"),
    "an API": named("APIService", "v1.", "apiregistration.k8s.io/v1"),
}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_what_is_taken_is_not_told(text: str) -> None:
    assert [problem.message for problem in refused(text)] == []


def test_neither_a_value_of_a_secret_nor_its_line_is_shown(tmp_path: Path) -> None:
    ran = lint_text(tmp_path, REFUSED["a Secret in plain text"][0])
    assert ran.code == 3
    assert "hunter2" not in ran.out + ran.err
    assert "Secret/default/a is invalid" in ran.err


def test_an_object_that_stands_twice_is_told_with_both_places() -> None:
    found = read_text("given", f"{named('ConfigMap', 'a')}---\n{named('ConfigMap', 'a')}data: {{a: b}}\n").problems
    assert [(p.line, p.column) for p in found] == [(5, 1)]
    assert "ConfigMap/default/a is also in given:1:1" in found[0].message
