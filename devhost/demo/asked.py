"""What the demo asks for: its own two restores, or one from a file.

A file is checked before anything is started, by the app's own rules, so that the answer comes at
once and names every problem. Sending is app.py's business.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from devhost.starting import BadStart
from restore.messages.errors import InvalidRequest
from restore.request.json_text import json_of
from restore.request.parsing import parse_request
from simulated_azure import names, seed

_BEFORE = timedelta(hours=36)
"""web-01 is asked for as it was so long ago: two points are newer, and others do not fit either."""


@dataclass(frozen=True)
class Asked:
    """One request and the way it goes in."""

    request: dict[str, Any]
    way: Literal["queue", "http"]

    @property
    def request_id(self) -> str:
        return str(self.request["requestId"])

    @property
    def recovery_type(self) -> str:
        return str(self.request["recoveryType"])

    @property
    def vm_id(self) -> str:
        return str(self.request["sourceResourceId"])

    @property
    def vm(self) -> str:
        parts = names.parse(self.vm_id)
        return parts.name if parts else self.vm_id


def tour(now: datetime) -> Sequence[Asked]:
    """The demo's own: disks of web-01 as of some time, by the queue; a new VM from web-02, by HTTP.

    The first leaves the vault to be discovered; the second names it.
    """
    not_after = (now - _BEFORE).astimezone(UTC).replace(microsecond=0)
    disks = {
        "requestId": "demo-web-01",
        "recoveryType": "RestoreDisks",
        "sourceResourceId": seed.vm_id("web-01"),
        "recoveryPoint": {
            "notAfter": not_after.isoformat().replace("+00:00", "Z"),
            "consistency": "AppConsistent",
        },
        "storageAccountId": seed.STAGING_ID,
        "targetResourceGroupId": seed.TARGET_GROUP,
    }
    new_vm = {
        "requestId": "demo-web-02",
        "recoveryType": "AlternateLocation",
        "sourceResourceId": seed.vm_id("web-02"),
        "vaultId": seed.VAULT_ID,
        "storageAccountId": seed.STAGING_ID,
        "targetResourceGroupId": seed.TARGET_GROUP,
        "targetVirtualMachineId": seed.target_vm_id("web-02-restored"),
        "virtualNetworkId": seed.NETWORK_ID,
        "subnetId": seed.SUBNET_ID,
    }
    return (Asked(disks, "queue"), Asked(new_vm, "http"))


def from_file(path: Path) -> Asked:
    """One request of the user's own; BadStart, with every problem, when it could never work."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadStart(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        value = json_of(content)
        default_id = f"demo-{uuid.uuid4().hex[:8]}"
        parsed = parse_request(value, default_request_id=default_id)
    except InvalidRequest as error:
        listed = [f"  {problem.path}  {problem.message}" for problem in error.problems]
        title = f"{path} is not a request that can work; nothing was started:"
        raise BadStart("\n".join([title, *listed])) from error
    return Asked({**value, "requestId": parsed.request_id}, "http")
