"""The Azure of a scenario: its VMs, vaults and points, and what is asked of them.

How requests get there, and what spoils them, is in wire.py.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from devhost.clock import Clock
from simulated_azure import names
from simulated_azure.parts import Guest, JobError, Text
from simulated_azure.seed import ARCHIVED, BOTH, DISABLED, REHYDRATED, STANDARD, SUBSCRIPTION
from simulated_azure.simulator import Simulator
from simulated_azure.state import (
    Item,
    JobPlan,
    JobSettings,
    Network,
    Point,
    ServiceSettings,
    State,
    StorageAccount,
    Tiers,
    Vault,
    Vm,
)
from tests.fakes import elsewhere
from tests.simulation import verifying
from tests.simulation.scenario import Ask, Machine, Scenario

ENDPOINT = "https://arm.test"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-app"
OTHER_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-other"
VAULT_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-vault"
TARGET_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-restored"
STAGING_ID = f"{VAULT_GROUP}/providers/Microsoft.Storage/storageAccounts/staging"
NETWORK_ID = f"{TARGET_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
NEWER = "newer"
TOO_LARGE = "UserErrorSkuNotAvailable"
_SHARES = {"early": 0.5, "late": 1.0}
_BEGUN_BEFORE = timedelta(minutes=5)
_ODD: dict[str, tuple[Tiers, bool, str]] = {
    "plain": (BOTH, False, "AppConsistent"),
    "crash": (BOTH, False, "CrashConsistent"),
    "deleted": (BOTH, True, "AppConsistent"),
    "disabled": (DISABLED, False, "AppConsistent"),
    "archived": (ARCHIVED, False, "AppConsistent"),
    "rehydrated": (REHYDRATED, False, "AppConsistent"),
}


def vm_id(machine: Machine) -> str:
    """The VM's ARM id."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{machine.group}"
    return f"{group}/providers/Microsoft.Compute/virtualMachines/{machine.name}"


def vault_id(number: int) -> str:
    """The vault's ARM id."""
    return f"{VAULT_GROUP}/providers/Microsoft.RecoveryServices/vaults/vault-{number}"


class SkewedClock:
    """Azure's clock, which is not ours."""

    def __init__(self, clock: Clock, skew_s: float) -> None:
        self._clock, self._skew = clock, timedelta(seconds=skew_s)

    def now(self) -> datetime:
        """What Azure believes."""
        return self._clock.now() + self._skew


def state_of(scenario: Scenario, now: datetime) -> State:
    """Build the state that a scenario begins with."""
    vaults = [Vault(id=vault_id(number)) for number in range(scenario.vaults.count)]
    state = State(
        groups=[TARGET_GROUP, GROUP, OTHER_GROUP],
        vaults={names.key(vault.id): vault for vault in vaults},
        storage_accounts={names.key(STAGING_ID): StorageAccount(id=STAGING_ID)},
        networks={names.key(NETWORK_ID): Network(id=NETWORK_ID)},
        jobs=_jobs(scenario),
        service=_service(scenario),
    )
    for machine in scenario.machines:
        key = names.key(vm_id(machine))
        if machine.exists:
            state.vms[key] = Vm(id=vm_id(machine))
        if machine.protected:
            points = {point.name: point for point in _points(machine, now)}
            vaults[machine.vault].items[key] = Item(vm_id=vm_id(machine), points=points)
    return state


def _points(machine: Machine, now: datetime) -> list[Point]:
    points = []
    for number in range(machine.points.count):
        odd = machine.points.odd
        tiers, deleted, consistency = _ODD[odd[number] if number < len(odd) else "plain"]
        age_s = 3600 + number // (2 if machine.points.ties else 1) * machine.points.spacing_s
        points.append(
            Point(
                name=f"{machine.name}-{number:04d}",
                time=now - timedelta(seconds=age_s),
                tiers=STANDARD if tiers is BOTH and number > 6 else tiers,
                soft_deleted=deleted,
                consistency=consistency,
            )
        )
    return points


def back_up(simulator: Simulator, machine: Machine) -> None:
    """One more recovery point is taken."""
    item = simulator.state.vaults[names.key(vault_id(machine.vault))].items.get(
        names.key(vm_id(machine))
    )
    if item is not None:
        item.points[NEWER] = Point(name=NEWER, time=simulator.clock.now())


def points_of(simulator: Simulator, machine: Machine) -> dict[str, Point]:
    """The recovery points of a VM that has backups."""
    vault = simulator.state.vaults[names.key(vault_id(machine.vault))]
    return vault.items[names.key(vm_id(machine))].points


