"""The fixed table of scenarios: what is asked of the app, step by step, and how it must end.

Each scenario has a VM and a vault of its own, so that everything it leaves behind can be told from
the rest, and all of them can be run at once. Nothing here knows an engine; records.py says what is
kept of a scenario, and how two of them are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from simulated_azure import seed
from tests.end_to_end.harness import END_S_MAX, SUBSCRIPTION, HostHarness, Reply, request_for
from tests.end_to_end.records import Record, record_of

RIGHT_AWAY = {"Prefer": "respond-async"}
LONG_JOB_S = 120.0
POINTS = {
    "100000000000001": {"time": "2026-03-01T04:00:00Z", "consistency": "CrashConsistent"},
    "100000000000002": {"time": "2026-02-28T04:00:00Z"},
}


@dataclass
class Part:
    """One scenario while it is run: its VM, its vault, its request, and what was answered."""

    harness: HostHarness
    scenario: Scenario
    salt: str = ""
    """Other ids each time, for a harness that may have seen this table before."""
    replies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """Only in ids of this scenario; so it tells whose an event or an ARM request is."""
        return sha256(f"{self.salt}{self.scenario.name}".encode()).hexdigest()[:10]

    @property
    def request_id(self) -> str:
        return f"{self.scenario.name}.{self.mark}"

    @property
    def vm(self) -> str:
        return f"vm-{self.mark}"

    @property
    def vault_id(self) -> str:
        group = f"{SUBSCRIPTION}/resourceGroups/rg-vault"
        return f"{group}/providers/Microsoft.RecoveryServices/vaults/vault-{self.mark}"

    @property
    def group(self) -> str:
        """A resource group that nobody else restores into."""
        return f"{SUBSCRIPTION}/resourceGroups/rg-{self.mark}"

    def request(self, **more: Any) -> dict[str, Any]:
        """The scenario's request."""
        kind = self.scenario.kind
        return request_for(kind, self.request_id, self.vm, vaultId=self.vault_id, **more)

    def ask(self, request: dict[str, Any] | None = None, prefer: Any = None) -> Reply:
        """Ask by HTTP."""
        return self._said("POST", "restores", request or self.request(), prefer)

    def cancel(self) -> Reply:
        """Cancel by HTTP."""
        return self._said("POST", f"restores/{self.request_id}/cancel")

    def wait_for_phase(self, phase: str) -> None:
        """Wait until the restore is shown in a phase."""

        def look() -> bool | None:
            shown = self.harness.call("GET", f"restores/{self.request_id}").body
            return True if shown.get("phase") == phase else None

        self.harness.until(look, END_S_MAX, f"the phase {phase} of {self.request_id}")

    def _said(self, method: str, path: str, body: Any = None, prefer: Any = None) -> Reply:
        reply = self.harness.call(method, path, body, headers=prefer)
        # How far the restore has come by then depends on the moment; the rest does not.
        told = ("requestId", "isNew", "verdict", "cancel", "text", "code", "title", "detail")
        kept = {name: reply.body[name] for name in told if name in reply.body}
        self.replies.append({"status": reply.status, "location": reply.headers.get("Location")})
        self.replies[-1] |= kept
        return reply


@dataclass(frozen=True)
class Scenario:
    """One line of the table: what is done, what the vault does, and how it must end."""

    name: str
    run: Callable[[Part], object]
    kind: str = "RestoreDisks"
    verdict: str = "Completed"
    posts: int = 1
    statuses: tuple[int, ...] = ()
    """Of the HTTP answers, in order."""
    rejections: int = 0
    plan: Mapping[str, Any] = field(default_factory=dict)
    """What becomes of the job, as the vault's `jobs.plans` say it."""
    fault: Mapping[str, Any] | None = None
    known: bool = True
    """Whether the vault protects the VM."""
    exists: bool = True
    """Whether the VM is there."""
    verifies: bool = False
    instead: tuple[str, ...] = ()
    """Of the other attempts that are made: the events that they leave."""

    @property
    def kinds_of_events(self) -> list[str]:
        """The events that it must leave."""
        started = ["started"] * (self.posts == 1 and "operation_error" not in self.plan)
        told = [*started, *["verifying"] * self.verifies, *["rejected"] * self.rejections]
        return sorted(["accepted", *told, *self.instead, "finished"])


