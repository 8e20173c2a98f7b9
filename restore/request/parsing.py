"""From what a person or a machine sent to a RestoreRequest, or to all that is wrong with it.

Nothing is guessed and nothing ignored, with two exceptions for bodies copied from Microsoft's
pages: a null is an absent field, and an empty string is absent where the field does not apply
anyway.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, islice
from typing import Any

from msgspec.inspect import Field
from msgspec.structs import replace

from restore.messages.errors import InvalidRequest
from restore.messages.plan_io import ShowPoints
from restore.messages.request import REQUEST_TYPES, ItemQuery, RestoreRequest
from restore.request import cross_field_rules, point_pages, validation
from restore.request.canonical import canonical
from restore.request.json_text import json_of
from restore.request.sender_habits import envelopes
from restore.request.sender_habits.texts import plain_spelling
from restore.values.decoding import decode
from restore.values.problem import Problem

PROBLEMS_MAX = 50

_ELSEWHERE = {
    "OriginalLocation": "OriginalLocation overwrites the disks of the source VM; {} does not apply",
    "AlternateLocation": "AlternateLocation creates a VM; {} does not apply",
    "RestoreDisks": "RestoreDisks creates disks and no VM; {} does not apply",
}
_ONLY = {
    "confirm": "is for OriginalLocation, which overwrites disks; leave it out",
    "restoreWithManagedDisks": "is for RestoreDisks; leave it out",
}
_NEVER = {
    "affinityGroup": "belongs to classic VMs; leave it out",
    "targetDomainNameId": "belongs to classic VMs; leave it out",
    "objectType": "is set by this app; leave it out",
    "recoveryPointId": 'is chosen by recoveryPoint; give {"recoveryPoint": {"id": …}} instead',
    "properties": "is ARM's envelope; move its fields to the top level",
}
_REQUIRED = {
    "confirm": "is required: OriginalLocation overwrites disks, so repeat the VM's name here",
}


def parse_text(body: bytes | str, *, default_request_id: str) -> RestoreRequest:
    """Read a request from JSON or from Base64 of JSON. Raises InvalidRequest."""
    return parse_request(json_of(body), default_request_id=default_request_id)


def parse_request(value: object, *, default_request_id: str) -> RestoreRequest:
    """Read a request from parsed JSON. Raises InvalidRequest, which lists every problem."""
    no_request = envelopes.problem_of(value)
    if no_request is not None:
        raise InvalidRequest([no_request])
    spelled, misspelled = _as_spelled_here(_without_nulls(value))
    given = {"requestId": default_request_id} | canonical(spelled, _known_fields(None))
    kind = given.get("recoveryType")
    recovery_type = kind if isinstance(kind, str) and kind in REQUEST_TYPES else None
    fields = {
        name: field
        for name, field in given.items()
        if field != "" or _forbidden(name, recovery_type) is None
    }
    problems = chain(_misspelled(misspelled), _problems(recovery_type, fields))
    found = tuple(islice(problems, PROBLEMS_MAX))
    if found:
        raise _all_wrong(found, next(problems, None), given["requestId"])
    request: RestoreRequest = decode(fields, RestoreRequest)
    return request


def parse_points_query(parameters: Mapping[str, Any]) -> ShowPoints:
    """Read the query that asks for a VM's recovery points. Raises InvalidRequest."""
    given = canonical(dict(parameters), validation.fields_of(ItemQuery))
    problems = list(validation.problems_of(given, ItemQuery))
    token = given.get("continuationToken")
    if isinstance(token, str) and not point_pages.is_token(token):
        problems.append(Problem(path="$.continuationToken", message="is not a token of this list"))
    if problems:
        raise InvalidRequest(problems)
    query = ItemQuery.from_json(given)
    return ShowPoints(
        source_resource_id=query.source_resource_id,
        vault_id=query.vault_id,
        incident_at=query.incident_at,
        continuation_token=query.continuation_token,
    )