def machine_at(scenario: Scenario, path: str) -> Machine:
    """Return whose restore a POST to this path is for."""
    item = path.lower()
    return next(
        machine
        for machine in scenario.machines
        if f";{machine.group};{machine.name}/recoverypoints/" in item
    )


def begin_elsewhere(simulator: Simulator, scenario: Scenario, ask: Ask) -> None:
    """Somebody has begun a restore in the portal, five minutes before all else: what begins within
    moments of a POST whose reply is lost nobody can tell from its work (decision 0002). It goes on
    for as long after it is adopted as the machine's jobs take."""
    machine = scenario.machines[ask.machine]
    if machine.end == "NoJob":
        return
    record = elsewhere.begin(
        simulator,
        vm_id(machine),
        vault_id(machine.vault),
        ask.job_id,
        ask.kind,
        request=request_of(scenario, ask),
        duration_s=_BEGUN_BEFORE.total_seconds() + ask.at_s + machine.job_s,
        outcome=machine.end,
    )
    if record is not None:
        record.start -= _BEGUN_BEFORE


def adoption_of(scenario: Scenario, ask: Ask) -> bytes:
    """Return what is sent to adopt it."""
    machine = scenario.machines[ask.machine]
    return msgspec.json.encode({"jobId": ask.job_id, "vaultId": vault_id(machine.vault)})


def _jobs(scenario: Scenario) -> JobSettings:
    vaults = scenario.vaults
    return JobSettings(
        list_lag_s=vaults.list_lag_s,
        read_lag_s=vaults.job_lag_s,
        operation_s=vaults.operation_s,
        plans=[plan for machine in scenario.machines for plan in _plans(machine)],
    )


def _plans(machine: Machine) -> list[JobPlan]:
    plan = _plan(machine)
    if not machine.refused:
        return [plan]
    new_vm = JobPlan(vm=plan.vm, recovery_type="AlternateLocation", duration_s=plan.duration_s)
    if machine.refused == "operation":
        new_vm.operation_error = Text(code=TOO_LARGE, message="No.")
    else:
        new_vm.outcome, new_vm.fails_at_share = "Failed", _SHARES[machine.refused]
        new_vm.error = JobError(code=400225, title=TOO_LARGE, text="It is not available.")
    return [new_vm, plan]


def _plan(machine: Machine) -> JobPlan:
    plan = JobPlan(vm=vm_id(machine), duration_s=machine.job_s)
    plan.guest = Guest(boot_s=machine.boot_s, agent_s=machine.agent_s)
    if machine.end == "NoJob":
        code = "UserErrorRequestDisallowedByPolicy"
        plan.operation_error = Text(code=code, message="No.")
        return plan
    plan.outcome = machine.end
    if machine.end != "Completed":
        plan.error = JobError(code=400001, title="It went wrong", text="So it did.")
    return plan


def _service(scenario: Scenario) -> ServiceSettings:
    vaults = scenario.vaults
    return ServiceSettings(
        page_size=vaults.page_size,
        points_order=vaults.order,
        retry_after_s=vaults.retry_after_s,
        signed_url_life_s=vaults.url_life_s,
        quota_enforced=vaults.quota is not None,
        quota_job_reads=vaults.quota or 250,
    )


def request_of(scenario: Scenario, ask: Any) -> dict[str, Any]:
    """Return the request that somebody sends."""
    machine = scenario.machines[ask.machine]
    fields: dict[str, Any] = {
        "requestId": ask.request_id,
        "recoveryType": ask.kind,
        "sourceResourceId": vm_id(machine),
        "storageAccountId": STAGING_ID,
    }
    if ask.names_vault:
        fields["vaultId"] = vault_id(machine.vault)
    if ask.deadline:
        fields["deadline"] = ask.deadline
    if ask.kind == "OriginalLocation":
        fields["confirm"] = machine.name
    else:
        fields["targetResourceGroupId"] = TARGET_GROUP
    if ask.kind == "AlternateLocation":
        fields |= {
            "targetVirtualMachineId": f"{TARGET_GROUP}/providers/Microsoft.Compute"
            f"/virtualMachines/new-{ask.request_id}",
            "virtualNetworkId": NETWORK_ID,
            "subnetId": f"{NETWORK_ID}/subnets/default",
        }
    if ask.plan_only:
        fields["planOnly"] = True
    fields |= verifying.fields_of(ask)
    if ask.changed:
        fields["deadline"] = "PT23H"
    return fields


def as_json(scenario: Scenario, ask: Any) -> bytes:
    """Return the bytes that travel."""
    if ask.broken:
        return b'{"recoveryType": "RestoreDisks", "zones": ['
    return msgspec.json.encode(request_of(scenario, ask))
