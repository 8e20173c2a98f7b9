"""The checkers can fail: each defect planted here is one that they must notice within 200 seeds."""

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import azure.durable_functions as df
import msgspec
import pytest

from activities import admission, close_restore, slot_leases, trigger_restore
from arm import authorized_request, headers, url_allow_list
from orchestrators import steps, watch_job
from restore.messages import ledger_entry as ledger_rules
from restore.messages.activity_io import Restore, Retry, Trigger
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Approval, JobSnapshot, Outcome, Verdict
from restore.policy import approvals, judging, quota
from restore.progress import job_watch, phases, poll_intervals, reconcile_decision, retries
from restore.progress.phases import RestorePhase
from restore.result import verdicts
from restore.start import arm_body, lost_reply, recovery_point_choice
from storage import concurrency_slots, instances, item_lock, poll_urls
from storage.ledger import Ledger
from tests.simulation import (
    planted_events,
    planted_fallback,
    planted_redaction,
    planted_verifying,
)
from tests.simulation.drawing import draw
from tests.simulation.running import judged, run_scenario
from triggers import queue

SEEDS = 200

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


def sends_without_an_intent(patch: Patch) -> None:
    """The POST is sent without an intent in the ledger."""
    patch.setattr(Ledger, "intend", lambda self, held, intent: held)


def never_finds_a_job(patch: Patch) -> None:
    """LocatingJob never finds the job that a lost reply had started."""
    patch.setattr(lost_reply, "_new", lambda *_: [])


def does_not_wait_for_a_job(patch: Patch) -> None:
    """LocatingJob does not wait for a job that shows late."""
    patch.setattr(lost_reply, "window_s", lambda *_: 0.0)


def takes_no_locks(patch: Patch) -> None:
    """Requests for one item do not wait for each other."""
    patch.setattr(item_lock, "acquire", lambda *_: item_lock.LockAttempt(is_ours=True))


def clears_holders_for_ever(patch: Patch) -> None:
    """Who has lost its turn may still send, for nothing was fenced."""
    patch.setattr(Ledger, "fence", lambda *_: None)


def cancels_by_word_of_mouth(patch: Patch) -> None:
    """A cancel says that nothing will be started, and writes nothing down."""
    whole = Ledger.cancel

    def cancelled(self: Ledger, request_id: str) -> LedgerEntry:
        held = self.read(request_id)
        assert held is not None, "it was accepted"
        if held.entry.state is not LedgerState.ACCEPTED:
            return whole(self, request_id)
        return ledger_rules.moved(held.entry, LedgerState.CANCELLED, cancel_asked=1)

    patch.setattr(Ledger, "cancel", cancelled)


def cancels_whatever_there_is(patch: Patch) -> None:
    """A cancel overrules what was sent already."""

    def cancelled(self: Ledger, request_id: str) -> LedgerEntry:
        held = self.read(request_id)
        assert held is not None, "it was accepted"
        if held.entry.state in (LedgerState.CANCELLED, LedgerState.FINISHED):
            return held.entry
        entry = msgspec.structs.replace(held.entry, state=LedgerState.CANCELLED, cancel_asked=1)
        return self._replace(held, entry).entry

    patch.setattr(Ledger, "cancel", cancelled)


def calls_failures_completed(patch: Patch) -> None:
    """A failed job is reported well."""
    whole = verdicts.judge_job

    def judge(kind: str, look: JobSnapshot, **more: Any) -> Verdict:
        return whole(kind, msgspec.structs.replace(look, status="Completed"), **more)

    patch.setattr(verdicts, "judge_job", judge)


def trips_over_silence(patch: Patch) -> None:
    """A look at the operation that gets no answer is taken for one that did."""
    whole = job_watch.learn_operation

    def learn(watch: Any, outcome: Any) -> Any:
        return whole(watch, msgspec.structs.replace(outcome, kind="done"))

    patch.setattr(job_watch, "learn_operation", learn)


def judges_before_the_end(patch: Patch) -> None:
    """The verdict is given while the job still runs."""
    whole = job_watch.learn_job

    def learn(watch: Any, outcome: Any, now: Any) -> Any:
        if outcome.value is not None and outcome.value.get("status") == "InProgress":
            value = outcome.value | {"status": "Completed"}
            outcome = msgspec.structs.replace(outcome, value=value)
        return whole(watch, outcome, now)

    patch.setattr(job_watch, "learn_job", learn)


def chooses_the_oldest_point(patch: Patch) -> None:
    """The recovery points are sorted the wrong way round."""
    whole = recovery_point_choice._newness
    patch.setattr(
        recovery_point_choice,
        "_newness",
        lambda point: (-whole(point)[0].timestamp(), *whole(point)[1:]),
    )


def rejects_in_silence(patch: Patch) -> None:
    """A message that can never work is just deleted."""

    async def reject(*_: Any) -> None:
        return None

    patch.setattr(queue, "_reject", reject)


