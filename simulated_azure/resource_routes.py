"""Handlers that read protected items and recovery points, and backupStatus."""

import random
from collections.abc import Callable

import msgspec

from simulated_azure import names, store
from simulated_azure.bodies import is_after, item_path, item_resource
from simulated_azure.filters import bool_term, fits, list_reply, page, parse_filter, time_term
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
POINT_KINDS = {
    **dict.fromkeys(("all", "full", "fullanddifferential"), True),
    **dict.fromkeys(("log", "differential", "incremental"), False),
    **dict.fromkeys(("snapshotfull", "snapshotcopyonlyfull"), False),
}
"""Whether points of a VM are of such a query type."""


class StatusQuestion(msgspec.Struct, rename="camel"):
    """The body of backupStatus."""

    resource_type: str
    resource_id: str
    po_logical_name: str | None = None


def list_protected_items(call: Call) -> Reply:
    """GET the vault's protected items."""
    vault = store.vault(call)
    terms = parse_filter(call.query.get("$filter", ""), ITEM_FILTERS)
    items = [item for item in vault.items.values() if fits(_filtered(item), terms)]
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
    wanted = _points_wanted(parse_filter(call.query.get("$filter", ""), POINT_FILTERS))
    points = [one for one in _in_order(call, item) if wanted(one)]
    if call.version.is_passive:
        points = []
    shown, token = page(points, call.query.get("$skiptoken", ""), call.page_size)
    told = [point_resource(vault, item, p, call.version, is_listed=True) for p in shown]
    return list_reply(call, told, token)


def list_recommended_for_move(call: Call) -> Reply:
    """POST the question which points had better be archived: none is ready for it."""
    store.item(call)
    return list_reply(call, [], "")


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


def _filtered(item: Item) -> dict[str, str]:
    return {
        "backupManagementType": "AzureIaasVM",
        "itemType": "VM",
        "policyName": item.policy,
        "containerName": names.short_container(item.vm_id),
        "friendlyName": names.last(item.vm_id),
        "fabricName": "Azure",
        "healthState": item.health_status,
    }


def _points_wanted(terms: dict[str, str]) -> Callable[[Point], bool]:
    """What a filter lets through; terms that cannot be read are refused.

    Points of a VM are full ones and none is ready for archiving. `extendedInfo` asks for what
    points of databases have.
    """
    start, end = time_term(terms, "startDate"), time_term(terms, "endDate")
    soft_deleted = bool_term(terms, "includeSoftDeletedRP")
    move_ready = bool_term(terms, "moveReadyRPOnly")
    bool_term(terms, "extendedInfo")
    kind = terms.get("restorePointQueryType", "All").lower()
    if kind not in POINT_KINDS:
        raise invalid_input(f"$filter: there is no restorePointQueryType {kind}")

    def wanted(point: Point) -> bool:
        return (
            is_after(start, point.time)
            and (end is None or point.time <= end)
            and (soft_deleted is not False or not point.soft_deleted)
            and not move_ready
            and POINT_KINDS[kind]
        )

    return wanted


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
