"""Many restores in flight while what carries them is killed with SIGKILL, once or again and again.

A victim is the engine, the host (whose worker dies with it), both, or the worker alone: then the
host goes on and fails what the worker had in hand. The worker also exits by itself, within calls.

A crash run has engine, storage and vault of its own, so that several can be up at once: most of
their time is waiting for what a killed engine had in hand, which stays hidden for up to a minute.
The vault's log says what was really sent. A Functions host is nobody's child, so there are none
there.
"""

import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devhost.azurite import Azurite
from devhost.testing import HostProcess
from tests import real_worker
from tests.end_to_end.engines import EMBEDDED, REAL, on_devhost
from tests.end_to_end.harness import END_S_MAX, HostHarness, request_for
from tests.fakes import exiting_worker

Victims = tuple[str, ...]
JOB_S = 20.0
EXIT_SHARE = 0.1
"""Of all calls, while exits are left."""
RESULT_S_MAX = 480.0
_ENVIRON = {"RESTORE_RECONCILE_S": "10"}
KINDS_OF_EVENTS = {"accepted", "started", "finished"}


@dataclass(frozen=True)
class CrashRun:
    """How many restores, on what, and what is killed how often."""

    engine: str
    restores: int
    victims: Victims
    kills: int = 1
    pause_s: tuple[float, float] = (0.0, 0.0)
    """Between two kills, drawn from the seed."""
    exits: int = 0
    """How often the worker exits by itself, within calls."""


CRASH_RUNS = {
    "durable-engine, its host, or both, again and again": CrashRun(
        REAL, 30, ("engine", "host", "both"), kills=20, pause_s=(0.5, 4.0)
    ),
    "durable-engine": CrashRun(REAL, 30, ("engine",)),
    "the host of the durable-engine": CrashRun(REAL, 30, ("host",)),
    "durable-engine and its host": CrashRun(REAL, 30, ("both",)),
    "the host of the embedded engine, again and again": CrashRun(
        EMBEDDED, 50, ("host",), kills=20, pause_s=(0.2, 2.5)
    ),
    "the worker on the durable-engine, within its calls": CrashRun(REAL, 8, (), kills=0, exits=20),
    "the worker on the embedded engine, within its calls": CrashRun(
        EMBEDDED, 8, (), kills=0, exits=20
    ),
    "the worker on the durable-engine, again and again": CrashRun(
        REAL, 8, ("worker",), kills=20, pause_s=(0.5, 4.0)
    ),
}


@dataclass
class CrashResult:
    """What came of a crash run."""

    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    posts: Counter[str] = field(default_factory=Counter)
    """Restore POSTs in the vault's log, by VM."""
    lost: list[str] = field(default_factory=list)
    """Events that never came."""
    poison: int = 0


def run(crash_run: CrashRun, state_dir: Path, seed: int) -> CrashResult:
    """Ask for the restores, kill as the crash run says, and wait for every verdict."""
    dice, result = random.Random(seed), CrashResult(seed)
    exits = state_dir / "exits.txt"
    worker = _exiting(crash_run, exits, seed) if crash_run.exits else ()
    ids = [f"crash-run-{seed}-{number:02d}" for number in range(1, crash_run.restores + 1)]
    with (
        Azurite() as azurite,
        on_devhost(azurite, state_dir, crash_run.engine, _ENVIRON, worker_command=worker) as (
            harness,
            host,
        ),
    ):
        harness.vault("POST", "reset", {"vms": crash_run.restores})
        harness.vault("PUT", "state", {"jobs": {"duration_s": JOB_S}})
        with ThreadPoolExecutor(1, "asking") as asking:
            asked = asking.submit(_ask_all, harness, ids, _spread_s(crash_run))
            _wait_for_first_posts(harness, crash_run)
            for _ in range(crash_run.kills):
                time.sleep(dice.uniform(*crash_run.pause_s))
                victim = dice.choice(crash_run.victims)
                _kill(harness, host, victim)
                result.killed[victim] += 1
            asked.result()
        if crash_run.engine == REAL and crash_run.kills:
            _ask_again_by_queue(harness, ids)
        _wait_for_all(harness, ids)
        _look(harness, ids, result)
        result.killed["worker, within a call"] = len(exiting_worker.exits_in(exits))
    return result


