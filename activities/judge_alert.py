"""Judge an alert that came, or a decision of a person about what is held: what is to be restored,
what is held, what is refused. All of it stands in the alert's record before anything is started.

May run twice, even at once: what the rules begin is counted by conditional writes, under ids that
are functions of the alert (restore/alerts/rate_limits.py), so both come to the same.
"""

import base64
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from activities import (
    activity_result,
    alert_counting,
    alert_gate,
    alert_releases,
    clock,
    rules_in_force,
)
from arm import connection as arm_connection
from arm import log
from restore.alerts.alert import Alert, is_vm
from restore.alerts.decision import AlertDecision
from restore.alerts.matching import Tags, Unread
from restore.alerts.record import AlertRecord
from restore.alerts.restore_rules import RestoreRules
from restore.messages.alert_io import JudgeAlert, Judged
from restore.messages.errors import AccessDenied, NotFound
from restore.messages.log_line import LogLine
from restore.settings import Settings
from storage import alerts, connection
from storage.ledger import Ledger
from storage.unwritten import Unwritten

TAGS_READ_MAX = 50
"""VMs of one alert whose tags are read, one call each; where a rule asks for those of the others,
nothing is restored."""
_TOO_MANY = Unread(
    f"It reads those of {TAGS_READ_MAX} VMs of one alert. Send fewer VMs at once, or write a rule "
    "for them without tags."
)


def judge_alert(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Input: JudgeAlert. Done with Judged; retry later while a setting is wrong."""
    return activity_result.outcome(
        order, lambda order: _judge(JudgeAlert.from_json(order), settings)
    )


def _judge(order: JudgeAlert, settings: Settings) -> Judged:
    restore_rules, now = rules_in_force.in_force(settings), clock.now()
    documents = connection.ledger().documents
    why = alert_gate.why_stopped(documents, settings)
    if order.body is not None:
        decisions = _preview(base64.b64decode(order.body), restore_rules, now, why)
        return Judged(decisions=tuple(each.as_json() for each in decisions))
    kept = alerts.read(documents, order.alert_id)
    if kept is None:  # it was deleted since
        return Judged()
    after = kept.record
    if after.judged_at is None:
        after = replace(after, judged_at=now, decisions=_decisions(after, restore_rules, now, why))
        alert_releases.write(documents, kept, after)
    counts: dict[str, int] = Counter(str(each.outcome) for each in after.decisions)
    text = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    log.write(LogLine(event="alert-judged", text=text))
    if "restore" not in counts:
        alerts.close(documents, after.id)
    return Judged(counts=dict(counts))


def _decisions(
    record: AlertRecord, restore_rules: RestoreRules, now: datetime, why: str | None
) -> tuple[AlertDecision, ...]:
    ledger = connection.ledger()
    if record.release is not None:
        return alert_releases.decide(ledger.documents, record.id, record.release, now, why)
    found = _judged(record.body, restore_rules, now, why)
    decisions = _counted(ledger, restore_rules, found, now, record.id)
    if any(each.outcome == "held" for each in decisions):
        alert_releases.ask(ledger.documents, connection.outbox())
    return decisions


def _preview(
    body: bytes, restore_rules: RestoreRules, now: datetime, why: str | None
) -> tuple[AlertDecision, ...]:
    ledger = Ledger(Unwritten(connection.ledger().documents))
    return _counted(ledger, restore_rules, _judged(body, restore_rules, now, why), now, "dry-run")


def _counted(
    ledger: Ledger,
    restore_rules: RestoreRules,
    found: Iterable[AlertDecision],
    now: datetime,
    alert_id: str,
) -> tuple[AlertDecision, ...]:
    """Return what becomes of what the rules want, by all that was begun before; the rest as it
    is."""
    found = tuple(found)
    wanted = [each for each in found if each.outcome == "restore"]
    for rule in sorted({each.rule or "" for each in wanted}):
        alert_releases.end_expired(ledger.documents, rule, now)
    decided = alert_counting.begin(ledger, restore_rules, wanted, now, alert_id)
    return tuple(decided.get(each.request_id or "", each) for each in found)


def _judged(
    body: bytes, restore_rules: RestoreRules, now: datetime, why: str | None
) -> tuple[AlertDecision, ...]:
    """Return what the rules make of each alert and target."""
    from restore.alerts import judging, recognising

    tags = _Tags(restore_rules, now)
    found = [
        judging.judge(restore_rules, alert, target, tags.of(alert, target), now)
        for alert in recognising.alerts_of(body, restore_rules.mappings)
        for target in alert.targets or (None,)
    ]
    if why is None:
        return tuple(found)
    return tuple(
        replace(each, outcome="refused", code="AlertsStopped", text=why)
        if each.outcome == "restore"
        else each
        for each in found
    )


class _Tags:
    """The tags of VMs, read where a rule asks for them, as far as that may be."""

    def __init__(self, restore_rules: RestoreRules, now: datetime) -> None:
        self._restore_rules, self._now = restore_rules, now
        self._known: dict[str, Tags | Unread] = {}

    def of(self, alert: Alert, target: str | None) -> Tags | Unread | None:
        """Return a VM's tags; None where they are not asked for."""
        from restore.alerts import judging, matching

        if target is None or not is_vm(target):
            return None
        is_asked = judging.is_for_rules(self._restore_rules, alert, target, self._now)
        if not (is_asked and matching.needs_tags(self._restore_rules, alert, target)):
            return None
        if target not in self._known and len(self._known) < TAGS_READ_MAX:
            self._known[target] = _read_tags(target)
        return self._known.get(target, _TOO_MANY)


def _read_tags(vm_id: str) -> Tags | Unread:
    try:
        return arm_connection.backup().vms.tags(vm_id)
    except NotFound:
        return {}  # a VM that is gone has none
    except AccessDenied as error:
        return Unread(f"{error.message} Give the app's identity the right to read the VM.")
