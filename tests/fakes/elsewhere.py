"""Somebody begins a restore in the portal: the simulated Azure has a job that no app asked for."""

from typing import Any

from simulated_azure.names import key
from simulated_azure.parts import JobError
from simulated_azure.simulator import Simulator
from simulated_azure.state import JobRecord

_WRONG = JobError(code=400001, title="It went wrong", text="So it did.")


def begin(
    simulator: Simulator, vm_id: str, vault_id: str, job_id: str, kind: str, **more: Any
) -> JobRecord | None:
    """Begin a job from the VM's newest point; None where there is nothing to restore. `more`:
    request (the body's properties), duration_s, outcome."""
    item = simulator.state.vaults[key(vault_id)].items.get(key(vm_id))
    if item is None or not item.points:
        return None
    point = max(item.points.values(), key=lambda each: each.time)
    outcome = more.pop("outcome", "Completed")
    record = JobRecord(
        id=job_id,
        operation_id=f"operation-of-{job_id}",
        activity_id=f"activity-of-{job_id}",
        vault_id=vault_id,
        vm_id=vm_id,
        point=point.name,
        recovery_type=kind,
        request=more.pop("request", {}),
        start=simulator.clock.now(),
        duration_s=more.pop("duration_s", 600),
        transfer_share=0.5,
        outcome=outcome,
        error=None if outcome == "Completed" else _WRONG,
        cancel_s=10,
    )
    simulator.state.job_records[job_id] = record
    return record
