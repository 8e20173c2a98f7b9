"""From a template and a VM to a restore request: a language of five words, and nothing else.

A word in braces stands for a part of the VM's id, or for when the alert fired. It is replaced once;
what comes in its place is never read again. No text of an alert has a word. What comes out is read
as any request is: each id of it is checked to be one (restore/request/parsing.py).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from restore.alerts.restore_rules import PointRule, Template
from restore.messages.request import RestoreRequest
from restore.request import parsing, validation
from restore.values.arm_ids import name_of
from restore.values.problem import Problem
from restore.values.times import seconds_of

GIVEN = ("requestId", "sourceResourceId", "recoveryPoint", "planHash", "planOnly", "incidentAt")
"""What the alert and the rule say, and no template."""
ANY_TIME = datetime.max.replace(tzinfo=UTC)
"""For what is the same whenever an alert fires."""

_WORD = re.compile(r"\{([^{}]*)\}")
_BRACE = re.compile(r"[{}]")
_DEPTH_MAX = 8


def words_of(vm_id: str, fired_at: datetime) -> dict[str, str]:
    """Return what the words stand for."""
    segments = vm_id.split("/")
    fired = fired_at.astimezone(UTC)
    return {
        "vm.name": name_of(vm_id),
        "vm.resourceGroup": segments[4],
        "vm.subscription": segments[2],
        "date": f"{fired:%Y%m%d}",
        "time": f"{fired:%H%M%S}",
    }


WORDS = tuple(words_of("/subscriptions/s/resourceGroups/g/x", ANY_TIME))


def request_of(
    template: Template, vm_id: str, fired_at: datetime, request_id: str
) -> RestoreRequest:
    """Return the request that a template makes of an alert: always the same of the same. Raises
    InvalidRequest."""
    fields = filled(template.restore, words_of(vm_id, fired_at)) | {
        "requestId": request_id,
        "sourceResourceId": vm_id,
        "incidentAt": fired_at.isoformat(),
        "recoveryPoint": _point(template.point, fired_at),
    }
    return parsing.parse_request(fields, default_request_id=request_id)


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """Return a template's value with the words replaced by what they stand for."""
    if isinstance(value, str):
        return _WORD.sub(lambda word: words[word[1]], value)
    if isinstance(value, list):
        return [filled(each, words) for each in value]
    if isinstance(value, dict):
        return {name: filled(each, words) for name, each in value.items()}
    return value


def problems_of(value: Any, path: str, depth: int = _DEPTH_MAX) -> Iterator[Problem]:
    """Say what is wrong with the words of a template."""
    if not depth:
        yield Problem(path=path, message="is nested too deeply")
    elif isinstance(value, str):
        unknown = [word for word in _WORD.findall(value) if word not in WORDS]
        if unknown or _BRACE.search(_WORD.sub("", value)):
            known = ", ".join(f"{{{word}}}" for word in WORDS)
            yield Problem(path=path, message=f"has braces around something else than {known}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from problems_of(each, f"{path}[{index}]", depth - 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from problems_of(each, validation.path_to(path, name), depth - 1)


def _point(rule: PointRule, fired_at: datetime) -> dict[str, str]:
    """Return which point is wanted: one from before the incident, by so much as the rule says."""
    before = timedelta(seconds=seconds_of(rule.before))
    earliest = fired_at - timedelta(seconds=seconds_of(rule.max_age))
    wanted = {
        "notAfter": (fired_at - before).isoformat() if before else None,
        "notBefore": earliest.isoformat(),
        "consistency": rule.consistency,
        "preferredConsistency": rule.preferred_consistency,
        "tier": rule.tier,
    }
    return {name: text for name, text in wanted.items() if text is not None}
