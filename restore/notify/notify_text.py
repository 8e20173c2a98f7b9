"""From JSON text to a Notify, or to everything that is wrong with it, each with its JSON path.

The text comes from a setting or a file; reading it is not this room's business.
"""

from collections.abc import Iterator
from typing import Any

from restore.messages.errors import InvalidRequest
from restore.notify import addresses
from restore.notify.receivers import COMMON, FIELDS, Notify
from restore.request import documents, json_text, validation
from restore.request.documents import InvalidDocument
from restore.values.problem import Problem


class InvalidNotify(InvalidDocument):
    """.problems says everything that is wrong with a text."""


def parse(text: str) -> Notify:
    """Read who is told. Raises InvalidNotify. Addresses on loopback are for tests only: whether
    there are any, `for_tests` says."""
    try:
        value = json_text.json_of(text)
    except InvalidRequest as error:
        raise InvalidNotify(error.problems) from None
    if isinstance(value, dict):
        value.pop("$schema", None)  # for editors
    problems = tuple(validation.problems_of(value, Notify))
    problems = problems or tuple(_between(value))
    if problems:
        raise InvalidNotify(problems)
    return Notify.from_json(value)


def hint(text: str) -> str | None:
    """Say what a text is that should be JSON and is none; None if that is not known."""
    return json_text.hint(text.encode(errors="replace"))


def for_tests(notify: Notify) -> Iterator[Problem]:
    """Say which addresses lead to this machine, which only a simulated Azure may use."""
    for index, receiver in enumerate(notify.receivers):
        url = receiver.url
        refusal = url and addresses.refusal(url, None, admits_loopback=False)
        if refusal:
            yield Problem(path=f"$.receivers[{index}].url", message=refusal)


def schema() -> dict[str, Any]:
    """Return the JSON Schema that is published as docs/notify.schema.json."""
    described = documents.published(Notify)
    described["$defs"]["Receiver"]["allOf"] = [*_fields_of_kinds()]
    return described


def _fields_of_kinds() -> Iterator[dict[str, Any]]:
    """Which fields each kind needs, and which it does not take."""
    every = {name for one in FIELDS.values() for name in _named(one.needs, one.takes)}
    for kind, fields in FIELDS.items():
        strange = sorted(every - _named(fields.needs, fields.takes))
        needs = [{"oneOf": [{"required": [name]} for name in group]} for group in fields.needs]
        yield {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"allOf": needs, "properties": dict.fromkeys(strange, False)},
        }


def _named(needs: tuple[tuple[str, ...], ...], takes: tuple[str, ...]) -> set[str]:
    return {*takes, *(name for group in needs for name in group)}


def _between(value: dict[str, Any]) -> Iterator[Problem]:
    """Say what a shape cannot: names that are used twice, fields that a kind has or has not."""
    names: set[str] = set()
    for index, receiver in enumerate(value["receivers"]):
        path = f"$.receivers[{index}]"
        if receiver["name"] in names:
            text = "is already the name of another receiver"
            yield Problem(path=f"{path}.name", message=text)
        names.add(receiver["name"])
        yield from _of_kind(receiver, path)
        url = receiver.get("url")
        refusal = addresses.refusal(url, None, admits_loopback=True) if url else None
        if refusal is None and url and receiver["kind"] == "eventGrid":
            refusal = addresses.topic_refusal(url, None, admits_loopback=True)
        if refusal is not None:
            yield Problem(path=f"{path}.url", message=refusal)


def _of_kind(receiver: dict[str, Any], path: str) -> Iterator[Problem]:
    kind = receiver["kind"]
    fields = FIELDS[kind]
    for group in fields.needs:
        given = [name for name in group if name in receiver]
        wanted = " or ".join(group)
        if not given:
            yield Problem(path=f"{path}.{group[0]}", message=f"is required: {kind} needs {wanted}")
        for name in given[1:]:
            yield Problem(path=f"{path}.{name}", message=f"is one too many: give {wanted}")
    known = {*COMMON, *_named(fields.needs, fields.takes)}
    for name in receiver:
        if name not in known:
            yield Problem(path=f"{path}.{name}", message=f"is no field of the kind {kind}")
