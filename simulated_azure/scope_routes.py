"""Handlers for what resources are in: tenants, subscriptions, resource groups; and for subnets."""

from simulated_azure import resource_bodies, store
from simulated_azure.resources import NETWORKS
from simulated_azure.routing import Call
from simulated_azure.wire import Reply, json_reply, resource_not_found, subscription_not_found


def list_tenants(call: Call) -> Reply:
    """GET the tenants that the caller can see."""
    del call
    return json_reply(200, {"value": [resource_bodies.tenant()]})


def list_subscriptions(call: Call) -> Reply:
    """GET the subscriptions: those that something of the state is in."""
    found = [resource_bodies.subscription(one) for one in store.subscriptions(call.state)]
    return json_reply(200, {"value": found})


def read_subscription(call: Call) -> Reply:
    """GET a subscription."""
    wanted = call.params["sub"].lower()
    if wanted not in store.subscriptions(call.state):
        raise subscription_not_found(wanted)
    return json_reply(200, resource_bodies.subscription(wanted))


def list_groups(call: Call) -> Reply:
    """GET the subscription's resource groups."""
    scope = f"{store.scope(call)}/"
    found = [
        resource_bodies.resource_group(*group)
        for key, group in store.groups(call.state).items()
        if key.startswith(scope)
    ]
    return json_reply(200, {"value": found})


def read_group(call: Call) -> Reply:
    """GET a resource group."""
    group = store.groups(call.state)[store.scope(call)]
    return json_reply(200, resource_bodies.resource_group(*group))


def has_group(call: Call) -> Reply:
    """HEAD a resource group: 204 when it is there."""
    store.scope(call)
    return Reply(204, {})


def list_subnets(call: Call) -> Reply:
    """GET a virtual network's subnets."""
    return json_reply(200, {"value": resource_bodies.subnets(NETWORKS.find(call))})


def read_subnet(call: Call) -> Reply:
    """GET one subnet."""
    wanted = call.params["subnet"]
    for subnet in resource_bodies.subnets(NETWORKS.find(call)):
        if subnet["name"].lower() == wanted.lower():
            return json_reply(200, subnet)
    kind, name = f"{NETWORKS.type}/subnets", f"{call.params['name']}/{wanted}"
    raise resource_not_found(kind, name, call.params["rg"])
