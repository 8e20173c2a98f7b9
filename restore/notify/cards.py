"""What Teams, Slack and PagerDuty are sent: each its own JSON, made of the same summary.

Texts from outside go into fields that read no markup (Adaptive Cards' TextRun, Slack's
`plain_text`), so that a VM's name is no link and calls nobody.
"""

from typing import Any

from restore.notify.receivers import Severity
from restore.notify.summaries import Summary

JSON = dict[str, Any]

_SLACK_FIELDS_MAX = 10
"""Of one section (Slack, "Block Kit: section block")."""

_COLOURS: dict[Severity, str] = {"info": "Default", "warning": "Warning", "error": "Attention"}
_SIGNS: dict[Severity, str] = {"info": "ℹ️", "warning": "⚠️", "error": "🛑"}
_OPEN = "Open the restore"
_CLIENT = "azure-vm-restore"


def teams(summary: Summary) -> JSON:
    """Return a message for the Teams Workflow trigger "When a Teams webhook request is received":
    one Adaptive Card (version 1.4)."""
    body = [_run(summary.title, size="Large", weight="Bolder", color=_COLOURS[summary.severity])]
    body += [_run(line) for line in summary.lines]
    body += [_fact(label, text) for label, text in summary.facts]
    card: JSON = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": summary.title,
        "body": body,
    }
    if summary.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": _OPEN, "url": summary.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def slack(summary: Summary) -> JSON:
    """Return a message for an incoming webhook of Slack's, in Block Kit."""
    title = f"{_SIGNS[summary.severity]} {summary.title}"
    blocks: list[JSON] = [{"type": "header", "text": _plain(title)}]
    blocks += [{"type": "section", "text": _plain(line)} for line in summary.lines]
    fields = [_plain(f"{label}: {text}") for label, text in summary.facts]
    blocks += [
        {"type": "section", "fields": fields[begin : begin + _SLACK_FIELDS_MAX]}
        for begin in range(0, len(fields), _SLACK_FIELDS_MAX)
    ]
    if summary.link:
        button = {"type": "button", "text": _plain(_OPEN), "url": summary.link}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": _escaped(title), "blocks": blocks}


def pagerduty(summary: Summary, kind: str, time: str, routing_key: str) -> JSON:
    """Return an event of PagerDuty's Events API v2. All events of a restore are one incident, which
    an end without complaint resolves."""
    is_solved = kind == "finished" and summary.severity == "info"
    event: JSON = {
        "routing_key": routing_key,
        "event_action": "resolve" if is_solved else "trigger",
        "dedup_key": f"{_CLIENT}/{summary.subject}",
        "client": _CLIENT,
        "payload": {
            "summary": summary.title,
            "source": _CLIENT,
            "severity": summary.severity,
            "timestamp": time,
            "class": kind,
            "custom_details": {"text": list(summary.lines)} | dict(summary.facts),
        },
    }
    if summary.link:
        event |= {"client_url": summary.link, "links": [{"href": summary.link, "text": _OPEN}]}
    return event


def _run(text: str, **look: str) -> JSON:
    inline = {"type": "TextRun", "text": text} | look
    return {"type": "RichTextBlock", "inlines": [inline]}


def _fact(label: str, text: str) -> JSON:
    named = {"type": "TextRun", "text": f"{label}: ", "weight": "Bolder"}
    inlines = [named, {"type": "TextRun", "text": text}]
    return {"type": "RichTextBlock", "inlines": inlines, "spacing": "Small"}


def _plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text, "emoji": False}


def _escaped(text: str) -> str:
    """Slack reads markup in a message's own text (Slack, "Formatting text for app surfaces")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
