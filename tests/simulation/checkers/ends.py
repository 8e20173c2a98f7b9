"""Promise 8: when nothing goes wrong any more all ends, and nobody is asked too often."""

from itertools import pairwise
from math import inf

from restore.messages import names
from restore.messages.poll_policy import WAIT_S_MIN
from restore.values.times import seconds_of
from tests.simulation.checkers.verdicts import is_given_up
from tests.simulation.record import Poll
from tests.simulation.world import World

_EARLY_S = 1.1
"""Timers fire up to a second early; a step takes its moment."""
_ASKED_S_MAX = 3600.0
_CUT_OFF = (
    ("terminated", "Terminated"),
    ("ended_by_hand", "Terminated"),
    ("worker_exits", "Failed"),
    ("worker_exits", "Terminated"),
    ("exits_in_a_turn", "Failed"),
    ("exits_in_a_turn", "Terminated"),
)
"""What ends an instance without its consent: it may stay so, for its restore is followed by another
one or has its verdict. The followers that the reconciler replaces are terminated, too."""


def all_ends(world: World) -> list[str]:
    """Everybody is answered, every request has its verdict, every instance is over."""
    found = [
        f"{message.id} is still in the queue"
        for message in world.actors.queue.messages
        if message.is_there
    ]
    if world.actors.waiting:
        found.append(f"{world.actors.waiting} people have no answer")
    if world.alerters.waiting:
        found.append(f"{world.alerters.waiting} who send alerts or decide have no answer")
    found += [
        f"{each.request_id} has no verdict" for each in world.storage.entries() if not each.verdict
    ]
    asked = [each.ask for each in world.actors.queue.messages if not each.ask.is_no_restore]
    accepted = [reply for reply in world.record.replies if reply.what == "ask"]
    wanted = {ask.request_id for ask in asked}
    wanted |= {reply.request_id for reply in accepted if reply.status < 300}
    found += [
        f"{each} was taken and forgotten"
        for each in sorted(wanted)
        if not world.storage.entry(each)
    ]
    if not world.storage.is_all_sent:
        found.append("something is still open, or told and not sent")
    over = ("Completed", *(status for kind, status in _CUT_OFF if world.record.fired[kind]))
    rows = [
        row
        for row in world.store.instances_from("")
        if not row.instance_id.startswith(names.RECONCILE)  # it begins again, as its timer has it
    ]
    found += [f"{row.instance_id} is {row.status}" for row in rows if row.status not in over]
    entries = world.storage.entries()
    known = {f"restore-{entry.request_id}" for entry in entries if not is_given_up(entry)}
    seen = {row.instance_id for row in world.store.instances_from("")}
    told = {f"restore-{request_id}" for request_id in world.record.over}
    return found + [f"{each} was never started" for each in sorted(known - seen - told)]


def nobody_polls_too_fast(world: World) -> list[str]:
    """Between two looks at a job that runs lies what the policy says, and never less than 5 s."""
    poll_policy = world.scenario.poll_policy
    found = []
    for job_id, polls in world.record.polls.items():
        ends = (
            _deadline_s(world, job_id) - poll_policy.poll_s_max * 1.2 - 60
        )  # then waits get shorter
        for one, other in pairwise(_rounds(polls)):
            if one.life != other.life:
                continue  # another process repeats what a killed one had begun
            wait_s = (other.at - one.at).total_seconds()
            is_calm = one.state == "InProgress" and _since_start_s(world, one) < ends
            least_s = (
                min(poll_policy.poll_s_first, poll_policy.poll_s_min) if is_calm else WAIT_S_MIN
            )
            if wait_s < max(least_s, WAIT_S_MIN) - _EARLY_S:
                found.append(f"the job {job_id} is asked again after {wait_s:g} s")
    return found


def who_is_told_to_wait_waits(world: World) -> list[str]:
    """After "slow down, come back in n seconds" nobody comes back before, but for one last poll
    when the deadline has come."""
    found = []
    asked = [*world.record.polls.items(), *world.record.refusals.items()]
    for name, polls in asked:
        for one, other in pairwise(polls):
            if one.status != 429 or one.retry_after_s is None or one.life != other.life:
                continue
            wait_s = (other.at - one.at).total_seconds()
            if _since_start_s(world, other) > _deadline_s(world, name) - WAIT_S_MIN:
                continue
            if wait_s < min(one.retry_after_s, _ASKED_S_MAX) - _EARLY_S:
                found.append(f"{name}: told to wait {one.retry_after_s:g} s, waited {wait_s:g} s")
    return found


def _rounds(polls: list[Poll]) -> list[Poll]:
    """One of each run of the activity: the last of those that the client itself repeats."""
    rounds: list[Poll] = []
    for look in polls:
        if rounds and look.round == rounds[-1].round:
            rounds[-1] = look
        else:
            rounds.append(look)
    return rounds


def _since_start_s(world: World, look: Poll) -> float:
    return (look.at - world.started).total_seconds()


def _deadline_s(world: World, job_id: str) -> float:
    """When the deadline of a job's restore comes, in seconds of the run, at the earliest."""
    job = world.job(job_id)
    for post in world.record.posts:
        if job is not None and post.operation_id == job.operation_id:
            entry = world.storage.entry(post.request_id)
            assert entry is not None, "what is sent was accepted"
            since = entry.approval.at if entry.approval else entry.accepted_at
            deadline_s = seconds_of(entry.request.get("deadline", "PT24H"))
            return (since - world.started).total_seconds() + deadline_s
    return inf
