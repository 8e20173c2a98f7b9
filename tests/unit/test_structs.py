"""What travels between rooms is frozen, and its fields are given by name."""

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


STRUCTS: list[Any] = [each for each in classes() if issubclass(each, msgspec.Struct)]


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: str(kind.__name__))
def test_a_struct_is_frozen(kind: Any) -> None:
    assert kind.__struct_config__.frozen


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda each: str(each.__name__))
def test_a_struct_takes_its_fields_by_name_only(kind: Any) -> None:
    count = len(kind.__struct_fields__)
    if count > 1 or (count and issubclass(kind, Model | StrictModel)):
        with pytest.raises(TypeError, match="positional"):
            kind(*(None for _ in kind.__struct_fields__))


@pytest.mark.parametrize("kind", [Model, StrictModel])
def test_the_wire_is_camel_case(kind: Any) -> None:
    assert kind.__struct_config__.forbid_unknown_fields == (kind is StrictModel)
