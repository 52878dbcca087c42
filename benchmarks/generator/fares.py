"""How the Pods of an application fare, in the words that the scheduler, the kubelet and the runtime write.

In texts `{pod}`, `{namespace}`, `{uid}`, `{container}` and `{ip}` stand for the Pod's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.generator.values import DAY, HOUR, Json, ago

BEGINNING = ("Scheduled", "Pulled", "Created", "Started")


@dataclass(frozen=True)
class Said:
    """One Event. `last` and `first` are seconds before the snapshot, None for what its Pod's age makes of it."""

    type: str
    reason: str
    message: str
    count: int = 1
    last: int = 60
    first: int | None = None
    component: str = "kubelet"


@dataclass(frozen=True)
class Fare:
    """What the status of each Pod says; by default a Pod that runs and is ready."""

    phase: str = "Running"
    bound: bool = True
    made: bool = True
    """False: the controller cannot even make the Pod."""

    sandbox: bool = True
    ready: bool = True
    started: bool = True
    state: Json | None = None
    last: Json = field(default_factory=dict)
    restarts: int = 0
    initial: Json | None = None
    """The state of the init container, where it is what fails; `restarts` and `last` are its own then."""

    unscheduled: str = ""
    beginning: tuple[str, ...] = BEGINNING
    said: tuple[Said, ...] = ()
    log: tuple[str, ...] = ()
    finished: str = ""
    """The reason of `Ready` for a Pod that ended: PodCompleted, PodFailed."""

    age: int | None = None


def terminated(code: int, reason: str, seconds: int = 30, message: str = "") -> Json:
    """The state of a container that ended some seconds ago."""
    told = {"message": message} if message else {}
    ended = {"exitCode": code, "reason": reason, "startedAt": ago(seconds + 4), "finishedAt": ago(seconds), **told}
    return {"terminated": {"containerID": f"containerd://{seconds:064x}", **ended}}


def waiting(reason: str, message: str = "") -> Json:
    """The state of a container that waits."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def config_error(message: str) -> Fare:
    """The kubelet cannot put the container's configuration together."""
    said = Said("Warning", "Failed", f"Error: {message}", 40, 20, 900)
    state = waiting("CreateContainerConfigError", message)
    return Fare("Pending", ready=False, started=False, state=state, beginning=("Scheduled", "Pulled"), said=(said,))


