"""One file as the rules see it: where it is, its text, its syntax tree."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

SHIPPED = (
    *("triggers", "orchestrators", "activities", "notifications", "storage", "arm", "probes"),
    "restore",
)
"""The rooms that are deployed, besides function_app.py."""

NOT_SHIPPED = ("benchmarks", "devhost", "simulated_azure", "tests", "tools")

_NOT_OURS = {".git", "node_modules"}
Rule = Callable[["Source"], Iterator["Finding"]]


@dataclass(frozen=True)
class Finding:
    """One thing that breaks a rule."""

    path: PurePosixPath
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Source:
    """One file, by its path from the project's root."""

    path: PurePosixPath
    text: str

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        return cls(PurePosixPath(path), text)

    @property
    def room(self) -> str:
        """The folder at the root that it is in; for a file at the root its own name."""
        return self.path.parts[0]

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def is_shipped(self) -> bool:
        return self.room in SHIPPED or self.room == "function_app.py"

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @cached_property
    def syntax_error(self) -> SyntaxError | None:
        try:
            ast.parse(self.text, str(self.path), feature_version=(3, 11))
        except SyntaxError as error:
            return error
        return None

    def finding(self, where: ast.AST | int, text: str) -> Finding:
        line = where if isinstance(where, int) else getattr(where, "lineno", 1)
        return Finding(self.path, line, text)


def project_files(root: Path) -> list[Source]:
    """Read every text file that is in the repository or could be committed to it."""
    found = (root / name for name in _names(root))
    return [
        Source(PurePosixPath(path.relative_to(root).as_posix()), text)
        for path in found
        if (text := _text(path)) is not None
    ]


def _names(root: Path) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive has no .git
        paths = (path.relative_to(root) for path in root.rglob("*"))
        return sorted(path.as_posix() for path in paths if _is_ours(path))
    return sorted({name for name in listed.stdout.split("\0") if name})


def _is_ours(path: Path) -> bool:
    return not _NOT_OURS & {*path.parts} and not path.parts[0].startswith(".venv")


def _text(path: Path) -> str | None:
    if not path.is_file():
        return None
    content = path.read_bytes()
    return None if b"\0" in content else content.decode("utf-8", errors="replace")
