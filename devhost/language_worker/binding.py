"""Runs one function of the app: binds its inputs, runs it where the worker would, reads outputs.

Async functions run on the one loop, sync functions in a thread pool, values go through the SDK's
own converters. Orchestrators and activities are no less functions, but ../worker.py runs those.
"""

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Awaitable, Mapping
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import azure.functions as func
from azure.functions.meta import Datum

from devhost.app_frames import app_stack
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import is_output
from devhost.language_worker.messages import Result, Value
from devhost.language_worker.values import datum_of, value_of
from devhost.worker import LoadedFunction

_T = TypeVar("_T")


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


async def run(
    function: LoadedFunction,
    value: Value,
    metadata: Mapping[str, Value],
    client: str | None,
    *,
    app_dir: Path,
    pool: Executor | None = None,
) -> Result:
    """Run a function on its trigger's value. Raises WorkerFailure when it raises."""
    try:
        arguments, outs = _bind(function, value, metadata, client, app_dir)
        call = partial(function.function, **arguments)
        if function.is_async:
            running: Awaitable[Any] = call()
            returned = await running
        else:
            inside = contextvars.copy_context().run
            returned = await asyncio.get_running_loop().run_in_executor(pool, inside, call)
        return _result(function, outs, returned)
    except Exception as error:
        stack = app_stack(error.__traceback__, app_dir)
        raise WorkerFailure(f"{type(error).__name__}: {error}", stack) from error


def converter(kind: str) -> Any:
    """The SDK's converter for a binding type."""
    registry: Any = func.get_binding_registry()  # type: ignore[no-untyped-call]
    return registry.get(kind)


def _bind(
    function: LoadedFunction,
    value: Value,
    metadata: Mapping[str, Value],
    client: str | None,
    app_dir: Path,
) -> tuple[dict[str, Any], dict[str, OutValue[Any]]]:
    told = {key: datum_of(item) for key, item in metadata.items()}
    trigger = converter(function.kind).decode(datum_of(value), trigger_metadata=told)
    arguments = {function.trigger["name"]: trigger}
    outs: dict[str, OutValue[Any]] = {}
    for binding in function.bindings:
        name = binding["name"]
        if binding["type"] == "durableClient":
            text = Datum(client, "string")
            arguments[name] = converter("durableClient").decode(text, trigger_metadata=None)
        elif is_output(binding) and name != "$return":
            arguments[name] = outs[name] = OutValue()
    if "context" not in arguments and _takes_context(function):
        arguments["context"] = InvocationContext(function.name, str(app_dir))
    return arguments, outs


def _result(function: LoadedFunction, outs: Mapping[str, OutValue[Any]], returned: Any) -> Result:
    answer, has_return = None, False
    outputs: dict[str, Value] = {}
    for binding in filter(is_output, function.bindings):
        is_return = binding["name"] == "$return"
        has_return = has_return or is_return
        value = returned if is_return else outs[binding["name"]].get()
        # An HTTP function that answers nothing fails in the converter, as on the real worker.
        if value is None and not (binding["type"] == "http" and is_return):
            continue
        encoded = value_of(converter(binding["type"]).encode(value, expected_type=None))
        if binding["type"] == "http":
            answer = encoded
        else:
            outputs[binding["name"]] = encoded
    if returned is not None and not has_return:
        raise RuntimeError(
            f"function {function.name!r} without a $return binding returned a non-None value"
        )
    return Result(answer, outputs)


def _takes_context(function: LoadedFunction) -> bool:
    return "context" in inspect.signature(function.function).parameters
