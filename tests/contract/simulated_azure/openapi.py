"""Microsoft's OpenAPI file as JSON Schema: what a document of a given definition must look like.

OpenAPI 2 says with `discriminator` which definition a document really is, and has no word for null,
which the service sends all the same. Both are put into terms of JSON Schema here.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema

from tests import spec_folder

JSON = dict[str, Any]


@cache
def definitions() -> JSON:
    """The file's definitions, by name."""
    return dict(spec_folder.read("2024-04-01/bms.json")["definitions"])


def properties(name: str) -> JSON:
    """All properties of a definition, with those that it inherits."""
    definition = definitions()[name]
    found: JSON = {}
    for parent in definition.get("allOf", ()):
        found |= properties(_target(parent))
    found |= definition.get("properties", {})
    return found


def check(document: object, name: str) -> None:
    """Raise jsonschema.ValidationError unless the document is what the definition says."""
    jsonschema.Draft202012Validator(schema(name)).validate(document)


def undeclared(document: object, name: str) -> set[str]:
    """The properties in a document that the definition does not know, at any depth."""
    return set(_undeclared(document, {"$ref": f"#/definitions/{name}"}))


def schema(name: str) -> JSON:
    """A definition as JSON Schema, with everything that it needs."""
    return {"$ref": f"#/$defs/{name}", "$defs": _all_schemas()}


@cache
def _all_schemas() -> JSON:
    return {name: _definition(name) for name in definitions()}


def _definition(name: str) -> JSON:
    definition = definitions()[name]
    required = list(_required(name))
    found: JSON = {
        "type": "object",
        "required": required,
        "properties": {key: _value(value) for key, value in properties(name).items()},
    }
    if "discriminator" in definition:
        field = definition["discriminator"]
        found["allOf"] = [
            {
                "if": {"properties": {field: {"const": tag}}, "required": [field]},
                "then": {"$ref": f"#/$defs/{heir}"},
            }
            for tag, heir in _heirs(name).items()
        ]
    return found


def _value(value: JSON) -> JSON:
    if "$ref" in value:
        target = _target(value)
        known = target in definitions()
        return {"anyOf": [{"type": "null"}, {"$ref": f"#/$defs/{target}"}]} if known else {}
    found: JSON = {}
    if "type" in value:
        found["type"] = [value["type"], "null"]
    if "enum" in value:
        found["enum"] = [*value["enum"], None]
    if "items" in value:
        found["items"] = _value(value["items"])
    if isinstance(value.get("additionalProperties"), dict):
        found["additionalProperties"] = _value(value["additionalProperties"])
    if "properties" in value:
        found["properties"] = {key: _value(one) for key, one in value["properties"].items()}
    return found


def _required(name: str) -> Iterator[str]:
    for parent in definitions()[name].get("allOf", ()):
        yield from _required(_target(parent))
    yield from definitions()[name].get("required", ())


def _heirs(name: str) -> dict[str, str]:
    """Discriminator values and definitions of all that inherit from a definition."""
    return {
        definition["x-ms-discriminator-value"]: heir
        for heir, definition in definitions().items()
        if "x-ms-discriminator-value" in definition and name in _ancestors(heir)
    }


def _ancestors(name: str) -> Iterator[str]:
    for parent in definitions()[name].get("allOf", ()):
        yield _target(parent)
        yield from _ancestors(_target(parent))


def _undeclared(document: object, value: JSON) -> Iterator[str]:
    if isinstance(document, list):
        for one in document:
            yield from _undeclared(one, value.get("items", {}))
    if not isinstance(document, dict) or "additionalProperties" in value:
        return
    known = value.get("properties", {})
    if "$ref" in value:
        known = properties(_actual(document, _target(value)))
    for key, one in document.items():
        if key not in known:
            yield key
        else:
            yield from _undeclared(one, known[key])


def _actual(document: JSON, name: str) -> str:
    field = definitions()[name].get("discriminator")
    return _heirs(name).get(str(document.get(field)), name) if field else name


def _target(reference: JSON) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[-1]
