"""Promise 2: a verdict is true to what the vault did."""

from datetime import timedelta

from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from restore.settings import Settings
from restore.values.times import seconds_of
from simulated_azure.jobs import look
from simulated_azure.names import key
from simulated_azure.state import JobRecord, OperationRecord, Point
from tests.simulation.checkers.fallback import subject, untrue_of_all
from tests.simulation.world import World

_UNSEEN = ("lost sight", "It is not known whether")
_NOTHING = "Nothing was started"
_TIMER_EARLY_S = 10.0
REVIVALS_MAX = Settings().restore_revivals_max


def are_true(world: World) -> list[str]:
    """Each verdict says what became of the request's own job."""
    found = []
    for entry in world.storage.entries():
        if entry.verdict is not None:
            counts = (entry, entry.verdict) if is_given_up(entry) else subject(world, entry)
            texts = _untrue(world, *counts)
            texts += [] if is_given_up(entry) else untrue_of_all(world, entry)
            found += [f"{entry.request_id}: {text}" for text in texts]
    return found


def are_of_the_right_point(world: World) -> list[str]:
    """A plain request is restored from the newest point that can be, or one that is newer yet; what
    an alert asks for, from the newest before it fired, of those that applications agree with."""
    found, skew = [], timedelta(seconds=world.scenario.vaults.skew_s)
    for entry in world.storage.entries():
        job = world.job(entry.verdict.job_id if entry.verdict else None)
        if job is None or entry.begun_elsewhere:
            continue
        vault = world.simulator.state.vaults[key(job.vault_id)]
        points = vault.items[key(job.vm_id)].points
        gone = {
            name: at for (vm, name), (_, at) in world.record.expired.items() if vm == key(job.vm_id)
        }
        used = points.get(job.point) or gone[job.point]
        since = asked_of(world, entry).accepted_at
        early = [
            point for point in points.values() if _is_usable(point) and point.time - skew <= since
        ]
        is_usable = _is_usable(used)
        if entry.alerted is not None:
            early = _wanted_of(world, early, entry)
            is_usable &= used in early or job.point in gone
        times_gone = {each.time for each in gone.values()}
        known = [point for point in early if point.time not in times_gone]
        if not is_usable or any(point.time > used.time for point in known):
            found.append(f"{entry.request_id} was restored from {job.point}, which is not newest")
    return found


def asked_of(world: World, entry: LedgerEntry) -> LedgerEntry:
    """Return the request at which an entry is an attempt: mostly it is one itself."""
    return (world.storage.entry(entry.attempt_of) if entry.attempt_of else None) or entry


def outlive_azures_absence(world: World) -> list[str]:
    """When Azure cannot be reached for hours, a restore waits for it until its deadline. Looking at
    a VM has times of its own."""
    away = [
        fault
        for fault in world.scenario.faults
        if fault.kind == "not_connected" and fault.times > 1000
    ]
    if not away:
        return []
    return [
        f"{entry.request_id} was given up: {entry.verdict.text}"
        for entry in world.storage.entries()
        if entry.verdict and ended_by(entry.verdict, "Unreachable")
        if entry.verdict.verification is None
    ]


def outlive_the_worker(world: World) -> list[str]:
    """A worker process that exits ends no restore: what it had in hand is called again."""
    return [
        f"{entry.request_id} ended with its worker: {entry.verdict.text}"
        for entry in world.storage.entries()
        if entry.verdict and ended_by(entry.verdict, "ActivityFailed")
    ]


def ended_by(verdict: Verdict, code: str) -> bool:
    """Whether a restore ended with this error."""
    return verdict.error is not None and verdict.error.code == code


def is_given_up(entry: LedgerEntry) -> bool:
    """Whether the reconciler closed it; no orchestration of it need be left that shows it."""
    return entry.verdict is not None and ended_by(entry.verdict, "NotFollowed")


def _wanted_of(world: World, points: list[Point], entry: LedgerEntry) -> list[Point]:
    """The points from before an alert fired; those that applications agree with, if Azure names
    them so: it may quote a secret there instead."""
    assert entry.alerted is not None, "an alert asked for it"
    before = [point for point in points if point.time < entry.alerted.fired_at]
    if any(machine.quotes for machine in world.scenario.machines):
        return before
    return [point for point in before if point.consistency == "AppConsistent"] or before


