"""What the rules make of an alert and one target, before anybody looks what was restored already.

What this app has done before (the same alert, the same VM, as many as the rule allows) is the
business of rate_limits.py; whether it is allowed at all, the policy's.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from restore.alerts import matching, templates
from restore.alerts.alert import Alert, not_vm, request_id_of
from restore.alerts.decision import AlertDecision, Outcome
from restore.alerts.matching import Tags, Unread
from restore.alerts.restore_rules import RestoreRule, RestoreRules, Template
from restore.messages.errors import InvalidRequest
from restore.values.redaction import redacted
from restore.values.times import stamp, text_of

CLOCKS = timedelta(minutes=5)
"""So much may the sender's clock be ahead of ours."""

_SHOWN_MAX = 200


class _Why(NamedTuple):
    """Why no rule is asked."""

    outcome: Outcome
    code: str
    text: str


def judge(
    restore_rules: RestoreRules,
    alert: Alert,
    target: str | None,
    tags: Tags | Unread | None,
    now: datetime,
) -> AlertDecision:
    """Return what is to be done. `tags` are the VM's; None: it has none, or nobody asks."""
    about = _about(alert, target)
    before = _before_rules(restore_rules, alert, target, now)
    if before is not None:
        return replace(about, outcome=before.outcome, code=before.code, text=before.text)
    assert target is not None, "without one it was refused"
    if isinstance(tags, Unread):
        said = f"A rule asks for the tags of this VM, which the app did not read. {tags.why}"
        return replace(about, outcome="refused", code="TagsNotRead", text=said)
    rule = matching.rule_for(restore_rules, alert, target, tags)
    if rule is None:
        said = "No rule of RESTORE_RULES is for this alert and this VM."
        return replace(about, outcome="ignored", code="NoRule", text=said)
    return _by(
        replace(about, rule=rule.name, approval=rule.approval), rule, restore_rules, alert, target
    )


def is_for_rules(
    restore_rules: RestoreRules, alert: Alert, target: str | None, now: datetime
) -> bool:
    """Whether the rules are asked at all: only then are a VM's tags worth reading."""
    return _before_rules(restore_rules, alert, target, now) is None


def template_of(restore_rules: RestoreRules, rule: RestoreRule) -> Template:
    """Return a rule's template; there is one, the rules were checked."""
    return next(each for each in restore_rules.templates if each.name == rule.template)


def _about(alert: Alert, target: str | None) -> AlertDecision:
    return AlertDecision(
        outcome="ignored",
        target=None if target is None else redacted(target, _SHOWN_MAX * 4),
        source=alert.source,
        alert_rule=None if alert.rule is None else redacted(alert.rule, _SHOWN_MAX),
        fired_at=alert.fired_at,
    )


def _before_rules(
    restore_rules: RestoreRules, alert: Alert, target: str | None, now: datetime
) -> _Why | None:
    """Say why no rule is asked: what is not firing, cannot be told apart from others, is not of
    now, or is about no VM."""
    if alert.fault is not None:
        return _Why("refused", code=alert.fault.code, text=alert.fault.text)
    if alert.state == "resolved":
        return _Why("ignored", code="AlertResolved", text="The alert is resolved.")
    if alert.state == "unknown":
        said = f"It is not known whether the alert fires: {alert.why}."
        return _Why("ignored", code="AlertStateUnknown", text=said)
    given = {"id": alert.id, "time": alert.fired_at, "VM": target}
    missing = [name for name, value in given.items() if value is None]
    if missing:
        said = f"The alert has no {' and no '.join(missing)} that can be read."
        return _Why("refused", code="AlertIncomplete", text=said)
    assert alert.fired_at is not None, "it is not missing"
    assert target is not None, "it is not missing"
    problem = not_vm(target)
    if problem is not None:
        said = f"The target is no virtual machine: it {problem}."
        return _Why("refused", code="TargetNotVm", text=said)
    return _of_another_time(restore_rules, alert.fired_at, now)


def _of_another_time(restore_rules: RestoreRules, fired_at: datetime, now: datetime) -> _Why | None:
    age_s = (now - fired_at).total_seconds()
    if age_s > restore_rules.max_alert_age_s:
        most = text_of(restore_rules.max_alert_age_s)
        said = f"The alert fired at {stamp(fired_at)}, {text_of(age_s)} ago. The most is {most}."
        return _Why("refused", code="AlertTooOld", text=said)
    if fired_at - now > CLOCKS:
        said = f"The alert says that it fired at {stamp(fired_at)}. That time has not come yet."
        return _Why("refused", code="AlertFromFuture", text=said)
    return None


def _by(
    about: AlertDecision, rule: RestoreRule, restore_rules: RestoreRules, alert: Alert, vm_id: str
) -> AlertDecision:
    request_id = request_id_of(alert, vm_id)
    assert alert.fired_at is not None, "without a time it was refused"
    template = template_of(restore_rules, rule)
    try:
        request = templates.request_of(template, vm_id, alert.fired_at, request_id)
    except InvalidRequest as error:
        return replace(
            about,
            outcome="refused",
            code="TemplateRefused",
            text=f"The template {template.name!r} makes no valid request of this VM.",
            problems=error.problems,
        )
    return replace(
        about,
        outcome="restore",
        text=f"The rule {rule.name!r} restores this VM.",
        request_id=request_id,
        request=request.as_json(),
    )
