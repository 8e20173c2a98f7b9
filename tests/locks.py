"""The locks of what is installed, and the inputs that they are made from.

`requirements.in` says what is deployed, `requirements-dev.in` what develops it; `make lock` pins
each, with all that it needs, into the file of the same name that ends in .txt. What is wrong
between the two can be told without a network: what a package needs stands in its own metadata.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
"""The Pythons that the app runs on."""

_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?= |$)")


class Locked(NamedTuple):
    """One package of a lock; on which Pythons is told by the requirement's marker."""

    requirement: Requirement
    hashes: frozenset[str]


def inputs(text: str) -> list[Requirement]:
    """Read the requirements of an input; those of a file that it includes are not among them."""
    return [Requirement(line) for line in _lines(text) if not line.startswith("-")]


def lock(text: str) -> list[Locked]:
    """Read a lock. Raises packaging's InvalidRequirement when a line is no requirement."""
    return [
        Locked(Requirement(_HASH.sub("", line)), frozenset(_HASH.findall(line)))
        for line in _lines(text)
    ]


def on(python: str, requirements: Iterable[Requirement]) -> dict[str, str]:
    """Return name and version of what is pinned for this Python, such as 3.12."""
    where = {"python_version": python, "python_full_version": f"{python}.0"}
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in requirements
        if each.marker is None or each.marker.evaluate(where)
    }


def pinned_here(locked: list[Locked]) -> set[str]:
    """Name what pip would install on this Python and machine."""
    return {canonicalize_name(each.name) for each, _ in locked if _counts(each)}


def needed(asked: Iterable[Requirement]) -> set[str]:
    """Return these packages and all that they need here, by the metadata of what is installed."""
    found: set[tuple[str, str]] = set()
    waiting = [(each.name, extra) for each in asked if _counts(each) for extra in _extras(each)]
    while waiting:
        name, extra = waiting.pop()
        if (canonicalize_name(name), extra) not in found:
            found.add((canonicalize_name(name), extra))
            waiting += _required(name, extra)
    return {name for name, _ in found}


def out_of_step(asked: list[Requirement], locked: list[Locked]) -> Iterator[str]:
    """Tell how a lock differs from its input, on any Python that the app runs on."""
    pins = [each.requirement for each in locked]
    for python in PYTHONS:
        have = on(python, pins)
        for name, version in on(python, asked).items():
            if have.get(name) != version:
                yield f"{name} {version} is asked for on {python}; locked is {have.get(name)}"


def without_hash(locked: list[Locked]) -> list[str]:
    """Name what pip would refuse: no hash, or no exact version."""
    return [
        each.requirement.name
        for each in locked
        if not each.hashes or not re.fullmatch(r"==[\w.]+", str(each.requirement.specifier))
    ]


def differing(deployed: list[Locked], developing: list[Locked]) -> list[str]:
    """Name what is deployed that the tests would not run with."""
    known: Mapping[str, Locked] = {str(each.requirement): each for each in developing}
    return [str(each.requirement) for each in deployed if known.get(str(each.requirement)) != each]


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        if stripped := line.partition("#")[0].strip():
            yield stripped


def _required(name: str, extra: str) -> Iterator[tuple[str, str]]:
    for each in map(Requirement, distribution(name).requires or ()):
        if _counts(each, extra):
            yield from ((each.name, wanted) for wanted in _extras(each))


def _counts(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _extras(requirement: Requirement) -> set[str]:
    return {"", *requirement.extras}
