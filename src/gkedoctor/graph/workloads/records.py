"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from gkedoctor.graph.core.records import KubernetesObject, Part


class WithoutRequestRecord(TypedDict):
    """The containers of the target that lack the request a utilisation target needs."""

    container: str
    resource: str
    spec: Part


class ScheduleRecord(TypedDict):
    """When it should have run, by the snapshot's clock.

    `readable`: the schedule can be understood. `never`: no date meets it. `zoneKnown`: there is such a time zone; it is
    true where none is set. `going`: seconds since the oldest run that has not ended started. `usual`: twice the seconds
    that the longest successful run took. `missed`: the number of due times without a run since the last start (or the
    creation), those of the last 100 seconds left out. `last`: the latest due time, in RFC 3339. `every`: the seconds
    between the two latest due times. Each is null where it is not known: there was no such run, or the schedule or
    zone cannot be read.
    """

    readable: bool
    never: bool
    zoneKnown: bool
    going: float | None
    usual: float | None
    missed: int | None
    last: str | None
    every: float | None
    nearestZone: NotRequired[str | None]
    """The time zone that may be meant, where there is none of that name."""


class EvictionRecord(TypedDict):
    """How Pods of this one's controller lost their place, if it still matters."""

    kind: str
    reason: str
    message: str
    pod: str
    holder: KubernetesObject
    item: Part
    by: str | None
    at: Part
    life: float


class RetiredImageRecord(TypedDict):
    """The containers whose image has a name of a registry that was shut down."""

    container: str
    spec: Part
    image: str
    host: str
    frozen: bool
    project: str
    instead: str | None


class RegistryFailureRecord(TypedDict):
    """The containers whose registry failed, and whom else it failed alike."""

    container: str
    host: str
    workloads: list[KubernetesObject]
    ran: KubernetesObject | None
    """A Pod of the same node that has an image of this registry."""


class MovedImageRecord(TypedDict):
    """The containers whose image its publisher has moved elsewhere."""

    container: str
    image: str
    instead: str


class HastyLivenessRecord(TypedDict):
    """Containers whose livenessProbe kills too soon."""

    container: str
    liveness: Part
    readiness: Part
    killed: int
    patience: int
    delay: int
    fault: str


class ContainerRecord(TypedDict):
    """The containers."""

    name: str
    role: str
    spec: Part
    status: Part
    step: str
    waiting: Part
    running: Part
    ended: Part
    life: int | None
    since: str | None
    restarts: int
    ends: int
    probeLife: str | None
    log: list[str]
    said: list[str]
    telling: str | None
    reason: str | None
    final: list[str]
    before: list[str]
    fault: str | None
    faultLine: str | None
    setting: str | None
    events: list[KubernetesObject]


class OutlastingRecord(TypedDict):
    """The containers that alone keep a Pod of a Job from ending."""

    job: KubernetesObject
    done: ContainerRecord
    sidecars: list[ContainerRecord]
    known: bool
    seconds: float | None
    injected: list[str]
    switch: str | None


class RivalRecord(TypedDict):
    """The other autoscalers that scale the same Pods."""

    item: KubernetesObject
    same: bool
    target: KubernetesObject | None


class HostPortClasheRecord(TypedDict):
    """Ports of the node that a DaemonSet takes on every node."""

    port: int
    protocol: str
    entries: list[Part]
    entry: Part
    containers: list[str]
    other: KubernetesObject


class PortClasheRecord(TypedDict):
    """Ports that two containers of one Pod declare."""

    port: int
    protocol: str
    entries: list[Part]
    entry: Part
    containers: list[str]


class ReadinessRecord(TypedDict):
    """What the readiness probes ask."""

    name: str
    what: str
    spec: Part
    probe: Part
    type: str
    port: int | str | None
    number: int | None
    path: str | None
    scheme: str | None
    timeout: int
    portNamed: int | str | None
    declared: list[int]


class UnreadyRecord(TypedDict):
    """What keeps a Pod from being Ready, one record per container (see `_record`); one without a container if none."""

    name: str | None
    what: str
    probe: Part
    seen: bool
    siblings: list[KubernetesObject]
    spec: NotRequired[Part]
    status: NotRequired[Part]
    type: NotRequired[str]
    port: NotRequired[int | str | None]
    number: NotRequired[int | None]
    path: NotRequired[str | None]
    scheme: NotRequired[str | None]
    timeout: NotRequired[int]
    portNamed: NotRequired[int | str | None]
    age: NotRequired[float]
    young: NotRequired[bool]
    starting: NotRequired[bool]
    event: NotRequired[KubernetesObject | None]
    message: NotRequired[str | None]
    log: NotRequired[list[str]]
    listens: NotRequired[list[int]]
    declared: NotRequired[list[int]]
    code: NotRequired[int | None]
    line: NotRequired[str | None]


class RollbackRecord(TypedDict):
    """What `rollout undo` of a Deployment goes back to.

    `changed`: the fields of the template that differ: `containers[app].image`. `image`: the images of that revision.
    `serves`: Pods of that revision are ready now.
    """

    revision: int
    item: KubernetesObject
    image: str
    changed: list[str]
    serves: bool
    command: str
