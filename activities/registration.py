"""Registers the activities, each by its name, which is its module's and its function's.

A module is imported when its activity first runs: importing the app costs no more for having many,
and an instance that only answers HTTP never needs one.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

import azure.durable_functions as df

from restore.messages import names
from restore.settings import Settings

PLAIN = (
    names.OPEN_RESTORE, names.FIND_PROTECTED_ITEM, names.FIND_RECOVERY_POINT,
    names.LIST_RECOVERY_POINTS, names.READ_DECISION, names.READ_OPERATION, names.FIND_JOB,
    names.READ_JOB, names.CANCEL_RESTORE, names.CLOSE_RESTORE, names.PUBLISH_EVENT,
    names.BEGIN_VERIFICATION, names.READ_VM, names.START_VALIDATION, names.READ_VALIDATION,
    names.TIDY_STORAGE, names.LIST_OPEN,
)  # fmt: skip
"""They take their order."""

BY_SETTINGS = (
    names.AUTHORIZE_RESTORE, names.TRIGGER_RESTORE, names.PREFLIGHT_RESTORE, names.PROBE_VM,
    names.PURGE_DOCUMENTS, names.ADOPT_JOB, names.JUDGE_ALERT,
)  # fmt: skip
"""They take the settings as well."""

WITH_CLIENT = (
    names.RECONCILE_RESTORE, names.REVIVE_PLANS, names.REVIVE_ALERTS, names.START_ALERTED,
    names.PURGE_HISTORIES, names.FALL_BACK,
)  # fmt: skip
"""They ask the engine itself: they take its client and the settings, and are async."""

F = TypeVar("F", bound=Callable[..., Any])


def blueprint(settings: Settings) -> df.Blueprint:
    """Return all activities, as these settings have them."""
    functions = df.Blueprint()
    for name in PLAIN:
        functions.activity_trigger(input_name="order")(_plain(name))
    for name in BY_SETTINGS:
        functions.activity_trigger(input_name="order")(_by_settings(name, settings))
    for name in WITH_CLIENT:
        asking = functions.durable_client_input(client_name="client")(_with_client(name, settings))
        functions.activity_trigger(input_name="order")(asking)
    return functions


def _plain(name: str) -> Callable[[Any], Any]:
    def activity(order: dict) -> dict:  # type: ignore[type-arg]
        outcome: dict[str, Any] = _of(name)(order)
        return outcome

    return _called(name, activity)


def _by_settings(name: str, settings: Settings) -> Callable[[Any], Any]:
    def activity(order: dict) -> dict:  # type: ignore[type-arg]
        outcome: dict[str, Any] = _of(name)(order, settings)
        return outcome

    return _called(name, activity)


def _with_client(name: str, settings: Settings) -> Callable[..., Any]:
    async def activity(order: dict, client: df.DurableOrchestrationClient) -> dict:  # type: ignore[type-arg]
        outcome: dict[str, Any] = await _of(name)(order, client, settings)
        return outcome

    return _called(name, activity)


def _of(name: str) -> Any:
    return getattr(import_module(f"activities.{name}"), name)


def _called(name: str, function: F) -> F:
    function.__name__ = function.__qualname__ = name
    return function
