"""The messages that Microsoft's worker builds and reads, in place of their protobuf classes.

Only the fields that it touches (azure-functions-runtime 1.3.0). As protobuf does, a message refuses
a field that it does not have and a value of another type: an app whose answer Azure could not carry
must fail here too.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

_Types = type | tuple[type, ...]


class Message:
    """A message with the fields that its class names; those not given are None."""

    fields: ClassVar[Mapping[str, _Types]] = {}

    def __init__(self, **given: Any) -> None:
        name = type(self).__name__
        for field in given:
            if field not in self.fields:
                raise ValueError(f'Protocol message {name} has no "{field}" field.')
        for field, types in self.fields.items():
            value = given.get(field)
            if value is not None:
                _check(f"{name}.{field}", value, types)
            setattr(self, field, value)

    def __getattr__(self, name: str) -> Any:  # for the reader: fields are set by name
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def given(self) -> dict[str, Any]:
        """The fields that were set."""
        return {name: value for name, value in vars(self).items() if value is not None}


def _check(place: str, value: Any, types: _Types) -> None:
    if not isinstance(value, types):
        raise TypeError(f"bad argument type for {place}: {type(value).__name__}")
    if isinstance(value, str):
        value.encode()  # half a character is none
    if isinstance(value, dict):
        for key, item in value.items():
            _check(place, key, str)
            _check(place, item, (str, Message))


class TypedData(Message):
    """One value; exactly one field is set, or none."""

    fields = {
        "string": str,
        "json": str,
        "bytes": bytes,
        "http": Message,
        "int": int,
        "double": (float, int),
    }

    def WhichOneof(self, _: str) -> str | None:  # noqa: N802 - protobuf's name
        return next(iter(self.given()), None)


class ParameterBinding(Message):
    """A named value that goes in or out."""

    fields = {"name": str, "data": TypedData}

    def WhichOneof(self, _: str) -> str:  # noqa: N802 - protobuf's name
        return "data"


class RpcHttp(Message):
    """A request or a response."""

    fields = {
        "method": str,
        "url": str,
        "headers": dict,
        "body": TypedData,
        "params": dict,
        "query": dict,
        "status_code": str,
        "enable_content_negotiation": bool,
        "cookies": list,
    }


class NullableString(Message):
    fields = {"value": str}


class NullableBool(Message):
    fields = {"value": bool}


class NullableDouble(Message):
    fields = {"value": (float, int)}


class Timestamp(Message):
    fields = {"seconds": int}


class NullableTimestamp(Message):
    fields = {"value": Timestamp}


class _SameSite:
    Lax, Strict, ExplicitNone = 1, 2, 3


setattr(_SameSite, "None", 0)


class RpcHttpCookie(Message):
    SameSite = _SameSite
    fields = {
        "name": str,
        "value": str,
        "domain": NullableString,
        "path": NullableString,
        "expires": NullableTimestamp,
        "secure": NullableBool,
        "http_only": NullableBool,
        "same_site": int,
        "max_age": NullableDouble,
    }


class RpcException(Message):
    fields = {"source": str, "stack_trace": str, "message": str}


class StatusResult(Message):
    Failure, Success = 0, 1
    fields = {"status": int, "exception": RpcException}


class WorkerMetadata(Message):
    fields = dict.fromkeys(
        ("runtime_name", "runtime_version", "worker_version", "worker_bitness"), str
    ) | {"custom_properties": dict}


class WorkerInitResponse(Message):
    fields = {"capabilities": dict, "worker_metadata": WorkerMetadata, "result": StatusResult}


class BindingInfo(Message):
    out, inout = 1, 2
    undefined, string, binary, stream = 0, 1, 2, 3
    fields = {"type": str, "data_type": (int, type(None)), "direction": int}


setattr(BindingInfo, "in", 0)


class RpcRetryOptions(Message):
    fields = dict.fromkeys(
        (
            "max_retry_count",
            "retry_strategy",
            "delay_interval",
            "minimum_interval",
            "maximum_interval",
        ),
        object,
    )


class RpcFunctionMetadata(Message):
    fields = {
        "name": str,
        "function_id": str,
        "managed_dependency_enabled": bool,
        "directory": str,
        "script_file": str,
        "entry_point": str,
        "is_proxy": bool,
        "language": str,
        "bindings": dict,
        "raw_bindings": list,
        "retry_options": RpcRetryOptions,
        "properties": dict,
    }


class FunctionMetadataResponse(Message):
    fields = {
        "use_default_metadata_indexing": bool,
        "function_metadata_results": list,
        "result": StatusResult,
    }


class InvocationResponse(Message):
    fields = {
        "invocation_id": str,
        "return_value": TypedData,
        "result": StatusResult,
        "output_data": list,
    }
