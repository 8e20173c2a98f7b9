"""What a listing of the ledger shows of an entry without opening it: the blob's metadata.

Names are C# identifiers in lower case and values are ASCII, as blob metadata demands; what is not
ASCII (a resource group may be called `rg-été`) is percent-encoded.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from restore.ledger import LedgerEntry
from restore.times import stamp

_SAFE = "/._-:+ "


def labels_of(entry: LedgerEntry) -> dict[str, str]:
    """Return an entry's labels."""
    verdict = entry.verdict
    known = {
        "state": entry.state.value,
        "recoverytype": str(entry.request.get("recoveryType", "")),
        "sourceresourceid": str(entry.request.get("sourceResourceId", "")),
        "acceptedat": stamp(entry.accepted_at),
        "finishedat": stamp(entry.finished_at) if entry.finished_at else "",
        "verdict": verdict.verdict if verdict else "",
        "jobid": entry.job_id or "",
    }
    return {name: quote(value, safe=_SAFE) for name, value in known.items() if value}


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
