"""Handlers that read resources: VMs, vaults, protected items, recovery points, and backupStatus."""

import random

import msgspec

from simulated_azure import names, store
from simulated_azure.bodies import (
    guard_proxies,
    is_after,
    item_path,
    item_resource,
    storage_config_resource,
    vault_resource,
    vm_resource,
)
from simulated_azure.filters import next_link, page, parse_filter, time_term
from simulated_azure.point_bodies import point_resource
from simulated_azure.routing import Call
from simulated_azure.state import Item, Point
from simulated_azure.wire import Reply, invalid_input, json_reply, part_not_found

ITEM_FILTERS = (
    *("healthState", "backupManagementType", "itemType", "policyName", "containerName"),
    *("backupEngineName", "friendlyName", "fabricName", "backupSetName"),
)
POINT_FILTERS = (
    *("startDate", "endDate", "restorePointQueryType", "extendedInfo"),
    *("moveReadyRPOnly", "includeSoftDeletedRP"),
)


class StatusQuestion(msgspec.Struct, rename="camel"):
    """The body of backupStatus."""

    resource_type: str
    resource_id: str
    po_logical_name: str | None = None


def read_vm(call: Call) -> Reply:
    """GET a virtual machine."""
    return json_reply(200, vm_resource(store.vm(call)))


def read_vault(call: Call) -> Reply:
    """GET a vault."""
    return json_reply(200, vault_resource(store.vault(call)))


def read_storage_config(call: Call) -> Reply:
    """GET the vault's redundancy."""
    return json_reply(200, storage_config_resource(store.vault(call)))


def list_guard_proxies(call: Call) -> Reply:
    """GET the vault's resource guard proxies."""
    return json_reply(200, {"value": guard_proxies(store.vault(call))})


def list_protected_items(call: Call) -> Reply:
    """GET the vault's protected items."""
    vault = store.vault(call)
    terms = parse_filter(call.query.get("$filter", ""), ITEM_FILTERS)
    items = [item for item in vault.items.values() if _item_fits(item, terms)]
    if call.version.is_passive:
        items = []
    shown, token = page(items, call.query.get("$skiptoken", ""), call.page_size)
    told = [item_resource(vault, one, call.target.base, call.version) for one in shown]
    return list_reply(call, told, token)


def read_protected_item(call: Call) -> Reply:
    """GET one protected item."""
    vault, item = store.item(call)
    return json_reply(200, item_resource(vault, item, call.target.base, call.version))


def list_recovery_points(call: Call) -> Reply:
    """GET a protected item's recovery points."""
    vault, item = store.item(call)
    terms = parse_filter(call.query.get("$filter", ""), POINT_FILTERS)
    start, end = time_term(terms, "startDate"), time_term(terms, "endDate")
    points = [
        one
        for one in _in_order(call, item)
        if is_after(start, one.time) and (end is None or one.time <= end)
    ]
    if call.version.is_passive:
        points = []
    shown, token = page(points, call.query.get("$skiptoken", ""), call.page_size)
    told = [point_resource(vault, item, p, call.version, is_listed=True) for p in shown]
    return list_reply(call, told, token)


def read_recovery_point(call: Call) -> Reply:
    """GET one recovery point."""
    vault, item, point = store.point(call)
    if call.version.is_passive:
        raise part_not_found("recovery point", point.name)
    return json_reply(200, point_resource(vault, item, point, call.version))


def read_backup_status(call: Call) -> Reply:
    """POST the question in which vault a VM is protected; answers at once."""
    try:
        question = msgspec.convert(call.body, StatusQuestion)
    except msgspec.ValidationError as error:
        raise invalid_input(str(error)) from None
    vm = call.state.vms.get(names.key(question.resource_id))
    region = call.params["region"].lower()
    if question.resource_type != "VM" or names.parse(question.resource_id) is None:
        raise invalid_input("resourceType must be VM and resourceId a VM's id")
    if vm is not None and vm.location.lower() == region:
        for vault in call.state.vaults.values():
            item = vault.items.get(names.key(vm.id))
            if item is not None and not item.soft_deleted:
                return json_reply(200, _status_of(vault.id, item_path(vault, item), item))
    # What a deleted VM gets is not documented; this is the answer for a VM that is not protected.
    return json_reply(
        200, {"protectionStatus": "NotProtected", "errorCode": "Success", "errorMessage": ""}
    )


def list_reply(call: Call, value: list[dict[str, object]], token: str) -> Reply:
    """A page of a list; the last one has no nextLink."""
    body: dict[str, object] = {"value": value}
    if token:
        query = {"api-version": call.version.text}
        if "$filter" in call.query:
            query["$filter"] = call.query["$filter"]
        body["nextLink"] = next_link(f"{call.target.base}{call.target.path}", query, token)
    return json_reply(200, body)


def _item_fits(item: Item, terms: dict[str, str]) -> bool:
    actual = {
        "backupManagementType": "AzureIaasVM",
        "itemType": "VM",
        "policyName": item.policy,
        "containerName": names.short_container(item.vm_id),
        "friendlyName": item.vm_id.rsplit("/", 1)[-1],
        "fabricName": "Azure",
        "healthState": item.health_status,
    }
    return all(actual.get(name, "").lower() == value.lower() for name, value in terms.items())


def _in_order(call: Call, item: Item) -> list[Point]:
    # No order is promised by the service; newest first is its habit.
    order = call.state.service.points_order
    points = sorted(item.points.values(), key=lambda one: one.time, reverse=order != "oldest_first")
    if order == "shuffled":
        random.Random(item.vm_id).shuffle(points)
    return points


def _status_of(vault_id: str, path: str, item: Item) -> dict[str, object]:
    *_, container, _, name = path.split("/")
    return {
        "protectionStatus": "Protected",
        "vaultId": vault_id.replace("/vaults/", "/Vaults/"),
        "fabricName": "Azure",
        "containerName": container.replace("IaasVMContainer;", "iaasvmcontainer;"),
        "protectedItemName": name.replace("VM;", "vm;", 1),
        "errorCode": "Success",
        "errorMessage": "",
        "policyName": item.policy,
        "registrationStatus": "Registered",
    }
