"""The CPU that other processes have used, read from /proc: None where there is no such thing."""

import os
from pathlib import Path

_PROC = Path("/proc")
_USER, _SYSTEM = 11, 12
"""utime and stime in /proc/PID/stat, counted from behind the name in parentheses."""


def cpu_s(*pids: int) -> float | None:
    """Seconds of CPU that these processes have used so far; one that is gone counts nothing."""
    if not _PROC.is_dir():
        return None
    return sum(_ticks(pid) for pid in pids) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found: list[int] = []
    for path in _PROC.glob(f"{pid}/task/*/children"):
        try:
            found += [int(text) for text in path.read_text().split()]
        except OSError:
            continue
    return sorted(found)


def _ticks(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return int(fields[_USER]) + int(fields[_SYSTEM])
