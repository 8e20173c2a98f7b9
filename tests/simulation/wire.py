"""The wire between the app and the simulated Azure: everything that is sent is seen here, and
faults spoil single calls.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from arm.transport import CONNECT_TIMEOUT_S, NotSent
from restore.messages.poll_policy import PollPolicy
from simulated_azure import names
from simulated_azure.faults import Fault, FaultPlan
from simulated_azure.jobs import look
from simulated_azure.request_log import Entry
from simulated_azure.transport import InProcess
from tests.simulation import cloud
from tests.simulation.cloud import ENDPOINT
from tests.simulation.quotes import Quoting
from tests.simulation.record import Poll, Post

if TYPE_CHECKING:
    from tests.simulation.world import World

_CALLS = {
    "restore": "restore", "cancel": "cancel", "backupstatus": "status",
    "backupprotecteditems": "items", "recoverypoints": "points", "backupjobs": "jobs",
}  # fmt: skip
_PARTS = {
    "backupjobs": "one job", "backupoperations": "operation", "operationsstatus": "operation",
    "operationresults": "result", "virtualmachines": "vm", "vaults": "vault",
}  # fmt: skip


_CONTAINER = re.compile(rb'"containerName": *"[^"]*", *')


def request_s_max(poll_policy: PollPolicy) -> float:
    """How long the client stays with one request: connecting, and waiting for the reply."""
    return CONNECT_TIMEOUT_S + poll_policy.arm_timeout_s


def call_name(method: str, url: str) -> str:
    """Return what a call asks for, in a word."""
    segments = urlsplit(url).path.lower().rstrip("/").rsplit("/", 2)
    word = _CALLS.get(segments[-1]) or _PARTS.get(segments[-2], "other")
    return f"{method} {word}"


class Wire:
    """Carries every request of the app to the simulated Azure, and sees it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._send = Quoting(world.scenario, InProcess(world.simulator, NotSent))

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: Any
    ) -> Any:
        """Send one request."""
        world = self._world
        if not url.startswith(f"{ENDPOINT}/"):
            world.record.wrong.append(f"a request with a token leaves for {urlsplit(url).netloc}")
            raise NotSent("nobody else is there")
        what, begun = call_name(method, url), world.clock.now()
        faults = world.at("call", what)
        world.simulator.faults = FaultPlan([each for each in faults if isinstance(each, Fault)])
        try:
            early_s = sum(_early_s(each) for each in faults)
            self._wait(begun, early_s)  # it takes long to get there, or to be begun
            if what == "POST restore":
                self._expire(unquote(urlsplit(url).path))
            before = len(world.simulator.state.operation_records)
            try:
                reply = self._exchange(begun, early_s, method, url, headers, body, timeout)
            finally:
                self._see(what, url, headers, before)
        finally:
            world.simulator.faults = FaultPlan()
        world.at("called", what)
        if what == "GET jobs" and world.scenario.vaults.names_alone and reply.status == 200:
            world.record.fired["names_alone"] += 1
            return reply._replace(body=_CONTAINER.sub(b"", reply.body))
        return reply

    def _exchange(self, begun: datetime, early_s: float, *request: Any) -> Any:
        """A reply takes its time, within which Azure does what it was asked."""
        try:
            return self._send(*request)
        finally:
            delay_s = self._world.simulator.log._entries[-1].answer.delay_s
            self._wait(begun, delay_s - early_s)

    def _wait(self, begun: datetime, seconds: float) -> None:
        """Wait, but no longer than the client would: after its time-outs nobody sends or waits any
        more, however many delays there are, and whoever stood still meanwhile."""
        passed_s = (self._world.clock.now() - begun).total_seconds()
        self._world.live(min(seconds, request_s_max(self._world.scenario.poll_policy) - passed_s))

    def _see(self, what: str, url: str, headers: Mapping[str, str], before: int) -> None:
        world, record = self._world, self._world.record
        entry = world.simulator.log._entries[-1]
        reply = entry.answer.reply
        record.line(world.clock.now(), f"{what} {reply.status} {entry.answer.lost} {entry.faults}")
        is_late = entry.answer.delay_s >= world.scenario.poll_policy.arm_timeout_s
        is_heard = not (is_late or entry.answer.lost)
        for kind in entry.faults:
            record.fired[_name_of(kind, is_late, reply.status, reply.headers)] += 1
        path = unquote(urlsplit(url).path)
        if what == "POST restore":
            self._see_post(path, headers, before, reply, is_heard=is_heard)
        elif what == "GET one job":
            self._see_job(path, entry, is_heard=is_heard)
        elif what == "GET jobs" and reply.status == 200:
            lag = timedelta(seconds=world.scenario.vaults.list_lag_s)
            record.fired["list_lagged"] += self._young(lag)
        if reply.status == 404 and b"status URL has expired" in reply.body:
            record.fired["poll_url_expired"] += 1
        if b"ResourceRequestsThrottled" in reply.body:
            record.fired["quota_spent"] += 1

    def _expire(self, path: str) -> None:
        """The recovery point that a POST is for is gone, unless as many of its VM are that go."""
        world, record = self._world, self._world.record
        machine = cloud.machine_at(world.scenario, path)
        vm = names.key(cloud.vm_id(machine))
        if sum(1 for held in record.expired if held[0] == vm) >= machine.points.expire:
            return
        point = cloud.points_of(world.simulator, machine).pop(path.split("/")[-2], None)
        if point is not None:
            record.expired[vm, point.name] = (world.clock.now(), point)
            record.fired["point_expired"] += 1

    def _see_post(
        self, path: str, headers: Any, before: int, reply: Any, *, is_heard: bool
    ) -> None:
        world = self._world
        at, request_id = world.clock.now(), headers.get("x-ms-client-request-id", "?")
        records = list(world.simulator.state.operation_records.values())[before:]
        operation = records[0].id if records else None
        job = world.job(records[0].job_id) if records else None
        segments = path.split("/")
        vm = job.vm_id if job else segments[-4].rpartition(";")[2]
        job_id = job.id if job else None
        turn = world.storage.turn_of(path.partition("/recoveryPoints/")[0])
        world.record.posts.append(Post(at, request_id, vm, segments[-2], operation, job_id, turn))
        if reply.status == 429 and is_heard:
            again_s = float(reply.headers.get("Retry-After", 0))
            refused = Poll(at, 429, None, again_s, world.follower)
            world.record.refusals[request_id].append(refused)

    def _see_job(self, path: str, entry: Entry, *, is_heard: bool) -> None:
        world, reply = self._world, entry.answer.reply
        if world.is_zombie or world.is_adopting:
            return
        job_id = path.rsplit("/", 1)[-1]
        job, state = world.job(job_id), None
        if reply.status == 404 and world.scenario.vaults.job_lag_s:
            world.record.fired["job_lagged"] += 1
        if job is not None and reply.status == 200 and not entry.faults and is_heard:
            state = look(job, world.simulator.clock.now()).status
        asked = reply.headers.get("Retry-After")
        seen = Poll(
            world.clock.now(),
            reply.status if is_heard else 0,
            state,
            float(asked) if asked else None,
            world.follower,
            world.round,
        )
        world.record.polls[job_id].append(seen)

    def _young(self, lag: timedelta) -> int:
        now = self._world.simulator.clock.now()
        jobs = self._world.simulator.state.job_records.values()
        return sum(1 for job in jobs if now - job.start < lag)


def _early_s(fault: Any) -> float:
    """How much of a delay passes before Azure has the request."""
    return fault.lag_s if isinstance(fault, Fault) and fault.kind == "delay" else 0.0


def _name_of(kind: str, is_late: bool, status: int, headers: Mapping[str, str]) -> str:
    """Return our name of a fault that the vault has used."""
    if kind == "status":
        return f"answers_{status}"
    if kind == "throttle":
        return "throttled" if "Retry-After" in headers else "throttled_without_a_word"
    if kind == "delay":
        return "late_reply" if is_late else "slow_reply"
    return {
        "refused": "not_connected",
        "drop_before": "reset_before",
        "drop_after": "reset_after",
        "status_after": "error_after",
        "malformed": "malformed_reply",
        "job_404": "job_hidden",
        "bad_location": "wrong_poll_url",
        "no_poll_headers": "no_poll_url",
        "truncate_pages": "truncated_pages",
    }.get(kind, kind)
