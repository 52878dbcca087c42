"""Google Cloud's objects as `gcloud ... --format=json` prints them (64-bit integers are strings there)."""

from __future__ import annotations

from gkedoctor.snapshot.shapes.build import INT_OR_STR, STRING_MAP, STRINGS, TIME, many, mapped, shape

_COMMON = {
    "id": INT_OR_STR,
    "name": str,
    "kind": str,
    "description": str,
    "selfLink": str,
    "creationTimestamp": TIME,
    "region": str,
    "zone": str,
    "status": str,
    "labels": STRING_MAP,
    "network": str,
    "subnetwork": str,
    "users": STRINGS,
}
ANY_OBJECT = shape(**_COMMON)
FORWARDING_RULE = shape(
    **_COMMON,
    IPAddress=str,
    IPProtocol=str,
    ipVersion=str,
    portRange=str,
    ports=STRINGS,
    allPorts=bool,
    target=str,
    backendService=str,
    loadBalancingScheme=str,
    networkTier=str,
    allowGlobalAccess=bool,
)
TARGET_PROXY = shape(**_COMMON, urlMap=str, sslCertificates=STRINGS, sslPolicy=str, certificateMap=str)
TARGET_POOL = shape(**_COMMON, instances=STRINGS, healthChecks=STRINGS, sessionAffinity=str)
URL_MAP = shape(
    **_COMMON,
    defaultService=str,
    hostRules=many(shape(hosts=STRINGS, pathMatcher=str)),
    pathMatchers=many(
        shape(
            name=str,
            defaultService=str,
            pathRules=many(shape(paths=STRINGS, service=str)),
            routeRules=many(shape(priority=int, service=str)),
        )
    ),
)
BACKEND_SERVICE = shape(
    **_COMMON,
    backends=many(shape(group=str, balancingMode=str, capacityScaler=float, description=str)),
    healthChecks=STRINGS,
    loadBalancingScheme=str,
    port=int,
    portName=str,
    protocol=str,
    sessionAffinity=str,
    timeoutSec=int,
    enableCDN=bool,
    securityPolicy=str,
    connectionDraining=shape(drainingTimeoutSec=int),
    iap=shape(enabled=bool, oauth2ClientId=str),
    logConfig=shape(enable=bool),
    usedBy=many(shape(reference=str)),
)
_HEALTH = shape(
    healthState=str,
    ipAddress=str,
    port=int,
    instance=str,
    forwardingRule=str,
    forwardingRuleIp=str,
    annotations=STRING_MAP,
)
BACKEND_HEALTH = shape(name=str, backends=many(shape(group=str, healthStatus=many(_HEALTH))))
_PROBE = shape(host=str, port=int, portName=str, portSpecification=str, requestPath=str, proxyHeader=str)
HEALTH_CHECK = shape(
    **_COMMON,
    type=str,
    checkIntervalSec=int,
    timeoutSec=int,
    healthyThreshold=int,
    unhealthyThreshold=int,
    httpHealthCheck=_PROBE,
    httpsHealthCheck=_PROBE,
    http2HealthCheck=_PROBE,
    tcpHealthCheck=_PROBE,
    sslHealthCheck=_PROBE,
    grpcHealthCheck=shape(port=int, portSpecification=str, grpcServiceName=str),
)
HTTP_HEALTH_CHECK = shape(
    **_COMMON,
    checkIntervalSec=int,
    timeoutSec=int,
    healthyThreshold=int,
    unhealthyThreshold=int,
    port=int,
    requestPath=str,
)
FILESTORE_INSTANCE = shape(
    **_COMMON, tier=str, state=str, createTime=TIME, fileShares=many(shape(name=str, capacityGb=INT_OR_STR))
)
ENDPOINT_GROUP = shape(**_COMMON, networkEndpointType=str, size=int, defaultPort=int, annotations=STRING_MAP)
ENDPOINTS = shape(
    name=str,
    endpoints=many(
        shape(
            networkEndpoint=shape(instance=str, ipAddress=str, port=int, fqdn=str, annotations=STRING_MAP),
            healths=many(shape(healthState=str, backendService=shape(backendService=str))),
        )
    ),
)
INSTANCE_GROUP = shape(**_COMMON, size=int, namedPorts=many(shape(name=str, port=int)))
INSTANCE = shape(
    **_COMMON,
    machineType=str,
    canIpForward=bool,
    deletionProtection=bool,
    tags=shape(items=STRINGS),
    disks=many(shape(source=str, boot=bool, deviceName=str, autoDelete=bool)),
    serviceAccounts=many(shape(email=str, scopes=STRINGS)),
    networkInterfaces=many(
        shape(
            name=str,
            network=str,
            subnetwork=str,
            networkIP=str,
            accessConfigs=many(shape(name=str, natIP=str, type=str)),
            aliasIpRanges=many(shape(ipCidrRange=str, subnetworkRangeName=str)),
        )
    ),
)
CERTIFICATE = shape(
    **_COMMON,
    type=str,
    certificate=str,
    expireTime=str,
    subjectAlternativeNames=STRINGS,
    managed=shape(status=str, domains=STRINGS, domainStatus=STRING_MAP),
)
_RULES = many(shape(IPProtocol=str, ports=STRINGS))
FIREWALL = shape(
    **_COMMON,
    allowed=_RULES,
    denied=_RULES,
    direction=str,
    disabled=bool,
    priority=int,
    sourceRanges=STRINGS,
    sourceTags=STRINGS,
    sourceServiceAccounts=STRINGS,
    destinationRanges=STRINGS,
    targetTags=STRINGS,
    targetServiceAccounts=STRINGS,
)
ADDRESS = shape(
    **_COMMON,
    address=str,
    addressType=str,
    ipVersion=str,
    networkTier=str,
    purpose=str,
    prefixLength=int,
)
DISK = shape(
    **_COMMON,
    type=str,
    sizeGb=INT_OR_STR,
    replicaZones=STRINGS,
    lastAttachTimestamp=str,
    lastDetachTimestamp=str,
)
NETWORK = shape(**_COMMON, autoCreateSubnetworks=bool, subnetworks=STRINGS, mtu=int)
SUBNETWORK = shape(
    **_COMMON,
    ipCidrRange=str,
    gatewayAddress=str,
    privateIpGoogleAccess=bool,
    purpose=str,
    role=str,
    stackType=str,
    secondaryIpRanges=many(shape(rangeName=str, ipCidrRange=str)),
)
SERVICE_ATTACHMENT = shape(
    **_COMMON,
    connectedEndpoints=many(shape(status=str, endpoint=str)),
)
ROUTER = shape(
    **_COMMON,
    nats=many(shape(name=str, natIpAllocateOption=str, sourceSubnetworkIpRangesToNat=str, natIps=STRINGS)),
)
_QUOTAS = many(shape(metric=str, limit=float, usage=float))
QUOTA_HOLDER = shape(**_COMMON, quotas=_QUOTAS, xpnProjectStatus=str)
UPTIME_CHECK = shape(
    name=str,
    displayName=str,
    monitoredResource=shape(type=str, labels=STRING_MAP),
    httpCheck=shape(
        useSsl=bool,
        path=str,
        port=int,
        validateSsl=bool,
        headers=STRING_MAP,
        authInfo=STRING_MAP,
        acceptedResponseStatusCodes=many(shape(statusValue=int, statusClass=str)),
        serviceAgentAuthentication=shape(type=str),
    ),
    tcpCheck=shape(port=int),
    checkerType=str,
    disabled=bool,
)
_LOOKS_AT = shape(filter=str, query=str)
ALERT_POLICY = shape(
    name=str,
    displayName=str,
    enabled=bool,
    notificationChannels=STRINGS,
    conditions=many(
        shape(
            displayName=str,
            conditionThreshold=_LOOKS_AT,
            conditionAbsent=_LOOKS_AT,
            conditionMonitoringQueryLanguage=_LOOKS_AT,
            conditionPrometheusQueryLanguage=_LOOKS_AT,
        )
    ),
)
CLUSTER = shape(
    id=INT_OR_STR,
    name=str,
    location=str,
    zone=str,
    locations=STRINGS,
    status=str,
    statusMessage=str,
    selfLink=str,
    createTime=TIME,
    currentMasterVersion=str,
    currentNodeVersion=str,
    currentNodeCount=int,
    network=str,
    subnetwork=str,
    clusterIpv4Cidr=str,
    servicesIpv4Cidr=str,
    resourceLabels=STRING_MAP,
    addonsConfig=mapped(shape(disabled=bool, enabled=bool)),
    autopilot=shape(enabled=bool),
    ipAllocationPolicy=shape(useIpAliases=bool, clusterIpv4CidrBlock=str, servicesIpv4CidrBlock=str),
    networkPolicy=shape(enabled=bool, provider=str),
    networkConfig=shape(network=str, disableL4LbFirewallReconciliation=bool),
    workloadIdentityConfig=shape(workloadPool=str),
    privateClusterConfig=shape(enablePrivateNodes=bool, masterIpv4CidrBlock=str),
    releaseChannel=shape(channel=str),
    nodePools=many(
        shape(
            name=str,
            status=str,
            statusMessage=str,
            version=str,
            initialNodeCount=int,
            instanceGroupUrls=STRINGS,
            locations=STRINGS,
            config=shape(
                machineType=str,
                serviceAccount=str,
                oauthScopes=STRINGS,
                tags=STRINGS,
                labels=STRING_MAP,
                diskSizeGb=int,
                spot=bool,
                preemptible=bool,
                workloadMetadataConfig=shape(mode=str),
            ),
            autoscaling=shape(enabled=bool, minNodeCount=int, maxNodeCount=int),
            management=shape(autoUpgrade=bool, autoRepair=bool),
        )
    ),
)
