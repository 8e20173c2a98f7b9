"""The simulator in process: a callable that takes a request and gives the reply, and no sockets.

`send(method, url, headers, body, timeout=None) -> Reply`. A reply that gets lost is raised as
ConnectionResetError, whether or not the request had been accepted, for a client cannot know; a
connection that is refused is raised as `not_sent`, by default ConnectionRefusedError; a reply that
takes longer than the timeout as TimeoutError, after acceptance. Nothing ever sleeps.
"""

from collections.abc import Mapping, Sequence

from simulated_azure import control, sign_in
from simulated_azure.simulator import Simulator
from simulated_azure.wire import Reply, Request

Timeout = float | Sequence[float] | None


class InProcess:
    """Sends requests straight to a simulator."""

    def __init__(
        self, simulator: Simulator, not_sent: type[OSError] = ConnectionRefusedError
    ) -> None:
        self._simulator = simulator
        self._not_sent = not_sent

    def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: Timeout = None,
    ) -> Reply:
        request = Request(method.upper(), url, headers, body or b"")
        if control.is_control(url):
            return control.handle(self._simulator, request)
        signed_in = sign_in.handle(request)
        if signed_in is not None:
            return signed_in
        answer = self._simulator.answer(request)
        if answer.refused:
            raise self._not_sent("the simulated ARM refused the connection")
        if answer.lost:
            raise ConnectionResetError("the simulated reply was lost")
        limit_s = _limit_s(timeout)
        if limit_s is not None and answer.delay_s >= limit_s:
            raise TimeoutError(f"the simulated reply takes {answer.delay_s:g} s")
        return answer.reply


def _limit_s(timeout: Timeout) -> float | None:
    """One number, or the second of (connect, read)."""
    if timeout is None or isinstance(timeout, int | float):
        return timeout
    return float(timeout[-1])
