"""The Functions SDK's converters, and the one for which it has none: plain text and bytes.

A parameter annotated `str` or `bytes` goes through the plain one, whatever its binding; so does a
binding that the SDK does not know.
"""

from typing import Any

import azure.functions as func
from azure.functions.meta import Datum

GENERIC = "generic"
_READ = ("string", "bytes", "json", None)
_TYPES = {str: "string", dict: "dict", list: "list", int: "int", bool: "int", float: "double"}


class Generic:
    """Takes what comes as it is."""

    @staticmethod
    def has_trigger_support() -> bool:
        return False

    @staticmethod
    def check_input_type_annotation(wanted: type) -> bool:
        return issubclass(wanted, str | bytes)

    @staticmethod
    def check_output_type_annotation(wanted: type) -> bool:
        return issubclass(wanted, str | bytes | bytearray)

    @staticmethod
    def decode(data: Datum | None, *, trigger_metadata: object) -> Any:  # noqa: ARG004
        if data is None:
            return None
        if data.type not in _READ:
            raise ValueError(f"a plain value is no {data.type}")
        return data.value

    @staticmethod
    def encode(obj: Any, *, expected_type: type | None) -> Datum:  # noqa: ARG004
        if obj is None:
            return Datum(None, None)
        if isinstance(obj, bytes | bytearray):
            return Datum(bytes(obj), "bytes")
        for kind, name in _TYPES.items():
            if isinstance(obj, kind):
                return Datum(obj, name)
        raise NotImplementedError


def converter(kind: str) -> Any:
    """The converter of a binding type."""
    registry: Any = func.get_binding_registry()  # type: ignore[no-untyped-call]
    return registry.get(kind) or Generic


def is_trigger(kind: str) -> bool:
    """Whether a converter of this kind reads a trigger's metadata."""
    return bool(converter(kind).has_trigger_support())


def has_implicit_output(kind: str) -> bool:
    """Whether a function with such a binding answers something without a $return."""
    takes = converter(kind)
    if takes is Generic:
        return kind not in (GENERIC, "durableClient")
    implicit = getattr(takes, "has_implicit_output", None)
    return bool(implicit is not None and implicit())
