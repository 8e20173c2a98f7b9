"""The scenes whose histories are kept, and how one is recorded: the last turn of each generation.

A turn's answer holds every action since its generation began, so the last one says it all.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from activities import policies
from arm.transport import NotSent
from restore.messages import names
from restore.policy import rules
from simulated_azure.faults import Fault
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory

HOUR = 3600.0


def record(scene: str) -> list[dict[str, Any]]:
    """Play a scene and return its turns: orchestrator, context and answer."""
    laboratory = Laboratory()
    turns: dict[tuple[str, str], dict[str, Any]] = {}

    def keep(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        started = next(event for event in context["history"] if event["EventType"] == 0)
        generation = str(started["OrchestrationInstance"]["ExecutionId"])
        turns[context["instanceId"], generation] = {
            "orchestrator": name,
            "context": context,
            "answer": answer,
        }

    laboratory.on_turn = keep
    with laboratory.open():
        SCENES[scene](laboratory)
    return list(turns.values())


def _plain(kind: str) -> Callable[[Laboratory], None]:
    def play(laboratory: Laboratory) -> None:
        laboratory.ask(request_for(kind, "r1"))
        laboratory.run_for(HOUR)

    return play


def _faulty(**fault: Any) -> Callable[[Laboratory], None]:
    def play(laboratory: Laboratory) -> None:
        laboratory.simulator.faults.add([msgspec.convert(fault, Fault)])
        laboratory.ask(request_for("RestoreDisks", "r1"))
        laboratory.run_for(HOUR)

    return play


def _cancelled(after_s: float) -> Callable[[Laboratory], None]:
    def play(laboratory: Laboratory) -> None:
        laboratory.ask(request_for("AlternateLocation", "r1"))
        laboratory.run_for(after_s)
        laboratory.cancel("r1")
        laboratory.run_for(HOUR)

    return play


def _rejected(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1", name="nobody"))
    laboratory.run_for(60)


def _past_deadline(laboratory: Laboratory) -> None:
    laboratory.simulator.state.jobs.duration_s = 5 * HOUR
    laboratory.ask(request_for("RestoreDisks", "r1", deadline="PT30M"))
    laboratory.run_for(HOUR)


def _approval(happens: Callable[[Laboratory], object]) -> Callable[[Laboratory], None]:
    """Under the default policy a replacement waits; then something happens."""

    def play(laboratory: Laboratory) -> None:
        with policies.use(rules.DEFAULT):
            laboratory.ask(request_for("OriginalLocation", "r1"))
            laboratory.run_for(60)
            happens(laboratory)
            laboratory.run_for(5 * HOUR)

    return play


def _spurious(laboratory: Laboratory) -> None:
    laboratory.wake("r1", names.DECISION_EVENT)


def _full(laboratory: Laboratory) -> None:
    one = msgspec.structs.replace(laboratory.policy, max_concurrent_restores=1)
    with policies.use(one):
        laboratory.ask(request_for("RestoreDisks", "r1"))
        laboratory.run_for(60)
        laboratory.ask(request_for("RestoreDisks", "r2", name="web-02"))
        laboratory.run_for(2 * HOUR)


def _away(laboratory: Laboratory) -> None:
    """Azure cannot be reached for an hour."""
    until = laboratory.clock.now() + timedelta(hours=1)

    def at(where: str) -> None:
        if ": GET" in where and laboratory.clock.now() < until:
            raise NotSent

    laboratory.at_boundary = at
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(3 * HOUR)


def _watch_ended(laboratory: Laboratory) -> None:
    """Somebody terminates the follower."""
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    laboratory.driver.client.terminate(names.watch_id("restore-r1"), "by the night shift")
    laboratory.run_for(HOUR)


def _ended_by_hand(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    laboratory.driver.client.terminate(names.instance_id("r1"), "by hand")
    laboratory.run_for(60)
    laboratory.reconcile(deletes=True)
    laboratory.run_for(HOUR)


_POST = {"method": "POST", "path": "/restore$"}

SCENES: dict[str, Callable[[Laboratory], None]] = {
    "restore_disks": _plain("RestoreDisks"),
    "original_location": _plain("OriginalLocation"),
    "alternate_location": _plain("AlternateLocation"),
    "reply_lost": _faulty(match=_POST, kind="drop_after"),
    "never_arrived": _faulty(match=_POST, kind="status", status=503),
    "throttled": _faulty(match=_POST, kind="throttle", retry_after=60),
    "operation_names_no_job": _faulty(kind="operation_without_properties", times=99),
    "cancelled": _cancelled(300),
    "cancelled_too_late": _cancelled(1450),
    "rejected": _rejected,
    "past_deadline": _past_deadline,
    "approved": _approval(lambda laboratory: laboratory.decide("r1", "approved")),
    "approval_refused": _approval(lambda laboratory: laboratory.decide("r1", "refused")),
    "approval_expired": _approval(lambda laboratory: None),
    "woken_for_nothing": _approval(_spurious),
    "cancelled_while_waiting": _approval(lambda laboratory: laboratory.cancel("r1")),
    "waited_for_a_slot": _full,
    "azure_away": _away,
    "watch_terminated": _watch_ended,
    "followed_again": _ended_by_hand,
}
