"""Services, what stands behind them and what stands in front of them."""

from __future__ import annotations

from gkedoctor.snapshot.shapes.build import (
    CONDITIONS,
    INT_OR_STR,
    REFERENCE,
    SELECTOR,
    STRING_MAP,
    STRINGS,
    document,
    many,
    shape,
)

_LOAD_BALANCER = shape(
    ingress=many(shape(ip=str, hostname=str, ipMode=str, ports=many(shape(port=int, protocol=str, error=str))))
)
SERVICE = document(
    spec=shape(
        type=str,
        clusterIP=str,
        clusterIPs=STRINGS,
        externalIPs=STRINGS,
        externalName=str,
        externalTrafficPolicy=str,
        internalTrafficPolicy=str,
        healthCheckNodePort=int,
        ipFamilies=STRINGS,
        ipFamilyPolicy=str,
        loadBalancerClass=str,
        loadBalancerIP=str,
        loadBalancerSourceRanges=STRINGS,
        publishNotReadyAddresses=bool,
        selector=STRING_MAP,
        sessionAffinity=str,
        ports=many(shape(name=str, port=int, targetPort=INT_OR_STR, nodePort=int, protocol=str, appProtocol=str)),
    ),
    status=shape(loadBalancer=_LOAD_BALANCER, conditions=CONDITIONS),
)
_ADDRESSES = many(shape(ip=str, hostname=str, nodeName=str, targetRef=REFERENCE))
ENDPOINTS = document(
    subsets=many(
        shape(
            addresses=_ADDRESSES,
            notReadyAddresses=_ADDRESSES,
            ports=many(shape(name=str, port=int, protocol=str, appProtocol=str)),
        )
    )
)
ENDPOINT_SLICE = document(
    addressType=str,
    endpoints=many(
        shape(
            addresses=STRINGS,
            conditions=shape(ready=bool, serving=bool, terminating=bool),
            hostname=str,
            nodeName=str,
            zone=str,
            targetRef=REFERENCE,
        )
    ),
    ports=many(shape(name=str, port=int, protocol=str, appProtocol=str)),
)
_BACKEND = shape(
    service=shape(name=str, port=shape(name=str, number=int)),
    resource=shape(apiGroup=str, kind=str, name=str),
    serviceName=str,
    servicePort=INT_OR_STR,
)
"""`serviceName` and `servicePort` are those of extensions/v1beta1."""

INGRESS = document(
    spec=shape(
        ingressClassName=str,
        defaultBackend=_BACKEND,
        backend=_BACKEND,
        rules=many(shape(host=str, http=shape(paths=many(shape(path=str, pathType=str, backend=_BACKEND))))),
        tls=many(shape(hosts=STRINGS, secretName=str)),
    ),
    status=shape(loadBalancer=_LOAD_BALANCER),
)
INGRESS_CLASS = document(spec=shape(controller=str, parameters=REFERENCE))
_POLICY_PORTS = many(shape(port=INT_OR_STR, endPort=int, protocol=str))
_PEERS = many(shape(podSelector=SELECTOR, namespaceSelector=SELECTOR, ipBlock=shape(cidr=str, except_=STRINGS)))
NETWORK_POLICY = document(
    spec=shape(
        podSelector=SELECTOR,
        policyTypes=STRINGS,
        ingress=many(shape(from_=_PEERS, ports=_POLICY_PORTS)),
        egress=many(shape(to=_PEERS, ports=_POLICY_PORTS)),
    )
)
BACKEND_CONFIG = document(
    spec=shape(
        timeoutSec=int,
        healthCheck=shape(
            checkIntervalSec=int,
            timeoutSec=int,
            healthyThreshold=int,
            unhealthyThreshold=int,
            type=str,
            requestPath=str,
            port=int,
        ),
        connectionDraining=shape(drainingTimeoutSec=int),
        iap=shape(enabled=bool, oauthclientCredentials=shape(secretName=str)),
        cdn=shape(enabled=bool),
        securityPolicy=shape(name=str),
        logging=shape(enable=bool),
    )
)
FRONTEND_CONFIG = document(spec=shape(sslPolicy=str, redirectToHttps=shape(enabled=bool, responseCodeName=str)))
MANAGED_CERTIFICATE = document(
    spec=shape(domains=STRINGS),
    status=shape(
        certificateName=str,
        certificateStatus=str,
        expireTime=str,
        domainStatus=many(shape(domain=str, status=str)),
    ),
)
SERVICE_NEG = document(
    status=shape(
        conditions=CONDITIONS,
        networkEndpointGroups=many(shape(id=str, selfLink=str, networkEndpointType=str, state=str)),
    )
)
_PARENT_REFS = many(shape(group=str, kind=str, namespace=str, name=str, sectionName=str, port=int))
_BACKEND_REF = shape(group=str, kind=str, namespace=str, name=str, port=int, weight=int)
GATEWAY_CLASS = document(spec=shape(controllerName=str), status=shape(conditions=CONDITIONS))
GATEWAY = document(
    spec=shape(
        gatewayClassName=str,
        addresses=many(shape(type=str, value=str)),
        listeners=many(
            shape(
                name=str,
                hostname=str,
                port=int,
                protocol=str,
                tls=shape(mode=str, certificateRefs=many(REFERENCE), options=STRING_MAP),
            )
        ),
    ),
    status=shape(
        addresses=many(shape(type=str, value=str)),
        conditions=CONDITIONS,
        listeners=many(shape(name=str, attachedRoutes=int, conditions=CONDITIONS)),
    ),
)
HTTP_ROUTE = document(
    spec=shape(
        parentRefs=_PARENT_REFS,
        hostnames=STRINGS,
        rules=many(
            shape(
                matches=many(shape(path=shape(type=str, value=str), method=str)),
                filters=many(shape(type=str)),
                backendRefs=many(_BACKEND_REF),
            )
        ),
    ),
    status=shape(
        parents=many(
            shape(
                controllerName=str,
                conditions=CONDITIONS,
                parentRef=shape(group=str, kind=str, namespace=str, name=str, sectionName=str),
            )
        )
    ),
)
_GRANT = many(shape(group=str, kind=str, namespace=str, name=str))
REFERENCE_GRANT = document(spec=shape(from_=_GRANT, to=_GRANT))
_TARGETS = {"targetRef": REFERENCE, "targetRefs": many(REFERENCE)}
HEALTH_CHECK_POLICY = document(
    spec=shape(
        **_TARGETS,
        default=shape(
            checkIntervalSec=int,
            timeoutSec=int,
            healthyThreshold=int,
            unhealthyThreshold=int,
            config=shape(
                type=str,
                httpHealthCheck=shape(port=int, portName=str, portSpecification=str, requestPath=str, host=str),
            ),
        ),
    ),
    status=shape(conditions=CONDITIONS),
)
BACKEND_POLICY = document(
    spec=shape(**_TARGETS, default=shape(timeoutSec=int, securityPolicy=str)),
    status=shape(conditions=CONDITIONS),
)
