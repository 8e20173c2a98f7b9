"""Promise 4: phases and ledger move along their tables, histories stay short, turns replay."""

from itertools import pairwise

from restore.messages import ledger_entry
from restore.messages.ledger_entry import LedgerState
from restore.progress import phases
from restore.progress.phases import RestorePhase
from tests.simulation.checkers.verdicts import is_given_up
from tests.simulation.world import World

HISTORY_MAX = 200
_FIRST = {"watch": RestorePhase.STARTING, "verify": RestorePhase.VERIFYING}
_CUT_OFF = ("Terminated", "Failed")
"""Between its verdict and its end: the ledger's entry tells it."""


def phases_keep_to_their_table(world: World) -> list[str]:
    """What statuses show goes the ways of restore/progress/phases.py, and ends with the verdict."""
    found = []
    for (instance_id, _), shown in world.record.phases.items():
        steps = [RestorePhase(each) for each in shown]
        child = instance_id.rpartition("~")[2].partition("-")[0]
        first = _FIRST.get(child, RestorePhase.ACCEPTED)
        if steps[0] is not first:
            found.append(f"{instance_id} begins as {steps[0]}")
        found += [
            f"{instance_id} went from {one} to {other}"
            for one, other in pairwise(steps)
            if other not in phases.ALLOWED[one]
        ]
    for entry in world.storage.entries():
        row = world.store.instance(f"restore-{entry.request_id}")
        last = (world.record.shown(f"restore-{entry.request_id}") or ["nothing"])[-1]
        is_cut_off = entry.request_id in world.record.over or (row and row.status in _CUT_OFF)
        is_cut_off = is_cut_off or (row is None and is_given_up(entry))
        if entry.verdict and last != entry.verdict.verdict and not is_cut_off:
            found.append(f"{entry.request_id} is shown {last} at its end: {entry.verdict.verdict}")
    return found


def ledger_keeps_to_its_table(world: World) -> list[str]:
    """What stands in the ledger goes the ways of restore/messages/ledger_entry.py."""
    return [
        f"{name} went from {one} to {other}"
        for name, states in world.record.moves.items()
        for one, other in pairwise(states)
        if one != other and LedgerState(other) not in ledger_entry.ALLOWED[LedgerState(one)]
    ]


def histories_are_short(world: World) -> list[str]:
    """No instance exceeds 200 events."""
    longest = world.record.longest_history
    return [f"a history had {longest} events"] if longest > HISTORY_MAX else []


def turns_replay(world: World) -> list[str]:
    """The engine replays every turn from history before it goes on, and found nothing that
    differs; no instance has failed by itself."""
    fired = world.record.fired
    return [
        f"{row.instance_id} is Failed: {row.output_text}"
        for row in world.store.instances_from("")
        if row.status == "Failed" and not fired["worker_exits"] + fired["exits_in_a_turn"]
    ]
