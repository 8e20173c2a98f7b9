"""Read the job once. One that Azure does not show yet is no error: it may just have begun.

Now and then the read also sees to wishes to cancel, should whoever passes them on have been ended.
A job that was to create a VM and ended with warnings does not say by its status whether the VM came
to be: then the VM is read as well, once, where the app's identity may.
"""

from typing import Any

import msgspec

from activities import activity_result, cancelling
from arm import connection as arm_connection
from arm import log
from restore.messages.errors import NotFound, RestoreError, TemporaryError
from restore.messages.log_line import LogLine
from restore.messages.model import JobSnapshot
from restore.messages.watch_io import ReadJob
from restore.result import verdicts
from storage import connection


def read_job(order: dict[str, Any]) -> dict[str, Any]:
    """Input: ReadJob. Done with a JobSnapshot, or with null while the job is not to be seen."""
    return activity_result.outcome(order, lambda order: _read(ReadJob.from_json(order)))


def _read(order: ReadJob) -> JobSnapshot | None:
    if order.cancels is not None:
        _see_to_cancel(order.cancels)
    try:
        snapshot = arm_connection.backup().read_job(order.vault_id, order.job_id)
    except NotFound:
        return None
    if order.target_vm_id is None or not verdicts.must_see_vm(snapshot):
        return snapshot
    has_target_vm = _has_target(order.target_vm_id, snapshot)
    return msgspec.structs.replace(snapshot, has_target_vm=has_target_vm)


def _has_target(vm_id: str, snapshot: JobSnapshot) -> bool | None:
    try:
        return arm_connection.backup().vms.has_new(vm_id, snapshot.start_time)
    except RestoreError as error:
        text = f"Whether the VM was created could not be seen: {error}"
        log.write(LogLine(event="remark", text=text))
        return None


def _see_to_cancel(request_id: str) -> None:
    ledger = connection.ledger()
    try:
        held = ledger.read(request_id)
        if held is not None:
            cancelling.ask(ledger, held)
    except TemporaryError as error:  # no reason not to look
        text = f"Whether it must be cancelled is seen to later: {error}"
        log.write(LogLine(event="remark", text=text))
