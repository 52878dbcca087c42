"""Pods, and the controllers that make them of a template."""

from __future__ import annotations

from gkedoctor.snapshot.shapes.build import (
    CONDITIONS,
    INT_OR_STR,
    METADATA,
    NAMED,
    QUANTITIES,
    QUANTITY,
    SELECTOR,
    STRING_MAP,
    STRINGS,
    TIME,
    document,
    many,
    shape,
)

_KEY = shape(name=str, key=str, optional=bool)
_ITEMS = many(shape(key=str, path=str, mode=int))
_HTTP = shape(path=str, port=INT_OR_STR, scheme=str, host=str, httpHeaders=many(shape(name=str, value=str)))
_HANDLER = {
    "exec": shape(command=STRINGS),
    "httpGet": _HTTP,
    "tcpSocket": shape(port=INT_OR_STR, host=str),
    "grpc": shape(port=int, service=str),
}
_PROBE = shape(
    **_HANDLER,
    initialDelaySeconds=int,
    timeoutSeconds=int,
    periodSeconds=int,
    successThreshold=int,
    failureThreshold=int,
)
_SECURITY = shape(
    runAsUser=int,
    runAsGroup=int,
    fsGroup=int,
    runAsNonRoot=bool,
    privileged=bool,
    readOnlyRootFilesystem=bool,
    allowPrivilegeEscalation=bool,
    capabilities=shape(add=STRINGS, drop=STRINGS),
)
_ENV = shape(
    name=str,
    value=str,
    valueFrom=shape(
        secretKeyRef=_KEY,
        configMapKeyRef=_KEY,
        fieldRef=shape(fieldPath=str),
        resourceFieldRef=shape(containerName=str, resource=str),
    ),
)
_CONTAINER = shape(
    name=str,
    image=str,
    imagePullPolicy=str,
    command=STRINGS,
    args=STRINGS,
    workingDir=str,
    ports=many(shape(name=str, containerPort=int, hostPort=int, hostIP=str, protocol=str)),
    env=many(_ENV),
    envFrom=many(
        shape(prefix=str, secretRef=shape(name=str, optional=bool), configMapRef=shape(name=str, optional=bool))
    ),
    resources=shape(requests=QUANTITIES, limits=QUANTITIES),
    volumeMounts=many(shape(name=str, mountPath=str, subPath=str, subPathExpr=str, readOnly=bool)),
    livenessProbe=_PROBE,
    readinessProbe=_PROBE,
    startupProbe=_PROBE,
    lifecycle=shape(postStart=shape(**_HANDLER), preStop=shape(**_HANDLER)),
    restartPolicy=str,
    securityContext=_SECURITY,
    terminationMessagePath=str,
    terminationMessagePolicy=str,
)
_PROJECTION = shape(
    secret=shape(name=str, items=_ITEMS, optional=bool),
    configMap=shape(name=str, items=_ITEMS, optional=bool),
    serviceAccountToken=shape(path=str, audience=str, expirationSeconds=int),
)
VOLUME_SOURCES = {
    "hostPath": shape(path=str, type=str),
    "nfs": shape(server=str, path=str, readOnly=bool),
    "csi": shape(driver=str, fsType=str, volumeHandle=str, readOnly=bool, volumeAttributes=STRING_MAP),
    "gcePersistentDisk": shape(pdName=str, fsType=str, readOnly=bool, partition=int),
}
_VOLUME = shape(
    name=str,
    secret=shape(secretName=str, items=_ITEMS, optional=bool, defaultMode=int),
    configMap=shape(name=str, items=_ITEMS, optional=bool, defaultMode=int),
    persistentVolumeClaim=shape(claimName=str, readOnly=bool),
    emptyDir=shape(medium=str, sizeLimit=QUANTITY),
    projected=shape(sources=many(_PROJECTION)),
    ephemeral=shape(volumeClaimTemplate=shape(metadata=METADATA)),
    **VOLUME_SOURCES,
)
TOLERATION = shape(key=str, operator=str, value=str, effect=str, tolerationSeconds=int)
_EXPRESSIONS = many(shape(key=str, operator=str, values=STRINGS))
NODE_TERMS = many(shape(matchExpressions=_EXPRESSIONS, matchFields=_EXPRESSIONS))
_POD_TERM = shape(labelSelector=SELECTOR, namespaceSelector=SELECTOR, namespaces=STRINGS, topologyKey=str)
_POD_AFFINITY = shape(
    requiredDuringSchedulingIgnoredDuringExecution=many(_POD_TERM),
    preferredDuringSchedulingIgnoredDuringExecution=many(shape(weight=int, podAffinityTerm=_POD_TERM)),
)
_AFFINITY = shape(
    nodeAffinity=shape(
        requiredDuringSchedulingIgnoredDuringExecution=shape(nodeSelectorTerms=NODE_TERMS),
        preferredDuringSchedulingIgnoredDuringExecution=many(shape(weight=int)),
    ),
    podAffinity=_POD_AFFINITY,
    podAntiAffinity=_POD_AFFINITY,
)
_POD_SPEC = shape(
    containers=many(_CONTAINER),
    initContainers=many(_CONTAINER),
    ephemeralContainers=many(_CONTAINER),
    volumes=many(_VOLUME),
    nodeName=str,
    nodeSelector=STRING_MAP,
    affinity=_AFFINITY,
    tolerations=many(TOLERATION),
    topologySpreadConstraints=many(shape(maxSkew=int, topologyKey=str, whenUnsatisfiable=str, labelSelector=SELECTOR)),
    serviceAccountName=str,
    serviceAccount=str,
    automountServiceAccountToken=bool,
    imagePullSecrets=many(NAMED),
    restartPolicy=str,
    priority=int,
    priorityClassName=str,
    runtimeClassName=str,
    schedulerName=str,
    schedulingGates=many(NAMED),
    readinessGates=many(shape(conditionType=str)),
    hostNetwork=bool,
    hostname=str,
    subdomain=str,
    dnsPolicy=str,
    hostAliases=many(shape(ip=str, hostnames=STRINGS)),
    terminationGracePeriodSeconds=int,
    activeDeadlineSeconds=int,
    securityContext=_SECURITY,
    overhead=QUANTITIES,
)
_STATE = shape(
    waiting=shape(reason=str, message=str),
    running=shape(startedAt=TIME),
    terminated=shape(
        exitCode=int, signal=int, reason=str, message=str, startedAt=TIME, finishedAt=TIME, containerID=str
    ),
)
_STATUSES = many(
    shape(
        name=str,
        image=str,
        imageID=str,
        containerID=str,
        ready=bool,
        started=bool,
        restartCount=int,
        state=_STATE,
        lastState=_STATE,
    )
)
_ADDRESSES = many(shape(ip=str))
POD = document(
    spec=_POD_SPEC,
    status=shape(
        phase=str,
        reason=str,
        message=str,
        podIP=str,
        podIPs=_ADDRESSES,
        hostIP=str,
        hostIPs=_ADDRESSES,
        nominatedNodeName=str,
        qosClass=str,
        startTime=TIME,
        conditions=CONDITIONS,
        containerStatuses=_STATUSES,
        initContainerStatuses=_STATUSES,
        ephemeralContainerStatuses=_STATUSES,
    ),
)
TEMPLATE = shape(metadata=METADATA, spec=_POD_SPEC)
CLAIM_SPEC = shape(
    accessModes=STRINGS,
    storageClassName=str,
    volumeMode=str,
    volumeName=str,
    resources=shape(requests=QUANTITIES, limits=QUANTITIES),
    selector=SELECTOR,
    dataSource=shape(apiGroup=str, kind=str, name=str),
)
_ROLLING = shape(
    type=str,
    rollingUpdate=shape(maxSurge=INT_OR_STR, maxUnavailable=INT_OR_STR, partition=int),
)
_REPLICA_STATUS = {
    "conditions": CONDITIONS,
    **dict.fromkeys(
        (
            "observedGeneration",
            "replicas",
            "readyReplicas",
            "availableReplicas",
            "unavailableReplicas",
            "updatedReplicas",
            "currentReplicas",
            "fullyLabeledReplicas",
            "terminatingReplicas",
            "collisionCount",
        ),
        int,
    ),
}
_REPLICATED = {
    "replicas": int,
    "selector": SELECTOR,
    "template": TEMPLATE,
    "minReadySeconds": int,
    "paused": bool,
    "progressDeadlineSeconds": int,
    "revisionHistoryLimit": int,
    "strategy": _ROLLING,
    "updateStrategy": _ROLLING,
}
DEPLOYMENT = document(spec=shape(**_REPLICATED), status=shape(**_REPLICA_STATUS))
REPLICA_SET = DEPLOYMENT
CONTROLLER_REVISION = document(revision=int)
REPLICATION_CONTROLLER = document(
    spec=shape(replicas=int, selector=STRING_MAP, template=TEMPLATE, minReadySeconds=int),
    status=shape(**_REPLICA_STATUS),
)
STATEFUL_SET = document(
    spec=shape(
        **_REPLICATED,
        serviceName=str,
        podManagementPolicy=str,
        ordinals=shape(start=int),
        volumeClaimTemplates=many(shape(metadata=METADATA, spec=CLAIM_SPEC)),
    ),
    status=shape(**_REPLICA_STATUS, currentRevision=str, updateRevision=str),
)
DAEMON_SET = document(
    spec=shape(**_REPLICATED),
    status=shape(
        conditions=CONDITIONS,
        **dict.fromkeys(
            (
                "observedGeneration",
                "currentNumberScheduled",
                "desiredNumberScheduled",
                "numberAvailable",
                "numberMisscheduled",
                "numberReady",
                "numberUnavailable",
                "updatedNumberScheduled",
            ),
            int,
        ),
    ),
)
_JOB_SPEC = shape(
    parallelism=int,
    completions=int,
    completionMode=str,
    backoffLimit=int,
    activeDeadlineSeconds=int,
    ttlSecondsAfterFinished=int,
    suspend=bool,
    selector=SELECTOR,
    template=TEMPLATE,
)
JOB = document(
    spec=_JOB_SPEC,
    status=shape(
        active=int,
        failed=int,
        succeeded=int,
        ready=int,
        terminating=int,
        startTime=TIME,
        completionTime=TIME,
        conditions=CONDITIONS,
    ),
)
CRON_JOB = document(
    spec=shape(
        schedule=str,
        timeZone=str,
        suspend=bool,
        concurrencyPolicy=str,
        startingDeadlineSeconds=int,
        successfulJobsHistoryLimit=int,
        failedJobsHistoryLimit=int,
        jobTemplate=shape(metadata=METADATA, spec=_JOB_SPEC),
    ),
    status=shape(active=many(shape(kind=str, name=str, namespace=str)), lastScheduleTime=TIME, lastSuccessfulTime=TIME),
)
