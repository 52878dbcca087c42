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
SERVICE_ATTACHMENT = document(
    spec=shape(
        connectionPreference=str,
        natSubnets=STRINGS,
        resourceRef=shape(apiGroup=str, kind=str, name=str),
        consumerAllowList=many(shape(project=str)),
    ),
    status=shape(serviceAttachmentURL=str, consumerForwardingRules=many(shape(forwardingRuleURL=str, status=str))),
)


_INGRESS_BACKEND = shape(serviceName=str, servicePort=INT_OR_STR)
MULTI_CLUSTER_INGRESS = document(
    spec=shape(
        template=shape(
            spec=shape(
                backend=_INGRESS_BACKEND,
                rules=many(shape(host=str, http=shape(paths=many(shape(path=str, backend=_INGRESS_BACKEND))))),
                tls=many(shape(secretName=str)),
            )
        )
    ),
    status=shape(VIP=str),
)
MULTI_CLUSTER_SERVICE = document(
    spec=shape(
        clusters=many(shape(link=str)),
        template=shape(
            spec=shape(selector=STRING_MAP, ports=many(shape(name=str, port=int, targetPort=INT_OR_STR, protocol=str)))
        ),
    )
)
SERVICE_EXPORT = document(status=shape(conditions=CONDITIONS))
SERVICE_IMPORT = document(
    spec=shape(type=str, ips=STRINGS, ports=many(shape(name=str, port=int, protocol=str))),
)
