"""The app's own triggers in front of a harness: requests come in by HTTP and by the queue."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, cast
from unittest.mock import patch

import azure.durable_functions as df
import azure.functions as func

from devhost.engine import purge
from restore.messages.model import Caller, Outcome
from restore.settings import Settings
from tests.fakes import callers
from tests.fakes.app_harness import AppHarness
from triggers import (
    adopting,
    answers,
    approvals,
    events,
    poison,
    put_back,
    queue,
    rejections,
    restores,
    starter,
)


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    body: Any


class _Status:
    """An instance's status, as far as the triggers look at it."""

    def __init__(self, row: Any) -> None:
        self._row = row
        self.custom_status = json.loads(row.custom_status_text or "null") if row else None
        self.runtime_status = df.OrchestrationRuntimeStatus(row.runtime_status) if row else None

    def __bool__(self) -> bool:
        return self._row is not None


class EngineClient:
    """The durable client, on the harness's engine."""

    def __init__(self, harness: AppHarness) -> None:
        self._engine = harness.driver.client

    async def get_status(self, instance_id: str) -> _Status:
        return _Status(self._engine.get(instance_id))

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        self._engine.start_new(name, json.dumps(json.dumps(client_input)), instance_id)
        return instance_id

    async def purge_instance_history(self, instance_id: str) -> None:
        purge.purge(self._engine, instance_id)

    async def terminate(self, instance_id: str, reason: str) -> None:
        if self._engine.get(instance_id) is None:
            raise Exception(f"No instance with ID {instance_id} found.")
        self._engine.terminate(instance_id, reason)

    async def raise_event(self, instance_id: str, event_name: str, event_data: Any) -> None:
        if self._engine.get(instance_id) is None:
            raise Exception(f"No instance with ID {instance_id} found.")
        self._engine.raise_event(instance_id, event_name, json.dumps(json.dumps(event_data)))


class FrontDoor:
    """Calls the shipped handlers, one at a time; they know the harness's time."""

    def __init__(self, harness: AppHarness, settings: Settings | None = None) -> None:
        self._harness = harness
        self._settings = settings or Settings(website_auth_enabled=True)

    def ask(self, fields: dict[str, Any], who: Caller | str | None = None) -> Reply:
        """POST /restores."""
        return self._call("restores", "POST", fields, who=who)

    def post(self, body: bytes) -> Reply:
        """POST /restores with whatever somebody sends."""
        return self._call("restores", "POST", body)

    def show(self, request_id: str) -> Reply:
        """GET /restores/{id}."""
        return self._call("show", "GET", None, request_id)

    def event_data(self, event_id: str) -> Reply:
        """GET /events/{id}/data."""
        return self._call("event", "GET", None, event_id)

    def cancel(self, request_id: str) -> Reply:
        """POST /restores/{id}/cancel."""
        return self._call("cancel", "POST", None, request_id)

    def decide(
        self,
        request_id: str,
        decision: str,
        who: Caller | str | None = "bob@example.com",
        reason: str = "because",
    ) -> Reply:
        """POST /restores/{id}/approval."""
        body = {"decision": decision, "reason": reason}
        return self._call("approval", "POST", body, request_id, who)

    def drop(self, fields: dict[str, Any], message_id: str = "m1") -> None:
        """Put a message on the queue, and let it be taken."""
        self.take(json.dumps(fields).encode(), message_id)

    def take(self, body: bytes, message_id: str = "m1") -> None:
        """Put whatever somebody sends on the queue, and let it be taken."""
        message = func.QueueMessage(id=message_id, body=body)
        client = cast("Any", EngineClient(self._harness))
        with self._time():
            asyncio.run(queue._take(message, client, self._settings))

    def poison(self, body: bytes, message_id: str = "p1") -> str:
        """Put a message on the poison queue, and let it be taken; return its rejection's id."""
        with self._time():
            asyncio.run(poison.take(func.QueueMessage(id=message_id, body=body)))
        names = [name for name in self._harness.documents.kept if name.endswith(f"-{message_id}")]
        return names[-1].partition("/")[2]

    def adopt(self, fields: dict[str, Any], who: Caller | str | None = None) -> Reply:
        """POST /restores/adopt: whoever asked waits a minute for the answer."""

        async def wait(client: Any, instance_id: str) -> Outcome | None:
            del client
            self._harness.run_for(60)
            row = self._harness.driver.client.get(instance_id)
            text = row.output_text if row is not None else None
            return Outcome.from_json(json.loads(text)) if text else None

        with patch.object(answers, "wait", wait):
            return self._call("adopt", "POST", fields, who=who)

    def rejection(self, rejection_id: str) -> Reply:
        """GET /rejections/{id}."""
        return self._call("rejection", "GET", None, rejection_id)

    def put_back(self, rejection_id: str, who: Caller | str | None = None) -> Reply:
        """POST /rejections/{id}/put-back."""
        return self._call("put back", "POST", None, rejection_id, who)

    def _call(
        self,
        what: str,
        method: str,
        body: Any,
        request_id: str = "",
        who: Caller | str | None = None,
    ) -> Reply:
        headers = {"prefer": "respond-async"} | callers.headers(who)
        request = func.HttpRequest(
            method,
            "/api",
            headers=headers,
            route_params={"id": request_id},
            body=body if isinstance(body, bytes) else _written(body),
        )
        client = cast("Any", EngineClient(self._harness))
        handlers = {
            "restores": lambda: restores.start(request, client, self._settings),
            "show": lambda: restores.show(request, client, self._settings),
            "event": lambda: events.show_data(request),
            "cancel": lambda: restores.cancel(request, client, self._settings),
            "adopt": lambda: adopting.adopt(request, client, self._settings),
            "rejection": lambda: rejections.show(request),
            "put back": lambda: put_back.put_back(request, client, self._settings),
            "approval": lambda: approvals.decide(request, client, self._settings),
        }
        with self._time():
            reply = asyncio.run(handlers[what]())
        return Reply(reply.status_code, json.loads(reply.get_body()))

    @contextmanager
    def _time(self) -> Iterator[None]:
        clock = self._harness.clock

        class Datetime:
            """What the triggers use of datetime."""

            @staticmethod
            def now(zone: Any) -> datetime:
                return clock.now().astimezone(zone)

        with (
            patch.object(approvals, "datetime", Datetime),
            patch.object(starter, "datetime", Datetime),
            patch.object(queue, "datetime", Datetime),
            patch.object(poison, "datetime", Datetime),
            patch.object(put_back, "datetime", Datetime),
        ):
            yield


def _written(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()
