"""The seam between the host and what runs its orchestrations.

Two things stand behind `Engine`: the embedded engine of this package, and a running durable-engine
that devhost only plays worker and triggers for. The seam speaks HTTP in plain values, because that
is all the second one offers. `EmbeddedEngine` itself (embedded.py) has no HTTP: it offers the
Python API `Orchestrations` below, and `devhost/durable_api.py` wraps that into an `Engine`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

FINISHED = frozenset({"Completed", "Failed", "Terminated", "Canceled"})
"""Statuses that an instance leaves only by a new start, a restart or a rewind."""


@dataclass(frozen=True)
class DurableRequest:
    """A request below `/durabletask`, whichever port it came in by."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class DurableReply:
    """What the caller gets, byte for byte."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Engine(Protocol):
    """What the host needs of an engine."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def client_binding(self) -> str:
        """The JSON that a durableClient binding hands to a function."""
        ...

    async def handle(self, request: DurableRequest) -> DurableReply: ...


@dataclass(frozen=True)
class InstanceRow:
    """One instance as the status shows it; the texts are as stored, parsed by nobody yet.

    `input_text` is JSON. `output_text` is JSON for a Completed instance and may be a bare
    sentence (failure, terminate, suspend and resume reasons) otherwise.
    """

    instance_id: str
    name: str
    runtime_status: str
    input_text: str | None
    output_text: str | None
    custom_status_text: str | None
    created: datetime
    last_updated: datetime
    execution_id: str
    generation: int | None
    parent_id: str | None
    """None when a client started it."""


class EngineError(Exception):
    """The engine refuses what a client asked; str() is the text that the real one answers."""


class AlreadyExists(EngineError):
    """Start or restart of an id that is Pending, Running or Suspended (HTTP 409)."""

    def __init__(self, status: str) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")
        self.status = status


class UnknownInstance(EngineError):
    """No instance has this id (HTTP 404; restart 400)."""

    def __init__(self, instance_id: str) -> None:
        super().__init__(f"No instance with ID {instance_id} was found.")
        self.instance_id = instance_id


class AlreadyFinished(EngineError):
    """The instance is Completed, Failed, Terminated or Canceled (HTTP 410, empty body)."""

    def __init__(self, status: str) -> None:
        super().__init__(f"The instance is {status}.")
        self.status = status


class WrongState(EngineError):
    """The instance's state does not allow it: suspend or resume (500), purge, rewind (412)."""


class HistoryUnreadable(EngineError):
    """The history has two rows for one task id, which showHistory cannot fold (HTTP 400)."""


class Orchestrations(Protocol):
    """The Python API of the embedded engine; callable from any thread, returns at once.

    Input and payload texts are JSON as the client posted them; None is "no body".
    """

    def start_new(
        self,
        name: str,
        input_text: str | None = None,
        instance_id: str | None = None,
        version: str | None = None,
    ) -> str:
        """Start an instance; AlreadyExists when the id is unfinished, a finished one restarts.

        ValueError when the input is not JSON.
        """
        ...

    def get(self, instance_id: str) -> InstanceRow | None: ...

    def history(
        self, instance_id: str, *, show_input: bool = True, show_output: bool = True
    ) -> list[dict[str, Any]]:
        """Rows in the form of showHistory; UnknownInstance, HistoryUnreadable."""
        ...

    def raw_history(self, instance_id: str) -> list[dict[str, Any]]:
        """Every event of the current generation as an orchestrator would be sent it."""
        ...

    def query(
        self,
        *,
        statuses: Sequence[str] = (),
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        id_prefix: str = "",
        top: int = 100,
        continuation: str = "",
    ) -> tuple[list[InstanceRow], str]:
        """One page ordered by id, and the first id of the next ("" on the last)."""
        ...

    def raise_event(self, instance_id: str, name: str, input_text: str | None) -> None:
        """UnknownInstance, AlreadyFinished; ValueError when the payload is not JSON."""
        ...

    def terminate(self, instance_id: str, reason: str | None) -> None:
        """UnknownInstance, AlreadyFinished."""
        ...

    def suspend(self, instance_id: str, reason: str | None) -> None:
        """UnknownInstance, AlreadyFinished, WrongState."""
        ...

    def resume(self, instance_id: str, reason: str | None) -> None:
        """UnknownInstance, AlreadyFinished, WrongState."""
        ...

    def rewind(self, instance_id: str, reason: str | None) -> None:
        """UnknownInstance, WrongState unless Failed."""
        ...

    def restart(self, instance_id: str, *, new_id: bool = True) -> str:
        """Start again with the same input; UnknownInstance, AlreadyExists."""
        ...

    def purge(self, instance_id: str) -> bool:
        """Forget a finished instance; False when unknown, WrongState when unfinished."""
        ...

    def purge_by(
        self,
        created_from: datetime,
        created_to: datetime | None = None,
        statuses: Sequence[str] = (),
    ) -> int:
        """Forget finished instances made in the window; unfinished ones are kept, with a warning.

        Of the statuses only finished ones count; none of them means all finished ones.
        """
        ...
