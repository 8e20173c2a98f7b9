"""What a restore that an alert asked for must pass besides: the switch that stops all of them, and
the approval that its rule wants.

Asked where a restore is judged, and right before it is sent: so whoever throws the switch is obeyed
by all that is not in Azure yet. Those who asked by HTTP or by the queue pass.
"""

from restore.messages.errors import PolicyRefused
from restore.messages.ledger_entry import LedgerEntry
from restore.policy.judging import Allowed
from restore.settings import Settings
from restore.values.times import stamp
from storage import alert_switch
from storage.documents import Documents

ASKER = "alert"


def why_stopped(documents: Documents, settings: Settings) -> str | None:
    """Say why no alert may restore anything; None: they may. Raises ServiceUnavailable."""
    if settings.restore_alerts_stopped:
        return "The setting RESTORE_ALERTS_STOPPED stops all restores that alerts ask for."
    stopped = alert_switch.read(documents)
    if stopped is None:
        return None
    who = stopped.by or "Somebody unknown"
    return f"{who} stopped all restores that alerts ask for, at {stamp(stopped.at)}."


def require_running(documents: Documents, settings: Settings, entry: LedgerEntry) -> None:
    """Refuse what an alert asked for while the switch is thrown. Raises PolicyRefused."""
    if entry.source != ASKER:
        return
    why = why_stopped(documents, settings)
    if why is not None:
        raise PolicyRefused(why, code="AlertsStopped", doing="look whether alerts may restore")


def with_approval(allowed: Allowed, entry: LedgerEntry) -> Allowed:
    """Return what the policy allows, with the approval that the alert's own rule wants."""
    wants_one = entry.alerted is not None and entry.alerted.approval
    return allowed._replace(approval=True) if wants_one else allowed
