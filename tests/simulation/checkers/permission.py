"""What the policy promises: nothing is sent without leave, and people's word stands.

Said from the scenario's own words (scenario.PolicyOutline), not by the rules that the app judges
by.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Approval
from simulated_azure.jobs import end_of
from simulated_azure.names import key
from tests.fakes.callers import shown
from tests.simulation import cloud
from tests.simulation.record import Post
from tests.simulation.world import World

_DAY = timedelta(hours=24)
_INTENT_MAX = timedelta(seconds=10)
_PASSED_OVER = ("ApprovalExpired", "ApprovalRefused")


def nothing_goes_without_leave(world: World) -> list[str]:
    """No POST at all is sent that the policy forbade, or that its approver did not approve."""
    return [
        f"{post.request_id} was sent, but {text}"
        for post in world.record.posts
        if (entry := world.storage.entry(post.request_id)) is not None
        for text in _lacking(world, entry, post)
    ]


def decisions_stand(world: World) -> list[str]:
    """What whoever decided was told is what the ledger holds, and what became of the restore."""
    found = []
    for reply in world.record.replies:
        entry = world.storage.entry(reply.request_id)
        if reply.what != "decide" or reply.status != 200 or entry is None:
            continue
        kept = entry.approval
        told, by = reply.body["decision"], reply.body.get("by")
        if kept is None or (kept.decision, kept.by) != (told, by):
            found.append(f"{entry.request_id}: {by} was told {told}, the ledger holds {kept}")
        code = entry.verdict.error.code if entry.verdict and entry.verdict.error else None
        if told == "approved" and code in _PASSED_OVER:
            found.append(f"{entry.request_id} was approved, and ended {code}")
        if told == "refused" and code == "ApprovalExpired":
            found.append(f"{entry.request_id} was refused, and ended {code}")
    return found


def places_are_kept(world: World) -> list[str]:
    """Never more jobs of Azure's run at once than the policy allows, whatever their verdicts."""
    allowed = world.scenario.policy_outline.at_once
    jobs = [job for post in world.record.posts if (job := world.job(post.job_id)) is not None]
    running = {job.id: sum(each.start <= job.start < end_of(each) for each in jobs) for job in jobs}
    return [
        f"{count} jobs ran at once when {job_id} began, allowed are {allowed}"
        for job_id, count in running.items()
        if count > allowed
    ]


def quotas_are_kept(world: World) -> list[str]:
    """Within a day no VM is restored more often than the policy allows."""
    policy_outline, jobs = world.scenario.policy_outline, world.simulator.state.job_records
    found = []
    for post in world.record.posts:
        job, entry = world.job(post.job_id), world.storage.entry(post.request_id)
        if job is None or entry is None:
            continue
        limit = policy_outline.per_day - (
            0 if entry.source == "http" else policy_outline.for_people
        )
        before = [
            each
            for each in jobs.values()
            if key(each.vm_id) == key(job.vm_id) and job.start - _DAY < each.start < job.start
        ]
        if len(before) >= limit:
            found.append(f"{entry.request_id} is restore {len(before) + 1} in a day of {limit}")
    return found


def _lacking(world: World, entry: LedgerEntry, post: Post) -> Iterator[str]:
    policy_outline, request = world.scenario.policy_outline, entry.request
    strangers = {cloud.vm_id(world.scenario.machines[number]) for number in policy_outline.without}
    if request["recoveryType"] not in policy_outline.kinds:
        yield f"{request['recoveryType']} is not allowed"
    if entry.source not in (*policy_outline.ways, "alert"):
        yield f"nothing may come by {entry.source}"
    if request["sourceResourceId"] in strangers:
        yield "no rule is for its VM"
    if _is_tight(world, _judged_at(world, post)):
        yield "nothing was allowed any more when it was sent"
    if request["recoveryType"] in policy_outline.with_approval:
        if entry.approval is None or entry.approval.decision != "approved":
            yield f"its approval is {entry.approval}"
        else:
            yield from _wrong(world, entry, entry.approval, post)


def _wrong(world: World, entry: LedgerEntry, approval: Approval, post: Post) -> Iterator[str]:
    approvers = {
        shown(decision.who)
        for decision in world.scenario.decisions
        if decision.request_id == entry.request_id and decision.approves
    }
    if approval.by not in approvers:
        yield f"{approval.by} never approved it"
    if entry.asked_by is not None and approval.by in (None, str(entry.asked_by)):
        yield f"{approval.by} approved what {entry.asked_by} asked for"
    if approval.at > post.at:
        yield f"it was approved only at {approval.at}"


def _judged_at(world: World, post: Post) -> datetime:
    """The earliest moment at which what was posted can have been judged: the intent is written
    after that, at most ten seconds later, or it is not sent."""
    written = [at for at, _ in world.record.intents[post.request_id] if at <= post.at]
    return max(written) - _INTENT_MAX if written else post.at


def _is_tight(world: World, moment: datetime) -> bool:
    tightened_at = world.record.tightened_at
    return tightened_at is not None and moment > tightened_at
