"""Runs a function in a fork of this process, within a time limit.

This process has the libraries imported, but nothing of the app: starting Python and importing the
Azure SDKs takes longer than the tests of most modules.
"""

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

_LIBRARIES = (
    "aiohttp", "azure.durable_functions", "azure.functions", "azure.identity",
    "azure.storage.blob", "azure.storage.queue", "hypothesis", "jsonschema", "msgspec",
    "requests",
)  # fmt: skip
_CLOCK_FACTOR = 5
"""So many times the processor time may pass on the clock; the machine may have other work."""
_LOOK_S = 0.02


def warm_up() -> None:
    """Import the libraries, before the first fork."""
    for name in _LIBRARIES:
        import_module(name)


def forked(work: Callable[[], int], limit_s: int, log: Path) -> int | None:
    """Run this in a process of its own and return its exit code; None when it took too long.

    limit_s is in seconds of processor time. What the process prints goes to the file `log`.
    """
    child = os.fork()
    if child == 0:
        os._exit(_in_child(work, limit_s, log))
    until = time.monotonic() + limit_s * _CLOCK_FACTOR
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None
        time.sleep(_LOOK_S)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _in_child(work: Callable[[], int], limit_s: int, log: Path) -> int:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
    with log.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    try:
        return work()
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
