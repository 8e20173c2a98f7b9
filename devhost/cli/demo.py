"""`python -m devhost demo [REQUEST.json]`: restore on this machine and watch it.

Exit codes: 0 all restores ended Completed, 1 they did not, 2 nothing could be started, 130 Ctrl-C.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from devhost.cli.runs_on import add_options, chosen

_PIPE_WIDTH = 110
_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


def main(arguments: Sequence[str]) -> int:
    """Run the demo; Ctrl-C and SIGTERM end it and all it started."""
    given = _parse(arguments)
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    console = _console()
    try:
        return _run(given, console)
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left running.")
        return 130


def _run(given: argparse.Namespace, console: Console) -> int:
    # Imported late: a missing file or Ctrl-C should not have to wait for the storage packages.
    from devhost.demo import asked, running

    runs_on = chosen(given)
    if given.request is not None:
        return running.run_demo([asked.from_file(given.request)], console, runs_on)
    return running.run_demo(asked.tour(datetime.now(UTC)), console, runs_on)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devhost demo", description=__doc__)
    parser.add_argument(
        "request",
        type=Path,
        nargs="?",
        metavar="REQUEST.json",
        help="a request of your own against the simulated vault; default: the demo's two",
    )
    add_options(parser)
    return parser.parse_args(arguments)


def _console() -> Console:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    is_wide = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, emoji=False, width=None if is_wide else _PIPE_WIDTH)


def _interrupt(_number: int, _frame: object) -> None:
    # Once is enough: ending everything must not be interrupted by an impatient second Ctrl-C.
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
