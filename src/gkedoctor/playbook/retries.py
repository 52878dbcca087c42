"""Who tries again after a fault is fixed, and the longest that it takes: the back-off of each controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class RetryName(StrEnum):
    """The controllers that playbooks name under `ruled_out_if[].fixed.retry`."""

    KUBELET = "kubelet"
    CONTAINER = "container"
    IMAGE = "image"
    VOLUME = "volume"
    SCHEDULER = "scheduler"
    WORKLOAD_CONTROLLER = "workload-controller"
    JOB_CONTROLLER = "job-controller"
    AUTOSCALER = "autoscaler"
    VOLUME_BINDER = "volume-binder"
    PROVISIONER = "provisioner"
    LOAD_BALANCER_CONTROLLER = "load-balancer-controller"
    SERVICE_CONTROLLER = "service-controller"
    MANAGED_CERTIFICATE = "managed-certificate"
    NAMESPACE_CONTROLLER = "namespace-controller"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Retry:
    """A controller that retries. `longest`: seconds between two tries at most. `source`: where that is written."""

    by: str
    longest: int
    source: str


_KUBERNETES = "https://github.com/kubernetes/kubernetes/blob/v1.34.0/"

RETRIES: Mapping[RetryName, Retry] = MappingProxyType(
    {
        # The sync loop of the kubelet: syncFrequency, 1m, with jitter of half as much again.
        RetryName.KUBELET: Retry(
            "the kubelet", 90, "https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/"
        ),
        # Restarts of a container: 10 s, doubled up to MaxContainerBackOff.
        RetryName.CONTAINER: Retry(
            "the kubelet", 300, "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy"
        ),
        RetryName.IMAGE: Retry(
            "the kubelet", 300, "https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff"
        ),
        # Mounts: exponential_backoff.go, maxDurationBeforeRetry.
        RetryName.VOLUME: Retry(
            "the kubelet", 122, _KUBERNETES + "pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go"
        ),
        # Pods without a node wait for an event or the periodic flush: podMaxInUnschedulablePodsDuration.
        RetryName.SCHEDULER: Retry(
            "the scheduler", 300, _KUBERNETES + "pkg/scheduler/backend/queue/scheduling_queue.go"
        ),
        # Refused creations: DefaultControllerRateLimiter, 5 ms doubled up to 1,000 s.
        RetryName.WORKLOAD_CONTROLLER: Retry(
            "the controller", 1000, _KUBERNETES + "staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go"
        ),
        RetryName.JOB_CONTROLLER: Retry(
            "the Job controller",
            360,
            "https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy",
        ),
        RetryName.AUTOSCALER: Retry(
            "the HorizontalPodAutoscaler controller",
            15,
            "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
        ),
        # Binding: --pvclaimbinder-sync-period.
        RetryName.VOLUME_BINDER: Retry(
            "the volume controller",
            15,
            "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",
        ),
        # Failed provisioning: external-provisioner, --retry-interval-max.
        RetryName.PROVISIONER: Retry(
            "the CSI provisioner", 300, "https://github.com/kubernetes-csi/external-provisioner"
        ),
        # Failed syncs: the same rate limiter; a full resync every 10 minutes (--sync-period).
        RetryName.LOAD_BALANCER_CONTROLLER: Retry(
            "the load balancer controller",
            600,
            "https://github.com/kubernetes/ingress-gce/blob/master/pkg/flags/flags.go",
        ),
        # Service controller: minRetryDelay 5 s, maxRetryDelay 5 min.
        RetryName.SERVICE_CONTROLLER: Retry(
            "the Service controller",
            300,
            "https://github.com/kubernetes/cloud-provider/blob/master/controllers/service/controller.go",
        ),
        # Google's managed certificates: at most an hour after DNS is right.
        RetryName.MANAGED_CERTIFICATE: Retry(
            "Google Cloud", 3600, "https://cloud.google.com/load-balancing/docs/ssl-certificates/troubleshooting"
        ),
        # Failed namespace deletions and finalizers.
        RetryName.NAMESPACE_CONTROLLER: Retry(
            "the namespace controller",
            1000,
            _KUBERNETES + "pkg/controller/namespace/namespace_controller.go",
        ),
        RetryName.OPERATOR: Retry(
            "its operator", 1000, "https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/controller#Options"
        ),
    }
)
"""How each of them retries."""
