"""Which of what the rules want is begun, by all that was begun before: the same alert, the same VM,
the same rule in the same hour. Part of activities/judge_alert.py.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec.structs import replace

from activities.alert_gate import ASKER
from restore.alerts import rate_limits
from restore.alerts.decision import AlertDecision
from restore.alerts.rate_limits import RuleUsage, VmUsage
from restore.alerts.restore_rules import RestoreRule, RestoreRules
from storage import alert_usage
from storage.documents import Documents
from storage.ledger import Ledger


def begin(
    ledger: Ledger,
    restore_rules: RestoreRules,
    wanted: Iterable[AlertDecision],
    now: datetime,
    alert_id: str,
) -> dict[str, AlertDecision]:
    """Return what becomes of each that a rule wants, by its request id. Repeatable. Raises
    ServiceUnavailable."""
    documents = ledger.documents
    decided, asking = _before(ledger, restore_rules, wanted, now)
    for rule, asked in _by_rule(restore_rules, asking):

        def admit(
            known: RuleUsage, rule: RestoreRule = rule, asked: list[AlertDecision] = asked
        ) -> tuple[RuleUsage, tuple[AlertDecision, ...]]:
            return rate_limits.admit(known, rule, asked, now, alert_id, restore_rules.hold_for_s)

        decisions = alert_usage.change_rule(documents, rule.name, admit)
        for asked_for, decision in zip(asked, decisions, strict=True):
            decided[_id(asked_for)] = _noted(documents, rule, asked_for, decision, now)
    return decided


def refuse(
    documents: Documents, held: AlertDecision, code: rate_limits.Refusal, now: datetime
) -> None:
    """Note of a VM that what was held of it is not let go, so that the same alert does not ask
    again. Repeatable. Raises ServiceUnavailable."""

    _settle(documents, held, now, lambda usage: replace(usage, refused=code))


def let_go(documents: Documents, held: AlertDecision, now: datetime) -> None:
    """Note of a VM that what was held of it is let go: it has quiet from now on. Repeatable. Raises
    ServiceUnavailable."""
    _settle(documents, held, now, lambda usage: replace(usage, at=now))


def _settle(
    documents: Documents,
    held: AlertDecision,
    now: datetime,
    settled: Callable[[VmUsage], VmUsage],
) -> None:
    def change(before: VmUsage | None) -> VmUsage | None:
        if before is not None and before.request_id != held.request_id:
            return None  # another alert has taken it meanwhile
        return settled(before or _usage_of(held, now))

    alert_usage.change_vm(documents, held.vm_id, change)


def _before(
    ledger: Ledger, restore_rules: RestoreRules, wanted: Iterable[AlertDecision], now: datetime
) -> tuple[dict[str, AlertDecision], list[AlertDecision]]:
    """Return what is decided without a look at the rule's own count, and what is left: each alert
    and each VM once. A VM that is held of the same rule is left: it is held for both."""
    rules = {rule.name: rule for rule in restore_rules.rules}
    decided: dict[str, AlertDecision] = {}
    asking: dict[str, AlertDecision] = {}
    held: dict[str, frozenset[str | None]] = {}
    for each in wanted:
        rule = rules[each.rule or ""]
        last = alert_usage.vm(ledger.documents, each.vm_id)
        said = _repeated(ledger, each) or rate_limits.against(last, rule, each, now)
        if said is not None and said.code == "QuietPeriod" and last and last.rule == rule.name:
            if rule.name not in held:
                held[rule.name] = _held(ledger.documents, rule.name)
            said = None if last.request_id in held[rule.name] else said
        if said is None:
            asking.setdefault(_id(each), each)
        else:
            decided[_id(each)] = said
    return decided, list(asking.values())


def _held(documents: Documents, rule: str) -> frozenset[str | None]:
    hold = alert_usage.rule(documents, rule).hold
    return frozenset(each.request_id for each in hold.held) if hold else frozenset()


def _repeated(ledger: Ledger, wanted: AlertDecision) -> AlertDecision | None:
    held = ledger.read(_id(wanted))
    if held is None:
        return None
    if held.entry.source != ASKER:
        said = "Another request has used this id. The app restores nothing for this alert."
        return replace(wanted, outcome="refused", code="RequestIdReused", text=said)
    return rate_limits.repeated(wanted)


def _noted(
    documents: Documents,
    rule: RestoreRule,
    wanted: AlertDecision,
    decision: AlertDecision,
    now: datetime,
) -> AlertDecision:
    """Note of the VM which alert has it; of two that come at once the first does."""
    if decision.outcome not in ("restore", "held") or decision.request_id != wanted.request_id:
        return decision
    stands: list[AlertDecision] = []

    def claim(before: VmUsage | None) -> VmUsage | None:
        stands.clear()
        said = rate_limits.against(before, rule, wanted, now)
        if said is not None:
            stands.append(said)
            return None
        is_ours = before is not None and before.request_id == wanted.request_id
        return before if is_ours else _usage_of(wanted, now)

    alert_usage.change_vm(documents, wanted.vm_id, claim)
    return stands[0] if stands and decision.outcome == "restore" else decision


def _by_rule(
    restore_rules: RestoreRules, asking: Iterable[AlertDecision]
) -> Iterable[tuple[RestoreRule, list[AlertDecision]]]:
    listed = list(asking)
    for rule in restore_rules.rules:
        asked = [each for each in listed if each.rule == rule.name]
        if asked:
            yield rule, asked


def _usage_of(wanted: AlertDecision, now: datetime) -> VmUsage:
    return VmUsage(vm=wanted.vm_id, rule=wanted.rule or "", request_id=_id(wanted), at=now)


def _id(decision: AlertDecision) -> str:
    assert decision.request_id is not None, "what is wanted has an id"
    return decision.request_id
