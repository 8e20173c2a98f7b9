"""The list of alerts: one document for each that came, until nobody asks for it any more
(activities/purge_documents.py).

Recorded first: a note that it is open, then the document. The note goes when all that was decided
is begun, so whoever looks for what was left half done lists a few names.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from restore.alerts.decision import OUTCOMES
from restore.alerts.record import AlertRecord
from restore.messages import names, rejection
from restore.values.rewriting import rewritten
from restore.values.structs import Model
from restore.values.times import stamp
from storage.documents import Document, Documents, Page, Taken
from storage.labels import quoted

OPEN = "open-alerts/"
PAGE_SIZE = 20
"""Of what is open."""


class Kept(NamedTuple):
    """A record, the version it was read at, and the document."""

    record: AlertRecord
    version: str
    document: Document


class Note(Model, frozen=True, kw_only=True):
    """What is noted of an open alert."""

    opened_at: datetime
    tries: int = 0
    """How often somebody started again to judge it."""


class OpenPage(NamedTuple):
    """A page of ids of open alerts; `token` continues it, None when it was the last."""

    alert_ids: tuple[str, ...]
    token: str | None


def keep(documents: Documents, record: AlertRecord) -> bool:
    """Record what came, before anything else is done; False when it is there already. Repeatable.
    Raises ServiceUnavailable."""
    if record.judged_at is None:
        note = Note(opened_at=record.received_at)
        try:
            documents.create(_note_name(record.id), note.as_json(), {})
        except Taken:
            pass  # an earlier run has noted it
    try:
        documents.create(_name(record.id), record.as_json(), _labels(record))
    except Taken:
        return False
    return True


def read(documents: Documents, alert_id: str) -> Kept | None:
    """Read one record; None when there is none."""
    if not rejection.is_id(alert_id):  # it may come from a URL: `..` leads elsewhere
        return None
    found = documents.read(_name(alert_id))
    if found is None:
        return None
    return Kept(AlertRecord.from_json(found.document), found.version, found.document)


def judged(documents: Documents, kept: Kept, after: AlertRecord) -> None:
    """Write what was decided. Raises Changed when somebody else has."""
    document = rewritten(kept.document, kept.record, after)
    documents.replace(_name(after.id), document, kept.version, _labels(after))


def page(documents: Documents, size: int, token: str | None) -> Page:
    """List records by their labels, the newest first."""
    return documents.page(names.ALERTS, size, token)


def open_page(documents: Documents, token: str | None) -> OpenPage:
    """List what is open, the newest first."""
    listed = documents.page(OPEN, PAGE_SIZE, token)
    ids = tuple(line.name.removeprefix(OPEN) for line in listed.lines)
    return OpenPage(ids, listed.token)


def note_of(documents: Documents, alert_id: str) -> Note | None:
    """Return what is noted of an alert; None when it is not open."""
    found = documents.read(_note_name(alert_id))
    return None if found is None else Note.from_json(found.document)


def note_try(documents: Documents, alert_id: str, note: Note) -> None:
    """Note that it is tried once more."""
    again = Note(opened_at=note.opened_at, tries=note.tries + 1)
    documents.put(_note_name(alert_id), again.as_json())


def close(documents: Documents, alert_id: str) -> None:
    """Take the note away: all that was decided is begun."""
    documents.remove(_note_name(alert_id))


def line_of(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return one line of `GET /alerts` from a listing's name and labels."""
    known = {key: unquote(value) for key, value in labels.items()}
    counts = {each: int(known[each]) for each in OUTCOMES if known.get(each, "").isdigit()}
    return {
        "id": name.removeprefix(names.ALERTS),
        "receivedAt": known.get("receivedat"),
        "way": known.get("way"),
        "state": known.get("state"),
        "source": known.get("source"),
        "alertRule": known.get("alertrule"),
        "rule": known.get("rule"),
        "decisions": counts,
    }


def _labels(record: AlertRecord) -> dict[str, str]:
    first = record.decisions[0] if record.decisions else None
    rules = [each.rule for each in record.decisions if each.rule]
    counts = Counter(each.outcome for each in record.decisions)
    return quoted(
        {
            "receivedat": stamp(record.received_at),
            "way": record.way,
            "state": "judged" if record.judged_at else "received",
            "source": (first.source if first else None) or "",
            "alertrule": (first.alert_rule if first else None) or "",
            "rule": rules[0] if rules else "",
            **{outcome: str(count) for outcome, count in counts.items()},
        }
    )


def _name(alert_id: str) -> str:
    assert rejection.is_id(alert_id), "an alert has the id of its record"
    return f"{names.ALERTS}{alert_id}"


def _note_name(alert_id: str) -> str:
    assert rejection.is_id(alert_id), "an alert has the id of its record"
    return f"{OPEN}{alert_id}"
