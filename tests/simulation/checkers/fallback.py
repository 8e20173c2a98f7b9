"""Promises 1 and 2, of restores that fall back: another attempt is made only where the policy and
the end of the one before let it, no disks are restored twice, and the verdict tells of all.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from restore.messages.attempts import ATTEMPTS_MAX, Attempt
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from simulated_azure.jobs import end_of, transfer_end_of
from simulated_azure.names import key
from simulated_azure.state import JobRecord
from tests.simulation import cloud
from tests.simulation.scenario import Machine
from tests.simulation.world import World

_LATE = timedelta(hours=1)
_LONG_S = 12 * 3600.0


class _Step(NamedTuple):
    """One attempt, and the one before it, as it stands in the ledger."""

    asked: LedgerEntry
    before: LedgerEntry
    attempt: Attempt


def only_by_leave(world: World) -> list[str]:
    """Each attempt is one that the policy allows, made because its point was gone or its VM was
    refused, when nothing of the one before it ran any more, and nobody had cancelled it."""
    found = [
        f"{each.attempt.id}: {text}" for each in _steps(world) for text in _lacking(world, each)
    ]
    return found + [
        f"{entry.request_id} has {len(entry.fallback.attempts) + 1} attempts"
        for entry in world.storage.entries()
        if entry.fallback and len(entry.fallback.attempts) >= ATTEMPTS_MAX
    ]


def no_second_copy(world: World) -> list[str]:
    """Disks are restored only where the failed job has left none; else those are named."""
    return [
        f"{each.asked.request_id}: {text}"
        for each in _steps(world)
        if each.attempt.rung == "disks" and (text := _copied(world, each))
    ]


def whoever_may_does(world: World) -> list[str]:
    """Where nothing goes wrong, what the policy lets fall back does."""
    scenario = world.scenario
    if scenario.faults or scenario.policy_outline.tightened_s is not None:
        return []
    cancelled = {reply.request_id for reply in world.record.replies if reply.what == "cancel"}
    return [
        f"{entry.request_id} could fall back, and did not: {entry.verdict.text}"
        for entry in world.storage.entries()
        if entry.verdict
        and entry.request_id not in cancelled
        and "deadline" not in entry.request
        and _may(world, entry)
        and entry.fallback is None
    ]


def _steps(world: World) -> Iterator[_Step]:
    for asked in world.storage.entries():
        before = asked
        for attempt in asked.fallback.attempts if asked.fallback else ():
            yield _Step(asked, before, attempt)
            before = world.storage.entry(attempt.id) or before


def _lacking(world: World, step: _Step) -> Iterator[str]:
    asked, before, attempt = step
    machine, skew = _machine(world, asked), timedelta(seconds=world.scenario.vaults.skew_s)
    if attempt.rung not in world.scenario.policy_outline.fallback:
        yield f"the policy does not allow {attempt.rung}"
    point = before.choice.point.name if before.choice else ""
    if (
        attempt.rung == "olderPoint"
        and (key(cloud.vm_id(machine)), point) not in world.record.expired
    ):
        yield f"the point {point} is not gone"
    is_new_vm = before.request["recoveryType"] == "AlternateLocation"
    if attempt.rung == "disks" and not (is_new_vm and machine.refused):
        yield "no new VM was refused"
    job = world.job(before.job_id)
    if job is not None and end_of(job) > attempt.at + skew:
        yield "the job before it still ran"
    for reply in world.record.replies:
        is_cancelled = reply.what == "cancel" and reply.status == 202
        if is_cancelled and reply.request_id == asked.request_id:
            if attempt.at > reply.at:
                yield f"it was begun after its request was cancelled at {reply.at}"
            written = [at for at, _ in world.record.intents[attempt.id]]
            if written and max(written) > reply.at + _LATE:
                yield f"it was sent long after its request was cancelled at {reply.at}"


def _copied(world: World, step: _Step) -> str | None:
    job, attempt = world.job(step.before.job_id), step.attempt
    left = {f"-{job.id[:8]}"} if job is not None and _has_left(job) else set()
    if not attempt.disks:
        is_sent = any(post.job_id for post in world.record.posts if post.request_id == attempt.id)
        return f"{attempt.id} is a second copy" if left and is_sent else None
    if not left:
        return f"its job has left no disks, told are {attempt.disks}"
    is_told = any(name.endswith(tuple(left)) for name in attempt.disks)
    return None if is_told else f"its own disks are not among {attempt.disks}"


def _has_left(job: JobRecord) -> bool:
    is_failed = job.outcome == "Failed" and job.cancelled is None
    return is_failed and end_of(job) >= transfer_end_of(job)


def _may(world: World, entry: LedgerEntry) -> bool:
    if entry.attempt_of is not None or entry.begun_elsewhere or entry.choice is None:
        return False
    machine, rungs = _machine(world, entry), world.scenario.policy_outline.fallback
    if machine.job_s > _LONG_S:
        return False
    posts = [post for post in world.record.posts if post.request_id == entry.request_id]
    is_gone = (key(cloud.vm_id(machine)), entry.choice.point.name) in world.record.expired
    if is_gone and posts and all(post.operation_id is None for post in posts):
        return "olderPoint" in rungs
    is_started = any(post.operation_id for post in posts)
    is_new_vm = entry.request["recoveryType"] == "AlternateLocation"
    return is_started and is_new_vm and bool(machine.refused) and "disks" in rungs


def _machine(world: World, entry: LedgerEntry) -> Machine:
    vm = key(entry.request["sourceResourceId"])
    return next(each for each in world.scenario.machines if key(cloud.vm_id(each)) == vm)


def subject(world: World, entry: LedgerEntry) -> tuple[LedgerEntry, Verdict]:
    """Return the attempt whose verdict counts: the last one that was sent."""
    own = entry.fallback.verdict if entry.fallback else entry.verdict
    assert own is not None, "it is over"
    counts, verdict = entry, own
    for attempt in entry.fallback.attempts if entry.fallback else ():
        later = world.storage.entry(attempt.id)
        if later is not None and later.verdict is not None and later.intent is not None:
            counts, verdict = later, later.verdict
    return counts, verdict


def untrue_of_all(world: World, entry: LedgerEntry) -> list[str]:
    """What the verdict of a request that fell back says wrongly of its attempts."""
    told = entry.verdict
    if entry.fallback is None or told is None or not told.attempts:
        return []
    counts, verdict = subject(world, entry)
    found = []
    ids = [each.id for each in told.attempts]
    if ids != [entry.request_id, *(each.id for each in entry.fallback.attempts)]:
        found.append(f"it tells of the attempts {ids}")
    for each in told.attempts[1:]:
        later = world.storage.entry(each.id)
        true = later.verdict.verdict if later and later.verdict else None
        if each.verdict != true:
            found.append(f"{each.id} ended {true}, told is {each.verdict}")
    if counts.intent is None:
        return found  # nothing was sent: any of them may be told
    told_point = entry.choice_that_counts.point.name if entry.choice_that_counts else None
    if counts.choice is not None and told_point != counts.choice.point.name:
        found.append(f"it tells of the point {told_point}, {counts.request_id} had another one")
    is_instead = counts.request["recoveryType"] != entry.request["recoveryType"]
    expected = "CompletedWithWarnings" if is_instead and verdict.succeeded else verdict.verdict
    succeeded = verdict.succeeded and not is_instead
    if (told.verdict, told.succeeded, told.job_id) != (expected, succeeded, verdict.job_id):
        found.append(f"it tells {told.verdict} of {told.job_id}, {counts.request_id} is {expected}")
    return found
