"""Calls one function of the app: binds its inputs, runs it where the worker would, sends outputs.

Async functions run on the host's one loop, sync functions in a thread pool, values go through the
SDK's own converters. Which event causes a call is decided by the listeners and http_triggers.py.
"""

import asyncio
import contextvars
import inspect
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import azure.functions as func
from azure.functions.meta import Datum

from devhost.app_frames import app_stack
from devhost.gate import Gate
from devhost.starting import BadStart
from devhost.worker import LoadedFunction, WorkerFailure

_T = TypeVar("_T")
TRIGGERS = {
    "httpTrigger",
    "queueTrigger",
    "timerTrigger",
    "orchestrationTrigger",
    "activityTrigger",
}
_INPUTS, _OUTPUTS = {"durableClient"}, {"http", "queue"}


class Outputs(Protocol):
    """Takes what a function put into a queue output binding."""

    async def send(self, binding: Mapping[str, Any], value: Datum) -> None: ...


class OutValue(func.Out[_T]):
    """The `func.Out` that a function fills."""

    def __init__(self) -> None:
        self._value: _T | None = None

    def set(self, val: _T) -> None:
        self._value = val

    def get(self) -> _T:
        return self._value  # type: ignore[return-value]  # None until set, as in the worker


class InvocationContext(func.Context):
    """What a parameter called `context` gets."""

    def __init__(self, name: str, folder: str) -> None:
        self._name, self._folder = name, folder
        self._id = str(uuid4())
        self._local = threading.local()

    @property
    def invocation_id(self) -> str:
        return self._id

    @property
    def thread_local_storage(self) -> Any:
        return self._local

    @property
    def function_name(self) -> str:
        return self._name

    @property
    def function_directory(self) -> str:
        return self._folder

    @property
    def trace_context(self) -> Any:
        return None

    @property
    def retry_context(self) -> Any:
        return None


def unsupported(function: LoadedFunction) -> str | None:
    """The type of a binding that this host has nothing for, None when it can run the function."""
    if function.kind not in TRIGGERS:
        return function.kind
    for binding in function.bindings:
        known = _OUTPUTS if _is_output(binding) else _INPUTS
        if binding["name"] != function.trigger["name"] and binding["type"] not in known:
            return str(binding["type"])
    return None


class Invoker:
    """Runs the functions of one app; belongs to one event loop."""

    def __init__(
        self,
        client_binding: Callable[[], str],
        outputs: Outputs,
        app_dir: Path,
        gate: Gate | None = None,
    ) -> None:
        self._client_binding = client_binding
        self._gate = gate or Gate()
        self._outputs = outputs
        self._app_dir = app_dir
        self._pool = ThreadPoolExecutor(_thread_count(), "function")

    def close(self) -> None:
        """Start nothing more; a thread that runs is left alone, for Python cannot stop it."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def call(
        self, function: LoadedFunction, value: Datum, metadata: Mapping[str, Datum] | None = None
    ) -> Datum | None:
        """Run a function on its trigger's value, once there is an engine.

        Raises WorkerFailure when it raises.
        """
        await self._gate.wait()
        try:
            arguments, outs = self._bind(function, value, metadata)
            result = await self._run(function, arguments)
            return await self._send(function, outs, result)
        except BadStart:
            raise
        except Exception as error:
            stack = app_stack(error.__traceback__, self._app_dir)
            raise WorkerFailure(f"{type(error).__name__}: {error}", stack) from error

    def _bind(
        self, function: LoadedFunction, value: Datum, metadata: Mapping[str, Datum] | None
    ) -> tuple[dict[str, Any], dict[str, OutValue[Any]]]:
        trigger = function.trigger["name"]
        arguments = {trigger: converter(function.kind).decode(value, trigger_metadata=metadata)}
        outs: dict[str, OutValue[Any]] = {}
        for binding in function.bindings:
            name = binding["name"]
            if binding["type"] == "durableClient":
                text = Datum(self._client_binding(), "string")
                arguments[name] = converter("durableClient").decode(text, trigger_metadata=None)
            elif _is_output(binding) and name != "$return":
                arguments[name] = outs[name] = OutValue()
        if "context" not in arguments and _takes_context(function):
            arguments["context"] = InvocationContext(function.name, str(self._app_dir))
        return arguments, outs

    async def _run(self, function: LoadedFunction, arguments: dict[str, Any]) -> Any:
        call = partial(function.function, **arguments)
        if function.is_async:
            result: Awaitable[Any] = call()
            return await result
        variables = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._pool, variables.run, call)

    async def _send(
        self, function: LoadedFunction, outs: Mapping[str, OutValue[Any]], result: Any
    ) -> Datum | None:
        """Send the outputs; return the HTTP reply where there is one."""
        response: Datum | None = None
        has_return = False
        for binding in filter(_is_output, function.bindings):
            is_return = binding["name"] == "$return"
            has_return = has_return or is_return
            value = result if is_return else outs[binding["name"]].get()
            # An HTTP function that answers nothing fails in the converter, as on the real worker.
            if binding["type"] == "http" and (is_return or value is not None):
                response = converter("http").encode(value, expected_type=None)
            elif value is not None:
                encoded = converter(binding["type"]).encode(value, expected_type=None)
                await self._outputs.send(binding, encoded)
        if result is not None and not has_return:
            raise RuntimeError(
                f"function {function.name!r} without a $return binding returned a non-None value"
            )
        return response


def converter(kind: str) -> Any:
    """The SDK's converter for a binding type."""
    registry: Any = func.get_binding_registry()  # type: ignore[no-untyped-call]
    return registry.get(kind)


def _is_output(binding: Mapping[str, Any]) -> bool:
    return str(binding.get("direction", "IN")).upper() == "OUT"


def _takes_context(function: LoadedFunction) -> bool:
    return "context" in inspect.signature(function.function).parameters


def _thread_count() -> int:
    given = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(given) if given.isdigit() and int(given) else min(32, (os.cpu_count() or 1) + 4)
