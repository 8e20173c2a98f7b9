"""The app's triggers for alerts in front of a harness: by HTTP, by the queue, and by people."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, cast
from unittest.mock import patch

import azure.functions as func

from restore.messages.model import Outcome
from restore.settings import Settings
from tests.fakes import callers, messages
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import EngineClient, Reply
from triggers import alert_decisions, alert_queue, alert_views, alerts, answers

_PATIENCE_S = 20.0


class AlertDoor:
    """Calls the shipped handlers, one at a time; they know the harness's time."""

    def __init__(self, harness: AppHarness, settings: Settings | None = None) -> None:
        self._harness = harness
        self.settings = settings or Settings(
            website_auth_enabled=True, restore_rules=harness.restore_rules
        )

    def post(
        self,
        alert: Any,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        **params: str,
    ) -> Reply:
        """POST /alerts, or OPTIONS."""
        request = self._request("alerts", alert, headers, params, method=method)
        client = cast("Any", EngineClient(self._harness))
        return self._answer(alerts.receive(request, client, self.settings))

    def drop(self, alert: Any, message_id: str = "m1", age_s: float = 0) -> None:
        """Put a message on the queue `restore-alerts`, and let it be taken."""
        at = datetime.fromtimestamp(
            self._harness.clock.now().timestamp() - age_s, self._harness.clock.now().tzinfo
        )
        message = messages.message(_written(alert), message_id, at)
        client = cast("Any", EngineClient(self._harness))
        with self._inside():
            asyncio.run(alert_queue._take(message, client, self.settings))

    def show(self, alert_id: str) -> Reply:
        """GET /alerts/{id}."""
        request = self._request("alerts/x", None, route=alert_id)
        return self._answer(alert_views.show(request))

    def list(self, **params: str) -> Reply:
        """GET /alerts."""
        request = self._request("alerts", None, params=params)
        return self._answer(alert_views.show_page(request, self.settings))

    def holds(self) -> Reply:
        """GET /holds."""
        return self._answer(alert_views.show_holds(self._request("holds", None)))

    def decide(self, rule: str, body: Any, who: str | None = "bob") -> Reply:
        """POST /holds/{id}/decision."""
        request = self._request(
            "holds/x/decision", body, callers.headers(who), route=rule, method="POST"
        )
        client = cast("Any", EngineClient(self._harness))
        return self._answer(alert_decisions.decide(request, client, self.settings))

    def stop(self, reason: str = "a storm", who: str | None = "bob") -> Reply:
        """POST /alerts/stop."""
        request = self._request("alerts/stop", {"reason": reason}, callers.headers(who))
        return self._answer(alert_decisions.stop(request, self.settings))

    def resume(self, reason: str = "it is over") -> Reply:
        """POST /alerts/resume."""
        request = self._request("alerts/resume", {"reason": reason})
        return self._answer(alert_decisions.resume(request, self.settings))

    def _request(
        self,
        path: str,
        body: Any,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        *,
        route: str = "",
        method: str = "GET",
    ) -> func.HttpRequest:
        return func.HttpRequest(
            method,
            f"http://x/api/{path}",
            headers=dict(headers or {}),
            params=dict(params or {}),
            route_params={"id": route},
            body=_written(body),
        )

    def _answer(self, handler: Any) -> Reply:
        with self._inside():
            reply = asyncio.run(handler)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(reply.status_code, json.loads(reply.get_body()) | {"headers": headers})

    @contextmanager
    def _inside(self) -> Iterator[None]:
        clock, harness = self._harness.clock, self._harness

        class Datetime:
            """What the triggers use of datetime."""

            @staticmethod
            def now(zone: Any) -> datetime:
                return clock.now().astimezone(zone)

        async def wait(client: Any, instance_id: str, wait_s: float = _PATIENCE_S) -> Any:
            del client
            await asyncio.to_thread(harness.run_for, wait_s)
            row = harness.driver.client.get(instance_id)
            if row is None or row.runtime_status != "Completed":
                return None
            return Outcome.from_json(json.loads(row.output_text or "null"))

        with ExitStack() as stack:
            for module in (alerts, alert_queue, alert_decisions):
                stack.enter_context(patch.object(module, "datetime", Datetime))
            stack.enter_context(patch.object(answers, "wait", wait))
            yield


def _written(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()
