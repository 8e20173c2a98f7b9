"""What no tracked file may say: where somebody's machine keeps it, which registry served it."""

import re
from collections.abc import Iterator

from tools.tidy.source import Finding, Source

# In pieces, or this file would find itself.
_PLACES = "|".join(["work/", "root/", "Users/", "home/(?!site/)", "workspace[s]?/"])
_MACHINE_PATH = re.compile(rf"(?<![\w.)}}\]>*-])/(?:{_PLACES})\w")
_HOSTS = [
    ("registry", "npmjs", "org"),
    ("registry", "yarnpkg", "com"),
    ("files", "pythonhosted", "org"),
    ("pypi", "python", "org"),
    ("pypi", "org/simple"),
    ("test", "pypi", "org"),
    ("proxy", "golang", "org"),
    ("static", "crates", "io"),
]
_REGISTRY = re.compile("|".join(re.escape(".".join(parts)) for parts in _HOSTS))


def names_no_machine_path(source: Source) -> Iterator[Finding]:
    """A path that exists on one machine is of no use to the next reader."""
    yield from _matches(source, _MACHINE_PATH, "names a path of somebody's machine")


def names_no_registry(source: Source) -> Iterator[Finding]:
    """Where packages come from is the machine's configuration, not the project's."""
    yield from _matches(source, _REGISTRY, "names a package registry")


def _matches(source: Source, pattern: re.Pattern[str], text: str) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, start=1):
        if found := pattern.search(line):
            yield source.finding(number, f"{text}: {found.group()}")
