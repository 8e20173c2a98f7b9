"""A job's extendedInfo -> its tasks and what came out of it. Pure, like arm_json.py.

The property bag's names are display text, and which of them a job has differs by recovery type and
over the years: those that are known become fields, the others are kept by Azure's own names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from arm import texts
from restore.messages.job_details import (
    DONE_TASKS,
    FAILED_TASKS,
    JobRecoveryType,
    JobTask,
    RestoreOutput,
)

_RECOVERY_TYPES: dict[str, JobRecoveryType] = {kind: kind for kind in get_args(JobRecoveryType)}
_TASKS_MAX = 20
_STATUSES = ("NotStarted", "InProgress", "Skipped", *DONE_TASKS, *FAILED_TASKS)
_ENTRIES_MAX = 20
_NAME_CHARS_MAX = 60
_VALUE_CHARS_MAX = 400
_FIELDS = {
    "target vm name": "target_vm",
    "target resource group": "resource_group",
    "target subscription id": "subscription",
    "target storage account name": "storage_account",
    "config blob container name": "container",
    "target blob container name": "container",
    "template blob uri": "template_uri",
    "config blob uri": "config_uri",
}
"""Azure's tutorial "Restore a disk" and its PowerShell page, and recorded jobs (November 2026)."""


def tasks(extended: Mapping[str, Any]) -> tuple[JobTask, ...]:
    """The job's tasks, in its own order."""
    listed = extended.get("tasksList")
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return tuple(
        JobTask(
            name=texts.free(each.get("taskId"), _VALUE_CHARS_MAX),
            status=texts.one_of(each.get("status"), _STATUSES) or "",
        )
        for each in found[:_TASKS_MAX]
    )


def recovery_type(extended: Mapping[str, Any]) -> JobRecoveryType | None:
    """The recovery type as the service itself notes it, in English and undocumented (recorded jobs,
    November 2026); None where it is another word, or missing."""
    bag = extended.get("internalPropertyBag")
    said = bag.get("restoreLocationType") if isinstance(bag, dict) else None
    return _RECOVERY_TYPES.get(said) if isinstance(said, str) else None


def output(extended: Mapping[str, Any]) -> RestoreOutput | None:
    """What came out of the job; None where it says nothing of it."""
    bag = extended.get("propertyBag")
    fields: dict[str, str] = {}
    more: dict[str, str] = {}
    for name, value in bag.items() if isinstance(bag, dict) else ():
        shown = _shown(value)
        field = _FIELDS.get(name.strip().lower(), "")
        if shown and field and field not in fields:
            fields[field] = shown
        elif shown:
            more[texts.free(name.strip(), _NAME_CHARS_MAX)] = shown
    kept = dict([*more.items()][:_ENTRIES_MAX])
    return RestoreOutput(**fields, more=kept) if fields or more else None


def _shown(value: object) -> str:
    """The value; of a URL what leads to it, for a query may hold a signature."""
    url = re.match(r"(?i)\s*https?:[^?#]*", value) if isinstance(value, str) else None
    return texts.free(url[0] if url else value, _VALUE_CHARS_MAX)
