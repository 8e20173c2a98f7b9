"""Child processes that never outlive their parent and never see its Ctrl-C.

Ctrl-C goes to a whole terminal group; a child in its own session waits to be told in order.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
STOP_S = 3.0


def start_child(
    command: Sequence[str],
    *,
    output: IO[Any] | int | None = None,
    environ: Mapping[str, str] | None = None,
    passed: Sequence[int] = (),
    folder: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a process that dies with this one; both its outputs go to `output`.

    `passed` are descriptors that it keeps, under the same numbers; `folder` is where it runs.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=environ,
        cwd=folder,
        start_new_session=True,
        pass_fds=passed,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
    )


def stop_child(process: "subprocess.Popen[bytes]", wait_s: float = STOP_S) -> int:
    """Ask a process to end, insist after a while, and return its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def kill_with_children(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it started, as if they were one: none sees another one's end.
    Only Linux lists what it started; elsewhere that ends as it does without its parent."""
    if sys.platform == "linux" and process.poll() is None:
        os.kill(process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        for listed in Path(f"/proc/{process.pid}/task").glob("*/children"):
            for child in listed.read_text().split():
                os.kill(int(child), signal.SIGKILL)  # unreaped: the number is its own
    process.kill()
    process.wait()


def _die_with_parent() -> None:
    # Only Linux knows this; elsewhere a parent that is killed leaves its children behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
