"""What a scenario leaves behind, freed of ids, times and ports: its record; and how two are
compared.

A record is plain JSON, so that a difference has a path. Looks at a job or an operation repeat as
often as time allows: equal requests in a row count as one.
"""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tests.end_to_end.harness import HostHarness

Record = dict[str, Any]

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_OURS = "00000000-0000-0000-0000-000000000001"
_DATE, _CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d+)?"
_TIME = rf"{_DATE}(T|%20| |\+){_CLOCK}( |%20|\+)?(AM|PM|Z|[+-]\d\d:\d\d)?"
_VOLATILE = (
    (_GUID, "GUID"),
    (r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", "GUID"),  # without its hyphens: a container of a job
    (r"azuredeploy[0-9a-f-]+(?=\\u2026)", "azuredeployGUID"),  # a long text is cut within it
    (r"(?<=disk-)[0-9a-f]{8}(?![0-9a-f])", "JOB"),  # a restored disk is named by its job
    (_TIME, "TIME"),
    (r"/rejections/\d+-GUID", "/rejections/KEPT"),
    (r"127\.0\.0\.1:\d+", "HOST"),
    (r"\bt=\d{18}", "t=TICKS"),
    (r'"requestHash": "[0-9a-f]{64}"', '"requestHash": "HASH"'),  # a probe's port is in it
    (r'"deadline": "PT\d{5}S"', '"deadline": "REST"'),  # another attempt has what is left
    (r'"windowS": (\d+)\.\d+', r'"windowS": \1'),  # how long a list took to be read is in it
)


def record_of(
    harness: HostHarness,
    mark: str,
    request_id: str,
    view: dict[str, Any],
    replies: list[dict[str, Any]],
    seen: list[dict[str, Any]],
) -> Record:
    """Return the record of one scenario: whatever carries its mark, and its answers."""
    asked = [one for one in seen if mark in json.dumps(one)]
    events = {one["id"]: one for one in harness.events if mark in json.dumps(one)}
    record = {
        "replies": replies,
        "view": view,
        "ledger": harness.ledger(f"restores/{request_id}"),
        "attempt": harness.ledger(f"attempts/{request_id}~2"),
        "poll_urls": harness.ledger(f"poll-urls/{request_id}"),
        "events": sorted(events.values(), key=lambda event: (event["type"], event["id"])),
        "requests": [{k: v for k, v in one.items() if k != "number"} for one in asked],
    }
    plain: Record = normalised(record, mark)
    plain["requests"] = [one for one, _ in groupby(plain["requests"])]
    return plain


def normalised(value: Any, mark: str) -> Any:
    """Return JSON with the mark, GUIDs, times and ports replaced by their names."""
    text = json.dumps(value).replace(_OURS, "SUBSCRIPTION").replace(mark, "MARK")
    for pattern, name in _VOLATILE:
        text = re.sub(pattern, name, text, flags=re.IGNORECASE)
    plain: Any = json.loads(text)
    return plain


def differences(one: Any, other: Any, path: str = "$") -> Iterator[str]:
    """Yield every place where two records are not equal, by JSON path."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from differences(
                one.get(name, "absent"), other.get(name, "absent"), f"{path}.{name}"
            )
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    elif one != other:
        yield f"{path}: {json.dumps(one)} or {json.dumps(other)}"
