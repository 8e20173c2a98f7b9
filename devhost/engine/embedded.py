"""EmbeddedEngine: the Python API of seam.Orchestrations over the core, driven in real time.

It has no HTTP; devhost/durable_api.py gives it that. All calls may come from any thread and
return at once: what they set going runs as soon as the driver is woken, which each call does.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from devhost.clock import Clock, RealClock
from devhost.engine import purge, rewind
from devhost.engine.client import Client
from devhost.engine.dispatcher import Core
from devhost.engine.history import shown
from devhost.engine.invoke import Runner
from devhost.engine.real import RealDriver
from devhost.engine.seam import InstanceRow
from devhost.engine.store import Store

STOP_GRACE_S = 5.0


class EmbeddedEngine:
    """One engine over one state file; ":memory:" keeps nothing."""

    def __init__(
        self,
        worker: Runner,
        state_path: str | Path = ":memory:",
        clock: Clock | None = None,
        *,
        turns_max: int = 4,
        activities_max: int = 16,
        new_guid: Callable[[], UUID] = uuid4,
    ) -> None:
        self._lock = threading.RLock()
        self._clock = clock or RealClock()
        self._store = Store(state_path)
        self._core = Core(self._store, worker, new_guid)
        self._client = Client(self._store, self._clock, new_guid)
        self._driver = RealDriver(
            self._core,
            worker,
            self._clock,
            self._lock,
            turns_max=turns_max,
            activities_max=activities_max,
        )

    async def start(self) -> None:
        """Begin to run what is due, work left over by a killed process included."""
        await self._driver.start()

    async def stop(self) -> None:
        """Stop handing out work; what is still running then counts as not run."""
        await self._driver.stop(STOP_GRACE_S)
        with self._lock:
            self._store.close()

    def start_new(
        self,
        name: str,
        input_text: str | None = None,
        instance_id: str | None = None,
        version: str | None = None,
    ) -> str:
        with self._changing():
            return self._client.start_new(name, input_text, instance_id, version)

    def get(self, instance_id: str) -> InstanceRow | None:
        with self._lock:
            return self._client.get(instance_id)

    def history(
        self, instance_id: str, *, show_input: bool = True, show_output: bool = True
    ) -> list[dict[str, Any]]:
        events = self.raw_history(instance_id)
        return shown(events, show_input=show_input, show_output=show_output)

    def raw_history(self, instance_id: str) -> list[dict[str, Any]]:
        with self._lock:
            self._client.known(instance_id)
            return self._store.history(instance_id)

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
        with self._lock:
            return self._client.query(
                statuses=statuses,
                created_from=created_from,
                created_to=created_to,
                id_prefix=id_prefix,
                top=top,
                continuation=continuation,
            )

    def raise_event(self, instance_id: str, name: str, input_text: str | None) -> None:
        with self._changing():
            self._client.raise_event(instance_id, name, input_text)

    def terminate(self, instance_id: str, reason: str | None) -> None:
        with self._changing():
            self._client.terminate(instance_id, reason)

    def suspend(self, instance_id: str, reason: str | None) -> None:
        with self._changing():
            self._client.suspend(instance_id, reason)

    def resume(self, instance_id: str, reason: str | None) -> None:
        with self._changing():
            self._client.resume(instance_id, reason)

    def rewind(self, instance_id: str, reason: str | None) -> None:
        with self._changing():
            rewind.rewind(self._client, instance_id, reason)

    def restart(self, instance_id: str, *, new_id: bool = True) -> str:
        with self._changing():
            return self._client.restart(instance_id, new_id=new_id)

    def purge(self, instance_id: str) -> bool:
        with self._lock:
            return purge.purge(self._client, instance_id)

    def purge_by(
        self,
        created_from: datetime,
        created_to: datetime | None = None,
        statuses: Sequence[str] = (),
    ) -> int:
        with self._lock:
            return purge.purge_by(self._client, created_from, created_to, statuses)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            yield
        self._driver.wake()
