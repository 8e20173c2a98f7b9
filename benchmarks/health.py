"""The entry `health`: how long `GET /health` takes to answer, whatever has become of storage.

On the embedded engine, with a new host for each way in which storage can be away; so the first
answer is one of a cold process, which has its client libraries still to import.
"""

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import requests
from azure.storage.queue import QueueClient
from rich.console import Console
from rich.table import Table

from benchmarks.switched_storage import Mode, SwitchedStorage
from devhost.testing import HostProcess
from restore.messages import names
from restore.settings import variables

ROOT = Path(__file__).resolve().parents[1]
ANSWER_S_MAX = 5.0
"""What a monitor, and a load balancer, can be expected to wait."""
ASKS = 20
_GIVE_UP_S = 120.0


@dataclass(frozen=True)
class Answers:
    """How health was answered in one mode: times in seconds."""

    mode: str
    statuses: tuple[int, ...]
    """Each that there was."""
    first_s: float
    median_s: float
    most_s: float
    live_s: float
    """The slowest answer of `/live` meanwhile."""

    @property
    def is_in_time(self) -> bool:
        return max(self.most_s, self.live_s) < ANSWER_S_MAX


def run(folder: Path, console: Console) -> list[Answers]:
    """Measure. BadStart when something does not start."""
    shutil.rmtree(folder, ignore_errors=True)
    measured = []
    with SwitchedStorage() as storage:
        QueueClient.from_connection_string(
            storage.connection_string, names.RESTORE_REQUESTS
        ).create_queue()
        for mode in Mode:
            console.print(f"Asking an app whose storage is {mode} …")
            storage.switch(Mode.OPEN)
            with _host(folder / mode, storage.connection_string) as host:
                storage.switch(mode)
                measured.append(_answers(mode, host.url))
    return measured


def say(console: Console, measured: list[Answers]) -> None:
    """Print what was measured."""
    table = Table("storage", "status", "first", "median", "slowest", "/live")
    for one in measured:
        statuses = ", ".join(map(str, one.statuses))
        times = (one.first_s, one.median_s, one.most_s, one.live_s)
        table.add_row(one.mode, statuses, *(f"{seconds:.2f} s" for seconds in times))
    console.print(table)
    console.print(f"{ASKS} asks each, the first of a cold process; {ANSWER_S_MAX:g} s are allowed.")


def save(path: Path, measured: list[Answers]) -> None:
    """Keep the numbers."""
    path.write_text(json.dumps([asdict(one) for one in measured], indent=2) + "\n")


def _host(folder: Path, connection: str) -> HostProcess:
    unset: Mapping[str, str] = dict.fromkeys(variables(), "")
    chosen = {
        "AzureWebJobsStorage": connection,
        "SIMULATED_ARM_ENDPOINT": "http://127.0.0.1:9",
        "RESTORE_RECONCILE_S": "3600",
    }
    return HostProcess(ROOT, folder, environ={**os.environ, **unset, **chosen})


def _answers(mode: Mode, url: str) -> Answers:
    statuses, times, lives = set[int](), list[float](), list[float]()
    for _ in range(ASKS):
        status, took_s = _ask(f"{url}/api/health")
        statuses.add(status)
        times.append(took_s)
        lives.append(_ask(f"{url}/api/live")[1])
    return Answers(
        mode=mode,
        statuses=tuple(sorted(statuses)),
        first_s=times[0],
        median_s=median(times),
        most_s=max(times),
        live_s=max(lives),
    )


def _ask(url: str) -> tuple[int, float]:
    began = time.monotonic()
    status = requests.get(url, timeout=_GIVE_UP_S).status_code
    return status, time.monotonic() - began