def shows_phases_that_go_back(patch: Patch) -> None:
    """Looks change the phase whatever the table says."""
    turn = count()
    both = (RestorePhase.TRANSFERRING, RestorePhase.FINALIZING)
    patch.setattr(job_watch, "phase_of", lambda look: both[next(turn) % 2])
    patch.setattr(job_watch, "advanced", lambda phase, to: to)
    patch.setattr(phases, "advanced", lambda phase, to: to)


def never_continues_as_new(patch: Patch) -> None:
    """A long watch keeps all of its history."""

    def order(**fields: Any) -> Restore:
        poll_policy = msgspec.structs.replace(
            fields.pop("poll_policy"), polls_per_generation=10_000
        )
        return Restore(poll_policy=poll_policy, **fields)

    patch.setattr(instances, "Restore", order)


def decides_by_chance(patch: Patch) -> None:
    """An orchestrator asks something else than its history."""
    whole, calls = watch_job._poll, count()

    def look(context: Any, steps: Any, watch: Any, number: int) -> Any:
        if next(calls) % 3 == 0:
            watch = msgspec.structs.replace(watch, job_id=None)
        return (yield from whole(context, steps, watch, number))

    patch.setattr(watch_job, "_poll", look)


def logs_urls(patch: Patch) -> None:
    """Each URL is logged as a whole."""
    whole = authorized_request.AuthorizedRequest.once

    def once(self: Any, method: str, url: str, body: bytes | None) -> Any:
        logging.getLogger("arm").warning("%s %s", method, url)
        return whole(self, method, url, body)

    patch.setattr(authorized_request.AuthorizedRequest, "once", once)


def trusts_every_url(patch: Patch) -> None:
    """A token goes wherever a poll URL points."""
    for name in ("is_at", "is_list", "is_operation", "is_within"):
        patch.setattr(url_allow_list, name, lambda *_: True)


def keeps_signed_urls(patch: Patch) -> None:
    """The signed URLs of a restore that is over stay."""
    patch.setattr(poll_urls, "drop", lambda *_: None)


def starts_nothing(patch: Patch) -> None:
    """A request is accepted, and its orchestration not started, by the reconciler neither."""
    whole = reconcile_decision.next_step

    async def ensure(*_: Any) -> None:
        return None

    def next_step(entry: LedgerEntry, status: str | None, *more: Any) -> reconcile_decision.Step:
        return reconcile_decision.Step.LEAVE if status is None else whole(entry, status, *more)

    patch.setattr(instances, "ensure_running", ensure)
    patch.setattr(reconcile_decision, "next_step", next_step)


def deletes_messages_that_failed(patch: Patch) -> None:
    """Failures of ours delete the message, too."""
    whole = queue._take

    async def take(*args: Any) -> None:
        try:
            await whole(*args)
        except Exception as error:
            logging.getLogger("triggers").error("lost: %s", type(error))

    patch.setattr(queue, "_take", take)


def polls_without_pause(patch: Patch) -> None:
    """The next look comes at once."""
    patch.setattr(poll_intervals, "next_poll_s", lambda *_: 10.0)


def gives_up_after_a_dozen_tries(patch: Patch) -> None:
    """What says "retry later" a dozen times is given up, however much time is left."""
    whole = retries.learn

    def learn(retry: Retry, outcome: Outcome, *more: Any) -> Retry | Outcome:
        found = whole(retry, outcome, *more)
        if isinstance(found, Outcome) or found.attempt <= 12 or outcome.error is None:
            return found
        return Outcome.failed(outcome.error)

    patch.setattr(retries, "learn", learn)


def calls_nothing_again(patch: Patch) -> None:
    """An activity under which the worker process has exited is not called again."""
    patch.setattr(retries, "UNFORESEEN_MAX", timedelta(0))
    patch.setattr(retries, "UNFORESEEN_MIN", 1)


def runs_no_child_again(patch: Patch) -> None:
    """A follower under which the worker process has exited is not run again."""
    patch.setattr(steps, "_AGAIN", df.RetryOptions(30_000, 1))


def ignores_retry_after(patch: Patch) -> None:
    """Azure asks to slow down, and nobody listens."""
    patch.setattr(headers, "retry_after_s", lambda *_: None)


def allows_everything(patch: Patch) -> None:
    """The guard lets through whatever is asked."""
    patch.setattr(judging, "judge", lambda *_: judging.Allowed("any", approval=False))


def goes_on_without_approval(patch: Patch) -> None:
    """What was decided, or that nobody did in time, changes nothing."""
    patch.setattr(approvals, "refusal", lambda *_: None)
    patch.setattr(approvals, "require", lambda *_: None)


def lets_askers_approve(patch: Patch) -> None:
    """Whoever asks may approve, too."""
    patch.setattr(approvals, "against", lambda *_: None)


def judges_once(patch: Patch) -> None:
    """What was judged before it waited is not judged again when it is sent."""

    def admit(order: Trigger, *_: Any) -> admission.Admitted:
        body = arm_body.build(order.request, order.item, order.point)
        return admission.Admitted(body, judging.Allowed("any", approval=False), "")

    patch.setattr(trigger_restore, "_admit", admit)