def run_all(
    harness: HostHarness, scenarios: Sequence[Scenario], salt: str = ""
) -> dict[str, Record]:
    """Run scenarios at once; return what each of them left behind."""
    parts = [Part(harness, scenario, salt) for scenario in scenarios]
    _furnish(harness, parts)
    with ThreadPoolExecutor(len(parts), "scenario") as threads:
        for running in [threads.submit(part.scenario.run, part) for part in parts]:
            running.result()
        views = list(threads.map(lambda part: harness.finished(part.request_id), parts))
    seen = harness.seen()
    return {
        part.scenario.name: record_of(harness, part.mark, part.request_id, view, part.replies, seen)
        for part, view in zip(parts, views, strict=True)
    }


def _furnish(harness: HostHarness, parts: list[Part]) -> None:
    """Give each scenario its vault, its VM, its job's fate, and its fault."""
    vaults: dict[str, Any] = {}
    for part in parts:
        points = {name: dict(point) for name, point in POINTS.items()}
        vm = part.request()["sourceResourceId"]
        vaults[part.vault_id] = {"items": {vm: {"points": points}} if part.scenario.known else {}}
        if part.scenario.exists:
            harness.vault("PUT", "state", {"vms": {vm: {}}})
    plans = [{"vm": part.vm, **part.scenario.plan} for part in parts if part.scenario.plan]
    groups = [seed.TARGET_GROUP, *(part.group for part in parts)]
    harness.vault("PUT", "state", {"vaults": vaults, "jobs": {"plans": plans}, "groups": groups})
    for part in parts:
        if part.scenario.fault:
            match = {"path": part.vault_id, **part.scenario.fault["match"]}
            harness.vault("POST", "faults", [{**part.scenario.fault, "match": match}])


def _by_queue(part: Part) -> None:
    part.harness.send(part.request(), encode=part.scenario.kind == "RestoreDisks")


def _by_http(part: Part) -> None:
    part.ask()


def _without_vault(part: Part) -> None:
    request = part.request()
    del request["vaultId"]
    part.harness.send(request)


def _verified(part: Part) -> None:
    """The VM is known by its id alone; the new one answers where the vault does."""
    port = part.harness.vault_url.rpartition(":")[2]
    probe = f"http://127.0.0.1:{port}/simulator"
    request = part.request(verify={"probe": probe})
    del request["vaultId"]
    part.ask(request)


def _into_its_own_group(part: Part) -> None:
    new_vm = f"{part.group}/providers/Microsoft.Compute/virtualMachines/{part.request_id}"
    part.harness.send(part.request(targetResourceGroupId=part.group, targetVirtualMachineId=new_vm))


def _again_and_again(part: Part) -> None:
    """The same request during the restore and after it, by both ways; then another one under its
    id, by both ways."""
    part.ask(prefer=RIGHT_AWAY)
    part.harness.send(part.request())
    part.ask(prefer=RIGHT_AWAY)
    part.harness.finished(part.request_id)
    part.ask()
    part.harness.send(part.request())
    part.ask(part.request(deadline="PT3H"))
    part.harness.send(part.request(deadline="PT2H"))
    part.harness.event("rejected", part.request_id)


def _cancel_during_transfer(part: Part) -> None:
    part.ask()
    part.wait_for_phase("Transferring")
    part.cancel()
    part.harness.finished(part.request_id)
    part.cancel()


def _cancel_before_start(part: Part) -> None:
    part.ask(prefer=RIGHT_AWAY)
    part.wait_for_phase("FindingItem")
    part.cancel()
    part.cancel()
    part.harness.finished(part.request_id)
    part.cancel()


def _cancel_too_late(part: Part) -> None:
    part.ask()
    part.wait_for_phase("Finalizing")
    part.cancel()


def _refused(part: Part, **choice: Any) -> None:
    """Told at once that it is accepted, and afterwards why nothing came of it."""
    part.ask(part.request(**choice), RIGHT_AWAY)
    part.harness.finished(part.request_id)
    part.ask(part.request(**choice))


def _without_point(part: Part) -> None:
    _refused(part, recoveryPoint={"notAfter": "2001-01-01T00:00:00Z"})


