"""A process of the test run that dies says nothing of the test that it ran: another one runs it.

CPython 3.11.7 itself dies now and then, in hours of play (SIGSEGV within libpython; the 3.11 of
Debian never did). So one death in a run is told and not judged. The second fails the run, and so
does a test that its process dies of each time. A test that hangs for `faulthandler_timeout` ends
its process, too. Where everybody stood is told by `faulthandler`.
"""

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

DEATHS_MAX = 1
"""As --max-worker-restart in pyproject.toml says it to xdist."""
_OUTCOME = "died"


class DeadProcesses:
    """A plugin of the controlling process."""

    def __init__(self) -> None:
        self._tests: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Distribute by files, as asked for, and hand out again what is left of a dead process."""
        return _Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """Do not judge the first death."""
        self._tests.append(crashitem)
        if len(self._tests) <= DEATHS_MAX:
            report.outcome = _OUTCOME  # type: ignore[assignment]

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Give it a letter."""
        return (_OUTCOME, "D", "DIED") if report.outcome == _OUTCOME else None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the tests that a process died in, and how often."""
        for test, count in Counter(self._tests).items():
            times = "once" if count == 1 else f"{count} times"
            line = f"A process died {times} while it ran {test}. Its stack is told above."
            terminalreporter.write_line(line, yellow=True)


class _Scheduling(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """As xdist 3.8 has it, but that one look at a process hands it enough, or ends it: after a
    death xdist hands out one file, which may be done already or have one test; then both wait."""

    def _reschedule(self, node: Any) -> None:
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) <= 2:
            super()._reschedule(node)
