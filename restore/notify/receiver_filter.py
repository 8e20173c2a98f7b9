"""Which receivers want an event, and how grave it is."""

from collections.abc import Callable, Iterator
from typing import Any, get_args

from restore.notify.receivers import Notify, Receiver, Severity

JSON = dict[str, Any]

_GRAVITY: tuple[Severity, ...] = get_args(Severity)
_OF_VERDICT: dict[str, Severity] = {
    "Completed": "info",
    "CompletedWithWarnings": "warning",
    "Cancelled": "warning",
}
"""All other verdicts are errors."""


def _of_finished(data: JSON) -> Severity:
    verdict = data.get("verdict")
    if not isinstance(verdict, dict):
        return "error"
    if verdict.get("succeeded") is False:
        return "error"
    return _OF_VERDICT.get(str(verdict.get("verdict")), "error")


def _of_plan(data: JSON) -> Severity:
    return "info" if "plan" in data else "warning"


_OF_KIND: dict[str, Severity | Callable[[JSON], Severity]] = {
    "accepted": "info",
    "approval-requested": "warning",
    "approval-reminder": "warning",
    "fallback": "warning",
    "started": "info",
    "verifying": "info",
    "rejected": "error",
    "restores-held": "warning",
    "finished": _of_finished,
    "planned": _of_plan,
    "poisoned": "error",
    "duplicate": "info",
}


def kind_of(event: JSON) -> str:
    """Return an event's kind: its type without the app's name and the version."""
    return str(event["id"]).rpartition(":")[2]


def severity_of(event: JSON) -> Severity:
    """Return how grave an event is. One that this build does not know is a warning."""
    found = _OF_KIND.get(kind_of(event), "warning")
    return found if isinstance(found, str) else found(event["data"])


def is_wanted(receiver: Receiver, event: JSON) -> bool:
    """Whether a receiver wants an event. A restore that ended well resolves an incident, so
    PagerDuty hears of each end that it wants, however low its gravity."""
    kind = kind_of(event)
    if receiver.events is not None and kind not in receiver.events:
        return False
    if receiver.kind == "pagerduty" and kind == "finished":
        return True
    return _GRAVITY.index(severity_of(event)) >= _GRAVITY.index(receiver.min_severity)


def wanting(notify: Notify, event: JSON) -> Iterator[str]:
    """Yield the names of the receivers that want an event."""
    return (each.name for each in notify.receivers if is_wanted(each, event))
