"""Alerts of other senders, read by a mapping of the rules file: where in their JSON what stands."""

from collections.abc import Iterator
from typing import Any

from restore.alerts import fired_times, pointers
from restore.alerts.alert import Alert, State, id_of, labels_of, targets_of, text_of
from restore.alerts.pointers import ABSENT, value_at
from restore.alerts.restore_rules import Firing, Mapping
from restore.values.arm_ids import lower_ascii


def mapping_of(document: Any, mappings: tuple[Mapping, ...]) -> Mapping | None:
    """Return the first mapping whose sender a document is from; None if it is nobody's."""
    return next((each for each in mappings if _is_of(document, each)), None)


def items_of(document: Any, mapping: Mapping) -> list[Any]:
    """Return the items of a document, each of which is one alert."""
    found = value_at(document, mapping.items)
    return found if isinstance(found, list) else [] if found is None else [found]


def alert_of(item: Any, mapping: Mapping) -> Alert:
    """Read one item. What it lacks is absent in what is returned."""
    state = _state(item, mapping.firing)
    return Alert(
        source=mapping.name,
        id=id_of(value_at(item, mapping.id)),
        rule=text_of(value_at(item, mapping.rule)),
        severity=text_of(value_at(item, mapping.severity)),
        state=state,
        fired_at=fired_times.moment_of(value_at(item, mapping.time)),
        targets=targets_of(value_at(item, mapping.vm)),
        labels=labels_of(value_at(item, mapping.labels)),
        why=""
        if state != "unknown"
        else f"{mapping.firing.at} says neither that it fires nor that it is resolved",
    )


def _is_of(document: Any, mapping: Mapping) -> bool:
    return all(pointers.at(document, pointer) is not ABSENT for pointer in mapping.has)


def _state(item: Any, firing: Firing) -> State:
    said = set(_words(value_at(item, firing.at)))
    if said & set(_words(list(firing.values))):
        return "fired"
    return "resolved" if said & set(_words(list(firing.resolved or ()))) else "unknown"


def _words(value: Any) -> Iterator[str]:
    """A state as words in lower case: most are texts, some are numbers or true and false."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, bool):
            yield str(each).lower()
        elif isinstance(each, str | int):
            yield lower_ascii(str(each).strip())
