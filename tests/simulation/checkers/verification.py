"""Promise 2, of restored VMs: what is called verified works, and what works is called so."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from simulated_azure import names
from simulated_azure.jobs import end_of
from simulated_azure.state import JobRecord
from tests.simulation import cloud
from tests.simulation.scenario import Machine
from tests.simulation.world import World

_NOT_LOOKED_AT = ("NotFollowed", "Abandoned", "ActivityFailed", "JobNotSeen")
_LIMITS_S = {"vm": 300.0, "agent": 900.0, "probe": 1500.0}
_LATE_S = 120.0


class _Looked(NamedTuple):
    entry: LedgerEntry
    verdict: Verdict
    job: JobRecord
    machine: Machine
    wanted: str


def what_is_verified_works(world: World) -> list[str]:
    """Nothing is called verified before it works, and nothing that was to be looked at and does
    not work is a success."""
    skew = timedelta(seconds=world.scenario.vaults.skew_s)
    return [
        f"{each.entry.request_id} is verified before it works, which is at {_works_at(world, each)}"
        for each in _looked_at(world)
        if each.verdict.verification is not None
        and each.verdict.verification.verified
        and each.entry.finished_at is not None
        and each.entry.finished_at + skew < _works_at(world, each)
    ]


def what_works_is_verified(world: World) -> list[str]:
    """Where nothing goes wrong, what works in its time is verified; and all that a job has brought
    about is looked at where that was asked for."""
    found = []
    for each in _looked_at(world):
        verification = each.verdict.verification
        if verification is None:
            found.append(f"{each.entry.request_id} was not looked at")
        elif _is_in_time(world, each) and not verification.verified and not _is_cut_short(each):
            found.append(f"{each.entry.request_id} works, and is not verified: {each.verdict.text}")
    return found


def _looked_at(world: World) -> Iterator[_Looked]:
    asks = {ask.request_id: ask for ask in world.scenario.asks if not ask.changed}
    for entry in world.storage.entries():
        verdict, ask = entry.verdict, asks.get(entry.request_id)
        job = world.job(verdict.job_id if verdict else None)
        if verdict is None or ask is None or job is None or "verify" not in entry.request:
            continue
        if job.recovery_type != ask.kind:
            continue  # disks, where a VM was asked for
        is_there = verdict.verdict == "Completed" or (
            verdict.verdict == "CompletedWithWarnings" and ask.kind == "AlternateLocation"
        )
        if is_there:
            yield _Looked(entry, verdict, job, world.scenario.machines[ask.machine], ask.verify)


def _works_at(world: World, looked: _Looked) -> datetime:
    """From when on at the earliest, by Azure's clock, it passes what was asked for. Who answers may
    be the VM of another restore: of an earlier one a probe, of a later one all."""
    machine, own = looked.machine, looked.job
    later = [
        job
        for job in _jobs(world, machine)
        if job.recovery_type == own.recovery_type == "OriginalLocation"
        and end_of(job) > end_of(own)
    ]
    works_at = min(end_of(job) + _starting(job, looked.wanted) for job in (own, *later))
    if looked.wanted == "probe":
        first = min(end_of(job) for job in _jobs(world, machine))
        works_at = max(works_at, first + timedelta(seconds=machine.answers_s))
    return works_at


def _starting(job: JobRecord, wanted: str) -> timedelta:
    guest = job.guest
    return timedelta(seconds=guest.boot_s if wanted == "vm" else max(guest.boot_s, guest.agent_s))


def _jobs(world: World, machine: Machine) -> list[JobRecord]:
    vm = names.key(cloud.vm_id(machine))
    jobs = world.simulator.state.job_records.values()
    return [job for job in jobs if names.key(job.vm_id) == vm]


def _is_in_time(world: World, looked: _Looked) -> bool:
    """Whether each of its checks passed well within its own time, and nothing hindered a look."""
    is_alone = len(_jobs(world, looked.machine)) == 1
    machine = looked.machine
    is_quick = machine.boot_s < 300 - _LATE_S and machine.agent_s < 900 - _LATE_S
    is_answered = looked.wanted != "probe" or machine.answers_s < 1500 - _LATE_S
    is_allowed = looked.wanted != "probe" or world.scenario.policy_outline.tightened_s is None
    return is_alone and is_quick and is_answered and is_allowed and not world.scenario.faults


def _is_cut_short(looked: _Looked) -> bool:
    error = looked.verdict.error
    return error is not None and error.code in _NOT_LOOKED_AT
