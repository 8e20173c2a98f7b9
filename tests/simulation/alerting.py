"""Alerting systems, and people who decide about what is held and throw the switch.

Like all outside (actors.py) they send again when they hear nothing, or a 5xx. Drawn by dice of its
own, so that nothing else of a seed changes.
"""

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from restore.alerts import restore_rules_text
from restore.alerts.restore_rules import RestoreRules
from tests import alert_samples as samples
from tests.fakes import callers
from tests.simulation import cloud, starters
from tests.simulation.scenario import (
    AlertRule,
    AlertSent,
    HoldDecided,
    Scenario,
    Switched,
)

if TYPE_CHECKING:
    from tests.simulation.world import World

RULE = "disks"
_SHARE = 0.15
_LATER_S = 30.0
_LOOKS_MAX = 20


def draw(seed: int, scenario: Scenario) -> Scenario:
    """Return the scenario, now and then with alerts: one again and again, a storm, a switch."""
    dice = random.Random(f"alerts {seed}")
    if dice.random() >= _SHARE:
        return scenario
    count = len(scenario.machines)
    alerts = [
        _alert(dice, f"a{number}", tuple(range(count)) if dice.random() < 0.3 else None, count)
        for number in range(dice.choice((1, 1, 2, 5)))
    ]
    alerts += [_again(dice, each) for each in alerts if dice.random() < 0.5]
    return msgspec.structs.replace(
        scenario,
        alerts=tuple(alerts),
        alert_rule=AlertRule(
            per_hour=dice.choice((0, 1, 1, 3)),
            quiet_s=dice.choice((0, 0, 600)),
            hold_for_s=dice.choice((600, 1800)),
        ),
        hold_decisions=tuple(_decision(dice, count) for _ in range(dice.choice((0, 1, 2)))),
        switches=_switches(dice),
    )


def _alert(
    dice: random.Random, name: str, machines: tuple[int, ...] | None, count: int
) -> AlertSent:
    at_s = round(dice.uniform(0, 120), 3)
    return AlertSent(
        at_s=at_s,
        name=name,
        machines=machines or (dice.randrange(count),),
        fired_s=round(at_s - dice.choice((1, 60, 60, 4000)), 3),
        state=dice.choice(("Fired", "Fired", "Fired", "Resolved", "Odd")),
        way=dice.choice(("http", "queue")),
    )


def _again(dice: random.Random, alert: AlertSent) -> AlertSent:
    """The same alert once more, or its next incident."""
    later_s = dice.choice((0.01, 1.0, 60.0, 900.0))
    is_next = dice.random() < 0.4
    return msgspec.structs.replace(
        alert,
        at_s=alert.at_s + later_s,
        fired_s=alert.fired_s + (later_s if is_next else 0),
        way=dice.choice(("http", "queue")),
    )


def _decision(dice: random.Random, count: int) -> HoldDecided:
    return HoldDecided(
        at_s=round(dice.uniform(5, 900), 3),
        approves=dice.random() < 0.6,
        machines=tuple(number for number in range(count) if dice.random() < 0.7),
    )


def _switches(dice: random.Random) -> tuple[Switched, ...]:
    if dice.random() < 0.6:
        return ()
    stop_s = round(dice.uniform(0, 180), 3)
    stop = Switched(at_s=stop_s, stops=True)
    if dice.random() < 0.5:
        return (stop,)
    return (stop, Switched(at_s=stop_s + dice.choice((1.0, 60.0, 600.0)), stops=False))


def rules_of(scenario: Scenario) -> RestoreRules:
    """Return the rules that a scenario judges alerts by."""
    rule = scenario.alert_rule
    disks = {
        "recoveryType": "RestoreDisks",
        "storageAccountId": cloud.STAGING_ID,
        "targetResourceGroupId": cloud.TARGET_GROUP,
    }
    said = {
        "rules": [
            {
                "name": RULE,
                "when": {"severities": ["Sev1"]},
                "template": "disks",
                "quietPeriod": f"PT{rule.quiet_s:g}S",
                "restoresPerHour": rule.per_hour,
            }
        ],
        "templates": [{"name": "disks", "restore": disks, "point": {"maxAge": "P3650D"}}],
        "holdFor": f"PT{rule.hold_for_s:g}S",
    }
    return restore_rules_text.parse(json.dumps(said if scenario.alerts else {}))


