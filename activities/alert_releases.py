"""What is held of a rule: ask people about it once, and do what they decide, or what nobody decides
in time. Part of activities/judge_alert.py.

A decision has a record of its own among the alerts, which names the requests that it is about. The
rule's document remembers what it has let go until that record tells it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from activities import alert_counting
from arm import log
from restore.alerts import rate_limits
from restore.alerts.decision import AlertDecision
from restore.alerts.rate_limits import Hold, Leaving, RuleUsage
from restore.alerts.record import AlertRecord, Release
from restore.messages import names, rejection
from restore.messages.log_line import LogContext, LogLine
from restore.values import cloud_events, links
from restore.values.times import stamp
from storage import alert_usage, alerts
from storage.documents import Documents
from storage.outbox import Outbox

_NAMED_MAX = 200
"""VMs that the event names; the route names all."""


def decide(
    documents: Documents, alert_id: str, release: Release, now: datetime, why_not: str | None
) -> tuple[AlertDecision, ...]:
    """Take what a decision names out of the rule's hold, and return what becomes of it. `why_not`
    says why nothing is released, whoever approves it: then it stays held. Repeatable. Raises
    ServiceUnavailable."""
    ids = frozenset(release.request_ids)

    def take(known: RuleUsage) -> tuple[RuleUsage, tuple[Leaving, bool]]:
        is_approved = release.decision == "approved" and not rate_limits.expired(known, now)
        stays = is_approved and why_not is not None
        after, leaving = rate_limits.decided(
            known, alert_id, ids, now, released=is_approved and not stays, stays=stays
        )
        return after, (leaving, stays)

    leaving, stays = alert_usage.change_rule(documents, release.rule, take)
    said = why_not if stays else None
    decisions = [_outcome(each, release, leaving, said) for each in leaving.held]
    for each in decisions:
        if each.outcome == "restore":
            alert_counting.let_go(documents, each, now)
        elif each.code == "HoldExpired":
            alert_counting.refuse(documents, each, "HoldExpired", now)
        elif each.code == "HoldRefused":
            alert_counting.refuse(documents, each, "HoldRefused", now)
    missing = sorted(ids - {each.request_id for each in decisions})
    if release.decision != "expired":
        decisions += [_not_held(release, request_id) for request_id in missing]
    return tuple(decisions)


def ask(documents: Documents, outbox: Outbox) -> None:
    """Tell people of each hold, once, that they must decide. Raises ServiceUnavailable."""
    for rule, hold in _holds(documents):
        _ask(documents, outbox, rule, hold)


def revive(documents: Documents, outbox: Outbox, now: datetime) -> None:
    """Tell people of holds whose alert died before it did, and end those that nobody has decided
    about in time. Raises ServiceUnavailable, Changed."""
    for rule, hold in _holds(documents):
        _ask(documents, outbox, rule, hold)
        alert_id = end_expired(documents, rule, now)
        if alert_id is not None:
            about = LogContext(instance_id=names.alert_instance_id(alert_id))
            log.write(LogLine(event="alert-judged", about=about, text="its hold has expired"))


def end_expired(documents: Documents, rule: str, now: datetime) -> str | None:
    """End a rule's hold, if nobody has decided about it in time: what comes later is asked about
    anew. It has a record, as a decision has, which the reconciler ends if this is cut short: return
    its id. Raises ServiceUnavailable, Changed."""
    usage = alert_usage.rule(documents, rule)
    if usage.hold is None or not rate_limits.expired(usage, now):
        return None
    ids = tuple(each.request_id for each in usage.hold.held if each.request_id)
    release = Release(rule=rule, decision="expired", request_ids=ids)
    alert_id = rejection.id_of(now, f"expired-{rule}")
    alerts.keep(documents, AlertRecord(id=alert_id, way="app", received_at=now, release=release))
    kept = alerts.read(documents, alert_id)
    if kept is not None and kept.record.judged_at is None:
        decisions = decide(documents, alert_id, release, now, None)
        write(documents, kept, replace(kept.record, judged_at=now, decisions=decisions))
    alerts.close(documents, alert_id)
    return alert_id


def write(documents: Documents, kept: alerts.Kept, after: AlertRecord) -> None:
    """Write what was decided; a rule need not remember it any more. Raises ServiceUnavailable,
    Changed."""
    alerts.judged(documents, kept, after)
    if after.release is not None:
        alert_usage.change_rule(
            documents, after.release.rule, lambda known: (rate_limits.told(known, after.id), None)
        )


def _holds(documents: Documents) -> Iterator[tuple[str, Hold]]:
    for rule in alert_usage.holding(documents):
        hold = alert_usage.rule(documents, rule).hold
        if hold is not None:
            yield rule, hold


def _ask(documents: Documents, outbox: Outbox, rule: str, hold: Hold) -> None:
    if not hold.is_told:
        outbox.publish(event(rule, hold))
        alert_usage.change_rule(
            documents, rule, lambda known: (rate_limits.asked(known, hold), None)
        )


def event(rule: str, hold: Hold) -> dict[str, Any]:
    """Return what people are told of a hold, under the same id whenever it is told."""
    data = {
        "requestId": None,
        "rule": rule,
        "held": len(hold.held),
        "vms": [each.vm_id for each in hold.held[:_NAMED_MAX]],
        "until": stamp(hold.until),
        "decideAt": links.hold(rule),
    }
    key = f"{rule}.{hold.alert_id}"
    return cloud_events.event("restores-held", key, f"rules/{rule}", hold.since, data)


def _outcome(
    held: AlertDecision, release: Release, leaving: Leaving, stays_for: str | None
) -> AlertDecision:
    if leaving.is_released:
        said = f"It was held, and {release.by or 'somebody unknown'} let it go."
        return replace(held, outcome="restore", code=None, text=said, released_by=release.by)
    if release.decision == "refused":
        return rate_limits.refused(held, code="HoldRefused", by=release.by)
    if stays_for is not None:
        return replace(held, outcome="refused", code="AlertsStopped", text=stays_for)
    return rate_limits.refused(held, code="HoldExpired")


def _not_held(release: Release, request_id: str) -> AlertDecision:
    said = f"This is not held of the rule {release.rule!r}, or no longer."
    return AlertDecision(
        outcome="refused", code="NotHeld", text=said, rule=release.rule, request_id=request_id
    )
