"""Applications that are well, as teams write them: web services, workers, databases, schedules."""

from __future__ import annotations

from random import Random

from benchmarks.generator import config, policies
from benchmarks.generator.application import Application
from benchmarks.generator.fares import Fare, late_start, recovered, secret_came_late, slow_start, terminated
from benchmarks.generator.load_balancers import ingress
from benchmarks.generator.services import service
from benchmarks.generator.values import DAY, HOUR, Json

PORT = 8080


def web(
    random: Random, namespace: str, name: str, replicas: int, address: str, *, exposed: bool, tls: bool
) -> Application:
    """A Deployment behind a Service and, where `exposed`, an Ingress."""
    app = _workload(random, namespace, name, "Deployment", replicas)
    app.container.update(
        {
            "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
            "readinessProbe": _probe("/healthz", 5, 3),
            "livenessProbe": _probe("/livez", 10, 6),
        }
    )
    app.services.append(service(random, namespace, name, {"app": name}, address, app.age, web=exposed))
    if exposed:
        secret = f"{name}-tls" if tls else ""
        app.ingress = ingress(random, namespace, name, name, app.age, tls=secret)
        if secret:
            app.others.append(("secrets", config.tls_secret(app, secret, f"{name}.{namespace}.example.com")))
    draw = random.random()
    if draw < 0.3:
        app.others.append(("horizontalpodautoscalers", policies.autoscaler(app)))
    if 0.2 < draw < 0.5 and replicas > 1:
        app.others.append(("poddisruptionbudgets", policies.disruption_budget(app)))
    if 0.4 < draw < 0.5:
        app.others.append(("networkpolicies", policies.network_policy(app)))
    if exposed and draw < 0.2:
        _reserve(app)
    _befall(app, draw, replicas)
    return app


def _befall(app: Application, draw: float, replicas: int) -> None:
    """What happens in every cluster, is over or passes, and is no fault."""
    random = app.random
    if 0.5 < draw < 0.53:
        app.fare = recovered(
            random.randrange(1, 4), *random.choice(((1, "Error"), (137, "OOMKilled"), (0, "Completed")))
        )
    elif 0.53 < draw < 0.55 and replicas > 3:
        app.rolling = True
    elif 0.55 < draw < 0.6:
        app.fare = random.choice((slow_start, late_start, secret_came_late))()


def _reserve(app: Application) -> None:
    """A static address for its Ingress."""
    assert app.ingress is not None
    name = f"{app.namespace}-{app.name}"
    app.ingress["metadata"]["annotations"]["kubernetes.io/ingress.global-static-ip-name"] = name
    app.reserved = name


def worker(random: Random, namespace: str, name: str, replicas: int) -> Application:
    """A Deployment that nobody calls."""
    app = _workload(random, namespace, name, "Deployment", replicas)
    app.container["args"] = ["work", "--queue=default"]
    return app


def database(random: Random, namespace: str, name: str, replicas: int) -> Application:
    """A StatefulSet with a headless Service and a disk for each Pod."""
    app = _workload(random, namespace, name, "StatefulSet", replicas)
    app.container.update(
        {
            "ports": [{"name": "http", "containerPort": 5432, "protocol": "TCP"}],
            "readinessProbe": {
                "tcpSocket": {"port": 5432},
                "periodSeconds": 10,
                "timeoutSeconds": 1,
                "failureThreshold": 3,
            },
        }
    )
    app.container["volumeMounts"] = [*app.container["volumeMounts"], {"name": "data", "mountPath": "/data"}]
    app.claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "10Gi"}},
            "storageClassName": "standard-rwo",
            "volumeMode": "Filesystem",
        },
        "status": {"phase": "Pending"},
    }
    app.services.append(service(random, namespace, name, {"app": name}, "None", app.age, web=False))
    return app


def schedule(random: Random, namespace: str, name: str, history: int) -> Application:
    """A CronJob with a few Jobs that are done."""
    app = _workload(random, namespace, name, "CronJob", history)
    app.age = max(app.age, 10 * DAY)
    app.spec["restartPolicy"] = "Never"
    done = terminated(0, "Completed", 40)
    app.fare = Fare("Succeeded", ready=False, started=False, state=done, finished="PodCompleted", age=None)
    return app


def _workload(random: Random, namespace: str, name: str, kind: str, replicas: int) -> Application:
    age = random.randrange(2 * DAY, 200 * DAY)
    labels = {"app": name, "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": namespace}
    template = {"metadata": {"labels": labels}, "spec": _spec(namespace, name)}
    app = Application(random, namespace, name, kind, replicas, age, template)
    older = age + HOUR
    app.others += [
        ("secrets", config.secret(app, f"{name}-credentials", ("username", "password", "token"), age=older)),
        ("configmaps", config.config_map(app, f"{name}-config", ("LOG_LEVEL", "app.yaml", "region"))),
        ("serviceaccounts", config.service_account(app, name)),
    ]
    return app


def _spec(namespace: str, name: str) -> Json:
    credentials, configuration = f"{name}-credentials", f"{name}-config"
    env = [
        {"name": "DB_USER", "valueFrom": {"secretKeyRef": {"name": credentials, "key": "username"}}},
        {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": credentials, "key": "password"}}},
        {"name": "REGION", "valueFrom": {"configMapKeyRef": {"name": configuration, "key": "region"}}},
        {"name": "FEATURES", "valueFrom": {"configMapKeyRef": {"name": "features", "key": name, "optional": True}}},
        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
        {"name": "TEAM", "value": namespace},
    ]
    container = {
        "name": "app",
        "image": f"europe-west1-docker.pkg.dev/acme-prod/services/{name}:1.{len(name)}.0",
        "imagePullPolicy": "IfNotPresent",
        "env": env,
        "envFrom": [{"configMapRef": {"name": configuration}}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app", "readOnly": True}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    return {
        "containers": [container],
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "schedulerName": "default-scheduler",
        "serviceAccount": name,
        "serviceAccountName": name,
        "priority": 0,
        "preemptionPolicy": "PreemptLowerPriority",
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "terminationGracePeriodSeconds": 30,
        "volumes": [{"name": "config", "configMap": {"name": configuration, "defaultMode": 420}}],
    }


def _probe(path: str, period: int, failures: int) -> Json:
    return {
        "httpGet": {"path": path, "port": "http", "scheme": "HTTP"},
        "periodSeconds": period,
        "timeoutSeconds": 1,
        "successThreshold": 1,
        "failureThreshold": failures,
    }
