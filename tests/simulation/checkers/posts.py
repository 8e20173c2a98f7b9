"""Promise 1: one restore per request, and none where "nothing was started" was the answer.

A POST that Azure accepts, answers too late, and fails before there is a job leaves no trace that
anybody could find: it is sent again, and has restored nothing. It does not count.
"""

from collections import Counter

from restore.messages import names
from tests.simulation.world import World


def one_post(world: World) -> list[str]:
    """Azure accepted at most one restore POST per request id, and only of known ones."""
    accepted = Counter(post.request_id for post in world.record.posts if post.job_id)
    known = {entry.request_id for entry in world.storage.entries()}
    found = [f"{each} was accepted {count} times" for each, count in accepted.items() if count > 1]
    return found + [f"{each} was sent, and nobody asked" for each in accepted if each not in known]


def nothing_for_what_was_begun_elsewhere(world: World) -> list[str]:
    """What is only followed is never sent, nor cancelled."""
    found = [
        f"{post.request_id} was sent, and is only followed"
        for post in world.record.posts
        if (entry := world.storage.entry(post.request_id)) is not None and entry.begun_elsewhere
    ]
    jobs = world.simulator.state.job_records
    return found + [
        f"{ask.job_id} was cancelled"
        for ask in world.scenario.asks
        if ask.adopts and ask.job_id in jobs and jobs[ask.job_id].cancelled
    ]


def sent_under_the_lock(world: World) -> list[str]:
    """Nobody sends while it is another one's turn on the item: of two POSTs whose replies are lost
    nothing tells whose job is whose."""
    return [
        f"{post.request_id} was sent in the turn of {post.turn}"
        for post in world.record.posts
        if post.turn != post.request_id
    ]


def nothing_after_a_no(world: World) -> list[str]:
    """Nothing was started for a rejected request, nor for one whose cancel said so; no other
    attempt at it either."""
    accepted = {post.request_id for post in world.record.posts if post.job_id}
    accepted |= {request_id.partition(names.ATTEMPT)[0] for request_id in accepted}
    rejected = {
        entry.request_id
        for entry in world.storage.entries()
        if entry.verdict and entry.verdict.verdict == "Rejected"
    }
    cancelled = {
        reply.request_id
        for reply in world.record.replies
        if reply.what == "cancel" and reply.body.get("cancel") == "BeforeStart"
    }
    return [f"{each} is rejected and was started" for each in sorted(rejected & accepted)] + [
        f"{each} was started after its cancel said that nothing would be"
        for each in sorted(cancelled & accepted)
    ]
