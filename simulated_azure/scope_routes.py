"""Handlers for what resources are in: tenants, subscriptions, groups, providers, networks."""

from simulated_azure import resource_bodies, store
from simulated_azure.filters import fits, list_reply, page, parse_filter
from simulated_azure.resources import KINDS, NETWORKS
from simulated_azure.routing import Call
from simulated_azure.versions import BACKUP
from simulated_azure.wire import (
    Reply,
    json_reply,
    provider_not_found,
    resource_not_found,
    subscription_not_found,
)

RESOURCE_FILTERS = ("resourceGroup", "resourceType", "name", "location")


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


def list_resources(call: Call) -> Reply:
    """GET all resources of a group or subscription, of whatever type, without their properties."""
    scope = f"{store.scope(call)}/"
    terms = parse_filter(call.query.get("$filter", ""), RESOURCE_FILTERS)
    found = []
    for kind in KINDS:
        for key, thing in kind.held(call.state).items():
            body = kind.body(call.state, thing)
            shown = {name: str(body[name]) for name in ("id", "name", "type", "location")}
            actual = {**shown, "resourceType": kind.type, "resourceGroup": key.split("/")[4]}
            if key.startswith(scope) and fits(actual, terms):
                found.append(shown)
    some, token = page(found, call.query.get("$skiptoken", ""), call.page_size)
    return list_reply(call, some, token)


def read_provider(call: Call) -> Reply:
    """GET a resource provider: its types, and which api-versions they are served with."""
    wanted = call.params["namespace"].lower()
    types = [kind.type.split("/", 1) for kind in KINDS]
    spelled = {namespace.lower(): namespace for namespace, _ in types}
    if wanted not in spelled:
        raise provider_not_found(call.params["namespace"])
    namespace = spelled[wanted]
    body = {
        "id": f"{store.scope(call)}/providers/{namespace}",
        "namespace": namespace,
        "registrationState": "Registered",
        "resourceTypes": [
            {"resourceType": name, "locations": [], "apiVersions": list(reversed(BACKUP))}
            for owner, name in types
            if owner == namespace
        ],
    }
    return json_reply(200, body)


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
