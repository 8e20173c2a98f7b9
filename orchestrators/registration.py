"""Registers the orchestrators, each by its name, which is its module's and its function's.

A module is imported when its orchestrator first runs, as those of the activities are
(activities/registration.py).
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import azure.durable_functions as df

from restore.messages import names

ORCHESTRATORS = (
    names.RESTORE_VM, names.WATCH_JOB, names.VERIFY_VM, names.RETRY_ACTIVITY, names.CANCEL_JOB,
    names.SHOW_RECOVERY_POINTS, names.PLAN_RESTORE, names.ADOPT_RESTORE, names.TAKE_ALERT,
    names.RECONCILE,
)  # fmt: skip


def blueprint() -> df.Blueprint:
    """Return all orchestrators."""
    functions = df.Blueprint()
    for name in ORCHESTRATORS:
        functions.orchestration_trigger(context_name="context", orchestration=name)(_called(name))
    return functions


def _called(name: str) -> Callable[[df.DurableOrchestrationContext], Any]:
    def orchestrator(context: df.DurableOrchestrationContext) -> Any:
        return getattr(import_module(f"orchestrators.{name}"), name)(context)

    orchestrator.__name__ = orchestrator.__qualname__ = name
    return orchestrator
