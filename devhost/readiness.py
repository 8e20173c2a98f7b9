"""Waiting for a child process that serves HTTP: until it is ready, ends, or takes too long."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

READY_S_MAX = 60.0
_LOOK_S = 0.05


def host_status(url: str) -> dict[str, Any] | None:
    """What a host says at GET /admin/host/status; None when nothing answers."""
    try:
        with urllib.request.urlopen(f"{url}/admin/host/status", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, OSError):
        return None
    return found


def is_running(url: str) -> bool:
    """Whether a host has everything started."""
    status = host_status(url)
    return status is not None and status["state"] == "Running"


def wait_ready(process: "subprocess.Popen[bytes]", is_ready: Callable[[], bool]) -> int | None:
    """Wait; None when it is ready, its exit code when it ended first. TimeoutError otherwise."""
    give_up = time.monotonic() + READY_S_MAX
    while not is_ready():
        code = process.poll()
        if code is not None:
            return code
        if time.monotonic() > give_up:
            raise TimeoutError(f"not ready after {READY_S_MAX:.0f} s")
        time.sleep(_LOOK_S)
    return None
