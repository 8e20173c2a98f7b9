"""What the app's log tells of a ledger entry: the lines that are built of nothing else."""

from restore.messages.ledger_entry import LedgerEntry
from restore.messages.log_line import LogContext


def about(entry: LedgerEntry) -> LogContext:
    """Return what a line about this entry is about."""
    return LogContext(
        request_id=entry.request_id,
        vm=entry.request.get("sourceResourceId"),
        vault=entry.item.vault_id if entry.item else entry.request.get("vaultId"),
        job=entry.job_id,
        revival=entry.revivals or None,
    )
