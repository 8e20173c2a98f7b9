"""How a virtual machine runs: its power, and what its agent reports.

By the clock alone, as jobs move: a VM that a restore has made or changed comes up after the job, as
its `guest` says. All others are up.
"""

from datetime import datetime, timedelta
from typing import Any

from simulated_azure import names
from simulated_azure.compute import disks_of
from simulated_azure.state import State, Vm
from simulated_azure.times import wire_time

JSON = dict[str, Any]


def instance_view(state: State, vm: Vm, now: datetime) -> JSON:
    """The VM as it runs now. One that is not up has no agent that could report."""
    power = _power(vm, now)
    view: JSON = {
        "disks": [
            {"name": disk.name, "statuses": [_status("ProvisioningState/succeeded", None, now)]}
            for disk in disks_of(state, vm)
        ],
        "statuses": [
            _status("ProvisioningState/succeeded", "Provisioning succeeded", now),
            {"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}"},
        ],
    }
    if power == "running":
        view |= {
            "computerName": names.last(vm.id),
            "osName": vm.os_type,
            "vmAgent": _agent(vm, now),
        }
    return view


def _power(vm: Vm, now: datetime) -> str:
    return vm.guest.power if _is_past(vm, vm.guest.boot_s, now) else "starting"


def _agent(vm: Vm, now: datetime) -> JSON:
    if _is_past(vm, vm.guest.agent_s, now):
        ready = _status("ProvisioningState/succeeded", "Ready", now)
        ready["message"] = "GuestAgent is running and processing the extensions."
        return {"vmAgentVersion": "2.12.0.4", "statuses": [ready]}
    late = _status("ProvisioningState/Unavailable", "Not Ready", now)
    late |= {"level": "Warning", "message": "VM status blob is found but not yet populated."}
    return {"vmAgentVersion": "Unknown", "statuses": [late]}


def _is_past(vm: Vm, after_s: float, now: datetime) -> bool:
    return vm.started is None or now >= vm.started + timedelta(seconds=after_s)


def _status(code: str, text: str | None, now: datetime) -> JSON:
    status = {"code": code, "level": "Info", "time": wire_time(now)}
    return status if text is None else status | {"displayStatus": text}
