"""The Azure of a scenario: its VMs, vaults and points, and the wire that leads to it.

On the wire everything is seen that the app sends, and troubles spoil single calls.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec

from arm.transport import NotSent
from devhost.clock import Clock
from devhost.vault import names
from devhost.vault.faults import Fault, FaultPlan
from devhost.vault.jobs import look
from devhost.vault.request_log import Entry
from devhost.vault.seed import ARCHIVED, BOTH, DISABLED, REHYDRATED, STANDARD, SUBSCRIPTION
from devhost.vault.state import (
    Item,
    JobError,
    JobPlan,
    JobSettings,
    Network,
    Point,
    ServiceSettings,
    State,
    StorageAccount,
    Text,
    Tiers,
    Vault,
    Vm,
)
from devhost.vault.transport import InProcess
from tests.simulation.record import Look, Post
from tests.simulation.story import Machine, Scenario

if TYPE_CHECKING:
    from tests.simulation.world import World

ENDPOINT = "https://arm.test"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-app"
VAULT_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-vault"
TARGET_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-restored"
STAGING_ID = f"{VAULT_GROUP}/providers/Microsoft.Storage/storageAccounts/staging"
NETWORK_ID = f"{TARGET_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
SAS = "canarySasSignature0123456789abcdef"
KEY = "canaryAccountKey0123456789abcdef=="
_SECRETS = (
    f"See https://staging.blob.core.windows.net/vhds?sv=1&sig={SAS} AccountKey={KEY} for more"
)
_ODD: dict[str, tuple[Tiers, bool, str]] = {
    "plain": (BOTH, False, "AppConsistent"),
    "crash": (BOTH, False, "CrashConsistent"),
    "deleted": (BOTH, True, "AppConsistent"),
    "disabled": (DISABLED, False, "AppConsistent"),
    "archived": (ARCHIVED, False, "AppConsistent"),
    "rehydrated": (REHYDRATED, False, "AppConsistent"),
}
_CALLS = {
    "restore": "restore", "cancel": "cancel", "backupstatus": "status",
    "backupprotecteditems": "items", "recoverypoints": "points", "backupjobs": "jobs",
}  # fmt: skip
_PARTS = {
    "backupjobs": "one job", "backupoperations": "operation", "operationsstatus": "operation",
    "operationresults": "result", "virtualmachines": "vm", "vaults": "vault",
}  # fmt: skip


def vm_id(machine: Machine) -> str:
    """The VM's ARM id."""
    return f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{machine.name}"


def vault_id(number: int) -> str:
    """The vault's ARM id."""
    return f"{VAULT_GROUP}/providers/Microsoft.RecoveryServices/vaults/vault-{number}"


def call_name(method: str, url: str) -> str:
    """Return what a call asks for, in a word."""
    segments = urlsplit(url).path.lower().rstrip("/").rsplit("/", 2)
    word = _CALLS.get(segments[-1]) or _PARTS.get(segments[-2], "other")
    return f"{method} {word}"


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
        groups=[TARGET_GROUP, GROUP],
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


def _jobs(scenario: Scenario) -> JobSettings:
    vaults = scenario.vaults
    return JobSettings(
        list_lag_s=vaults.list_lag_s,
        read_lag_s=vaults.job_lag_s,
        operation_s=vaults.operation_s,
        plans=[_plan(machine) for machine in scenario.machines],
    )


def _plan(machine: Machine) -> JobPlan:
    plan = JobPlan(vm=vm_id(machine), duration_s=machine.job_s)
    secret = f" {_SECRETS}" if machine.says_secrets else ""
    if machine.end == "NoJob":
        code = "UserErrorRequestDisallowedByPolicy"
        plan.operation_error = Text(code=code, message=f"No.{secret}")
        return plan
    plan.outcome = machine.end
    if machine.end != "Completed":
        plan.error = JobError(code=400001, title="It went wrong", text=f"So it did.{secret}")
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


