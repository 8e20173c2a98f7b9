"""The simulated ARM and Azure Backup: one request in, one answer out.

Synchronous, without sockets, threads or sleeping; the time comes from the clock that it is given
and all ids from a seed, so that a run can be repeated exactly. transport.py and server.py put it
where clients can reach it, control.py lets tests and people set it up.
"""

import json
import random
import threading
import uuid
from datetime import datetime
from typing import Literal, NamedTuple, Protocol
from urllib.parse import unquote

from simulated_azure import fault_effects, versions
from simulated_azure.effects import settle
from simulated_azure.faults import Fault, FaultPlan
from simulated_azure.quota import Quotas
from simulated_azure.request_log import Entry, RequestLog
from simulated_azure.routes import ROUTES
from simulated_azure.routing import Call, Found, Target, find, split
from simulated_azure.seed import default_state
from simulated_azure.state import State
from simulated_azure.times import http_date
from simulated_azure.wire import Answer, ArmError, Reply, Request

_KINDS = {
    "backup": "vaults/backupJobs",
    "vaults": "vaults",
    "compute": "virtualMachines",
    "storage": "storageAccounts",
    "network": "virtualNetworks",
    "resources": "resourceGroups",
}


class Clock(Protocol):
    """Says what time it is, always in UTC and always aware."""

    def now(self) -> datetime: ...


class Simulator:
    """A simulated Azure with its state, its clock and its faults."""

    def __init__(self, clock: Clock, state: State | None = None, *, seed: int | None = 0) -> None:
        """Without a state it is the default one; with the seed None ids are never the same."""
        self.clock = clock
        self._lock = threading.RLock()
        self._dice = random.Random(seed)
        self.secret = self._dice.randbytes(32)
        """What poll URLs are signed with."""
        self.reset(state)

    def reset(self, state: State | None = None) -> None:
        """Start over: the given state (or the default one), no faults, an empty log."""
        with self._lock:
            self.state = state or default_state(self.clock.now())
            self.faults = FaultPlan()
            self.log = RequestLog()
            self._expired: set[str] = set()
            self._quotas = Quotas()

    def resume(self, state: State, secret: bytes) -> None:
        """Go on where another simulator was: with its state, and its poll URLs still good."""
        with self._lock:
            self.reset(state)
            self.secret = secret

    def locked(self) -> threading.RLock:
        """Held while a request is answered; who changes the state from outside takes it."""
        return self._lock

    def answer(self, request: Request) -> Answer:
        """Answer one ARM request, whatever it is, and log it."""
        with self._lock:
            target = split(request.url)
            found = find(ROUTES, request.method, target.path)
            operation = found.route.name if isinstance(found, Found) else ""
            faults = self.faults.take(request.method, unquote(target.path), operation)
            done = self._answer(request, target, found, faults)
            entry = Entry(
                number=self.log.seen + 1,
                method=request.method,
                operation=operation,
                target=target,
                body=done.body,
                answer=done.answer,
                time=self.clock.now(),
                faults=tuple(fault.kind for fault in faults),
                problems=done.problems,
            )
            self.log.add(entry)
            return done.answer

    def _answer(
        self,
        request: Request,
        target: Target,
        found: Found | Literal["method"] | None,
        faults: list[Fault],
    ) -> "_Done":
        body = _read_body(request)
        problems: tuple[str, ...] = ()
        answer = fault_effects.instead(faults, target.path)
        if answer is None:
            try:
                reply = self._handle(request, target, found, faults)
            except ArmError as error:
                reply, problems = error.reply(), error.problems
            answer = fault_effects.afterwards(faults, reply, self.clock.now())
        reply = self._with_usual_headers(request, answer.reply)
        return _Done(Answer(reply, answer.lost, answer.refused, answer.delay_s), body, problems)

    def _handle(
        self,
        request: Request,
        target: Target,
        found: Found | Literal["method"] | None,
        faults: list[Fault],
    ) -> Reply:
        now = self.clock.now()
        settle(self.state, now)
        if any(fault.kind == "expire_token" for fault in faults):
            self._expired.add(request.header("Authorization"))
        _check_token(request, self._expired)
        if not isinstance(found, Found):
            raise _no_route(found, request.method, target.path)
        provider = found.route.provider
        asked = target.query.get("api-version")
        version = versions.check(asked, kind=_KINDS[provider], backup=provider == "backup")
        left = self._quotas.take(found.route.quota, now, self.state.service)
        call = Call(
            state=self.state,
            now=now,
            request=request,
            target=target,
            params=found.params,
            version=version,
            body=_parse_body(request, found),
            page_size=_page_size(faults, self.state.service.page_size),
            secret=self.secret,
            new_id=self._new_id,
        )
        try:
            reply = found.route.handler(call)
        except ArmError as error:
            if not error.gateway:
                error.headers = {**left, **error.headers}
            raise
        return Reply(reply.status, {**left, **reply.headers}, reply.body)

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))

    def _with_usual_headers(self, request: Request, reply: Reply) -> Reply:
        now, number = self.clock.now(), self._new_id()
        usual = {
            "Date": http_date(now),
            "Cache-Control": "no-cache",
            "Pragma": "no-cache",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "x-ms-request-id": number,
            "x-ms-correlation-request-id": number,
            "x-ms-routing-request-id": f"WESTEUROPE:{now:%Y%m%dT%H%M%SZ}:{number}",
        }
        client_id = request.header("x-ms-client-request-id")
        if client_id and request.header("x-ms-return-client-request-id").lower() == "true":
            usual["x-ms-client-request-id"] = client_id
        return Reply(reply.status, {**usual, **reply.headers}, reply.body)