def _exiting(crash_run: CrashRun, exits: Path, seed: int) -> list[str]:
    chosen = real_worker.REAL_ID if real_worker.is_chosen() else real_worker.OWN_ID
    worker = real_worker.command(chosen)
    return exiting_worker.command(exits, crash_run.exits, EXIT_SHARE, seed, worker)


def _spread_s(crash_run: CrashRun) -> float:
    """Over how long the requests come: until about the last kill, so that all sorts are hit."""
    return sum(crash_run.pause_s) / 2 * crash_run.kills


def _ask_all(harness: HostHarness, ids: list[str], spread_s: float) -> None:
    """Ask by HTTP and by queue in turn; whoever gets no answer asks again, as a person would."""
    for number, request_id in enumerate(ids, 1):
        request = _request(number, request_id)
        if _goes_by_queue(number):
            harness.send(request)
        else:
            reply = harness.call_again("POST", "restores", request, {"Prefer": "respond-async"})
            assert reply.status in (200, 202), reply
        time.sleep(spread_s / len(ids))


def _ask_again_by_queue(harness: HostHarness, ids: list[str]) -> None:
    """What its trigger had in hand at a kill stays hidden for 10 minutes: nobody waits so long."""
    for number, request_id in enumerate(ids, 1):
        if _goes_by_queue(number):
            harness.send(_request(number, request_id))


def _goes_by_queue(number: int) -> bool:
    return number % 2 == 1


def _request(number: int, request_id: str) -> dict[str, Any]:
    return request_for("RestoreDisks", request_id, name=f"vm-{number:04d}")


def _wait_for_first_posts(harness: HostHarness, crash_run: CrashRun) -> None:
    """Until some restores are sent and, where one kill must do, all are asked for."""
    enough = crash_run.restores // 3 if crash_run.kills == 1 else 1
    harness.until(
        lambda: len(harness.posts()) >= enough or None, END_S_MAX, f"the first {enough} POSTs"
    )


def _kill(harness: HostHarness, host: HostProcess, victim: str) -> None:
    if victim == "worker":
        # One that was killed a moment ago may be about to be started again.
        pid = harness.until(lambda: host.worker_pid, END_S_MAX, "a running worker")
        os.kill(pid, signal.SIGKILL)
    if victim in ("engine", "both"):
        # One that was killed a moment ago may be about to be started again.
        os.kill(harness.until(lambda: _engine(host), END_S_MAX, "a running engine"), signal.SIGKILL)
    if victim in ("host", "both"):
        host.restart()


def _engine(host: HostProcess) -> int | None:
    """The engine's process, if that is what has this number now."""
    pid = host.engine_pid
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return None
    return pid if os.environ["DURABLE_ENGINE"] in command else None


def _wait_for_all(harness: HostHarness, ids: list[str]) -> None:
    """Until each restore is announced as finished."""

    def missing() -> list[str]:
        ended = {
            e["data"]["requestId"] for e in harness.events if e["type"].endswith("finished.v1")
        }
        return [request_id for request_id in ids if request_id not in ended]

    def look() -> bool | None:
        harness.drain()
        return None if missing() else True

    def seen() -> str:
        return "\n".join(f"{each}: {harness.glimpse(each)}" for each in missing())

    harness.until(look, RESULT_S_MAX, f"the verdicts of {len(ids)} restores", seen)


def _look(harness: HostHarness, ids: list[str], result: CrashResult) -> None:
    seen = {(event["data"]["requestId"], event["type"].split(".")[1]) for event in harness.events}
    wanted = {(request_id, kind) for request_id in ids for kind in KINDS_OF_EVENTS}
    result.lost += [f"{kind} of {request_id}" for request_id, kind in sorted(wanted - seen)]
    for request_id in ids:
        view = harness.call_again("GET", f"restores/{request_id}").body
        result.verdicts[view.get("verdict", "none")] += 1
    names = [post["body"]["properties"]["sourceResourceId"] for post in harness.posts()]
    result.posts.update(name.rpartition("/")[2] for name in names)
    result.poison = harness.poison()
