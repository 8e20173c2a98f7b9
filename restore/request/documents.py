"""Documents that an operator writes as JSON: the policy, rules for alerts, who is told."""

from typing import Any

import msgspec

from restore.values.problem import Problem


class InvalidDocument(Exception):
    """.problems says everything that is wrong with a document."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.path} {each.message}" for each in problems))


def published(kind: type) -> dict[str, Any]:
    """Return the schema that is published for a struct. It may name its schema, for editors."""
    described: dict[str, Any] = portable(_without_nulls(msgspec.json.schema(kind)))
    described["$defs"][kind.__name__]["properties"]["$schema"] = {"type": "string"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | described


def portable(part: Any) -> Any:
    """Return a schema with Python's anchors written as every other language, and every editor,
    knows them."""
    if isinstance(part, list):
        return [portable(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        name: each.replace(r"\A", "^").replace(r"\Z", "$")
        if name == "pattern" and isinstance(each, str)
        else portable(each)
        for name, each in part.items()
    }


def _without_nulls(part: Any) -> Any:
    """Say of a field that may be absent what it is when it is there: null stands for nothing."""
    if isinstance(part, list):
        return [_without_nulls(each) for each in part]
    if not isinstance(part, dict):
        return part
    if {"type": "null"} in part.get("anyOf", ()):
        return _without_nulls(part["anyOf"][0])
    return {name: _without_nulls(each) for name, each in part.items()}
