"""What orchestrators and activities of plans and of lists of points say to each other, and what a
plan finds.

Plain JSON on the wire, read strictly: a history kept by an older version is either understood or
refused, never half understood.
"""

from datetime import datetime
from typing import Any, Literal

from restore.messages.model import Choice, ProtectedItem
from restore.messages.request import RestoreRequest
from restore.values.structs import Model, StrictModel

Severity = Literal["blocking", "warning", "info"]


class Finding(Model, frozen=True, kw_only=True):
    """One thing to know before the restore is asked for."""

    severity: Severity
    """blocking: the restore would be refused. warning: it may fail, or do what is not meant."""
    code: str
    text: str
    action: str = ""
    path: str | None = None
    """The request's field, if it is one that decides it."""


class ShowPoints(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator show_recovery_points, sent by a trigger."""

    source_resource_id: str
    vault_id: str | None = None
    incident_at: datetime | None = None
    continuation_token: str | None = None
    traceparent: str | None = None


class ListPoints(StrictModel, frozen=True, kw_only=True):
    """Input of list_recovery_points, answered by one page, the total and the choice."""

    item: ProtectedItem
    incident_at: datetime | None = None
    continuation_token: str | None = None


class MakePlan(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator plan_restore, sent by a trigger."""

    request: RestoreRequest
    source: str
    revival: int = 0
    """How often it was started before."""
    traceparent: str | None = None
    """W3C trace context of the call that asked for it."""


class RunPreflight(StrictModel, frozen=True, kw_only=True):
    """Input of preflight_restore."""

    request: RestoreRequest
    item: ProtectedItem
    source: str


class PreflightResult(StrictModel, frozen=True, kw_only=True):
    """Output of preflight_restore: the choice, and what is known before Azure is asked."""

    choice: Choice
    findings: tuple[Finding, ...]
    body: dict[str, Any] | None = None
    plan_hash: str | None = None


class StartValidation(StrictModel, frozen=True, kw_only=True):
    """Input of start_validation, answered by `{operationId, retryAfterS}`."""

    item: ProtectedItem
    point: str
    body: dict[str, Any]


class ReadValidation(StrictModel, frozen=True, kw_only=True):
    """Input of read_validation, answered by `{findings}`."""

    vault_id: str
    operation_id: str
