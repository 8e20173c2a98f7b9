"""Draws what goes wrong in a scenario, and where: single faults, and bursts of one kind.

The tables only make likely what would seldom meet its place by chance.
"""

import random

from restore.messages.poll_policy import PollPolicy
from tests.simulation.fault_kinds import KINDS
from tests.simulation.scenario import PlannedFault

_CALLS = (
    "POST restore", "POST restore", "POST restore", "GET jobs", "GET one job", "GET operation",
    "GET points", "GET items", "",
)  # fmt: skip
_LISTS = ("GET items", "GET points", "GET jobs")
_STEPS = (
    "trigger_restore", "trigger_restore", "trigger_restore", "close_restore", "open_restore",
    "read_operation", "read_job", "open_restore", "find_job", "cancel_restore", "restore_vm", "",
    "",
)  # fmt: skip
_WHERE: dict[str, tuple[str, ...]] = {
    "job_hidden": ("GET one job",),
    "operation_without_properties": ("GET operation",),
    "operation_stuck": ("GET operation",),
    "foreign_poll_url": ("POST restore",),
    "wrong_poll_url": ("POST restore",),
    "no_poll_url": ("POST restore",),
    "truncated_pages": _LISTS,
    "empty_page": _LISTS,
    "foreign_next_link": _LISTS,
    "killed_in_a_turn": ("restore_vm", "watch_job", ""),
    "killed_in_a_starter": ("starter",),
    "exits_in_a_turn": (
        "restore_vm",
        "plan_restore",
        "watch_job",
        "retry_activity",
        "reconcile",
        "",
    ),
    "ended_by_hand": ("restore_vm", "trigger_restore", "watch_job", "close_restore", ""),
    "exits_in_a_starter": ("starter",),
    "killed_before_the_delete": ("",),
    "message_again": ("",),
    "asleep": ("trigger_restore", "trigger_restore: GET jobs", "read_job", "", ""),
    "timer_late": ("",),
    "completed_twice": ("",),
    "storage_refuses": ("send event", "starter", "write restores", "trigger_restore", ""),
    "storage_falls_silent": ("sent event", "starter", "written restores", "poll-urls", ""),
    "forgotten": ("trigger_restore", "trigger_restore", "close_restore", "watch_job", ""),
    "storage_is_slow": ("trigger_restore", "written restores", "starter", ""),
    "storage_was_raced": ("restores", "restores", "items", ""),
    "storage_meets_itself": ("restores", "items", "poll-urls", ""),
}
_BURSTS = (
    "storage_refuses", "storage_falls_silent", "throttled", "answers_503", "answers_500",
    "reset_before", "reset_after", "not_connected", "late_reply", "job_hidden",
    "malformed_reply", "operation_without_properties", "operation_stuck",
)  # fmt: skip


def draw(dice: random.Random, poll_policy: PollPolicy) -> tuple[PlannedFault, ...]:
    """Draw all faults of a scenario."""
    faults = [_fault(dice, poll_policy) for _ in range(_count(dice))]
    return (*faults, *_bursts(dice))


def _count(dice: random.Random) -> int:
    return 0 if dice.random() < 0.05 else dice.randint(1, 7)


def _fault(dice: random.Random, poll_policy: PollPolicy) -> PlannedFault:
    kind = dice.choice(tuple(KINDS))
    is_call = KINDS[kind].tags == ("call",)
    where = dice.choice(_WHERE.get(kind) or (_CALLS if is_call else _STEPS))
    few = "event" in where or where in _CALLS[:4] or "trigger" in where or "close" in where
    return PlannedFault(
        kind=kind,
        where=where,
        after=int(dice.expovariate(1 / (1.5 if few else 8))),
        times=dice.choice((1, 1, 1, 2, 5)),
        value=_value(dice, kind, poll_policy),
    )


def _value(dice: random.Random, kind: str, poll_policy: PollPolicy) -> float:
    if kind.startswith("killed"):
        return dice.choice((0.5, 5.0, 30.0, 300.0, 1800.0, 6 * 3600.0))
    values: dict[str, tuple[float, ...]] = {
        "delivered_twice": (0.1, 1.0, 5.0),
        "frozen": (20.0, 120.0, 1800.0),
        "overlapped": (1, 2, 4),
        "asleep": (20.0, 120.0, 2000.0, 7200.0),
        "timer_late": (60.0, 900.0, 2 * 3600.0, 6 * 3600.0),
        "completed_twice": (0.0, 0.5, 30.0),
        "message_again": (0.0, 1.0, 30.0),
        "forgotten": (1.0, 60.0, 3600.0),
        "ended_by_hand": (0.0, 0.0, 2.0),
        "storage_is_slow": (3.0, 60.0, 300.0),
        "throttled": (1, 17, 60, 600),
        "late_reply": (0.0, 0.5, 1.0),
        "slow_reply": (3.5, poll_policy.arm_timeout_s - 1),
        "truncated_pages": (1, 2),
    }
    return dice.choice(values.get(kind, (0.0,)))


def _bursts(dice: random.Random) -> list[PlannedFault]:
    """Some hours in which something goes wrong again and again."""
    if dice.random() > 0.12:
        return []
    kind = dice.choice(_BURSTS)
    from_s = round(dice.uniform(0, 120), 1)
    return [
        PlannedFault(
            kind=kind,
            where=dice.choice(_WHERE.get(kind, ("",))),
            times=dice.choice((10, 50)),
            from_s=from_s,
            until_s=from_s + dice.choice((30.0, 300.0, 1500.0)),
            value=17.0 if kind == "throttled" else 0.0,
        )
    ]
