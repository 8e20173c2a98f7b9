"""Every seed or place of a sweep that ever broke a promise, told as a scenario of its own.

A seed means another scenario as soon as the drawing changes, so what failed is kept here as the
scenario itself, without what did not matter. test_seeds.py plays them.
"""

from tests.simulation.scenario import (
    TYPES,
    Ask,
    Decision,
    Machine,
    PlannedFault,
    Points,
    PolicyOutline,
    Scenario,
    Vaults,
)

ASKS = (Ask(at_s=1, request_id="r1", waits=False),)

_BOTH = (*ASKS, Ask(at_s=1.1, request_id="r2", waits=False))
_LOST = (PlannedFault(kind="reset_after", where="POST restore", times=2),)
_UNNAMED = PlannedFault(kind="operation_without_properties", where="GET operation", times=999)
_BACKED_UP = Machine(name="web-01", points=Points(newer_s=20))


def at_the_reply(kind: str, value: float = 3600) -> PlannedFault:
    """Between Azure's answer and its being heard."""
    return PlannedFault(kind=kind, where="trigger_restore: POST restore", after=1, value=value)


SCENARIOS = {
    # The first restore's deadline passes long before its job ends, and an hour later one who waits
    # for the only slot asks after that job (seed 1795774036).
    "Azure does not show for a moment the job that a slot belongs to": Scenario(
        machines=(Machine(name="web-01", job_s=7200), Machine(name="web-02")),
        asks=(
            Ask(at_s=1, request_id="r1", waits=False, deadline="PT5M"),
            Ask(at_s=60, request_id="r2", machine=1, waits=False),
        ),
        policy_outline=PolicyOutline(at_once=1),
        faults=(PlannedFault(kind="job_hidden", where="trigger_restore: GET one job"),),
    ),
    # Six waits of ten seconds each were all the patience there was (seed 136).
    "storage is silent for minutes while the verdict is written": Scenario(
        asks=ASKS,
        faults=(
            PlannedFault(kind="storage_falls_silent", where="close_restore", times=50, until_s=600),
        ),
    ),
    # The wait that Azure asked for was forgotten with the failed write (seed 20175).
    "Azure refuses the POST for ten minutes, and the intent cannot be withdrawn": Scenario(
        asks=ASKS,
        faults=(
            PlannedFault(kind="throttled", where="POST restore", value=600),
            PlannedFault(
                kind="storage_was_raced", where="trigger_restore: write restores", after=1
            ),
        ),
    ),
    # Not a defect: nothing shows that the first was accepted, and it has restored nothing
    # (seed 20048).
    "the reply is lost of a POST that never gets a job": Scenario(
        machines=(Machine(name="web-01", end="NoJob"),),
        asks=ASKS,
        faults=(PlannedFault(kind="reset_after", where="POST restore"),),
    ),
    # Nor is this, where the policy forbids to send it again (seed 1795831734).
    "the reply is lost of a POST that never gets a job, and the policy is tightened": Scenario(
        machines=(Machine(name="web-01", end="NoJob"),),
        asks=ASKS,
        policy_outline=PolicyOutline(kinds=("RestoreDisks",), tightened_s=60),
        faults=(PlannedFault(kind="reset_after", where="POST restore"),),
    ),
    # Not a defect: twenty looks, the longest wait between them (seed 20090).
    "an operation whose poll URL leads elsewhere never gets a job": Scenario(
        machines=(Machine(name="web-01", end="NoJob"),),
        vaults=Vaults(skew_s=300),
        asks=ASKS,
        faults=(PlannedFault(kind="foreign_poll_url", where="POST restore"),),
    ),
    # A timer that had fired was cancelled, which the SDK answers with an exception (seed 21).
    "the time for an approval runs out while the ledger is asked what was decided": Scenario(
        asks=ASKS,
        policy_outline=PolicyOutline(with_approval=TYPES, within="PT1M"),
        decisions=(Decision(at_s=58, request_id="r1"),),
        faults=(PlannedFault(kind="storage_refuses", where="read_decision: read"),),
    ),
    # The quota was counted from the vault's list alone, which lags.
    "a second request comes before the first one's job is listed, and the quota is one": Scenario(
        asks=(*ASKS, Ask(at_s=1.1, request_id="r2")),
        vaults=Vaults(list_lag_s=110),
        policy_outline=PolicyOutline(per_day=1),
    ),
    # The quota was not counted again when a lost POST was sent once more (seed 7222).
    "a second request uses up the quota before the first one's lost POST is sent again": Scenario(
        asks=(
            Ask(at_s=1, request_id="r1"),
            Ask(at_s=60, way="http", request_id="r2"),
        ),
        policy_outline=PolicyOutline(per_day=1),
        faults=(
            PlannedFault(kind="answers_500", where="POST restore"),
            PlannedFault(kind="forgotten", where="trigger_restore: GET jobs", after=2, value=3600),
        ),
    ),
    # The simulator's own: two delays in one request outlasted its time-out (seed 38).
    "Azure takes the POST at the very last moment, and two things make it late": Scenario(
        asks=ASKS,
        vaults=Vaults(list_lag_s=120),
        faults=(
            PlannedFault(kind="late_reply", where="POST restore", value=1),
            PlannedFault(kind="late_reply", where="POST restore", value=0.5),
        ),
    ),
    # The simulator's own: what held up the starter held up the POST, too (seed 1795702360).
    "a starter is held up for minutes while Azure takes the POST late": Scenario(
        asks=(*ASKS, Ask(at_s=20, request_id="r2")),
        vaults=Vaults(list_lag_s=120),
        faults=(
            PlannedFault(kind="late_reply", where="POST restore", value=0.5),
            PlannedFault(kind="storage_is_slow", where="starter message-1: written", value=300),
        ),
    ),
    # The simulator's own: the sleep and the delay together outlasted its time-outs.
    "who is about to send sleeps, and then Azure takes the POST late": Scenario(
        asks=ASKS,
        vaults=Vaults(list_lag_s=120),
        faults=(
            PlannedFault(kind="late_reply", where="POST restore", value=1),
            PlannedFault(kind="frozen", where="POST restore", value=69),
        ),
    ),
    # LocatingJob left no time for the intent to be written, before the POST has its own.
    "the intent takes long to write, the connection to open, and Azure to take the POST": Scenario(
        asks=ASKS,
        vaults=Vaults(list_lag_s=120),
        faults=(
            PlannedFault(kind="storage_is_slow", where="trigger_restore: write restores", value=9),
            PlannedFault(kind="late_reply", where="POST restore", value=1),
            PlannedFault(kind="late_reply", where="POST restore", value=0.5),
        ),
    ),
    # The intent's time was that of a reply which had been on its way for half a minute.
    "the job list is slow to come, the connection to open, and Azure to take the POST": Scenario(
        asks=ASKS,
        vaults=Vaults(list_lag_s=120),
        faults=(
            PlannedFault(kind="slow_reply", where="trigger_restore: GET jobs", value=59),
            PlannedFault(kind="late_reply", where="POST restore", value=1),
            PlannedFault(kind="late_reply", where="POST restore", value=0.5),
        ),
    ),
    # The intent's time was that of a reply which had been heard an hour before.
    "who has read the job list sleeps for an hour, and the reply to its POST is lost": Scenario(
        asks=ASKS,
        vaults=Vaults(list_lag_s=120),
        faults=(
            PlannedFault(kind="asleep", where="trigger_restore: GET jobs", after=1, value=3600),
            PlannedFault(kind="reset_after", where="POST restore"),
        ),
    ),
    # The simulator's own: the kill was lost in the very first call to Azure (seed 1408).
    "the process dies in a starter while the first call of all takes long": Scenario(
        asks=(Ask(at_s=0.1, request_id="r1"), Ask(at_s=1.2, request_id="r2")),
        faults=(
            PlannedFault(
                kind="slow_reply", where="find_protected_item: GET items", value=5, times=2
            ),
            PlannedFault(kind="killed_in_a_starter", where="starter message-1: step"),
        ),
    ),
    # The simulator's own: who stood still was struck again at the same place, as if it lived on
    # (seed 4798).
    "an activity is delivered twice while others run beside it": Scenario(
        asks=ASKS,
        faults=(
            PlannedFault(kind="delivered_twice", where="open_restore: send", value=0.1),
            PlannedFault(kind="overlapped", where="open_restore: send", value=2, times=3),
        ),
    ),
    # The simulator's own: its operator looked only once (seed 824).
    "a message is poisoned just after nothing goes wrong any more": Scenario(
        asks=(Ask(at_s=1, way="queue", request_id="r1"),),
        faults=(PlannedFault(kind="killed_in_a_starter", value=10, times=5),),
        faults_until_s=1490,
    ),
    # The checker's own: nobody needs to be asked who has decided already (seed 7024).
    "it is approved while nobody knows yet that its authorization is written": Scenario(
        asks=ASKS,
        policy_outline=PolicyOutline(with_approval=TYPES),
        decisions=(Decision(at_s=2, request_id="r1"),),
        faults=(PlannedFault(kind="storage_falls_silent", where="authorize_restore: written"),),
    ),
    # The checker's own: it is approved before anybody could be asked again (seed 2776).
    "the histories are purged before anybody is asked to approve": Scenario(
        asks=ASKS,
        policy_outline=PolicyOutline(with_approval=TYPES),
        decisions=(Decision(at_s=1.8, request_id="r1"),),
        faults=(PlannedFault(kind="forgotten", where="authorize_restore: send event", value=60),),
    ),
    # The checker's own: the verdict comes from who stood still meanwhile (seed 5952).
    "the histories are purged when the verdict is about to be written": Scenario(
        asks=ASKS,
        faults=(
            PlannedFault(kind="frozen", where="close_restore", value=20),
            PlannedFault(kind="forgotten", where="close_restore", after=1, value=3600),
        ),
    ),
    # The checker's own: who does not hear that it should wait does not wait (seed 5407).
    "the reply is lost that says to come back in an hour": Scenario(
        vaults=Vaults(quota=3),
        machines=(Machine(name="web-01", job_s=1800),),
        asks=ASKS,
        faults=(PlannedFault(kind="late_reply", where="GET one job", after=1, times=3, value=0.5),),
    ),
    # The next ones were found by sweeps.
    "the process dies before it hears that Azure has begun, and is back after the job": Scenario(
        asks=ASKS, faults=(at_the_reply("killed_between_effects"),)
    ),
    "who sent wakes up with its signed URL when all is over": Scenario(
        asks=ASKS, faults=(at_the_reply("frozen"),)
    ),
    "the histories are purged when the verdict has just been written": Scenario(
        asks=ASKS,
        faults=(PlannedFault(kind="forgotten", where="close_restore: written restores"),),
    ),
    "a newer point is there when the histories are purged before the restore is sent": Scenario(
        machines=(_BACKED_UP,),
        asks=ASKS,
        faults=(PlannedFault(kind="forgotten", where="POST restore", value=60),),
    ),
    "a newer point is there when the histories are purged after the restore was sent": Scenario(
        machines=(_BACKED_UP,), asks=ASKS, faults=(at_the_reply("forgotten", 60),)
    ),
    # Two that send at once and lose their replies leave two jobs that nothing tells apart.
    **{
        f"one of two loses its turn while it {what}, {when}": Scenario(
            asks=_BOTH,
            faults=(*_LOST, PlannedFault(kind=kind, where=where, after=after, value=3600)),
        )
        for what, kind in (("is down", "killed_between_effects"), ("sleeps", "frozen"))
        for when, where, after in (
            ("and has read the jobs", "trigger_restore: GET jobs", 1),
            ("about to write its intent", "trigger_restore: write restores", 0),
        )
    },
    "who wrote its intent sleeps until another one has settled": Scenario(
        asks=ASKS,
        faults=(
            PlannedFault(kind="frozen", where="trigger_restore: written restores", value=3600),
        ),
    ),
    # Holders that sleep for longer than their turn, and wake at the worst moment: the next one's
    # POST is out, and its reply lost.
    "who is cleared to send wakes while the next one's lost POST is settled": Scenario(
        asks=(*ASKS, Ask(at_s=1830, request_id="r2")),
        vaults=Vaults(list_lag_s=120),
        faults=(
            *_LOST,
            PlannedFault(kind="asleep", where="trigger_restore: begun", value=1850),
        ),
    ),
    "who is cleared to send again wakes while the next one's lost POST is settled": Scenario(
        asks=(*ASKS, Ask(at_s=2030, request_id="r2")),
        vaults=Vaults(list_lag_s=120),
        faults=(
            PlannedFault(kind="reset_before", where="POST restore"),
            PlannedFault(kind="reset_after", where="POST restore", after=1),
            PlannedFault(kind="asleep", where="trigger_restore: begun", after=1, value=1850),
        ),
    ),
    "the next one comes while whoever holds the turn sleeps on the job list": Scenario(
        asks=(*ASKS, Ask(at_s=1830, request_id="r2")),
        vaults=Vaults(list_lag_s=120),
        faults=(
            *_LOST,
            PlannedFault(kind="asleep", where="trigger_restore: GET jobs", after=1, value=1850),
        ),
    ),
    # What the other one had sent was taken for its own (seed 301200).
    "who wrote its intent comes back when another one has waited too long and has sent": Scenario(
        asks=_BOTH,
        faults=(
            PlannedFault(kind="storage_meets_itself", where="trigger_restore: written restores"),
            PlannedFault(kind="timer_late", times=2, value=7200),
            PlannedFault(kind="killed_after_an_effect", where="trigger_restore", value=21_600),
        ),
    ),
    # Each start was counted, nobody heard so, and it was given up untried (seed 920186).
    "its orchestration breaks, and thrice nobody hears that its new start is counted": Scenario(
        asks=ASKS,
        faults=(
            PlannedFault(kind="exits_in_a_turn", where="restore_vm"),
            PlannedFault(
                kind="storage_falls_silent", where="reconcile_restore: written restores", times=3
            ),
        ),
    ),
    # What comes after was shown as Accepted, though it was over (seed 1795882430).
    "it is ended by hand as it is sent, and what it left closes it after its new start": Scenario(
        asks=(Ask(at_s=36.588, request_id="r1", names_vault=False, way="http", waits=False),),
        reconcile_s=300,
        faults=(
            PlannedFault(kind="killed_between_effects", after=13, value=300),
            PlannedFault(kind="foreign_next_link", where="GET jobs"),
            PlannedFault(kind="ended_by_hand", where="trigger_restore"),
        ),
    ),
    # The simulator's own: the follower that was ended, and one that reads the job in the moment in
    # which it is replaced (seeds 1795830749 and 1795826177).
    **{
        f"a second approval comes{moment}, and the worker exits as it is told": Scenario(
            asks=ASKS,
            machines=(Machine(name="web-01", job_s=3600),),
            policy_outline=PolicyOutline(with_approval=TYPES),
            decisions=(
                Decision(at_s=approved_s, request_id="r1", who="bob"),
                Decision(at_s=300, request_id="r1", who="bob"),
            ),
            reconcile_s=600,
            faults=(PlannedFault(kind="exits_in_a_turn", where="restore_vm", from_s=200),),
        )
        for approved_s, moment in ((5, ""), (57.76, ", a poll meets the reconciler"))
    },
    **{
        f"no {call} is answered for {minutes} minutes": Scenario(
            asks=ASKS,
            machines=(Machine(name="web-01", job_s=3600),),
            faults=(
                PlannedFault(
                    kind=kind, where=f": {call}", times=999, until_s=60 * minutes, value=17
                ),
                *more,
            ),
        )
        for call, kind, minutes, more in (
            ("GET operation", "throttled", 10, ()),
            ("GET operation", "answers_503", 20, ()),
            ("GET one job", "throttled", 20, ()),
            ("GET one job", "late_reply", 30, ()),
            ("GET jobs", "not_connected", 15, (_UNNAMED,)),
        )
    },
    **{
        f"no {kind} can be written for forty seconds": Scenario(
            asks=ASKS,
            faults=(
                PlannedFault(kind="storage_refuses", where=f": write {kind}", times=99, until_s=41),
            ),
        )
        for kind in ("restores", "items", "poll-urls")
    },
}
