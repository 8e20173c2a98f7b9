"""Make sure that sending the restore would be the first time: take the item's turn, settle, adopt.

Reads the ledger and the vault's job list, and decides by restore/settling.py. Before anything is
sent it also takes one of the places that the policy has; what is out already needs none. It judges
and sends nothing: its "go" carries the ledger version that activities/trigger_restore.py must still
find, and when the VM's other restores began, for the budget that is counted there.
"""

from datetime import timedelta

import azure.durable_functions as df

from activities import clock, edge, policies
from arm import connection as arm_connection
from restore import budget, names, settling
from restore.contracts import Outcome
from restore.errors import Conflict, ServiceUnavailable
from restore.ledger import LedgerState
from restore.orders import Clearance, Prepare, decode
from restore.policy import Policy
from restore.settings import Settings
from storage import connection, slots, turns
from storage.ledger import Held

_JOBS_BACK = timedelta(hours=26)


def blueprint(settings: Settings) -> df.Blueprint:
    """Return the activity; the limits are those of these settings' policy."""
    functions = df.Blueprint()

    @functions.activity_trigger(input_name="order", activity=names.PREPARE_RESTORE)
    def prepare_restore(order: dict) -> dict:  # type: ignore[type-arg]
        """Order: Prepare. Done with a Clearance; later while it is another's turn or unsettled."""
        return edge.outcome(lambda: _prepare(decode(order, Prepare), policies.in_force(settings)))

    return functions


def _prepare(wanted: Prepare, policy: Policy) -> Clearance | Outcome:
    ledger = connection.ledger()
    held = ledger.read(wanted.request_id)
    assert held is not None, "open_restore entered it"
    entry = held.entry
    if entry.state is LedgerState.STARTED:
        return Clearance(kind="started", operation_id=entry.operation_id, job_id=entry.job_id)
    if entry.state in (LedgerState.CANCELLED, LedgerState.FINISHED):
        return Clearance(kind="cancelled")
    if entry.state is LedgerState.ACCEPTED:
        slot = slots.take(ledger, wanted.request_id, policy.restores_at_once, clock.now())
        if slot.is_full:
            return Clearance(kind="full")
        if not slot.is_ours:
            return Outcome.later(slot.wait_s)
    turn = turns.take(ledger, wanted.item.id, wanted.request_id, clock.now())
    if not turn.is_ours:
        return Outcome.later(turn.wait_s)
    return _settle(wanted, held, turn)


def _settle(wanted: Prepare, held: Held, turn: turns.Taking) -> Clearance | Outcome:
    asked_at = clock.now()
    since = held.entry.intent.vault_time if held.entry.intent else asked_at
    jobs = arm_connection.backup().restore_jobs(wanted.item.vault_id, since - _JOBS_BACK)
    step = settling.next_step(
        held.entry,
        jobs.jobs,
        wanted.item.container_name,
        turn.claimed,
        vault_time=jobs.vault_time,
        settle_s=wanted.settle_s,
    )
    match step:
        case settling.Go() if clock.now() - asked_at > settling.CLOCK_SLACK:
            raise ServiceUnavailable(
                "The vault's job list took too long to come: nothing can be sent by what it says.",
                code="JobListTooSlow",
                doing="list the vault's restore jobs",
            )
        case settling.Go(known_jobs):
            of_vm = [job for job in jobs.jobs if job.job_id in known_jobs]
            unlisted = budget.unlisted(turn.begun, jobs.jobs)
            return Clearance(
                kind="go",
                version=held.version,
                known_jobs=known_jobs,
                begun=budget.begun_within_a_day(of_vm, unlisted, jobs.vault_time),
                vault_time=jobs.vault_time,
                given_at=asked_at,
            )
        case settling.Adopt(job_id):
            connection.ledger().started(wanted.request_id, job_id=job_id)
            return Clearance(kind="started", job_id=job_id, adopted=True)
        case settling.Wait(seconds):
            return Outcome.later(seconds)
        case settling.Stop():
            return Clearance(kind="cancelled")
        case settling.Ambiguous(job_ids):
            raise Conflict(
                "The reply to the restore request was lost, and more than one job could be its "
                f"work: {', '.join(job_ids)}. Look at these jobs before asking again.",
                code="RestoreJobAmbiguous",
                doing="settle a lost reply",
            )
