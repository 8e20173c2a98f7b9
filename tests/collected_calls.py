"""Collects what the app asks of Azure in all the tests, and holds it against the app's role.

The simulated vault is the one place where all calls arrive: from the app in this process and from
hosts that tests start. Ours are told by their User-Agent. With xdist each worker hands its own to
the controller, which judges at the end. That every action is used as well is judged when the whole
suite ran; tests/contract/test_role.py judges both whatever is run.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from arm.authorized_request import USER_AGENT
from simulated_azure.simulator import Simulator
from simulated_azure.wire import Answer, Request
from tests import role

_KEY = "calls_to_azure"


class CollectedCalls:
    """A pytest plugin; one per process."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        """Actions, or where the table knows none the call itself."""
        self._answer = Simulator.answer

    def start(self) -> None:
        """Listen at every simulated vault of this process, from now on."""
        answer, note = self._answer, self._note

        def noted(simulator: Simulator, request: Request) -> Answer:
            note(request)
            return answer(simulator, request)

        Simulator.answer = noted  # type: ignore[method-assign,assignment]

    def stop(self) -> None:
        """Listen no longer."""
        Simulator.answer = self._answer  # type: ignore[method-assign]

    def _note(self, request: Request) -> None:
        if request.header("user-agent") == USER_AGENT:
            path = unquote(urlsplit(request.url).path)
            action = role.action_of(request.method.upper(), path)
            self.seen.add(action or f"{request.method} {path}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take over what a worker of xdist saw."""
        del error
        self.seen.update(getattr(node, "workeroutput", {}).get(_KEY, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over, or judge."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_KEY] = sorted(self.seen)
        elif [*self.faults(is_whole=_is_whole(session))] and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        """Say what does not fit."""
        session = terminalreporter._session
        for fault in self.faults(is_whole=session is not None and _is_whole(session)):
            terminalreporter.write_line(fault, red=True)
        del config

    def faults(self, *, is_whole: bool) -> Iterator[str]:
        """What the app asked for without a right to, and what it may do but never did."""
        granted = set(role.granted())
        for call in sorted(self.seen - granted):
            yield f"infra/role-definition.json does not allow what the app asked of Azure: {call}"
        if is_whole:
            for action in sorted(granted - self.seen):
                yield f"infra/role-definition.json allows what no test needed: {action}"


def _is_whole(session: pytest.Session) -> bool:
    """Whether every test was asked for; a run that failed early proves nothing."""
    options = session.config.option
    chosen = options.keyword or options.markexpr or getattr(options, "lf", False)
    everything = session.config.args in (["tests"], session.config.getini("testpaths"))
    return everything and not chosen and not session.testsfailed
