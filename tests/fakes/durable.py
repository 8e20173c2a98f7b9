"""The durable client, as far as the app's triggers use it, in memory."""

from typing import Any

import azure.durable_functions as df


class FakeStatus:
    """An instance's status; falsy when there is none, as the SDK's is."""

    def __init__(self, exists: bool, custom_status: Any = None, runtime: Any = None) -> None:
        self._exists = exists
        self.custom_status = custom_status
        self.runtime_status = runtime if exists else None

    def __bool__(self) -> bool:
        return self._exists


class FakeDurableClient:
    """Keeps what was started and raised; `refuses` makes every start fail as a race does,
    `raises` every event as an instance does that is gone."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, Any]] = {}
        self.raised: list[tuple[str, str]] = []
        self.terminated: list[tuple[str, str]] = []
        self.custom: dict[str, Any] = {}
        self.runtime: dict[str, Any] = {}
        self.refuses: str | None = None
        self.raises: str | None = None

    async def get_status(self, instance_id: str) -> FakeStatus:
        """Return an instance's status."""
        return FakeStatus(
            instance_id in self.started,
            self.custom.get(instance_id),
            self.runtime.get(instance_id, df.OrchestrationRuntimeStatus.Running),
        )

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        """Start an instance."""
        if self.refuses:
            raise Exception(self.refuses)
        self.started[instance_id] = (name, client_input)
        self.runtime.pop(instance_id, None)
        return instance_id

    async def terminate(self, instance_id: str, reason: str) -> None:
        """Terminate an instance; without one the SDK raises this."""
        if instance_id not in self.started:
            raise Exception(f"No instance with ID {instance_id} found.")
        self.terminated.append((instance_id, reason))
        self.runtime[instance_id] = df.OrchestrationRuntimeStatus.Terminated

    async def raise_event(self, instance_id: str, event_name: str, event_data: Any) -> None:
        """Raise an event; without an instance the SDK raises this."""
        del event_data
        if self.raises:
            raise Exception(self.raises)
        self.raised.append((instance_id, event_name))
