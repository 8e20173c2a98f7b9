"""The control surface at /simulator: see what was asked, change the state, ask for faults.

For tests and rehearsals only; server.py serves it on loopback alone. It works in process as well:
`handle` takes a request like any other.
"""

import json
import re
from urllib.parse import unquote

import msgspec

from simulated_azure.faults import Fault
from simulated_azure.patching import BadRequest, merge
from simulated_azure.routing import split
from simulated_azure.seed import fleet_state
from simulated_azure.simulator import Simulator
from simulated_azure.state import State
from simulated_azure.wire import Reply, Request, json_reply

HELP = """The simulated vault's control surface

GET  /simulator            this text
GET  /simulator/requests   every ARM request seen; ?method=POST&path=/restore$ filters (a regex)
GET  /simulator/state      VMs, vaults, protected items, recovery points, jobs, settings
PUT  /simulator/state      merged into the state (JSON merge patch: null removes); for example
                           {"jobs": {"duration_s": 20}}
                           {"jobs": {"plans": [{"vm": "web-01", "outcome": "Failed"}]}}
GET  /simulator/schema     the JSON Schema of the state and of a fault
GET  /simulator/faults     the faults that are armed, and how often each has hit
POST /simulator/faults     arm faults: a list, or {"seed": 7, "faults": [...]}; for example
                           [{"kind": "drop_after", "match": {"operation": "restore"}}]
                           [{"kind": "throttle", "retry_after": 17, "times": 3}]
POST /simulator/reset      the first state again, no faults, no log; {"vms": 20} makes a fleet
"""


class _Faults(msgspec.Struct, forbid_unknown_fields=True):
    faults: list[Fault]
    seed: int | None = None


class _Fleet(msgspec.Struct, forbid_unknown_fields=True):
    vms: int | None = None
    points: int = 3


def is_control(url: str) -> bool:
    """Whether a URL is the control surface's and not ARM's."""
    path = split(url).path
    return path == "/simulator" or path.startswith("/simulator/")


def handle(simulator: Simulator, request: Request) -> Reply:
    """Answer a request below /simulator."""
    target = split(request.url)
    path = unquote(target.path).rstrip("/").removeprefix("/simulator")
    try:
        with simulator.locked():
            return _route(simulator, request, path, target.query)
    except (BadRequest, msgspec.ValidationError) as error:
        return json_reply(400, {"title": "Bad request", "status": 400, "detail": str(error)})


def _route(simulator: Simulator, request: Request, path: str, query: dict[str, str]) -> Reply:
    match request.method, path:
        case "GET", "":
            return Reply(200, {"Content-Type": "text/plain; charset=utf-8"}, HELP.encode())
        case "GET", "/requests":
            return _requests(simulator, query)
        case "GET", "/state":
            return json_reply(200, msgspec.to_builtins(simulator.state))
        case "PUT", "/state":
            simulator.state = merge(simulator.state, _body(request))
            return json_reply(200, msgspec.to_builtins(simulator.state))
        case "GET", "/schema":
            return _schema()
        case "GET", "/faults":
            return json_reply(200, simulator.faults.left())
        case "POST", "/faults":
            return _arm(simulator, _body(request))
        case "POST", "/reset":
            return _reset(simulator, _body(request) if request.body else {})
    return json_reply(404, {"title": "Not found", "status": 404, "detail": "See GET /simulator."})


def _requests(simulator: Simulator, query: dict[str, str]) -> Reply:
    try:
        found = simulator.log.select(query.get("method", ""), query.get("path", ""))
    except re.error as error:
        raise BadRequest(f"path is not a regular expression: {error}") from None
    return json_reply(200, found)


def _schema() -> Reply:
    (state, fault), parts = msgspec.json.schema_components([State, Fault])
    body = {"oneOf": [state, {"type": "array", "items": fault}], "$defs": parts}
    return json_reply(200, body)


def _arm(simulator: Simulator, body: object) -> Reply:
    wrapped = {"faults": body} if isinstance(body, list) else body
    asked = msgspec.convert(wrapped, _Faults)
    for fault in asked.faults:
        for pattern in (fault.match.path, fault.match.operation):
            _check_pattern(pattern)
    if asked.seed is not None:
        simulator.faults.reseed(asked.seed)
    simulator.faults.add(asked.faults)
    return json_reply(200, simulator.faults.left())


def _check_pattern(pattern: str | None) -> None:
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise BadRequest(f"not a regular expression: {pattern!r}: {error}") from None


def _reset(simulator: Simulator, body: object) -> Reply:
    asked = msgspec.convert(body, _Fleet)
    now = simulator.clock.now()
    simulator.reset(None if asked.vms is None else fleet_state(now, asked.vms, asked.points))
    return Reply(204, {})


def _body(request: Request) -> object:
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from None
