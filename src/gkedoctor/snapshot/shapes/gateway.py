"""Gateway API: classes, Gateways, routes, grants, and the policies of GKE for them.

Sources: kubernetes-sigs/gateway-api v1.6.1, apis/v1/*_types.go; GoogleCloudPlatform/gke-gateway-api,
apis/networking/v1/*_types.go.
"""

from __future__ import annotations

from gkedoctor.snapshot.shapes.build import CONDITIONS, REFERENCE, SELECTOR, STRING_MAP, STRINGS, document, many, shape

_PARENT_REFS = many(shape(group=str, kind=str, namespace=str, name=str, sectionName=str, port=int))
_BACKEND_REF = shape(group=str, kind=str, namespace=str, name=str, port=int, weight=int)
_GRANT = many(shape(group=str, kind=str, namespace=str, name=str))
_ADDRESSES = many(shape(type=str, value=str))
_LISTENERS = many(
    shape(
        name=str,
        hostname=str,
        port=int,
        protocol=str,
        tls=shape(mode=str, certificateRefs=many(REFERENCE), options=STRING_MAP),
        allowedRoutes=shape(
            namespaces=shape(from_=str, selector=SELECTOR),
            kinds=many(shape(group=str, kind=str)),
        ),
    )
)
_LISTENER_STATUS = many(shape(name=str, attachedRoutes=int, conditions=CONDITIONS))
GATEWAY_CLASS = document(spec=shape(controllerName=str), status=shape(conditions=CONDITIONS))
GATEWAY = document(
    spec=shape(gatewayClassName=str, addresses=_ADDRESSES, listeners=_LISTENERS),
    status=shape(addresses=_ADDRESSES, conditions=CONDITIONS, listeners=_LISTENER_STATUS),
)
LISTENER_SET = document(
    spec=shape(parentRef=shape(group=str, kind=str, namespace=str, name=str), listeners=_LISTENERS),
    status=shape(conditions=CONDITIONS, listeners=_LISTENER_STATUS),
)
_ROUTE_STATUS = shape(
    parents=many(
        shape(
            controllerName=str,
            conditions=CONDITIONS,
            parentRef=shape(group=str, kind=str, namespace=str, name=str, sectionName=str, port=int),
        )
    )
)
_BACKEND_REFS = many(_BACKEND_REF)
HTTP_ROUTE = document(
    spec=shape(
        parentRefs=_PARENT_REFS,
        hostnames=STRINGS,
        rules=many(
            shape(
                matches=many(shape(path=shape(type=str, value=str), method=str)),
                filters=many(shape(type=str, requestRedirect=shape(scheme=str, hostname=str, port=int))),
                timeouts=shape(request=str, backendRequest=str),
                backendRefs=_BACKEND_REFS,
            )
        ),
    ),
    status=_ROUTE_STATUS,
)
GRPC_ROUTE = document(
    spec=shape(
        parentRefs=_PARENT_REFS,
        hostnames=STRINGS,
        rules=many(
            shape(
                matches=many(shape(method=shape(type=str, service=str, method=str))),
                filters=many(shape(type=str)),
                backendRefs=_BACKEND_REFS,
            )
        ),
    ),
    status=_ROUTE_STATUS,
)
TLS_ROUTE = document(
    spec=shape(parentRefs=_PARENT_REFS, hostnames=STRINGS, rules=many(shape(backendRefs=_BACKEND_REFS))),
    status=_ROUTE_STATUS,
)
REFERENCE_GRANT = document(spec=shape(from_=_GRANT, to=_GRANT))
_TARGETS = {"targetRef": REFERENCE, "targetRefs": many(REFERENCE)}
_ANCESTORS = many(shape(controllerName=str, ancestorRef=REFERENCE, conditions=CONDITIONS))
_POLICY_STATUS = shape(conditions=CONDITIONS, ancestors=_ANCESTORS)
_CHECK = shape(port=int, portName=str, portSpecification=str, requestPath=str, host=str)
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
                httpHealthCheck=_CHECK,
                httpsHealthCheck=_CHECK,
                http2HealthCheck=_CHECK,
                grpcHealthCheck=shape(port=int, portName=str, portSpecification=str, grpcServiceName=str),
                tcpHealthCheck=shape(port=int, portName=str, portSpecification=str, request=str, response=str),
            ),
        ),
    ),
    status=_POLICY_STATUS,
)
BACKEND_POLICY = document(
    spec=shape(
        **_TARGETS,
        default=shape(
            timeoutSec=int,
            securityPolicy=str,
            iap=shape(enabled=bool, clientID=str, oauth2ClientSecret=shape(name=str)),
        ),
    ),
    status=_POLICY_STATUS,
)
GATEWAY_POLICY = document(
    spec=shape(**_TARGETS, default=shape(sslPolicy=str, allowGlobalAccess=bool, region=str)),
    status=_POLICY_STATUS,
)
OTHER_POLICY = document(spec=shape(**_TARGETS), status=_POLICY_STATUS)
BACKEND_TLS_POLICY = document(
    spec=shape(
        **_TARGETS,
        validation=shape(caCertificateRefs=many(REFERENCE), wellKnownCACertificates=str, hostname=str),
    ),
    status=_POLICY_STATUS,
)
