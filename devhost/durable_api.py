"""The HTTP API of the Durable extension over the embedded engine: webhooks and RPC base alike.

`DurableApi` is an `Engine` (engine/seam.py). Who owns the ports is http_server.py; how a reply
looks is durable_payloads.py.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from devhost.durable_paging import id_of, token_of
from devhost.durable_payloads import (
    client_binding,
    empty,
    not_json,
    refused,
    reply,
    started,
    status,
)
from devhost.durable_request import DurableCall
from devhost.engine.seam import (
    FINISHED,
    AlreadyExists,
    AlreadyFinished,
    DurableReply,
    DurableRequest,
    HistoryUnreadable,
    Orchestrations,
    UnknownInstance,
    WrongState,
)

_INVALID_OPERATION = "System.InvalidOperationException"
_ALREADY_EXISTS = "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException"
_WRONG = "Something went wrong while processing your request"
_INCORRECT = "One or more of the arguments submitted is incorrect"
_TOKEN = "x-ms-continuation-token"
_PAGE = 100


class RunningOrchestrations(Orchestrations, Protocol):
    """An embedded engine as the host holds it."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class DurableApi:
    """An embedded engine with the extension's HTTP API in front of it."""

    def __init__(
        self,
        engine: RunningOrchestrations,
        *,
        hub: str,
        origins: Callable[[], tuple[str, str]],
    ) -> None:
        self._engine = engine
        self._hub = hub
        self._origins = origins
        """Origins of webhooks and RPC base, known once the servers listen."""

    async def start(self) -> None:
        await self._engine.start()

    async def stop(self) -> None:
        await self._engine.stop()

    def client_binding(self) -> str:
        webhooks, rpc = self._origins()
        return client_binding(webhooks, rpc, self._hub)

    async def handle(self, request: DurableRequest) -> DurableReply:
        """Answer one request below `/durabletask`."""
        call = DurableCall(request)
        if request.method == "POST":
            return await self._post(call)
        match (request.method, *call.parts):
            case ("GET", "instances"):
                return self._list(call)
            case ("DELETE", "instances"):
                return self._purge_by(call)
            case ("GET", "instances", instance_id):
                return self._status(call, instance_id)
            case ("DELETE", "instances", instance_id):
                return self._purge(instance_id)
        return empty(404)

    async def _post(self, call: DurableCall) -> DurableReply:
        match call.parts:
            case ("orchestrators", name):
                return await self._start(call, name, None)
            case ("orchestrators", name, instance_id):
                return await self._start(call, name, instance_id)
            case ("instances", instance_id, "raiseEvent", event):
                return self._raise_event(call, instance_id, event)
            case ("instances", instance_id, "restart"):
                return await self._restart(call, instance_id)
            case ("instances", instance_id, "rewind"):
                return self._rewind(call, instance_id)
            case ("instances", instance_id, "terminate" | "suspend" | "resume" as verb):
                return self._change(call, instance_id, verb)
        return empty(404)

    async def _start(self, call: DurableCall, name: str, instance_id: str | None) -> DurableReply:
        if call.text and (complaint := not_json(call.text)):
            return complaint
        try:
            version = call.query.get("version")
            chosen = self._engine.start_new(name, call.text or None, instance_id, version)
        except AlreadyExists as error:
            return refused(409, str(error))
        return await self._started(call, chosen)

    async def _restart(self, call: DurableCall, instance_id: str) -> DurableReply:
        try:
            new_id = call.flag("restartWithNewInstanceId", default=True)
            chosen = self._engine.restart(instance_id, new_id=new_id)
        except UnknownInstance:
            message = "InstanceId does not match a valid orchestration instance."
            kind = "System.ArgumentException"
            unknown = f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')"
            return refused(400, message, kind=kind, exception=unknown)
        except AlreadyExists as error:
            message = "A non-terminal instance with this instance ID already exists."
            return refused(409, message, kind=_ALREADY_EXISTS, exception=str(error))
        return await self._started(call, chosen)

    async def _started(self, call: DurableCall, instance_id: str) -> DurableReply:
        """The links at once, or, when the client waits, what came of it in time."""
        timeout_s, interval_s = call.number("timeout"), call.number("pollingInterval")
        if timeout_s is None or interval_s is None:
            return started(call.url, self._hub, instance_id)
        if timeout_s < interval_s:
            complaint = f"Total timeout {timeout_s:g} should be bigger than retry timeout"
            return refused(400, f"{complaint} {interval_s:g}")
        give_up = time.monotonic() + timeout_s
        while True:
            row = self._engine.get(instance_id)
            if row is not None and row.runtime_status in FINISHED:
                shown = status(row, show_input=True)
                return reply(200, shown["output"] if row.runtime_status == "Completed" else shown)
            left = give_up - time.monotonic()
            if left <= 0:
                return started(call.url, self._hub, instance_id)
            await asyncio.sleep(min(max(interval_s, 0.05), left))

    def _status(self, call: DurableCall, instance_id: str) -> DurableReply:
        row = self._engine.get(instance_id)
        if row is None:
            return empty(404)
        show_input = call.flag("showInput", default=True)
        body = status(row, show_input=show_input)
        if call.flag("showHistory") and row.runtime_status != "Pending":
            show_output = call.flag("showHistoryOutput")
            try:
                body["historyEvents"] = self._engine.history(
                    instance_id, show_input=show_input, show_output=show_output
                )
            except HistoryUnreadable as error:
                kind = "System.ArgumentException"
                return refused(400, _INCORRECT, kind=kind, exception=str(error))
        if row.runtime_status not in FINISHED:
            return reply(202, body, {"Location": call.url, "Retry-After": "5"})
        wants_500 = call.flag("returnInternalServerErrorOnFailure")
        return reply(500 if wants_500 and row.runtime_status == "Failed" else 200, body)

    def _list(self, call: DurableCall) -> DurableReply:
        rows, first_of_next = self._engine.query(
            statuses=call.statuses(),
            created_from=call.moment("createdTimeFrom"),
            created_to=call.moment("createdTimeTo"),
            id_prefix=call.query.get("instanceidprefix", ""),
            top=call.whole("top", _PAGE),
            continuation=id_of(call.headers.get(_TOKEN, "")),
        )
        show_input = call.flag("showInput", default=True)
        body = [status(row, show_input=show_input) for row in rows]
        return reply(200, body, {_TOKEN: token_of(first_of_next)})

    def _raise_event(self, call: DurableCall, instance_id: str, event: str) -> DurableReply:
        row = self._engine.get(instance_id)
        if row is None:
            return empty(404)
        if row.runtime_status in FINISHED:
            return empty(410)
        media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return refused(400, "Only application/json request content is supported")
        if complaint := not_json(call.text):
            return complaint
        return _quietly(lambda: self._engine.raise_event(instance_id, event, call.text))

    def _change(self, call: DurableCall, instance_id: str, verb: str) -> DurableReply:
        change = {
            "terminate": self._engine.terminate,
            "suspend": self._engine.suspend,
            "resume": self._engine.resume,
        }[verb]
        return _quietly(lambda: change(instance_id, call.query.get("reason")))

    def _rewind(self, call: DurableCall, instance_id: str) -> DurableReply:
        try:
            self._engine.rewind(instance_id, call.query.get("reason"))
        except UnknownInstance:
            # The dollar sign is the extension's.
            return reply(404, f'No orchestration with instance ID "${instance_id}" found.')
        except WrongState as error:
            return reply(412, str(error))
        return empty(202)

    def _purge(self, instance_id: str) -> DurableReply:
        try:
            purged = self._engine.purge(instance_id)
        except WrongState as error:
            return reply(412, str(error))
        return reply(200, {"instancesDeleted": 1}) if purged else empty(404)

    def _purge_by(self, call: DurableCall) -> DurableReply:
        created_from = call.moment("createdTimeFrom")
        if created_from is None:
            return reply(400, "Please provide value for 'createdTimeFrom' parameter.")
        count = self._engine.purge_by(created_from, call.moment("createdTimeTo"), call.statuses())
        return reply(200, {"instancesDeleted": count}) if count else empty(404)


def _quietly(change: Callable[[], None]) -> DurableReply:
    """202, or the empty replies of an instance that is unknown or finished."""
    try:
        change()
    except UnknownInstance:
        return empty(404)
    except AlreadyFinished:
        return empty(410)
    except WrongState as error:
        return refused(500, _WRONG, kind=_INVALID_OPERATION, exception=str(error))
    return empty(202)
