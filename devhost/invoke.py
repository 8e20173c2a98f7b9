"""Calls one function of the app for a trigger: inputs in, and its queue outputs sent.

The function itself runs in the worker process (language_worker/). Which event causes a call is
decided by the listeners and http_triggers.py. Functions with a binding that this host has nothing
for are left out by name.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from devhost.gate import Gate
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function, is_output, misnamed
from devhost.language_worker.messages import Result, Value
from devhost.starting import BadStart

_log = logging.getLogger(__name__)
_TRIGGERS = {
    "httpTrigger",
    "queueTrigger",
    "timerTrigger",
    "orchestrationTrigger",
    "activityTrigger",
}
_INPUTS, _OUTPUTS = {"durableClient"}, {"http", "queue"}
_RETURN = "$return"


class Outputs(Protocol):
    """Takes what a function put into a queue output binding."""

    async def send(self, binding: Mapping[str, Any], value: Value) -> None: ...


class FunctionWorker(Protocol):
    """Runs the functions: `LanguageWorker`, or what a test puts in its place."""

    async def call(
        self,
        function: Function,
        value: Value,
        metadata: Mapping[str, Value],
        client: str | None = None,
    ) -> Result:
        """Raises WorkerFailure when the function raises, or the worker exits under it."""
        ...


def runnable(functions: Iterable[Function]) -> list[Function]:
    """The functions that this host can run; each other one is named in the log. BadStart when one
    has a name that no host takes."""
    kept = []
    for function in functions:
        if why := misnamed(function):
            raise BadStart(f"The app cannot be loaded: {why}.")
        if kind := _unsupported(function):
            _log.warning("%s is left out: devhost has no %s binding", function.name, kind)
        else:
            kept.append(function)
    return kept


class Invoker:
    """Calls the functions of one app."""

    def __init__(
        self,
        worker: FunctionWorker,
        client_binding: Callable[[], str],
        outputs: Outputs,
        gate: Gate | None = None,
    ) -> None:
        self._worker = worker
        self._client_binding = client_binding
        self._gate = gate or Gate()
        self._outputs = outputs

    async def call(
        self, function: Function, value: Value, metadata: Mapping[str, Value] | None = None
    ) -> Value | None:
        """Run a function on its trigger's value, once there is an engine; return its answer.

        Raises WorkerFailure when it fails, for whatever reason.
        """
        await self._gate.wait()
        try:
            client = self._client_binding() if function.clients else None
            result = await self._worker.call(function, value, metadata or {}, client)
            answer = result.value
            for binding in filter(is_output, function.bindings):
                is_return = binding["name"] == _RETURN
                put = result.value if is_return else result.outputs.get(binding["name"])
                if binding["type"] == "http":
                    answer = put
                elif put is not None:
                    await self._outputs.send(binding, put)
        except (BadStart, WorkerFailure):
            raise
        except Exception as error:
            raise WorkerFailure.of(error) from error
        return answer


def _unsupported(function: Function) -> str | None:
    """The type of a binding that this host has nothing for, None when it can run the function."""
    if function.kind not in _TRIGGERS:
        return function.kind
    for binding in function.bindings:
        known = _OUTPUTS if is_output(binding) else _INPUTS
        if binding["name"] != function.trigger["name"] and binding["type"] not in known:
            return str(binding["type"])
    return None
