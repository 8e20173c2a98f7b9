"""The linters' own rules are able to fail: what is planted here is what they are there to find."""

import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = ROOT / "pyproject.toml"
ROOMS = tuple(tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["root_packages"])

STEPS = tuple(f"restore.{path.parent.name}" for path in (ROOT / "restore").glob("*/__init__.py"))
OWN_MODULES = tuple(
    path.stem for path in (ROOT / "restore").glob("*.py") if path.stem != "__init__"
)

WRONG_WAYS = {
    "shipped": ("storage", "devhost"),
    "triggers": ("triggers", "arm"),
    "orchestrators": ("orchestrators", "activities"),
    "activities": ("activities", "orchestrators"),
    "storage": ("storage", "triggers"),
    "arm": ("arm", "storage"),
    "probes": ("probes", "arm"),
    "notifications": ("notifications", "activities"),
    "restore": ("restore.values", "arm"),
    "steps": ("restore.values", "restore.plan"),
    "host": ("devhost", "triggers"),
    "azure": ("simulated_azure", "devhost"),
}
"""For each contract of pyproject.toml, an import that breaks it."""


def ruff(path: str, text: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--output-format=concise", "--no-cache"]
    run = subprocess.run(
        [*command, "--stdin-filename", path, "-"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode in {0, 1}, run.stderr
    return run.stdout


def import_linter(tree: Path) -> str:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=tree,
        capture_output=True,
        check=False,
        text=True,
    )
    return run.stdout + run.stderr


def build_rooms(tree: Path, *ways: tuple[str, str]) -> None:
    """Lay out empty rooms where each way (from, to) is one import."""
    (tree / "pyproject.toml").write_text(PYPROJECT.read_text())
    for room in (*ROOMS, *STEPS, "devhost.cli"):
        folder = tree.joinpath(*room.split("."))
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        names = OWN_MODULES if room == "restore" else ("target",)
        for name in names:
            (folder / f"{name}.py").write_text("")
    for number, (source, target) in enumerate(ways):
        path = tree.joinpath(*source.split("."), f"way_{number}.py")
        path.write_text(f"import {target}.target\n")


def circle_in(graph: grimp.ImportGraph) -> list[str]:
    """Return the modules of a circle, imports for types included."""
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"][
        "contracts"
    ]
    return found


@pytest.mark.parametrize("room", ["orchestrators", "restore"])
@pytest.mark.parametrize(
    "text",
    [
        "import time\n\ntime.sleep(1)\n",
        "import random\n\nrandom.random()\n",
        "import os\n\nos.environ['A']\n",
        "import uuid\n\nuuid.uuid4()\n",
        "import socket\n\nsocket.socket()\n",
        "import requests\n\nrequests.get('x', timeout=1)\n",
        "from datetime import UTC, datetime\n\ndatetime.now(UTC)\n",
    ],
)
def test_the_pure_rooms_may_not_reach_the_world(room: str, text: str) -> None:
    assert "TID251" in ruff(f"{room}/planted.py", text)


def test_the_other_rooms_may() -> None:
    assert "TID251" not in ruff("devhost/planted.py", "import os\n\nos.environ['A']\n")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("TID252", "from .client import Client\n\nClient()\n"),
        ("T201", "print('hello')\n"),
        ("DTZ005", "from datetime import datetime\n\ndatetime.now()\n"),
        ("E722", "try:\n    x = 1\nexcept:\n    x = 2\n"),
        ("S113", "import requests\n\nrequests.get('x')\n"),
        ("E501", f"x = '{'x' * 100}'\n"),
    ],
)
def test_every_shipped_room_is_held_to_the_common_rules(rule: str, text: str) -> None:
    assert rule in ruff("arm/planted.py", text)


def test_every_import_direction_has_a_planted_defect() -> None:
    assert {contract["id"] for contract in contracts()} == WRONG_WAYS.keys()


def test_every_wrong_way_breaks_its_contract(tmp_path: Path) -> None:
    build_rooms(tmp_path, *WRONG_WAYS.values())
    said = import_linter(tmp_path)
    kept = [each["name"] for each in contracts() if f"{each['name']} BROKEN" not in said]
    assert not kept, said


def test_rooms_that_import_the_right_way_break_nothing(tmp_path: Path) -> None:
    build_rooms(
        tmp_path,
        ("triggers", "storage"),
        ("triggers", "restore.values"),
        ("orchestrators", "restore.values"),
        ("activities", "arm"),
        ("activities", "storage"),
        ("storage", "arm"),
        ("storage", "restore.values"),
        ("arm", "restore.values"),
        ("devhost.cli", "restore.values"),
    )
    said = import_linter(tmp_path)
    assert f"{len(contracts())} kept, 0 broken" in said, said


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not circle_in(grimp.build_graph(*ROOMS, cache_dir=None))


def test_a_planted_circle_is_found() -> None:
    graph = grimp.ImportGraph()
    for name in ("a", "b", "c"):
        graph.add_module(name)
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "b")):
        graph.add_import(importer=importer, imported=imported)
    assert set(circle_in(graph)) == {"b", "c"}
