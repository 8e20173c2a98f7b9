"""What a listing of the ledger shows of an entry without opening it: the blob's metadata.

Names are C# identifiers in lower case and values are ASCII, as blob metadata demands; what is not
ASCII (a resource group may be called `rg-été`) is percent-encoded. A blob takes 8 KB of metadata,
so each value is bounded; only names longer than Azure gives to a group or a VM reach the bound.
"""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Any
from urllib.parse import quote, unquote

from restore.messages.ledger_entry import LedgerEntry
from restore.values.times import stamp

_SAFE = "/._-:+ "
_VALUE_BYTES_MAX = 3_000


def labels_of(entry: LedgerEntry) -> dict[str, str]:
    """Return an entry's labels."""
    verdict = entry.verdict
    known = {
        "state": entry.state.value,
        "recoverytype": entry.recovery_type or "",
        "sourceresourceid": str(entry.request.get("sourceResourceId", "")),
        "acceptedat": stamp(entry.accepted_at),
        "finishedat": stamp(entry.finished_at) if entry.finished_at else "",
        "verdict": verdict.verdict if verdict else "",
        "jobid": entry.job_id or "",
        "requesthash": entry.request_hash,
    }
    return quoted(known)


def quoted(known: Mapping[str, str]) -> dict[str, str]:
    """Return labels as a blob's metadata takes them; one that says nothing is left out."""
    return {name: quote(shown_of(value), safe=_SAFE) for name, value in known.items() if value}


def shown_of(value: str) -> str:
    """Return as much of a value as a label holds, in whole characters."""
    if len(quote(value, safe=_SAFE)) <= _VALUE_BYTES_MAX:
        return value
    lengths = list(accumulate(len(quote(char, safe=_SAFE)) for char in value))
    return value[: bisect_right(lengths, _VALUE_BYTES_MAX)]


def line_of(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return one line of `GET /restores` from a listing's name and labels."""
    known = {key: unquote(value) for key, value in labels.items()}
    return {
        "requestId": name.partition("/")[2],
        "state": known.get("state"),
        "verdict": known.get("verdict"),
        "recoveryType": known.get("recoverytype"),
        "sourceResourceId": known.get("sourceresourceid"),
        "jobId": known.get("jobid"),
        "acceptedAt": known.get("acceptedat"),
        "finishedAt": known.get("finishedat"),
    }
