"""Runs one function of the app: binds its inputs, runs it where the worker would, reads outputs.

Async functions run on the one loop, sync functions in a thread pool; values go through the SDK's
own converters, on the loop. Orchestrators and activities are functions as all others are.
"""

import asyncio
import threading
from collections.abc import Awaitable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import azure.functions as func
from azure.functions.meta import Datum

from devhost.language_worker.converters import converter, is_trigger
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.loaded import LoadedFunction
from devhost.language_worker.messages import Result, Value
from devhost.language_worker.signature import RETURN, Bound
from devhost.language_worker.values import datum_of, value_of

_T = TypeVar("_T")
_UNBOUND = f"function %s without a {RETURN} bindingreturned a non-None value"
"""As that worker garbles it: the name is never put in."""
_LOCAL = threading.local()
"""One for all calls, as in the worker; `invocation_id` is that of the call in this thread."""


class OutValue(func.Out[_T]):
    """The `func.Out` that a function fills."""

    def __init__(self) -> None:
        self._value: _T | None = None

    def set(self, val: _T) -> None:
        self._value = val

    def get(self) -> _T:
        return self._value  # type: ignore[return-value]  # None until set, as in the worker


@dataclass(frozen=True)
class TraceContext:
    """What `context.trace_context` is; this host traces nothing."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RetryContext:
    """What `context.retry_context` is; this host retries nothing by itself."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: object = None


class InvocationContext(func.Context):
    """What a parameter called `context` gets."""

    def __init__(self, name: str, folder: str) -> None:
        self._name, self._folder = name, folder
        self._id = str(uuid4())

    @property
    def invocation_id(self) -> str:
        return self._id

    @property
    def thread_local_storage(self) -> Any:
        return _LOCAL

    @property
    def function_name(self) -> str:
        return self._name

    @property
    def function_directory(self) -> str:
        return self._folder

    @property
    def trace_context(self) -> Any:
        return TraceContext()

    @property
    def retry_context(self) -> Any:
        return RetryContext()


class Invocation:
    """One call of a function, from its trigger's value to what came of it."""

    def __init__(
        self,
        function: LoadedFunction,
        value: Value,
        metadata: Mapping[str, Value],
        client: str | None,
    ) -> None:
        """Bind the inputs; raises what a converter raises."""
        self.function, self._signature = function, function.signature
        self._context = InvocationContext(function.name, function.folder)
        _LOCAL.invocation_id = self._context.invocation_id
        given = {name: Datum(client, "string") for name in function.clients}
        given[function.trigger["name"]] = datum_of(value)
        told = {key: datum_of(item) for key, item in metadata.items()}
        self.arguments: dict[str, Any] = {
            name: _decode(self._signature.inputs[name], datum, told)
            for name, datum in given.items()
        }
        self._outs = {name: OutValue[Any]() for name in self._signature.outputs}
        self.arguments |= self._outs
        if self._signature.takes_context:
            self.arguments["context"] = self._context

    def call(self) -> Any:
        """Call the function; what an async one returns is awaited by the caller."""
        if self.function.is_async:
            return self.function.function(**self.arguments)
        _LOCAL.invocation_id = self._context.invocation_id
        try:
            return self.function.function(**self.arguments)
        finally:
            _LOCAL.invocation_id = None

    def result(self, returned: Any) -> Result:
        """What came of it. RuntimeError when it answers what nothing is bound to."""
        answer = self._signature.returned
        if returned is not None and answer is None:
            raise RuntimeError(_UNBOUND, repr(self.function.name))
        outputs = {}
        for name, bound in self._signature.outputs.items():
            if (put := self._outs[name].get()) is not None:
                outputs[name] = _encode(bound, put)
        value = None if answer is None else _encode(answer, returned)
        return Result(value, {name: put for name, put in outputs.items() if put is not None})


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
        invocation = Invocation(function, value, metadata, client)
        if function.is_async:
            running: Awaitable[Any] = invocation.call()
            returned = await running
        else:
            loop = asyncio.get_running_loop()
            returned = await loop.run_in_executor(pool, invocation.call)
        return invocation.result(returned)
    except Exception as error:
        raise WorkerFailure.of(error, app_dir) from error


def _decode(bound: Bound, datum: Datum, metadata: Mapping[str, Datum]) -> Any:
    told = metadata if is_trigger(bound.kind) else {}
    try:
        return converter(bound.kind).decode(datum, trigger_metadata=told)
    except NotImplementedError:
        raise TypeError(  # noqa: B904 - with its context, as that worker raises it
            "unable to decode incoming TypedData: unsupported combination of TypedData field "
            f"{datum.type!r} and expected binding type {converter(bound.kind)}"
        )


def _encode(bound: Bound, value: Any) -> Value | None:
    try:
        datum = converter(bound.kind).encode(value, expected_type=bound.wanted)
    except NotImplementedError:
        raise TypeError(  # noqa: B904
            f'unable to encode outgoing TypedData: unsupported type "{bound.kind}" for Python '
            f'type "{type(value).__name__}"'
        )
    return value_of(datum)