def _with_deadline(part: Part) -> None:
    part.ask(part.request(deadline="PT45S"))


_ITEMS_THROTTLED = {
    "kind": "throttle",
    "retry_after": 20,
    "match": {"operation": "protected_items"},
}
_REPLY_LOST = {"kind": "drop_after", "match": {"operation": "restore"}}
_LONG = {"duration_s": LONG_JOB_S}
_LATE = {"duration_s": 30.0}
_TOO_LARGE = {
    "recovery_type": "AlternateLocation",
    "outcome": "Failed",
    "error": {"code": 400225, "title": "UserErrorSkuNotAvailable", "text": "Not available."},
}
_POINT_GONE = {
    "kind": "status",
    "status": 404,
    "code": "UserErrorInstantRpNotFound",
    "match": {"operation": "restore"},
}

SCENARIOS = (
    Scenario("disks-queue", _by_queue),
    Scenario("disks-http", _by_http, statuses=(202,)),
    Scenario("original-queue", _by_queue, "OriginalLocation"),
    Scenario("original-http", _by_http, "OriginalLocation", statuses=(202,)),
    Scenario("alternate-queue", _by_queue, "AlternateLocation"),
    Scenario("alternate-http", _by_http, "AlternateLocation", statuses=(202,)),
    Scenario(
        "gone-and-verified",
        _verified,
        "AlternateLocation",
        statuses=(202,),
        plan={"guest": {"boot_s": 1, "agent_s": 12}},
        exists=False,
        verifies=True,
    ),
    Scenario("no-vault-named", _without_vault),
    Scenario("duplicates", _again_and_again, statuses=(202, 202, 200, 409), rejections=1),
    Scenario(
        "cancel-in-transfer",
        _cancel_during_transfer,
        verdict="Cancelled",
        statuses=(202, 202, 409),
        plan=_LONG,
    ),
    Scenario(
        "cancel-before-start",
        _cancel_before_start,
        verdict="Cancelled",
        posts=0,
        statuses=(202, 202, 202, 409),
        fault=_ITEMS_THROTTLED,
    ),
    Scenario(
        "cancel-too-late",
        _cancel_too_late,
        "AlternateLocation",
        statuses=(202, 202),
        plan=_LATE,
    ),
    Scenario(
        "vm-unknown",
        _refused,
        verdict="Rejected",
        posts=0,
        statuses=(202, 404),
        rejections=1,
        known=False,
    ),
    Scenario(
        "no-point", _without_point, verdict="Rejected", posts=0, statuses=(202, 404), rejections=1
    ),
    Scenario("deadline", _with_deadline, verdict="DeadlinePassed", statuses=(202,), plan=_LONG),
    Scenario("job-fails", _by_queue, verdict="Failed", plan={"outcome": "Failed"}),
    Scenario(
        "job-warns",
        _by_queue,
        "OriginalLocation",
        verdict="CompletedWithWarnings",
        plan={"outcome": "CompletedWithWarnings"},
    ),
    Scenario(
        "operation-fails",
        _by_queue,
        verdict="Failed",
        plan={"operation_error": {"code": "UserErrorRestorePointNotFound", "message": "Gone."}},
    ),
    Scenario("reply-lost", _by_queue, fault=_REPLY_LOST),
    Scenario("point-gone", _by_queue, posts=2, fault=_POINT_GONE, instead=("fallback", "started")),
    Scenario(
        "no-size-so-disks",
        _into_its_own_group,
        "AlternateLocation",
        verdict="CompletedWithWarnings",
        posts=2,
        plan=_TOO_LARGE | {"fails_at_share": 0.1},
        instead=("fallback", "started", "started"),
    ),
    Scenario(
        "no-size-disks-left",
        _into_its_own_group,
        "AlternateLocation",
        verdict="Failed",
        plan=_TOO_LARGE | {"fails_at_share": 1.0},
    ),
)

FEW = tuple(
    scenario
    for scenario in SCENARIOS
    if scenario.name in {"disks-queue", "original-http", "duplicates", "vm-unknown", "job-fails"}
)
"""By every way in, to every sort of end: what shows that a worker is wired rightly."""
