"""Which rule is for an alert and one of its VMs: the first that matches counts."""

from collections.abc import Mapping
from typing import NamedTuple

from restore.alerts.alert import Alert
from restore.alerts.restore_rules import RestoreRule, RestoreRules, When
from restore.policy.judging import covers
from restore.values.arm_ids import lower_ascii

Tags = Mapping[str, str]


class Unread(NamedTuple):
    """A VM's tags that nobody knows: no rule may be passed over for what they might say."""

    why: str


def rule_for(
    restore_rules: RestoreRules, alert: Alert, vm_id: str, tags: Tags | None
) -> RestoreRule | None:
    """Return the rule that counts; None if there is none. `tags` are the VM's; None: it is gone,
    and a rule that asks for some does not match."""
    return next(
        (rule for rule in restore_rules.rules if matches(rule.when, alert, vm_id, tags)), None
    )


def needs_tags(restore_rules: RestoreRules, alert: Alert, vm_id: str) -> bool:
    """Whether a VM's tags decide which rule counts: whether a rule that asks for some is met before
    one that does not."""
    for rule in restore_rules.rules:
        if _fits(rule.when, alert, vm_id):
            return rule.when.tags is not None
    return False


def matches(when: When, alert: Alert, vm_id: str, tags: Tags | None) -> bool:
    """Whether all that a rule asks for is so."""
    return _fits(when, alert, vm_id) and _all_in(when.tags, tags)


def fits(pattern: str, text: str) -> bool:
    """Whether a text is as a pattern says: * stands for any text, A to Z without case. Takes time
    in proportion to the length of both, whatever they are."""
    first, *rest = lower_ascii(pattern).split("*")
    text = lower_ascii(text)
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    place, last = len(first), rest.pop()
    for part in rest:
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(text) - len(last) >= place and text.endswith(last)


def _fits(when: When, alert: Alert, vm_id: str) -> bool:
    """Whether all but the tags is so."""
    return (
        _one_of(when.sources, alert.source)
        and _one_of(when.alert_rules, alert.rule)
        and _one_of(when.severities, alert.severity)
        and (when.targets is None or any(covers(scope, vm_id) for scope in when.targets))
        and _all_in(when.labels, alert.labels)
    )


def _one_of(patterns: tuple[str, ...] | None, text: str | None) -> bool:
    if patterns is None:
        return True
    return text is not None and any(fits(pattern, text) for pattern in patterns)


def _all_in(wanted: Mapping[str, str] | None, given: Mapping[str, str] | None) -> bool:
    """Whether each wanted name is there, with a fitting value. Azure's tag names have no case."""
    if wanted is None:
        return True
    known = {lower_ascii(name): text for name, text in (given or {}).items()}
    return all(
        (text := known.get(lower_ascii(name))) is not None and fits(pattern, text)
        for name, pattern in wanted.items()
    )
