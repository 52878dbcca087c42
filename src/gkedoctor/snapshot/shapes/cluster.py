"""Nodes, storage, quotas, admission, accounts, and Events."""

from __future__ import annotations

from gkedoctor.snapshot.redaction.value_facts import CertificateFacts, KeyFacts
from gkedoctor.snapshot.shapes.build import (
    CONDITIONS,
    INT_OR_STR,
    QUANTITIES,
    REFERENCE,
    SELECTOR,
    STRING_MAP,
    STRINGS,
    TIME,
    document,
    many,
    mapped,
    shape,
)
from gkedoctor.snapshot.shapes.pods import CLAIM_SPEC, NODE_TERMS, VOLUME_SOURCES

NODE = document(
    spec=shape(
        providerID=str,
        podCIDR=str,
        podCIDRs=STRINGS,
        unschedulable=bool,
        taints=many(shape(key=str, value=str, effect=str, timeAdded=TIME)),
    ),
    status=shape(
        addresses=many(shape(type=str, address=str)),
        capacity=QUANTITIES,
        allocatable=QUANTITIES,
        conditions=CONDITIONS,
        nodeInfo=shape(
            kubeletVersion=str,
            containerRuntimeVersion=str,
            kernelVersion=str,
            osImage=str,
            operatingSystem=str,
            architecture=str,
        ),
        volumesInUse=STRINGS,
        volumesAttached=many(shape(name=str, devicePath=str)),
    ),
)
NAMESPACE = document(spec=shape(finalizers=STRINGS), status=shape(phase=str, conditions=CONDITIONS))
EVENT = document(
    type=str,
    reason=str,
    message=str,
    action=str,
    count=int,
    firstTimestamp=TIME,
    lastTimestamp=TIME,
    eventTime=TIME,
    series=shape(count=int, lastObservedTime=TIME),
    involvedObject=REFERENCE,
    related=REFERENCE,
    source=shape(component=str, host=str),
    reportingComponent=str,
    reportingInstance=str,
)
SECRET = document(
    type=str,
    immutable=bool,
    data=STRING_MAP,
    stringData=STRING_MAP,
    keys=mapped(KeyFacts),
    certificate=CertificateFacts,
    keyFits=bool,
    registries=STRINGS,
    registriesReadable=bool,
)
CONFIG_MAP = document(data=STRING_MAP, binaryData=STRING_MAP, immutable=bool, keys=mapped(KeyFacts))
SERVICE_ACCOUNT = document(
    secrets=many(REFERENCE), imagePullSecrets=many(shape(name=str)), automountServiceAccountToken=bool
)
CLAIM = document(
    spec=CLAIM_SPEC,
    status=shape(phase=str, accessModes=STRINGS, capacity=QUANTITIES, conditions=CONDITIONS),
)
VOLUME = document(
    spec=shape(
        **VOLUME_SOURCES,
        accessModes=STRINGS,
        capacity=QUANTITIES,
        claimRef=REFERENCE,
        persistentVolumeReclaimPolicy=str,
        storageClassName=str,
        volumeMode=str,
        nodeAffinity=shape(required=shape(nodeSelectorTerms=NODE_TERMS)),
    ),
    status=shape(phase=str, reason=str, message=str),
)
STORAGE_CLASS = document(
    provisioner=str,
    parameters=STRING_MAP,
    reclaimPolicy=str,
    volumeBindingMode=str,
    allowVolumeExpansion=bool,
    allowedTopologies=many(shape(matchLabelExpressions=many(shape(key=str, values=STRINGS)))),
)
_ATTACH_ERROR = shape(time=TIME, message=str)
VOLUME_ATTACHMENT = document(
    spec=shape(attacher=str, nodeName=str, source=shape(persistentVolumeName=str)),
    status=shape(attached=bool, attachError=_ATTACH_ERROR, detachError=_ATTACH_ERROR),
)
RESOURCE_QUOTA = document(
    spec=shape(
        hard=QUANTITIES,
        scopes=STRINGS,
        scopeSelector=shape(matchExpressions=many(shape(scopeName=str, operator=str, values=STRINGS))),
    ),
    status=shape(hard=QUANTITIES, used=QUANTITIES),
)
LIMIT_RANGE = document(
    spec=shape(
        limits=many(
            shape(
                type=str,
                min=QUANTITIES,
                max=QUANTITIES,
                default=QUANTITIES,
                defaultRequest=QUANTITIES,
                maxLimitRequestRatio=QUANTITIES,
            )
        )
    )
)
_METRIC = many(
    shape(
        type=str,
        resource=shape(name=str, target=shape(type=str, averageUtilization=int)),
        containerResource=shape(name=str, container=str),
        object=shape(describedObject=REFERENCE, metric=shape(name=str)),
        pods=shape(metric=shape(name=str)),
        external=shape(metric=shape(name=str)),
    )
)
AUTOSCALER = document(
    spec=shape(
        scaleTargetRef=REFERENCE,
        minReplicas=int,
        maxReplicas=int,
        metrics=_METRIC,
        targetCPUUtilizationPercentage=int,
    ),
    status=shape(
        currentReplicas=int,
        desiredReplicas=int,
        lastScaleTime=TIME,
        observedGeneration=int,
        conditions=CONDITIONS,
        currentMetrics=_METRIC,
    ),
)
DISRUPTION_BUDGET = document(
    spec=shape(minAvailable=INT_OR_STR, maxUnavailable=INT_OR_STR, selector=SELECTOR),
    status=shape(
        currentHealthy=int,
        desiredHealthy=int,
        disruptionsAllowed=int,
        expectedPods=int,
        observedGeneration=int,
        conditions=CONDITIONS,
    ),
)
PRIORITY_CLASS = document(value=int, globalDefault=bool, preemptionPolicy=str, description=str)
_SERVICE_REF = shape(namespace=str, name=str, path=str, port=int)
WEBHOOKS = document(
    webhooks=many(
        shape(
            name=str,
            failurePolicy=str,
            timeoutSeconds=int,
            matchPolicy=str,
            sideEffects=str,
            clientConfig=shape(service=_SERVICE_REF, url=str, caBundle=str),
            namespaceSelector=SELECTOR,
            objectSelector=SELECTOR,
            rules=many(
                shape(
                    apiGroups=STRINGS,
                    apiVersions=STRINGS,
                    operations=STRINGS,
                    resources=STRINGS,
                    scope=str,
                )
            ),
        )
    )
)
API_SERVICE = document(
    spec=shape(group=str, version=str, service=_SERVICE_REF, insecureSkipTLSVerify=bool, caBundle=str),
    status=shape(conditions=CONDITIONS),
)
RESOURCE_DEFINITION = document(
    spec=shape(
        group=str,
        scope=str,
        names=shape(kind=str, plural=str, singular=str, shortNames=STRINGS),
        versions=many(shape(name=str, served=bool, storage=bool, deprecated=bool)),
    ),
    status=shape(conditions=CONDITIONS),
)
ROLE = document(
    rules=many(
        shape(apiGroups=STRINGS, resources=STRINGS, resourceNames=STRINGS, verbs=STRINGS, nonResourceURLs=STRINGS)
    )
)
ROLE_BINDING = document(
    roleRef=shape(apiGroup=str, kind=str, name=str),
    subjects=many(shape(apiGroup=str, kind=str, name=str, namespace=str)),
)