class Wire:
    """Carries every request of the app to the simulated Azure, and sees it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._send = InProcess(world.simulator, NotSent)

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: Any
    ) -> Any:
        """Send one request."""
        world = self._world
        if not url.startswith(f"{ENDPOINT}/"):
            world.record.wrong.append(f"a request with a token leaves for {urlsplit(url).netloc}")
        what = call_name(method, url)
        faults = world.at("call", what)
        world.simulator.faults = FaultPlan([each for each in faults if isinstance(each, Fault)])
        before = len(world.simulator.state.operation_records)
        try:
            early_s = sum(_early_s(each) for each in faults)
            world.live(early_s)  # it takes long to get there, or to be begun
            reply = self._exchange(early_s, method, url, headers, body, timeout)
        finally:
            self._see(what, url, headers, before)
            world.simulator.faults = FaultPlan()
        world.at("called", what)
        return reply

    def _exchange(self, early_s: float, *request: Any) -> Any:
        """A reply takes its time, within which Azure does what it was asked."""
        try:
            return self._send(*request)
        finally:
            self._world.live(self._world.simulator.log._entries[-1].answer.delay_s - early_s)

    def _see(self, what: str, url: str, headers: Mapping[str, str], before: int) -> None:
        world, record = self._world, self._world.record
        entry = world.simulator.log._entries[-1]
        reply = entry.answer.reply
        record.line(world.clock.now(), f"{what} {reply.status} {entry.answer.lost} {entry.faults}")
        for kind in entry.faults:
            is_late = entry.answer.delay_s >= world.scenario.pace.arm_timeout_s
            record.fired[_name_of(kind, is_late, reply.status, reply.headers)] += 1
        path = unquote(urlsplit(url).path)
        if what == "POST restore":
            self._see_post(path, headers, before, reply)
        elif what == "GET one job":
            self._see_job(path, entry)
        elif what == "GET jobs" and reply.status == 200:
            lag = timedelta(seconds=world.scenario.vaults.list_lag_s)
            record.fired["list_lagged"] += self._young(lag)
        if reply.status == 404 and b"status URL has expired" in reply.body:
            record.fired["poll_url_expired"] += 1
        if b"ResourceRequestsThrottled" in reply.body:
            record.fired["quota_spent"] += 1

    def _see_post(self, path: str, headers: Any, before: int, reply: Any) -> None:
        world = self._world
        at, request_id = world.clock.now(), headers.get("x-ms-client-request-id", "?")
        records = list(world.simulator.state.operation_records.values())[before:]
        operation = records[0].id if records else None
        job = world.job(records[0].job_id) if records else None
        segments = path.split("/")
        vm = job.vm_id if job else segments[-4].rpartition(";")[2]
        job_id = job.id if job else None
        world.record.posts.append(Post(at, request_id, vm, segments[-2], operation, job_id))
        if reply.status == 429:
            again_s = float(reply.headers.get("Retry-After", 0))
            refused = Look(at, 429, None, again_s, world.life)
            world.record.refusals[request_id].append(refused)

    def _see_job(self, path: str, entry: Entry) -> None:
        world, reply = self._world, entry.answer.reply
        if world.is_zombie:
            return
        job_id = path.rsplit("/", 1)[-1]
        job, state = world.job(job_id), None
        if reply.status == 404 and world.scenario.vaults.job_lag_s:
            world.record.fired["job_lagged"] += 1
        if job is not None and reply.status == 200 and not entry.faults and not entry.answer.lost:
            state = look(job, world.simulator.clock.now()).status
        asked = reply.headers.get("Retry-After")
        seen = Look(
            world.clock.now(),
            reply.status,
            state,
            float(asked) if asked else None,
            world.life,
            world.rounds,
        )
        world.record.looks[job_id].append(seen)

    def _young(self, lag: timedelta) -> int:
        now = self._world.simulator.clock.now()
        jobs = self._world.simulator.state.job_records.values()
        return sum(1 for job in jobs if now - job.start < lag)


def _early_s(fault: Any) -> float:
    """How much of a delay passes before Azure has the request."""
    return fault.lag_s if isinstance(fault, Fault) and fault.kind == "delay" else 0.0


def _name_of(kind: str, is_late: bool, status: int, headers: Mapping[str, str]) -> str:
    """Return our name of a fault that the vault has used."""
    if kind == "status":
        return f"answers_{status}"
    if kind == "throttle":
        return "throttled" if "Retry-After" in headers else "throttled_without_a_word"
    if kind == "delay":
        return "late_reply" if is_late else "slow_reply"
    return {
        "refused": "not_connected",
        "drop_before": "reset_before",
        "drop_after": "reset_after",
        "status_after": "error_after",
        "malformed": "malformed_reply",
        "job_404": "job_hidden",
        "bad_location": "wrong_poll_url",
        "no_poll_headers": "no_poll_url",
        "truncate_pages": "truncated_pages",
    }.get(kind, kind)


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
    if ask.changed:
        fields["deadline"] = "PT23H"
    return fields


def as_json(scenario: Scenario, ask: Any) -> bytes:
    """Return the bytes that travel."""
    if ask.broken:
        return b'{"recoveryType": "RestoreDisks", "zones": ['
    return msgspec.json.encode(request_of(scenario, ask))
