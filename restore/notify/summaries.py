"""An event as people read it: a title, what they need to know or decide, and where to look.

Shared by all receivers that show something to people. Whatever an event says is shown as plain text
and cut: names and Azure's texts are not ours, and a card must fit its channel.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from restore.notify.receiver_filter import kind_of, severity_of
from restore.notify.receivers import Severity
from restore.values import links
from restore.values.plain_text import plain

JSON = dict[str, Any]

_VALUE_MAX, _LINE_MAX, _LINES_MAX, _NAMES_MAX = 300, 900, 5, 5
TITLE_MAX = 140
"""A header of Slack's takes 150 characters (Slack, "Block Kit: header block")."""


class Summary(NamedTuple):
    """What is shown of one event."""

    title: str
    severity: Severity
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    link: str | None
    """Where the restore is seen; None while the app's public address is not known."""
    subject: str
    """What belongs together: the request's id, of an attempt that of its request; or the event's
    own where it has none."""


def of(event: JSON, public_url: str | None = None) -> Summary:
    """Return what people are shown of an event; `public_url` is the setting of that name."""
    data, kind = event["data"], kind_of(event)
    request_id = data.get("requestId")
    address = public_url or links.PATH
    title = _TITLES[kind](data) if kind in _TITLES else f"{kind} of a restore"
    vm = _last(data.get("sourceResourceId"))
    facts = ((label, _text(found(data, address))) for label, found in _FACTS)
    is_linked = bool(public_url and request_id) and "sequence" in event
    return Summary(
        title=plain(f"{title}: {vm}" if vm else title, TITLE_MAX),
        severity=severity_of(event),
        lines=tuple(plain(each, _LINE_MAX) for each in _lines(data))[:_LINES_MAX],
        facts=tuple((label, text) for label, text in facts if text),
        link=links.reached(links.restore(request_id), address) if is_linked else None,
        subject=str(data.get("attemptOf") or request_id or event["id"]),
    )


def _finished(data: JSON) -> str:
    verdict = _object(data, "verdict")
    word = verdict.get("verdict", "finished")
    if _object(verdict, "verification").get("verified") is False:
        return "Restored VM is not verified"
    return f"Restore {word}" if verdict.get("succeeded") is not False else f"Restore: {word}"


_TITLES: dict[str, Callable[[JSON], str]] = {
    "accepted": lambda _: "Restore accepted",
    "approval-requested": lambda _: "Approve or refuse this restore",
    "approval-reminder": lambda _: "Still waiting for your decision",
    "fallback": lambda _: "Restore falls back to another attempt",
    "started": lambda _: "Restore started",
    "verifying": lambda _: "Restored VM is being verified",
    "rejected": lambda _: "Restore request rejected",
    "restores-held": lambda _: "Decide which VMs are restored: a rule for alerts is at its limit",
    "poisoned": lambda _: "Restore request put aside: it failed again and again",
    "duplicate": lambda _: "The same restore was asked for again",
    "finished": _finished,
    "planned": lambda data: "Restore planned" if "plan" in data else "No plan can be made",
}


def _names(data: JSON, field: str) -> str | None:
    """Return the names of disks: an event has them as names, or as objects."""
    found = data.get(field)
    if not isinstance(found, list):
        return None
    names = [str(each.get("name")) if isinstance(each, dict) else str(each) for each in found]
    return _first(names, len(names))


def _held(data: JSON) -> str | None:
    """Return the names of VMs that are held; the event may name fewer than there are."""
    found, count = data.get("vms"), data.get("held")
    if not isinstance(found, list) or not isinstance(count, int):
        return None
    return _first([_last(each) for each in found], count)


def _first(names: list[str], count: int) -> str:
    shown = names[:_NAMES_MAX]
    left = count - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left > 0 else "")


def _alert_rule(data: JSON) -> Any:
    """Return the rule for alerts: of what is held the event's own rule is one."""
    return data.get("rule") if "held" in data else _object(data, "alert").get("rule")


def _point(data: JSON, field: str) -> Any:
    return _object(data, "recoveryPoint").get(field)


def _code(data: JSON) -> Any:
    return data.get("code") or _object(_object(data, "verdict"), "error").get("code")


_FACTS: tuple[tuple[str, Callable[[JSON, str], Any]], ...] = (
    ("Decide until", lambda data, _: data.get("until")),
    (
        "Decide by POST to",
        lambda data, address: "decideAt" in data and links.reached(data["decideAt"], address),
    ),
    (
        "All of them by GET of",
        lambda data, address: "held" in data and links.reached(links.holds(), address),
    ),
    ("VMs held", lambda data, _: _held(data)),
    ("Recovery type", lambda data, _: data.get("recoveryType")),
    ("VM", lambda data, _: data.get("sourceResourceId")),
    ("Recovery point", lambda data, _: _point(data, "time")),
    ("Chosen because", lambda data, _: _point(data, "why")),
    ("Disks that will be replaced", lambda data, _: _names(data, "disksToReplace")),
    ("Disks that stay", lambda data, _: _names(data, "disksToKeep")),
    ("Old disks, still there", lambda data, _: _names(data, "replacedDisks")),
    ("Never delete", lambda data, _: _names(data, "keptDisks")),
    ("Policy rule", lambda data, _: None if "held" in data else data.get("rule")),
    ("Rule for alerts", lambda data, _: _alert_rule(data)),
    ("Job", lambda data, _: data.get("jobId") or _object(data, "verdict").get("jobId")),
    ("Code", lambda data, _: _code(data)),
    ("Asked by way of", lambda data, _: data.get("source")),
    ("Request", lambda data, _: data.get("requestId") or data.get("messageId")),
)


def _lines(data: JSON) -> Iterator[str]:
    """What is told in sentences: the verdict, what is wrong, what a plan found."""
    text = _object(data, "verdict").get("text") or _object(data, "error").get("message")
    if text:
        yield str(text)
    for problem in _objects(data, "problems"):
        yield f"{problem.get('path')} {problem.get('message')}"
    for finding in _objects(_object(data, "plan"), "findings"):
        yield f"{finding.get('severity')}: {finding.get('text')}"


def _objects(data: JSON, field: str) -> list[JSON]:
    found = data.get(field)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _object(data: JSON, field: str) -> JSON:
    found = data.get(field)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return plain(str(value), _VALUE_MAX) if value else ""


def _last(resource_id: Any) -> str:
    return str(resource_id or "").rstrip("/").rpartition("/")[2]