def lets_the_last_word_stand(patch: Patch) -> None:
    """A later decision replaces an earlier one."""

    def decide(self: Ledger, request_id: str, approval: Approval) -> LedgerEntry:
        def note(entry: LedgerEntry) -> LedgerEntry:
            is_open = entry.state is LedgerState.ACCEPTED
            return msgspec.structs.replace(entry, approval=approval) if is_open else entry

        return self.update(request_id, note)

    patch.setattr(Ledger, "decide", decide)


def has_places_for_all(patch: Patch) -> None:
    """Nobody counts how many restores are out."""
    patch.setattr(concurrency_slots, "take", lambda *_: concurrency_slots.SlotAttempt(is_ours=True))


def gives_slots_away(patch: Patch) -> None:
    """A slot that is held is taken for free."""
    whole = concurrency_slots._asked
    patch.setattr(
        concurrency_slots,
        "_asked",
        lambda kept, *more: whole(concurrency_slots.ConcurrencySlots(), *more),
    )


def releases_slots_with_the_verdict(patch: Patch) -> None:
    """Whatever Azure still does, the verdict gives the slot back."""
    whole = close_restore._close
    patch.setattr(
        close_restore, "_close", lambda order: whole(msgspec.structs.replace(order, is_over=True))
    )


def guesses_that_jobs_are_over(patch: Patch) -> None:
    """A lease that has run out is taken for the end of the job."""
    patch.setattr(slot_leases, "needed_until", lambda *_: None)


def counts_no_jobs(patch: Patch) -> None:
    """Nobody counts how often a VM was restored today."""
    patch.setattr(quota, "check", lambda *_: None)


def counts_only_what_is_listed(patch: Patch) -> None:
    """The quota is counted from the vault's list alone, which lags."""
    patch.setattr(quota, "unlisted", lambda *_: [])


PLANTS: list[tuple[Plant, str]] = [
    (sends_without_an_intent, "one POST per request"),
    (never_finds_a_job, "one POST per request"),
    (does_not_wait_for_a_job, "one POST per request"),
    (takes_no_locks, "locks are kept"),
    (clears_holders_for_ever, "locks are kept"),
    (cancels_by_word_of_mouth, "nothing after a no"),
    (cancels_whatever_there_is, "the ledger keeps to its table"),
    (allows_everything, "nothing goes without leave"),
    (goes_on_without_approval, "nothing goes without leave"),
    (lets_askers_approve, "nothing goes without leave"),
    (judges_once, "nothing goes without leave"),
    (lets_the_last_word_stand, "decisions stand"),
    (has_places_for_all, "places are kept"),
    (gives_slots_away, "places are kept"),
    (releases_slots_with_the_verdict, "places are kept"),
    (guesses_that_jobs_are_over, "places are kept"),
    (counts_no_jobs, "quotas are kept"),
    (calls_failures_completed, "verdicts are true"),
    (trips_over_silence, "turns replay"),
    (judges_before_the_end, "verdicts are true"),
    (chooses_the_oldest_point, "the point is the right one"),
    *planted_events.PLANTS,
    *planted_verifying.PLANTS,
    *planted_fallback.PLANTS,
    (rejects_in_silence, "what is refused is told"),
    (shows_phases_that_go_back, "phases keep to their table"),
    (never_continues_as_new, "histories are short"),
    (decides_by_chance, "turns replay"),
    (logs_urls, "no secret is told"),
    *((plant, "no secret is told") for plant in planted_redaction.PLANTS),
    (trusts_every_url, "no secret is told"),
    (keeps_signed_urls, "no signed URL is left"),
    (starts_nothing, "all ends"),
    (polls_without_pause, "nobody polls too fast"),
    (gives_up_after_a_dozen_tries, "Azure's absence costs only time"),
    (calls_nothing_again, "the worker's exit costs only time"),
    (runs_no_child_again, "the worker's exit costs only time"),
    (ignores_retry_after, "who is told to wait waits"),
]


CHOSEN = PLANTS if os.environ.get("PLANTED") == "all" else PLANTS[::3]
"""Each can take a minute: the usual run takes every third, `make simulate PLANTED=all` all."""


@pytest.mark.parametrize(("plant", "checker"), CHOSEN, ids=[each.__name__ for each, _ in CHOSEN])
def test_a_planted_defect_is_noticed(plant: Plant, checker: str, monkeypatch: Patch) -> None:
    plant(monkeypatch)
    assert any(_breaks(seed, checker) for seed in range(SEEDS)), f"not in {SEEDS} seeds"


def _breaks(seed: int, checker: str) -> bool:
    violations = judged(run_scenario(draw(seed))).violations
    caught = [text for text in violations if text.startswith(f"{checker}:")]
    if caught:
        print(f"seed {seed}: {caught[0]}")
    return bool(caught)
