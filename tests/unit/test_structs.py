"""What travels between rooms is frozen, its fields are given by name, and what is left out of it
means nothing, but where that is said here."""

import dataclasses
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

from restore.values.structs import Model, StrictModel
from tools.tidy.source import SHIPPED

ROOT = Path(__file__).resolve().parents[2]


def classes() -> Iterator[type]:
    for room in SHIPPED:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for found in vars(import_module(name)).values():
                if inspect.isclass(found) and found.__module__ == name:
                    yield found


CLASSES = list(classes())
STRUCTS: list[Any] = [each for each in CLASSES if issubclass(each, msgspec.Struct)]


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: str(kind.__name__))
def test_a_struct_is_frozen(kind: Any) -> None:
    assert kind.__struct_config__.frozen


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda each: str(each.__name__))
def test_a_struct_takes_its_fields_by_name_only(kind: Any) -> None:
    count = len(kind.__struct_fields__)
    if count > 1 or (count and issubclass(kind, Model | StrictModel)):
        with pytest.raises(TypeError, match="positional"):
            kind(None)


@pytest.mark.parametrize("kind", [Model, StrictModel])
def test_the_wire_is_camel_case(kind: Any) -> None:
    assert kind.__struct_config__.forbid_unknown_fields == (kind is StrictModel)


NOTHING: tuple[Any, ...] = (None, False, 0, "", (), {}, frozenset())
SAID = {
    "Adopt.deadline": "PT24H",
    "Alert.state": "unknown",
    "AlertRecord.original_encoding": "utf-8",
    "AlertShown.original_encoding": "utf-8",
    "LedgerEntry.state": "Accepted",
    "Notify.keep_for": "P1D",
    "PointRule.before": "PT0S",
    "PointRule.max_age": "P3D",
    "PointRule.preferred_consistency": "AppConsistent",
    "Policy.approval_within": "PT4H",
    "Policy.max_concurrent_restores": 20,
    "Policy.reserved_for_people": 2,
    "Policy.restores_per_vm_per_day": 10,
    "PollPolicy.arm_timeout_s": 60,
    "PollPolicy.job_search_s": 120,
    "PollPolicy.poll_s_first": 30,
    "PollPolicy.poll_s_max": 300,
    "PollPolicy.poll_s_min": 60,
    "PollPolicy.polls_per_generation": 10,
    "PollPolicy.retry_s_max": 300,
    "PollPolicy.retry_s_min": 5,
    "PreflightFacts.tells_threats": True,
    "Receiver.handshake": True,
    "Receiver.min_severity": "info",
    "Receiver.region": "us",
    "RecoveryPoint.is_managed_vm": True,
    "RehydrationInfo.rehydration_retention_duration": "P15D",
    "Rejection.is_whole": True,
    "Restore.source": "unknown",
    "RestoreRule.quiet_period": "PT6H",
    "RestoreRule.restores_per_hour": 5,
    "RestoreRules.hold_for": "PT4H",
    "RestoreRules.max_alert_age": "PT1H",
    "Rule.asked_by": ("http", "queue", "alert"),
    "Verify.agent": True,
    "Verify.agent_within": "PT15M",
    "Verify.probe_within": "PT10M",
    "Verify.running_within": "PT10M",
    "_Restore.deadline": "PT24H",
}


def defaults_of(kind: Any) -> dict[str, Any]:
    """Return what the fields are that are left out, each by the class that has it first."""
    found = {}
    bases = [each for each in kind.__mro__ if each in STRUCTS]
    for field in msgspec.structs.fields(kind):
        owner = next(each for each in reversed(bases) if field.name in each.__struct_fields__)
        if field.default is not msgspec.NODEFAULT:
            found[f"{owner.__name__}.{field.name}"] = field.default
        elif field.default_factory is not msgspec.NODEFAULT:
            found[f"{owner.__name__}.{field.name}"] = field.default_factory()
    return found


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: str(kind.__name__))
def test_a_field_that_is_left_out_means_nothing_or_what_is_said_here(kind: Any) -> None:
    for name, value in defaults_of(kind).items():
        if isinstance(value, msgspec.Struct):
            assert value == type(value)(), name
        elif name in SAID:
            assert value == SAID[name], name
        else:
            assert value in NOTHING, name


def test_each_default_that_is_said_here_is_one() -> None:
    assert SAID.keys() <= {name for kind in STRUCTS for name in defaults_of(kind)}


DATACLASSES: list[Any] = [each for each in CLASSES if dataclasses.is_dataclass(each)]


@pytest.mark.parametrize("kind", DATACLASSES, ids=lambda kind: str(kind.__name__))
def test_a_dataclass_is_frozen_but_for_what_an_orchestrator_remembers(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen is (kind.__name__ != "RestoreProgress")
