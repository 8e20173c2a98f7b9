"""How it ended, as tables: verdicts, events, and what Azure was asked. Pure: views in, tables out.

Every text comes from the app as it is; no markup in it is heeded.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from devhost.demo import tally
from devhost.demo.asked import Asked
from devhost.demo.progress import style_of
from restore.start.choice_texts import REASONS
from restore.values.times import text_of

Event = dict[str, Any]


def verdict(asked: Asked, view: dict[str, Any], events: Sequence[Event]) -> Panel:
    """All about one restore: verdict, point and why, job, time, and what the app says."""
    kind = str(view["verdict"])
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, text in _facts(view):
        table.add_row(name, Text(text))
    for problem in _problems(asked, events):
        table.add_row("Problem", Text(problem))
    title = Text.assemble(
        (asked.vm, "bold"), f"  {asked.recovery_type}  ", (kind, f"bold {style_of(kind)}")
    )
    return Panel(table, title=title, title_align="left", border_style=style_of(kind))


def published(events: Sequence[Event], all_asked: Sequence[Asked]) -> Table:
    """The events on the queue."""
    vms = {asked.request_id: asked.vm for asked in all_asked}
    table = _table("Events on restore-events", "Time (UTC)", "Type", "VM")
    for event in events:
        table.add_row(
            f"{_time(event['time']):%H:%M:%S}",
            Text(str(event["type"])),
            Text(vms.get(event["data"]["requestId"], "")),
        )
    return table


def arm_calls(calls: tally.Calls) -> Table:
    """What Azure was asked, by method and kind."""
    table = _table("Calls to Azure", "Method", "Kind", "Number")
    table.columns[2].justify = "right"
    table.show_footer = True
    for method, kind, count in tally.by_kind(calls):
        table.add_row(method, kind, str(count))
    table.columns[1].footer, table.columns[2].footer = "all", str(len(calls))
    return table


def posts(all_asked: Sequence[Asked], views: Sequence[dict[str, Any]], calls: tally.Calls) -> str:
    """Whether Azure was asked for each restore as often as it must be, in one sentence."""
    counts = [tally.restore_posts(calls, asked.vm_id) for asked in all_asked]
    listed = ", ".join(
        f"{asked.vm} {count}" for asked, count in zip(all_asked, counts, strict=True)
    )
    if not are_posts_right(all_asked, views, calls):
        return f"WRONG: not exactly one restore POST per request: {listed}."
    if not any(counts):
        return "No restore POST was sent."
    if 0 in counts:
        return f"Restore POSTs, never more than one per request: {listed}."
    return f"Exactly one restore POST per request: {listed}."


def are_posts_right(
    all_asked: Sequence[Asked], views: Sequence[dict[str, Any]], calls: tally.Calls
) -> bool:
    """Exactly one POST for what has a job; at most one for what ended without."""
    counts = [tally.restore_posts(calls, asked.vm_id) for asked in all_asked]
    return all(
        count == 1 if view.get("job") else count <= 1
        for count, view in zip(counts, views, strict=True)
    )


def _facts(view: dict[str, Any]) -> list[tuple[str, str]]:
    point, job = view.get("recoveryPoint") or {}, view.get("job") or {}
    facts = [
        ("Request", str(view["requestId"])),
        ("Recovery point", _point(point)),
        ("Why", str(point.get("why") or "")),
        ("Passed over", _passed_over(point)),
        ("Job", str(job.get("id") or "none was started")),
        ("Took", _duration(view)),
        ("Verdict", str(view.get("text") or "")),
        ("Error", _error(view)),
    ]
    return [(name, text) for name, text in facts if text]


def _error(view: dict[str, Any]) -> str:
    """Azure's own words, where the verdict does not repeat them."""
    error = view.get("error") or {}
    code, message = str(error.get("code") or ""), str(error.get("message") or "")
    return "" if message in str(view.get("text")) else f"{code}: {message}"


def _point(point: dict[str, Any]) -> str:
    if "time" not in point:
        return str(point.get("id") or "")
    when = f"{_time(point['time']):%Y-%m-%d %H:%M} UTC"
    return ", ".join(str(part) for part in (point["id"], when, point["consistency"], point["tier"]))


def _passed_over(point: dict[str, Any]) -> str:
    counts = point.get("passedOverCounts") or {}
    if not counts:
        return ""
    listed = [f"{count} {reason}: {REASONS.get(reason, '-')}" for reason, count in counts.items()]
    return "\n".join([f"{sum(counts.values())} of {point['considered']}:", *listed])


def _duration(view: dict[str, Any]) -> str:
    if not view.get("finishedAt"):
        return ""
    taken = _time(view["finishedAt"]) - _time(view["acceptedAt"])
    return f"{text_of(taken.total_seconds())}, from accepted to verdict"


def _problems(asked: Asked, events: Sequence[Event]) -> list[str]:
    """What a rejected event lists, by path."""
    return [
        f"{problem['path']}  {problem['message']}"
        for event in events
        if event["type"].endswith(".rejected.v1")
        and event["data"].get("requestId") == asked.request_id
        for problem in event["data"].get("problems", [])
    ]


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
