"""Write docs/log.md, what the app's log tells: `python -m tools.log_table`.

Both tables are made of those in the code that lines are written by; a test holds them in step.
"""

import logging
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from restore.messages.log_events import EVENTS
from restore.messages.log_line import LINE_BYTES_MAX, MARK, SCHEMA, LogContext, LogLine

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "log.md"
_HEAD = f"""# What the log tells

<!-- Written by `python -m tools.log_table`: change the tables in the code, then run it. -->

Each line is one JSON object, and the whole message of its log record. It begins with
`{{"{MARK}":{SCHEMA},"event":`. In Application Insights read it so:

```kusto
traces
| where message startswith '{{"{MARK}":{SCHEMA},'
| extend line = parse_json(message)
| where tostring(line.requestId) == 'the request id'
| project timestamp, event = tostring(line.event), phase = tostring(line.phase), line
| order by timestamp asc
```

A line has at most {LINE_BYTES_MAX // 1024} KB. Texts in it are cut, and lose their secrets
([security](security.md)). A field whose value is not known is left out. Fields are added and never
renamed, while the number after `{MARK}` is {SCHEMA}. A line may be written twice, when a function
runs again: count requests, not lines.
"""


def fields_of(kind: type[msgspec.Struct]) -> Iterator[tuple[str, str, str]]:
    """Return each field's name in JSON, its type, and its meaning."""
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        if get_origin(hints[field.name]) is Annotated:
            inner, meta = get_args(hints[field.name])
            yield field.encode_name, _type_of(inner), meta.description


def _type_of(inner: Any) -> str:
    if get_origin(inner) in (Union, types.UnionType):
        named = [_type_of(each) for each in get_args(inner) if each is not type(None)]
        return " or ".join(named)
    if get_origin(inner) is tuple:
        return "list of texts"
    return {int: "number", float: "number", bool: "true or false"}.get(inner, "text")


def document() -> str:
    """Return the whole document of today."""
    events = [
        (f"`{name}`", logging.getLevelName(row.level), row.meaning, _listed(row.fields))
        for name, row in EVENTS.items()
    ]
    anyones = [(f"`{name}`", *rest) for name, *rest in fields_of(LogContext)]
    own = [(f"`{name}`", *rest) for name, *rest in fields_of(LogLine) if name != "event"]
    columns = ("field", "type", "it is")
    return "\n".join(
        [
            _HEAD,
            _table("Lines", ("`event`", "level", "it says", "fields"), events),
            _table("Fields of any line", columns, anyones),
            _table("Fields of some lines", columns, own),
        ]
    )


def _listed(fields: tuple[str, ...]) -> str:
    return ", ".join(f"`{field}`" for field in fields)


def _table(heading: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (columns, ("---",) * len(columns), *rows)]
    return "\n".join([f"## {heading}", "", *lines, ""])


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
