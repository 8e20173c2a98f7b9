"""Defects of what restores VMs for alerts, each with a scenario that shows it; and seeds whose
alerts were looked at by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from activities import alert_gate, alert_releases, revive_alerts, start_alerted
from restore.alerts import azure_monitor, judging, rate_limits
from storage import alert_switch
from tests.simulation.drawing import draw
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import (
    AlertRule,
    AlertSent,
    Ask,
    HoldDecided,
    Machine,
    PlannedFault,
    Scenario,
    Switched,
)
from triggers import alert_records

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]

_ASKS = (Ask(at_s=1, request_id="r1"),)
_FIVE = tuple(Machine(name=f"vm-{number:02d}") for number in range(5))
_STORM = (
    AlertSent(at_s=2, machines=(0, 1, 2, 3, 4)),
    AlertSent(at_s=30, machines=(0, 1, 2, 3, 4), name="a2"),
)
TWICE = Scenario(
    faults_until_s=600, asks=_ASKS, alerts=(AlertSent(at_s=2), AlertSent(at_s=3, way="queue"))
)
RESOLVED = Scenario(asks=_ASKS, alerts=(AlertSent(at_s=2, state="Resolved"),))
STORM = Scenario(faults_until_s=600, machines=_FIVE, asks=_ASKS, alerts=_STORM)
DECIDED = Scenario(
    machines=_FIVE,
    asks=_ASKS,
    alerts=_STORM,
    hold_decisions=(
        HoldDecided(at_s=40, machines=(3,)),
        HoldDecided(at_s=90, approves=False, machines=(4,)),
    ),
)
ONE_AFTER_THE_OTHER = Scenario(
    machines=_FIVE,
    asks=_ASKS,
    alerts=(AlertSent(at_s=2, machines=(0,)), AlertSent(at_s=30, machines=(1,), name="a2")),
    alert_rule=AlertRule(per_hour=1),
)
QUIET = Scenario(
    asks=_ASKS,
    alerts=(AlertSent(at_s=2), AlertSent(at_s=60, fired_s=50)),
    alert_rule=AlertRule(quiet_s=600),
)
STOPPED = Scenario(
    machines=_FIVE,
    asks=_ASKS,
    alerts=(AlertSent(at_s=2, machines=(0,)), AlertSent(at_s=60, machines=(1,), name="a2")),
    switches=(Switched(at_s=30, stops=True), Switched(at_s=900, stops=False)),
)
KILLED = Scenario(
    asks=_ASKS,
    alerts=(AlertSent(at_s=2), AlertSent(at_s=2, way="queue", name="a2")),
    faults=(PlannedFault(kind="killed", where="start_alerted", times=2, value=30),),
    reconcile_s=300,
)
HELD_AND_KILLED = Scenario(
    machines=_FIVE,
    asks=_ASKS,
    alerts=_STORM[:1],
    faults=(PlannedFault(kind="killed", where="judge_alert: written alert-rules", value=21600),),
    reconcile_s=300,
)
CALM = (
    *(TWICE, RESOLVED, STORM, DECIDED, ONE_AFTER_THE_OTHER, QUIET, STOPPED, KILLED),
    HELD_AND_KILLED,
)


def forgets_which_alert_it_was(patch: Patch) -> None:
    """The next delivery of an alert is another incident."""
    count = iter(range(1_000))
    patch.setattr(judging, "request_id_of", lambda *_: f"alert-{next(count):040d}")


def acts_on_what_is_resolved(patch: Patch) -> None:
    """The sender's word is not read."""
    patch.setattr(azure_monitor, "_state", lambda *_: ("fired", ""))


def counts_no_restores(patch: Patch) -> None:
    """What was begun is forgotten at once: a storm restores all."""
    patch.setattr(rate_limits, "HOUR", timedelta())


def knows_no_quiet(patch: Patch) -> None:
    """Nobody looks for what a VM was restored for last."""
    patch.setattr(rate_limits, "against", lambda *_: None)


def lets_go_what_nobody_decided(patch: Patch) -> None:
    """A hold that has expired goes."""
    whole = rate_limits.decided

    def decided(*known: Any, released: bool) -> Any:
        return whole(*known, released=True)

    patch.setattr(rate_limits, "decided", decided)


def asks_nobody(patch: Patch) -> None:
    """What is held is not told."""
    patch.setattr(alert_releases, "_ask", lambda *_: None)