def _is_usable(point: Point) -> bool:
    tiers = point.tiers
    is_near = "Valid" in (tiers.get("InstantRP"), tiers.get("HardenedRP"))
    return not point.soft_deleted and (is_near or "Rehydrated" in tiers.values())


def _untrue(world: World, entry: LedgerEntry, verdict: Verdict) -> list[str]:
    operation = _operation(world, entry.request_id)
    job = world.job(operation.job_id) if operation else None
    if entry.begun_elsewhere:
        job = world.job(entry.request["jobId"])
    found = []
    if verdict.job_id is not None and (job is None or verdict.job_id != job.id):
        found.append(f"the verdict's job {verdict.job_id} is not this request's {job and job.id}")
        return found
    if job is not None and verdict.job_id is not None:
        found += _differences(entry, verdict, job)
    status = None if job is None else look(job, world.simulator.clock.now()).status
    said = _said(world, entry, verdict, operation, status)
    return [*found, *([said] if said else [])]


def _said(
    world: World,
    entry: LedgerEntry,
    verdict: Verdict,
    operation: OperationRecord | None,
    status: str | None,
) -> str | None:
    kind = verdict.verdict
    if is_given_up(entry):
        # Asked again after a purge of all histories, it is started again, and that counts as well.
        lives = world.record.life_of(f"restore-{entry.request_id}")
        return None if lives >= REVIVALS_MAX else f"it was given up after {lives} revivals"
    is_good = kind == "Completed" or (
        kind == "CompletedWithWarnings" and entry.recovery_type != "OriginalLocation"
    )
    if verdict.verification is not None:
        is_good = is_good and verdict.verification.verified
    if verdict.succeeded is not is_good:
        return f"succeeded is {verdict.succeeded} for {kind}"
    if kind in ("Completed", "CompletedWithWarnings"):
        return None if status == kind else f"the verdict is {kind}, the job {status}"
    if kind == "Cancelled":
        expected = "Cancelled" if verdict.job_id else None
        return None if status == expected else f"the verdict is {kind}, the job {status}"
    if (
        kind == "Rejected"
    ):  # nothing shows that Azure took a POST whose reply is lost and job never is
        is_to_be_seen = operation is not None and (entry.operation_id or status)
        return "it is rejected and was started" if is_to_be_seen else None
    if kind == "DeadlinePassed":
        return _too_soon(world, entry)
    if any(text in verdict.text for text in _UNSEEN):
        return None if world.record.fired.total() else "nothing went wrong, and it is lost"
    if status == "Failed" or (operation is not None and operation.error is not None):
        return None
    return f"the verdict is Failed, the job {status}: {verdict.text}" if operation else None


def _differences(entry: LedgerEntry, verdict: Verdict, job: JobRecord) -> list[str]:
    wanted = {
        "VM": (key(entry.request["sourceResourceId"]), key(job.vm_id)),
        "recovery type": (entry.recovery_type, job.recovery_type),
        "point": (verdict.recovery_point, None if entry.begun_elsewhere else job.point),
    }
    return [
        f"the {what} is {true}, told is {told}"
        for what, (told, true) in wanted.items()
        if told != true
    ]


def _too_soon(world: World, entry: LedgerEntry) -> str | None:
    assert entry.finished_at is not None, "who has a verdict is finished"
    assert entry.verdict is not None, "it passed"
    posts = [post for post in world.record.posts if post.request_id == entry.request_id]
    if _NOTHING in entry.verdict.text and any(post.operation_id for post in posts):
        return "nothing was started, it says, and a POST was accepted"
    deadline = timedelta(seconds=seconds_of(entry.request.get("deadline", "PT24H")))
    since = entry.approval.at if entry.approval is not None else entry.accepted_at
    passed = entry.finished_at - since + timedelta(seconds=_TIMER_EARLY_S)
    return None if passed >= deadline else f"the deadline passed after {passed} of {deadline}"


def _operation(world: World, request_id: str) -> OperationRecord | None:
    records = world.simulator.state.operation_records
    for post in world.record.posts:
        if post.request_id == request_id and post.operation_id:
            return records[post.operation_id]
    return None
