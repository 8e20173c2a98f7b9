"""Handlers that say something of a vault as a whole, and list its protection containers."""

from collections.abc import Callable, Iterable
from typing import Any

from simulated_azure import names, store, vault_bodies
from simulated_azure.filters import fits, list_reply, page, parse_filter
from simulated_azure.routing import Call, Handler
from simulated_azure.state import Item, Vault
from simulated_azure.wire import Reply, json_reply, part_not_found

CONTAINER_FILTERS = ("backupManagementType", "friendlyName", "status")


def reads(body: Callable[[Vault], dict[str, Any]]) -> Handler:
    """A handler for GET of what the vault has one of."""
    return lambda call: json_reply(200, body(store.vault(call)))


def lists(parts: Callable[[Vault], list[dict[str, Any]]]) -> Handler:
    """A handler for GET of what the vault has several of."""
    return lambda call: json_reply(200, {"value": parts(store.vault(call))})


def reads_one_of(kind: str, parts: Callable[[Vault], list[dict[str, Any]]]) -> Handler:
    """A handler for GET of one of several, by its `{name}`."""
    return lambda call: json_reply(200, _named(kind, call.params["name"], parts(store.vault(call))))


def list_containers(call: Call) -> Reply:
    """GET the vault's protection containers: one for each protected VM."""
    vault = store.vault(call)
    terms = parse_filter(call.query.get("$filter", ""), CONTAINER_FILTERS)
    found = [item for item in vault.items.values() if fits(_filtered(item), terms)]
    shown, token = page(found, call.query.get("$skiptoken", ""), call.page_size)
    return list_reply(call, [vault_bodies.container(vault, item) for item in shown], token)


def read_container(call: Call) -> Reply:
    """GET one protection container."""
    vault = store.vault(call)
    found = [vault_bodies.container(vault, item) for item in vault.items.values()]
    return json_reply(200, _named("protection container", call.params["container"], found))


def _filtered(item: Item) -> dict[str, str]:
    return {
        "backupManagementType": "AzureIaasVM",
        "status": "Registered",
        "friendlyName": names.last(item.vm_id),
    }


def _named(kind: str, name: str, parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    for part in parts:
        if part["name"].lower() == name.lower():
            return part
    raise part_not_found(kind, name)
