"""ARM ids and the names that Azure Backup derives from them.

The service ignores case and its answers mix spellings, so ids are compared by `key` and shown as
they were written. Nothing here looks anything up.
"""

import hashlib
import re
from typing import NamedTuple

_RESOURCE = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<type>[^/]+/[^/]+)/(?P<name>[^/]+)(?P<rest>/.*)?$",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)$", re.IGNORECASE
)


class ArmId(NamedTuple):
    """The parts of a resource id; `rest` is what follows the first name, such as a subnet."""

    subscription: str
    group: str
    type: str
    name: str
    rest: str = ""


def key(arm_id: str) -> str:
    """What two spellings of one id have in common."""
    return arm_id.rstrip("/").lower()


def last(arm_id: str) -> str:
    """The last segment of an id: what the resource itself is called."""
    return arm_id.rstrip("/").rsplit("/", 1)[-1]


def parse(arm_id: str) -> ArmId | None:
    """The parts of a resource id, or None when it is not one."""
    match = _RESOURCE.match(arm_id)
    if match is None:
        return None
    return ArmId(
        match["subscription"], match["group"], match["type"], match["name"], match["rest"] or ""
    )


def parse_group(arm_id: str) -> tuple[str, str] | None:
    """Subscription and name of a resource group's id, or None when it is not one."""
    match = _GROUP.match(arm_id)
    return (match["subscription"], match["group"]) if match else None


def group_of(arm_id: str) -> str:
    """The id of the resource group that a resource lives in."""
    parts = parse(arm_id)
    assert parts is not None, arm_id
    return f"/subscriptions/{parts.subscription}/resourceGroups/{parts.group}"


def short_container(vm_id: str) -> str:
    """The container name as properties and jobs show it, without its first segment."""
    parts = parse(vm_id)
    assert parts is not None, vm_id
    kind = "iaasvmcontainer" if is_classic(vm_id) else "iaasvmcontainerv2"
    return f"{kind};{parts.group.lower()};{parts.name}"


def container_name(vm_id: str) -> str:
    """The protection container's name as URLs carry it."""
    return f"IaasVMContainer;{short_container(vm_id)}"


def protected_item_name(vm_id: str) -> str:
    """The protected item's name as URLs carry it."""
    return f"VM;{short_container(vm_id)}"


def point_name(text: str) -> str:
    """A recovery point's name: a number of 15 digits, the same for the same text."""
    digest = hashlib.sha256(text.encode()).digest()
    return str(10**14 + int.from_bytes(digest[:6], "big") % (9 * 10**14))


def is_classic(vm_id: str) -> bool:
    """Whether this is a VM of the classic deployment model."""
    return "/microsoft.classiccompute/" in vm_id.lower()