class _Done(NamedTuple):
    """An answer and what the log keeps of the request."""

    answer: Answer
    body: object
    problems: tuple[str, ...]


def _check_token(request: Request, expired: set[str]) -> None:
    if request.header("Authorization") in expired:
        text = "The access token expiry UTC time is earlier than current UTC time."
        raise ArmError(401, "ExpiredAuthenticationToken", text, gateway=True)
    scheme, _, token = request.header("Authorization").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return
    missing = not request.header("Authorization")
    raise ArmError(
        401,
        "AuthenticationFailed" if missing else "InvalidAuthenticationToken",
        "Authentication failed. The 'Authorization' header is missing."
        if missing
        else "The access token is invalid.",
        gateway=True,
        headers={"WWW-Authenticate": 'Bearer authorization_uri="https://login.example.net"'},
    )


def _no_route(found: Found | Literal["method"] | None, method: str, path: str) -> ArmError:
    if found == "method":
        text = f"The requested resource does not support http method '{method}'."
        return ArmError(405, "MethodNotAllowed", text, gateway=True)
    text = f"The simulated ARM serves nothing at '{unquote(path)}'."
    return ArmError(404, "InvalidResourceType", text, gateway=True)


def _parse_body(request: Request, found: Found) -> object:
    if request.method in ("GET", "HEAD") or found.route.name == "cancel":
        return None
    if "json" not in request.header("Content-Type").lower():
        text = "The content media type is not supported. Only application/json is supported."
        raise ArmError(415, "UnsupportedMediaType", text, gateway=True)
    try:
        return json.loads(request.body)
    except ValueError:
        text = "The request content was invalid and could not be deserialized."
        raise ArmError(400, "InvalidRequestContent", text, gateway=True) from None


def _read_body(request: Request) -> object:
    """What the log keeps: the JSON, or the text that is not JSON."""
    if not request.body:
        return None
    try:
        return json.loads(request.body)
    except ValueError:
        return request.body[:4096].decode("utf-8", "replace")


def _page_size(faults: list[Fault], usual: int) -> int:
    for fault in faults:
        if fault.kind == "empty_page":
            return 0
        if fault.kind == "truncate_pages":
            return fault.page_size
    return usual
