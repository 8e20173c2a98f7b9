"""The project keeps its own rules, and every rule is able to fail.

The rules live in tools/tidy. Each has planted defects here that it must find, and clean code beside
them that it must leave alone; a rule without a planted defect fails the last test.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from tools.tidy import places, purity, rules, shape, texts
from tools.tidy.source import Rule, Source, project_files

ROOT = Path(__file__).resolve().parents[2]
PROJECT = project_files(ROOT)


class Plant(NamedTuple):
    """A defect that a rule must find, or clean code that it must not touch."""

    rule: Rule
    path: str
    text: str


APP = '"""Contents."""\nimport os\nimport azure.durable_functions as df\n'
STORY = "orchestrators/restore_vm.py"

DEFECTS = [
    Plant(shape.modules_parse, "restore/messages/names.py", "def broken(:\n"),
    Plant(shape.modules_parse, "restore/messages/names.py", "match = 1\nprint 'old'\n"),
    Plant(purity.imports_only_what_replays, STORY, "import random"),
    Plant(purity.imports_only_what_replays, STORY, "from os import path"),
    Plant(purity.imports_only_what_replays, STORY, "def f():\n    import time"),
    Plant(purity.imports_only_what_replays, STORY, "from activities import read_job"),
    Plant(purity.imports_only_what_replays, STORY, "import azure.functions"),
    Plant(purity.calls_nothing_that_differs, STORY, "x = datetime.now(UTC)"),
    Plant(purity.calls_nothing_that_differs, STORY, "x = datetime.datetime.utcnow()"),
    Plant(purity.calls_nothing_that_differs, STORY, "x = date.today()"),
    Plant(purity.calls_nothing_that_differs, STORY, "def f():\n    open('x')"),
    Plant(purity.calls_nothing_that_differs, STORY, "def f(x):\n    return hash(x)"),
    Plant(purity.has_no_async, STORY, "async def restore_vm(context):\n    pass"),
    Plant(purity.keeps_no_state, STORY, "seen = []"),
    Plant(purity.keeps_no_state, STORY, "seen: dict[str, int] = {}"),
    Plant(purity.keeps_no_state, STORY, "seen = collections.defaultdict(int)"),
    Plant(purity.keeps_no_state, STORY, "n = 0\ndef f():\n    global n\n    n += 1"),
    Plant(purity.keeps_no_state, STORY, "for x in (1, 2):\n    f(x)"),
    Plant(purity.loops_over_no_set, STORY, "for vm in {'a', 'b'}:\n    pass"),
    Plant(purity.loops_over_no_set, STORY, "def f(x):\n    return [v for v in set(x)]"),
    Plant(
        purity.loops_over_no_set, STORY, "def f(x):\n    s = set(x)\n    for v in s:\n        y(v)"
    ),
    Plant(purity.loops_over_no_set, STORY, "def f(a, b):\n    return list(set(a) - b)"),
    Plant(purity.loops_over_no_set, STORY, "def f(a, b):\n    return [*set(a).union(b)]"),
    Plant(purity.loops_over_no_set, STORY, "def f(c, x):\n    yield c.task_all({t for t in x})"),
    Plant(
        purity.listens_in_one_generation,
        "orchestrators/watch_job.py",
        "def f(c):\n    yield c.wait_for_external_event('cancel')\n    c.continue_as_new(1)",
    ),
    Plant(places.app_is_a_table_of_contents, "function_app.py", APP + "def f():\n    pass"),
    Plant(places.app_is_a_table_of_contents, "function_app.py", APP + "if os.environ:\n    x = 1"),
    Plant(places.app_is_a_table_of_contents, "function_app.py", APP + "LIMIT = 5"),
    Plant(places.app_is_a_table_of_contents, "function_app.py", APP + "a = f(1 if x else 2)"),
    Plant(places.app_is_a_table_of_contents, "function_app.py", APP + "start_threads()"),
    Plant(places.app_is_a_table_of_contents, "function_app.py", APP + "from devhost import clock"),
    Plant(places.app_is_a_table_of_contents, "function_app.py", APP + "from arm import client"),
    Plant(places.environment_is_read_in_four_places, "arm/client.py", "x = os.environ['A']"),
    Plant(
        places.environment_is_read_in_four_places,
        "restore/messages/names.py",
        "x = os.getenv('A')",
    ),
    Plant(places.environment_is_read_in_four_places, "triggers/http.py", "from os import environ"),
    Plant(places.heavy_imports_wait_for_their_use, "arm/client.py", "import requests"),
    Plant(
        places.heavy_imports_wait_for_their_use,
        "storage/ledger.py",
        "try:\n    from azure.storage.blob import BlobClient\nexcept ImportError:\n    raise",
    ),
    Plant(places.statuses_leave_by_one_door, STORY, "def f(c):\n    c.set_custom_status({})"),
    Plant(places.names_say_what_is_inside, "arm/utils.py", ""),
    Plant(places.names_say_what_is_inside, "devhost/common/clock.py", ""),
    Plant(places.imports_are_absolute, "arm/backup.py", "from .client import Client"),
    Plant(places.imports_are_absolute, "tests/unit/arm/test_x.py", "from . import fakes"),
    Plant(
        places.function_files_keep_their_annotations,
        "triggers/http.py",
        "from __future__ import annotations\nimport azure.functions as func",
    ),
    Plant(places.prints_are_for_the_command_line, "arm/client.py", "print('hello')"),
    Plant(places.prints_are_for_the_command_line, "devhost/worker.py", "def f():\n    print(1)"),
    Plant(shape.modules_are_short, "arm/client.py", "x = 1\n" * 251),
    Plant(shape.modules_are_short, "devhost/engine/client.py", "x = 1\n" * 251),
    Plant(shape.modules_are_short, "tests/unit/arm/test_client.py", "x = 1\n" * 401),
    Plant(shape.functions_are_short, "devhost/host.py", "def f():\n" + "    x = 1\n" * 50),
    Plant(shape.functions_are_short, STORY, "def f():\n" + "    x = 1\n" * 60),
    Plant(
        shape.functions_are_short,
        "arm/client.py",
        "class C:\n    async def f(self):\n" + "        x = 1\n" * 50,
    ),
    Plant(shape.modules_say_what_they_are_for, "arm/client.py", "x = 1"),
    Plant(shape.modules_say_what_they_are_for, "arm/client.py", ""),
    Plant(shape.modules_say_what_they_are_for, "arm/__init__.py", '"""  """'),
    Plant(texts.names_no_machine_path, "README.md", "cd /" + "home/someone/project"),
    Plant(texts.names_no_machine_path, "docs/a.md", "see `/" + "work/main/x`"),
    Plant(texts.names_no_machine_path, "arm/client.py", "x = '/" + "Users/me/x'"),
    Plant(texts.names_no_registry, "package-lock.json", "https://registry." + "npmjs.org/azurite"),
    Plant(texts.names_no_registry, "requirements.txt", "-i https://pypi." + "org/simple"),
]

CLEAN = [
    Plant(
        shape.modules_parse,
        "restore/messages/names.py",
        "type_ = 1\nmatch type_:\n    case 1: pass",
    ),
    Plant(purity.imports_only_what_replays, STORY, "from datetime import timedelta"),
    Plant(
        purity.imports_only_what_replays, STORY, "from restore.messages.activity_io import Cancel"
    ),
    Plant(purity.imports_only_what_replays, "arm/client.py", "import random"),
    Plant(
        purity.imports_only_what_replays,
        "orchestrators/registration.py",
        "from importlib import import_module",
    ),
    Plant(purity.calls_nothing_that_differs, STORY, "def f(c):\n    return c.current_utc_datetime"),
    Plant(purity.calls_nothing_that_differs, STORY, "def f(c):\n    return c.window.open()"),
    Plant(purity.keeps_no_state, STORY, "_MAX = 3\nblueprint = df.Blueprint()\nNAMES = ('a', 'b')"),
    Plant(purity.loops_over_no_set, STORY, "def f(x):\n    for v in sorted(set(x)):\n        y(v)"),
    Plant(purity.loops_over_no_set, STORY, "def f(x):\n    return [v for v in x if v in {'a'}]"),
    Plant(
        purity.listens_in_one_generation,
        STORY,
        "def f(c):\n    yield c.wait_for_external_event('c')",
    ),
    Plant(
        places.app_is_a_table_of_contents,
        "function_app.py",
        APP
        + "gc.disable()\nfrom restore.settings import parse_settings\nfrom triggers import http\n"
        + "settings = parse_settings(os.environ)\napp = df.DFApp()\n"
        + "app.register_functions(http.blueprint(settings))",
    ),
    Plant(
        places.statuses_leave_by_one_door,
        "orchestrators/display.py",
        "def f(c):\n    c.set_custom_status({})",
    ),
    Plant(places.environment_is_read_in_four_places, "arm/connection.py", "x = os.environ"),
    Plant(places.environment_is_read_in_four_places, "devhost/host.py", "x = os.environ"),
    Plant(
        places.heavy_imports_wait_for_their_use, "arm/client.py", "def f():\n    import requests"
    ),
    Plant(
        places.heavy_imports_wait_for_their_use,
        "arm/client.py",
        "if TYPE_CHECKING:\n    import requests",
    ),
    Plant(places.heavy_imports_wait_for_their_use, "devhost/host.py", "import aiohttp"),
    Plant(places.names_say_what_is_inside, "docs/common.md", ""),
    Plant(
        places.function_files_keep_their_annotations,
        "arm/client.py",
        "from __future__ import annotations",
    ),
    Plant(places.prints_are_for_the_command_line, "devhost/__main__.py", "print('hello')"),
    Plant(shape.modules_are_short, "arm/client.py", "x = 1\n" * 250),
    Plant(shape.modules_are_short, "tests/unit/arm/test_client.py", "x = 1\n" * 400),
    Plant(shape.functions_are_short, "devhost/host.py", "def f():\n" + "    x = 1\n" * 49),
    Plant(shape.functions_are_short, STORY, "def f():\n" + "    x = 1\n" * 59),
    Plant(
        shape.functions_are_short,
        "triggers/http.py",
        "def f():\n" + "    x = 1\n" * 30 + "    def g():\n" + "        y = 1\n" * 30,
    ),
    Plant(shape.modules_say_what_they_are_for, "tests/unit/__init__.py", ""),
    Plant(texts.names_no_machine_path, "docs/a.md", "Azure keeps it in /home/site/wwwroot"),
    Plant(texts.names_no_machine_path, "docs/a.md", "https://example.org/work/today"),
    Plant(texts.names_no_registry, "README.md", f"https://pypi{'.'}org/project/azure-functions/"),
]


def named(plant: Plant) -> str:
    return f"{plant.rule.__name__}-{plant.path}"


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: Rule) -> None:
    broken = [str(finding) for finding in rules.check(rule, PROJECT)]
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


@pytest.mark.parametrize("plant", DEFECTS, ids=named)
def test_the_rule_finds_a_planted_defect(plant: Plant) -> None:
    found = list(rules.check(plant.rule, [Source.of(plant.path, plant.text)]))
    assert found, "a defect went unseen"
    assert all(finding.line >= 1 for finding in found)


@pytest.mark.parametrize("plant", CLEAN, ids=named)
def test_the_rule_leaves_clean_code_alone(plant: Plant) -> None:
    assert not list(rules.check(plant.rule, [Source.of(plant.path, plant.text)]))


def test_every_rule_has_a_planted_defect() -> None:
    assert set(rules.ALL) == {plant.rule for plant in DEFECTS}


def test_every_rule_says_why_it_is_one() -> None:
    assert not [rule.__name__ for rule in rules.ALL if not rule.__doc__]


def test_the_project_s_own_files_are_seen() -> None:
    seen = {str(source.path) for source in PROJECT}
    assert {"pyproject.toml", "tools/tidy/rules.py", "restore/messages/model.py"} <= seen


def test_a_folder_without_git_is_read_from_disk(tmp_path: Path) -> None:
    (tmp_path / "arm").mkdir()
    (tmp_path / "arm" / "client.py").write_text("x = 1\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "big.py").write_text("x = 1\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0")
    assert [str(source.path) for source in project_files(tmp_path)] == ["arm/client.py"]