def asks_for_each_alert(patch: Patch) -> None:
    """Each alert that joins a hold asks anew."""
    whole = alert_releases.event
    count = iter(range(1_000))
    patch.setattr(alert_releases, "event", lambda rule, hold: whole(f"{rule}{next(count)}", hold))
    patch.setattr(rate_limits, "asked", lambda known, _: known)


def asks_only_where_it_holds(patch: Patch) -> None:
    """Whoever dies between a hold and its event is not stood in for."""
    whole = alert_releases.revive

    def revive(*known: Any) -> Any:
        with pytest.MonkeyPatch.context() as within:
            asks_nobody(within)
            return whole(*known)

    patch.setattr(alert_releases, "revive", revive)


def knows_no_switch(patch: Patch) -> None:
    """Whoever throws the switch is told that all is stopped."""
    patch.setattr(alert_switch, "read", lambda *_: None)
    patch.setattr(alert_gate, "why_stopped", lambda *_: None)


def forgets_what_was_recorded(patch: Patch) -> None:
    """What is recorded is not judged, and nobody looks for it."""

    async def nothing(*_: Any) -> None:
        return None

    patch.setattr(alert_records, "start", nothing)
    patch.setattr(revive_alerts, "_see_to", nothing)


def accepts_only_the_first(patch: Patch) -> None:
    """Of what was decided one restore is begun, and the alert is closed."""
    whole = start_alerted._accept
    seen: set[str] = set()

    def accept(record: Any, decision: Any) -> Any:
        if record.id in seen:
            return None
        seen.add(record.id)
        return whole(record, decision)

    patch.setattr(start_alerted, "_accept", accept)


PLANTS = [
    (forgets_which_alert_it_was, TWICE, "what fires restores once"),
    (acts_on_what_is_resolved, RESOLVED, "what fires restores once"),
    (counts_no_restores, ONE_AFTER_THE_OTHER, "rules keep their pace"),
    (knows_no_quiet, QUIET, "rules keep their pace"),
    (lets_go_what_nobody_decided, STORM, "every alert is judged"),
    (asks_nobody, STORM, "a hold asks once"),
    (asks_for_each_alert, STORM, "a hold asks once"),
    (asks_only_where_it_holds, HELD_AND_KILLED, "a hold asks once"),
    (knows_no_switch, STOPPED, "nothing goes while it is stopped"),
    (forgets_what_was_recorded, TWICE, "every alert is judged"),
    (accepts_only_the_first, STORM, "every alert is judged"),
]


@pytest.mark.parametrize("number", range(len(CALM)))
def test_without_a_defect_all_is_kept(number: int) -> None:
    assert judged(run_scenario(CALM[number])).violations == []


@pytest.mark.parametrize(
    ("plant", "scenario", "checker"), PLANTS, ids=[plant.__name__ for plant, _, _ in PLANTS]
)
def test_a_defect_is_noticed(
    plant: Plant, scenario: Scenario, checker: str, monkeypatch: Patch
) -> None:
    plant(monkeypatch)
    violations = judged(run_scenario(scenario)).violations
    assert any(text.startswith(f"{checker}:") for text in violations), violations


def test_what_was_recorded_is_judged_though_the_process_dies() -> None:
    world = run_scenario(KILLED)
    assert world.life > 1
    decisions = [each.outcome for record in world.storage.alerts() for each in record.decisions]
    assert decisions == ["restore", "restore"]


def test_of_two_hundred_vms_two_go_and_one_person_is_asked() -> None:
    machines = tuple(Machine(name=f"vm-{number:03d}") for number in range(200))
    storm = AlertSent(at_s=2, machines=tuple(range(200)))
    world = run_scenario(Scenario(machines=machines, asks=_ASKS, alerts=(storm, storm)))
    assert judged(world).violations == []
    assert sum(entry.source == "alert" for entry in world.storage.entries()) == 2
    told = [each for each in world.storage.events.sent if each["id"].endswith("restores-held")]
    assert len({each["id"] for each in told}) == 1


def test_alerts_are_drawn() -> None:
    drawn = [scenario for seed in range(100) if (scenario := draw(seed)).alerts]
    assert len(drawn) >= 8
    assert any(each.switches for each in drawn)
    assert any(each.hold_decisions for each in drawn)