def _as_spelled_here(value: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the fields by their names here, and those that were spelled otherwise (RecoveryType,
    recovery_type) with the name that is meant: what else is wrong with them is said as well."""
    known = [*_known_fields(None), *_NEVER, "recoveryType"]
    by_plain = {plain_spelling(name): name for name in known if name not in value}
    otherwise: dict[str, str] = {}
    for name in value:
        meant = None if name in known else by_plain.pop(plain_spelling(name), None)
        if meant is not None:
            otherwise[name] = meant
    return {otherwise.get(name, name): field for name, field in value.items()}, otherwise


def _misspelled(otherwise: dict[str, str]) -> Iterator[Problem]:
    if len(otherwise) == 1:
        (name,) = otherwise
        yield validation.unknown_problem(name, otherwise.values(), "$")
    elif otherwise:
        said = f"spells {len(otherwise)} fields otherwise than they are known here: send "
        yield Problem(path="$", message=said + ", ".join(otherwise.values()))


def _problems(recovery_type: str | None, fields: dict[str, Any]) -> Iterator[Problem]:
    found: list[Problem] = []
    for problem in _field_problems(recovery_type, fields):
        found.append(problem)
        yield problem
    broken = frozenset(name for name in fields if any(_is_at(each, name) for each in found))
    for path, message in cross_field_rules.problems_between(
        cross_field_rules.Given(recovery_type, fields, broken)
    ):
        yield Problem(path=path, message=message)


def _field_problems(recovery_type: str | None, fields: dict[str, Any]) -> Iterator[Problem]:
    """Say what is wrong with each field by itself."""
    if recovery_type is None:
        said = f"is required: one of {', '.join(REQUEST_TYPES)}"
        if "recoveryType" in fields:
            said = validation.one_of_problem(fields["recoveryType"], list(REQUEST_TYPES)) or said
        yield Problem(path="$.recoveryType", message=said)
    known = _known_fields(recovery_type)
    for name, value in fields.items():
        reason = _forbidden(name, recovery_type)
        if reason is not None:
            yield Problem(path=validation.path_to("$", name), message=reason)
        elif name in known:
            yield from validation.field_problems(value, known[name], f"$.{name}")
        elif name != "recoveryType":
            yield validation.unknown_problem(name, [*known, "recoveryType"], "$")
    for name, field in known.items():
        if field.required and name not in fields:
            yield Problem(path=f"$.{name}", message=_REQUIRED.get(name, "is required"))


@cache
def _known_fields(recovery_type: str | None) -> Mapping[str, Field]:
    """Return a type's fields; of an unknown type every field, for any may be right."""
    if recovery_type is not None:
        return validation.fields_of(REQUEST_TYPES[recovery_type])
    tables = [validation.fields_of(kind) for kind in REQUEST_TYPES.values()]
    merged = {name: field for table in tables for name, field in table.items()}
    needed = {name for name in merged if all(name in table for table in tables)}
    return {
        name: field if name in needed else replace(field, required=False)
        for name, field in merged.items()
    }


def _forbidden(name: str, recovery_type: str | None) -> str | None:
    """Say why a field that exists does not apply; None if it does, or does not exist."""
    if name in _NEVER:
        return _NEVER[name]
    if recovery_type is None or name in validation.fields_of(REQUEST_TYPES[recovery_type]):
        return None
    if any(name in validation.fields_of(kind) for kind in REQUEST_TYPES.values()):
        return _ONLY.get(name) or _ELSEWHERE[recovery_type].format(name)
    return None


def _is_at(problem: Problem, name: str) -> bool:
    path = validation.path_to("$", name)
    return problem.path == path or problem.path.startswith((path + ".", path + "["))


def _without_nulls(value: Any, depth: int = 8) -> Any:
    """Drop the nulls as deep as any field of ours may lie."""
    if not depth or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        return [_without_nulls(item, depth - 1) for item in value]
    kept = {name: field for name, field in value.items() if field is not None}
    return {name: _without_nulls(field, depth - 1) for name, field in kept.items()}


def _all_wrong(
    found: tuple[Problem, ...], another: Problem | None, request_id: Any
) -> InvalidRequest:
    if another is not None:
        found = (*found, Problem(path="$", message="has more problems"))
    has_id = not any(problem.path == "$.requestId" for problem in found)
    return InvalidRequest(found, request_id=request_id if has_id else None)
