"""`python -m devhost.real_worker DIR SOCKET`: Microsoft's worker as our worker process.

Called as its own process calls it in Azure: the pool of threads first, then the requests of a
host's start, all on the one event loop; then every call as a task of that loop.
"""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import azure_functions_runtime as runtime
from azure_functions_runtime.version import VERSION

from devhost.app_loading import cannot_be_loaded
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import Call, Result, Value
from devhost.language_worker.serving import serve
from devhost.real_worker import rpc
from devhost.real_worker.rpc_values import typed, untyped
from devhost.starting import BadStart

_HELP = ". Cannot find module. "
"""Where the worker's help on missing modules begins; what it says is no news on a laptop."""


class RealApp:
    """An app whose functions Microsoft's worker runs."""

    worker = (
        f"Microsoft's own worker, azure-functions-runtime {VERSION} "
        f"(Python {platform.python_version()})"
    )

    def __init__(self, found: Sequence[rpc.RpcFunctionMetadata]) -> None:
        self.functions = [_function(item) for item in found]
        self._by_name = {item.name: item for item in self.functions}
        self._ids = {item.name: item.function_id for item in found}

    async def run(self, call: Call) -> Result:
        """Have the worker call a function."""
        response = await _ask("invocation", **self._request(self._by_name[call.function], call))
        if response.result.status != rpc.StatusResult.Success:
            raised = response.result.exception
            raise WorkerFailure(raised.message, raised.stack_trace)
        outputs = {put.name: untyped(put.data) for put in response.output_data or []}
        return Result(
            untyped(response.return_value),
            {name: value for name, value in outputs.items() if value is not None},
        )

    def _request(self, function: Function, call: Call) -> dict[str, Any]:
        inputs = {name: rpc.TypedData(string=call.client) for name in function.clients}
        inputs[function.trigger["name"]] = typed(call.value)
        return {
            "invocation_id": str(uuid4()),
            "function_id": self._ids[function.name],
            "input_data": [rpc.ParameterBinding(name=n, data=d) for n, d in inputs.items()],
            "trigger_metadata": _typed(call.metadata),
            "trace_context": SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            "retry_context": SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
        }


async def load(app_dir: Path) -> RealApp:
    """Have the worker index the app. Raises BadStart when it does not."""
    script = os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
    if not (app_dir / script).exists():  # it would look for an app of the older model
        raise BadStart(f"The app cannot be loaded: {app_dir} has no {script}.")
    runtime.start_threadpool_executor()
    begun = await _ask("worker_init", function_app_directory=str(app_dir), capabilities={})
    if begun.result.status != rpc.StatusResult.Success:
        raised = begun.result.exception
        said, _, _ = raised.message.partition(_HELP)
        raise cannot_be_loaded(said, raised.stack_trace, app_dir)
    found = await runtime.functions_metadata_request(SimpleNamespace(properties={}))
    if found.function_metadata_results is None:
        raise BadStart(f"The app in {app_dir} has no functions.")
    return RealApp(found.function_metadata_results)


async def _ask(kind: str, **fields: Any) -> Any:
    request = SimpleNamespace(**{f"{kind}_request": SimpleNamespace(**fields)})
    properties = {"host": "127.0.0.1", "protos": rpc}
    handle = getattr(runtime, f"{kind}_request")
    return await handle(SimpleNamespace(request=request, properties=properties))


def _function(found: rpc.RpcFunctionMetadata) -> Function:
    bindings = [json.loads(raw) for raw in found.raw_bindings]
    trigger = next(item for item in bindings if str(item["type"]).lower().endswith("trigger"))
    return Function(found.name, trigger, bindings)


def _typed(metadata: Mapping[str, Value]) -> dict[str, rpc.TypedData]:
    return {name: typed(value) for name, value in metadata.items()}


if __name__ == "__main__":
    serve(sys.argv[1:], load)
