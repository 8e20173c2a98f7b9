"""What the host knows of an app's functions: names and bindings, no code."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_BINDING_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")
_FUNCTION_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,127}")


@dataclass(frozen=True)
class Function:
    """One function of the app with its raw bindings, the trigger among them."""

    name: str
    trigger: dict[str, Any]
    bindings: list[dict[str, Any]]

    @property
    def kind(self) -> str:
        return str(self.trigger["type"])

    @property
    def registered_name(self) -> str:
        """The name that orchestrators and clients call it by."""
        own = self.trigger.get("orchestration") or self.trigger.get("activity")
        return str(own or self.name)

    @property
    def clients(self) -> list[str]:
        """The parameters that get a durable client."""
        return [item["name"] for item in self.bindings if item["type"] == "durableClient"]


_F = TypeVar("_F", bound=Function)


class Registered(Generic[_F]):
    """The functions of one app; those that the engine calls are found by name, in any case."""

    def __init__(self, functions: Iterable[_F] = ()) -> None:
        self.register(functions)

    def register(self, functions: Iterable[_F]) -> None:
        self.functions = list(functions)
        self.orchestrators = self._by_name("orchestrationTrigger")
        self.activities = self._by_name("activityTrigger")

    def orchestrator_names(self) -> list[str]:
        return sorted(item.registered_name for item in self.orchestrators.values())

    def has_orchestrator(self, name: str) -> bool:
        return name.lower() in self.orchestrators

    def has_activity(self, name: str) -> bool:
        return name.lower() in self.activities

    def _by_name(self, kind: str) -> dict[str, _F]:
        return {item.registered_name.lower(): item for item in self.functions if item.kind == kind}


def is_output(binding: Mapping[str, Any]) -> bool:
    return str(binding.get("direction", "IN")).upper() == "OUT"


def misnamed(function: Function) -> str | None:
    """Why the host would refuse the names of a function, None when it takes them."""
    if not _FUNCTION_NAME.fullmatch(function.name) or function.name.lower() == "host":
        return f"{function.name!r} is not a possible function name"
    for binding in function.bindings:
        if not _BINDING_NAME.fullmatch(binding["name"]):
            return f"binding {binding['name']!r} of {function.name}: letters and digits only"
    return None
