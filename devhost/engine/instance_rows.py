"""An instance's row as it is shown, and whether it passes a filter."""

import json
from collections.abc import Sequence
from datetime import datetime

from devhost.engine.history import (
    parent_id,
)
from devhost.engine.rendering import from_micros
from devhost.engine.seam import (
    InstanceRow,
)
from devhost.engine.store import Instance


def shown_row(row: Instance) -> InstanceRow:
    return InstanceRow(
        instance_id=row.instance_id,
        name=row.name,
        runtime_status=row.status,
        input_text=row.input_text,
        output_text=row.output_text,
        custom_status_text=row.custom_status_text,
        created=from_micros(row.created),
        last_updated=from_micros(row.updated),
        execution_id=row.execution_id,
        generation=row.generation,
        parent_id=parent_id(json.loads(row.parent) if row.parent else None),
    )


def matches(
    row: InstanceRow,
    statuses: Sequence[str],
    created_from: datetime | None,
    created_to: datetime | None,
) -> bool:
    """Whether a row passes a filter; an empty part of it lets everything through."""
    return (
        (not statuses or row.runtime_status in statuses)
        and (created_from is None or row.created >= created_from)
        and (created_to is None or row.created <= created_to)
    )
