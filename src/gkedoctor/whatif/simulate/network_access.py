"""Whether a NetworkPolicy that kept a container from what it needs allows it after the change."""

from __future__ import annotations

from gkedoctor.graph import Unknown
from gkedoctor.graph.network.network_policies import blocking_policies
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.world import World


def traffic_is_allowed_now(world: World, pod: Object, predecessor: Object) -> bool:
    """Whether policies denied the Pod before the change what its logs time out on, and none of them does now.

    Policies only add: the traffic passes once one of them allows it, without a restart
    (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
    """
    if world.before is None:
        return False
    then = blocking_policies(world.before, predecessor)
    now = blocking_policies(world.graph, pod)
    return not isinstance(then, Unknown) and bool(then) and not isinstance(now, Unknown) and not now
