"""How a function's exception reaches the host: type, text, and the whole of where it came from."""

import json
from collections.abc import Callable

import pytest

from devhost.language_worker.failures import WorkerExited, WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import HttpRequest, Text
from tests.contract.worker import outcomes
from tests.contract.worker.caller import WorkerCaller, serving
from tests.real_worker import WORKERS, command

CALLS: dict[str, Callable[[WorkerCaller, str], object]] = {
    "a function": lambda caller, what: caller.activity("fails", what),
    "an async function": lambda caller, what: caller.activity("fails_async", what),
    "over HTTP": lambda caller, what: caller.http("fails_in_http", what=what),
}
BY_EVERY_WAY = pytest.mark.parametrize("fail", CALLS.values(), ids=CALLS.keys())


def failure(caller: WorkerCaller, fail: Callable[[WorkerCaller, str], object], what: str) -> str:
    with pytest.raises(WorkerFailure) as caught:
        fail(caller, what)
    message, stack = outcomes.bare(caught.value)
    return f"{message}\n{stack}"


@BY_EVERY_WAY
@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("a value", "ValueError: no good: ä\nTraceback (most recent call last):\n"),
        ("no text", "RuntimeError: \nTraceback (most recent call last):\n"),
        ("lines", "RuntimeError: one\ntwo\n\n$OutOfProcData$:{}\nTraceback"),
        ("an assertion", "AssertionError: assumed\n"),
        ("a missing module", "ModuleNotFoundError: No module named 'no_such_module'\n"),
        ("unsayable", "Unhandled exception in function. Could not serialize original exception"),
        ("a group", "ExceptionGroup: several (2 sub-exceptions)\n  + Exception Group Traceback"),
    ],
)
def test_an_exception_is_told_by_type_and_text_with_its_stack(
    caller: WorkerCaller, fail: Callable[[WorkerCaller, str], object], what: str, message: str
) -> None:
    assert failure(caller, fail, what).startswith(message)


@BY_EVERY_WAY
def test_its_stack_ends_with_the_app_and_the_text_once_more(
    caller: WorkerCaller, fail: Callable[[WorkerCaller, str], object]
) -> None:
    lines = failure(caller, fail, "a value").splitlines()
    assert lines[-1] == "ValueError: no good: ä"
    assert "in raises" in lines[-3]


@BY_EVERY_WAY
def test_the_cause_is_told_before_it(
    caller: WorkerCaller, fail: Callable[[WorkerCaller, str], object]
) -> None:
    told = failure(caller, fail, "a cause")
    assert told.startswith("KeyError: 'outer'\nTraceback")
    cause, _, rest = told.partition("The above exception was the direct cause of the following")
    assert "json.decoder.JSONDecodeError: Expecting property name" in cause
    assert rest.endswith("KeyError: 'outer'")


@BY_EVERY_WAY
def test_what_was_being_handled_is_told_unless_it_was_hidden(
    caller: WorkerCaller, fail: Callable[[WorkerCaller, str], object]
) -> None:
    told = failure(caller, fail, "a context")
    assert "FileNotFoundError: [Errno 2] inner\n\nDuring handling of the above" in told
    assert "FileNotFoundError" not in failure(caller, fail, "a hidden context")


def test_an_orchestrators_exception_carries_its_state_in_the_text(caller: WorkerCaller) -> None:
    raised = caller.failure("raises", Text(outcomes.second_turn("raises")))
    message, label, state = raised.message.partition("\n\n$OutOfProcData$:")
    assert (message, label) == ("Exception: broken", "\n\n$OutOfProcData$:")
    assert json.loads(state)["error"] == "broken"
    assert "ValueError: broken" in raised.stack
    assert label in raised.stack, "as the stack ends with the text"


@pytest.mark.parametrize("worker", WORKERS)
def test_a_function_that_ends_the_process_fails_with_its_code(worker: str) -> None:
    with serving(command(worker)) as caller:
        with pytest.raises(WorkerExited, match=r"python exited with code 3 \(0x3\)"):
            caller.activity("leaves", 3)
        assert caller.activity("echo", "still here") == "still here"


@pytest.mark.parametrize("worker", WORKERS)
def test_an_exception_that_cannot_be_told_is_never_answered(
    worker: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Half a character is none for protobuf, so the worker fails at telling the failure."""
    with (
        serving(command(worker), timeout_s=2) as caller,
        pytest.raises(WorkerExited, match="137"),
    ):
        caller.activity("fails", outcomes.UNTELLABLE)
    assert "fails failed in a way that a worker cannot tell its host" in capfd.readouterr().err


def test_an_app_that_lost_a_function_says_so(caller: WorkerCaller) -> None:
    asked = HttpRequest("GET", "http://app.test/api/x", {}, {}, {}, b"")
    with pytest.raises(WorkerFailure, match="The function 'gone' doesn't exist"):
        caller.run(Function("gone", {"type": "httpTrigger", "name": "req"}, []), asked)