def image_pull(image: str, error: str, *more: Said) -> Fare:
    """The image does not come."""
    state = waiting("ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {error}')
    said = (
        Said("Normal", "Pulling", f'Pulling image "{image}"', 5, 200, 900),
        Said("Warning", "Failed", f'Failed to pull image "{image}": {error}', 5, 200, 900),
        Said("Warning", "Failed", "Error: ErrImagePull", 5, 200, 900),
        Said("Normal", "BackOff", f'Back-off pulling image "{image}"', 30, 20, 890),
        Said("Warning", "Failed", "Error: ImagePullBackOff", 30, 20, 890),
        *more,
    )
    return Fare("Pending", ready=False, started=False, state=state, beginning=("Scheduled",), said=said)


def never_valid_image(image: str) -> Fare:
    """The name of the image cannot be parsed."""
    message = (
        f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": invalid reference format'
    )
    said = (
        Said("Warning", "InspectFailed", message, 40, 20, 900),
        Said("Warning", "Failed", "Error: InvalidImageName", 40, 20, 900),
    )
    state = waiting("InvalidImageName", message)
    return Fare("Pending", ready=False, started=False, state=state, beginning=("Scheduled",), said=said)


_BACK_OFF = waiting(
    "CrashLoopBackOff", "back-off 5m0s restarting failed container={container} pod={pod}_{namespace}({uid})"
)
_BACKS_OFF = Said(
    "Warning",
    "BackOff",
    "Back-off restarting failed container {container} in pod {pod}_{namespace}({uid})",
    60,
    30,
    2400,
)
"""What is said of a container that ends again and again, in the status and by an Event."""


def crash_loop(code: int, *log: str, reason: str = "Error", more: tuple[Said, ...] = ()) -> Fare:
    """The container ends again and again."""
    return Fare(
        ready=False,
        started=False,
        state=_BACK_OFF,
        last=terminated(code, reason, 100),
        restarts=9,
        said=(_BACKS_OFF, *more),
        log=log,
    )


def init_crash(code: int, *log: str) -> Fare:
    """The init container ends again and again."""
    return Fare(
        "Pending",
        ready=False,
        started=False,
        state=waiting("PodInitializing"),
        initial=_BACK_OFF,
        last=terminated(code, "Error", 100),
        restarts=9,
        said=(_BACKS_OFF,),
        log=log,
    )


def cannot_run(message: str) -> Fare:
    """The runtime cannot start the container's command."""
    said = (
        Said("Warning", "Failed", f"Error: {message}", 9, 100, 1800),
        Said(
            "Warning",
            "BackOff",
            "Back-off restarting failed container {container} in pod {pod}_{namespace}({uid})",
            60,
            30,
            1700,
        ),
    )
    last = terminated(128, "StartError", 100, message)
    last["terminated"]["startedAt"] = "1970-01-01T00:00:00Z"
    state = waiting("RunContainerError", message)
    return Fare(ready=False, started=False, state=state, last=last, restarts=9, said=said, beginning=BEGINNING[:3])


def unready(message: str) -> Fare:
    """The container runs, and the readiness probe fails."""
    return Fare(ready=False, said=(Said("Warning", "Unhealthy", f"Readiness probe failed: {message}", 180, 5, 1800),))


def liveness_killed(message: str) -> Fare:
    """The kubelet kills the container for its liveness probe."""
    more = (
        Said("Warning", "Unhealthy", f"Liveness probe failed: {message}", 27, 60, 2400),
        Said("Normal", "Killing", "Container {container} failed liveness probe, will be restarted", 9, 60, 2400),
    )
    return crash_loop(137, reason="Error", more=more)


def unschedulable(message: str) -> Fare:
    """No node takes the Pod."""
    said = Said("Warning", "FailedScheduling", message, 12, 60, 1800, "default-scheduler")
    return Fare(
        "Pending",
        bound=False,
        sandbox=False,
        ready=False,
        started=False,
        unscheduled=message,
        beginning=(),
        said=(said,),
    )


def mount_fails(message: str) -> Fare:
    """A volume cannot be set up."""
    said = Said("Warning", "FailedMount", message, 12, 60, 1400)
    state = waiting("ContainerCreating")
    return Fare(
        "Pending", sandbox=False, ready=False, started=False, state=state, beginning=("Scheduled",), said=(said,)
    )


def refused() -> Fare:
    """The Pods are never made."""
    return Fare(made=False, ready=False, beginning=())


def recovered(restarts: int, code: int, reason: str) -> Fare:
    """Well, after a restart or two some time ago."""
    return Fare(restarts=restarts, last=terminated(code, reason, 8 * HOUR), age=2 * DAY)


def slow_start() -> Fare:
    """Well; the readiness probe asked before the container listened."""
    message = 'Readiness probe failed: Get "http://{ip}:8080/healthz": dial tcp {ip}:8080: connect: connection refused'
    return Fare(said=(Said("Warning", "Unhealthy", message, 2, 1490, 1495),), age=1500)


def late_start() -> Fare:
    """Well; the scheduler had to wait for the autoscaler's new node."""
    message = "0/140 nodes are available: 140 Insufficient cpu. no new claims to deallocate, preemption: 0/140 nodes "
    message += "are available: 140 No preemption victims found for incoming pod."
    group = (
        "https://www.googleapis.com/compute/v1/projects/acme-prod/zones/europe-west1-b/instanceGroups/gke-prod-pool-1"
    )
    said = (
        Said("Warning", "FailedScheduling", message, 3, 2190, 2200, "default-scheduler"),
        Said(
            "Normal",
            "TriggeredScaleUp",
            f"pod triggered scale-up: [{{{group} 3->4 (max: 9)}}]",
            1,
            2195,
            2195,
            "cluster-autoscaler",
        ),
    )
    return Fare(said=said, age=2200)


def secret_came_late() -> Fare:
    """Well; a Secret was made a minute after the Pod, and the kubelet's complaints are still there."""
    return Fare(said=(Said("Warning", "Failed", 'Error: secret "credentials" not found', 6, 2500, 2570),), age=2580)
