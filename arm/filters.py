"""The `$filter` texts that Azure Backup understands: its own small language."""

from datetime import datetime, timedelta
from urllib.parse import quote

VMS = "backupManagementType eq 'AzureIaasVM' and itemType eq 'VM'"

_RESTORES = "backupManagementType eq 'AzureIaasVM' and operation eq 'Restore'"
# The list wants both ends of a time span; nobody looks for a job that began a month too late.
_JOBS_SPAN = timedelta(days=30)


def versioned(api_version: str, where: str | None = None) -> str:
    """The query of a list: its api-version, and its filter percent-encoded."""
    query = f"api-version={api_version}"
    return query + (f"&$filter={quote(where, safe='')}" if where else "")


def restores(first: datetime | None) -> str:
    """Restore jobs of VMs that began at that time or later."""
    if first is None:
        return _RESTORES
    until = first + _JOBS_SPAN
    return f"{_RESTORES} and startTime eq '{_text(first)}' and endTime eq '{_text(until)}'"


def _text(time: datetime) -> str:
    """A filter's date: UTC, twelve hours, whatever this machine's language is."""
    half = "AM" if time.hour < 12 else "PM"
    return f"{time:%Y-%m-%d} {time.hour % 12 or 12:02}:{time:%M:%S} {half}"