class Alerters:
    """Whoever sends alerts, and decides about what they would restore."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.waiting = 0
        self.stops: list[tuple[datetime, datetime | None]] = []
        """From when somebody was told that all is stopped, until somebody asked to go on."""
        self.approved: list[tuple[datetime, str]] = []
        """Since when which VM may go, as somebody decided."""
        scenario = world.scenario
        plans: list[tuple[float, Callable[[], None]]] = [
            *((each.at_s, _bound(self._send, each)) for each in scenario.alerts),
            *((each.at_s, _bound(self._decide, each)) for each in scenario.hold_decisions),
            *((each.at_s, _bound(self._switch, each)) for each in scenario.switches),
        ]
        for at_s, action in plans:
            self.waiting += 1
            world.plan(at_s, action)

    def send_again(self) -> None:
        """All that was sent so far is sent once more."""
        for alert in self._world.scenario.alerts:
            if alert.at_s <= self._world.elapsed_s:
                self.waiting += 1
                self._world.plan(1, _bound(self._send, alert))

    def _send(self, alert: AlertSent) -> None:
        body = json.dumps(alert_of(self._world.scenario, alert)).encode()
        if alert.way == "queue":
            self._deliver(f"alert-{alert.name}-{alert.at_s:g}", body.decode())
        else:
            self._call("receive_alert", "/alerts", body)

    def _deliver(self, message_id: str, text: str) -> None:
        world = self._world

        def ended(result: Any) -> None:
            if result is None:
                self.waiting -= 1
                return
            is_raised = isinstance(result, Exception)
            later_s = _LATER_S if is_raised else world.scenario.lease_s
            world.plan(later_s, lambda: self._deliver(message_id, text))

        metadata = world.actors.queue.metadata(message_id, 1, world.clock.now())
        running = starters.queue(world, text, metadata, "take_alert_message")
        starters.Flow(world, f"starter {message_id}", running, ended)

    def _decide(self, decision: HoldDecided, looks: int = 0) -> None:
        """Look what is held, and decide about those that are meant; nobody looks for ever."""
        scenario = self._world.scenario
        meant = {cloud.vm_id(scenario.machines[number]) for number in decision.machines}
        held = sorted(meant & {*self._world.storage.held()})
        if not held:
            if looks >= _LOOKS_MAX:
                self.waiting -= 1
                return
            again = looks + 1
            self._world.plan(_LATER_S, lambda: self._decide(decision, again))
            return
        word = "approve" if decision.approves else "refuse"
        if decision.approves:
            self.approved += [(self._world.clock.now(), vm_id) for vm_id in held]
        body = json.dumps({"decision": word, "reason": "the seed has it so", "vms": held}).encode()
        self._world.record.fired[f"hold_{word}d"] += 1
        path, params = f"/holds/{RULE}/decision", {"id": RULE}
        self._call("decide_about_hold", path, body, params=params, headers=callers.headers("bob"))

    def _switch(self, switched: Switched) -> None:
        world = self._world
        body = b'{"reason": "the seed has it so"}'
        if switched.stops:
            function, heard = "stop_alerts", self._stopped
        else:
            function, heard = "resume_alerts", lambda: None
            self.stops = [(since, until or world.clock.now()) for since, until in self.stops]
        path = f"/alerts/{function.partition('_')[0]}"
        self._call(function, path, body, heard, alone=True)

    def _stopped(self) -> None:
        self._world.record.fired["alerts_stopped"] += 1
        resumed = [
            each
            for each in self._world.scenario.switches
            if not each.stops and each.at_s <= self._world.elapsed_s
        ]
        if not resumed:  # whoever resumes meanwhile may come first, or last
            self.stops.append((self._world.clock.now(), None))

    def _call(
        self,
        function: str,
        path: str,
        body: bytes,
        heard: Callable[[], None] = lambda: None,
        **more: Any,
    ) -> None:
        world = self._world

        def ended(result: Any) -> None:
            is_lost = result is starters.DIED or isinstance(result, Exception)
            if is_lost or result.status_code >= 500:
                world.plan(_LATER_S, lambda: self._call(function, path, body, heard, **more))
                return
            world.note(f"{function} -> {result.status_code} {result.get_body().decode()}")
            self.waiting -= 1
            heard()

        running = starters.http(world, function, "POST", path, body=body, **more)
        starters.Flow(world, f"starter {function}", running, ended)


def alert_of(scenario: Scenario, alert: AlertSent) -> dict[str, Any]:
    """Return what is sent: Azure Monitor's common schema."""
    vms = [cloud.vm_id(scenario.machines[number]) for number in alert.machines]
    fired = fired_at(alert)
    return samples.common(
        *vms,
        fired=fired,
        alert=alert.name,
        alertRule=alert.name,
        monitorCondition=alert.state,
        alertTargetIDs=vms,
    )


def fired_at(alert: AlertSent) -> datetime:
    """When an incident began."""
    from tests.fakes.app_harness import START

    return START + timedelta(seconds=alert.fired_s)


def _bound(action: Callable[[Any], None], what: Any) -> Callable[[], None]:
    return lambda: action(what)
