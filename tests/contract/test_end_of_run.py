"""A run of the tests ends, and says why, whatever a test does to its process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARALLEL = re.findall(r"^PARALLEL := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0]
# Those alone that pyproject.toml needs: others take seconds to load.
PLUGINS = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_PLUGINS": "xdist.plugin,pytest_asyncio.plugin,plugged",
}
RUN_S_MAX = 60
"""Far more than it takes, on any machine; a run that waits for itself never ends."""
PLUGGED = """
from tests.dead_processes import DeadProcesses

def pytest_configure(config):
    config.pluginmanager.register(DeadProcesses())
"""
FILES, TESTS = 12, 5


def run(folder: Path, harm: str, bad: str) -> "subprocess.CompletedProcess[str]":
    """Run more files than processes, some of which are done when a test does harm. Where
    `HERE` is, a file is made once."""
    (folder / "plugged.py").write_text(PLUGGED)
    for number in range(FILES):
        body = f"if {bad}:\n        {harm}" if number == FILES // 2 else "pass"
        tests = 1 if number == FILES - 1 else TESTS
        (folder / f"test_{number:02}.py").write_text(
            "import os, signal, time\nfrom pathlib import Path\nimport pytest\n"
            f"ONCE = Path({str(folder / 'once')!r})\n"
            f"@pytest.mark.parametrize('case', range({tests}))\n"
            f"def test_it(case):\n    time.sleep(0.02)\n    {body}\n"
        )
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    command += [f"--rootdir={folder}", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=1"]
    return subprocess.run(
        [*command, *PARALLEL.split(), str(folder)],
        check=False,
        cwd=folder,
        env={**os.environ, **PLUGINS, "PYTHONPATH": f"{ROOT}:{folder}"},
        capture_output=True,
        text=True,
        timeout=RUN_S_MAX,
    )


DIES = ("os.kill(os.getpid(), signal.SIGSEGV)", "Fatal Python error: Segmentation fault")
HANGS = ("time.sleep(3600)", "Timeout (0:00:01)!")
BAD = f"test_{FILES // 2:02}.py::test_it[3]"
WHOLE = (FILES - 1) * TESTS + 1


@pytest.mark.parametrize(("harm", "told"), [DIES, HANGS], ids=["dies", "hangs"])
def test_a_test_that_dies_or_hangs_each_time_fails_the_run_which_names_it(
    harm: str, told: str, tmp_path: Path
) -> None:
    ended = run(tmp_path, harm, "case == 3")
    assert ended.returncode == 1
    assert f"crashed while running '{BAD}'" in ended.stdout
    assert f"A process died 2 times while it ran {BAD}." in ended.stdout
    assert told in ended.stderr


@pytest.mark.parametrize("case", [0, 3, 4])
def test_of_a_process_that_dies_once_all_is_run_again_and_the_run_says_so(
    case: int, tmp_path: Path
) -> None:
    ended = run(tmp_path, f"ONCE.touch(); {DIES[0]}", f"case == {case} and not ONCE.exists()")
    named = BAD.replace("[3]", f"[{case}]")
    assert f"A process died once while it ran {named}. Its stack is told above." in ended.stdout
    assert f"{WHOLE} passed, 1 died" in ended.stdout
    assert ended.returncode == 0
    assert DIES[1] in ended.stderr


def test_tests_that_die_once_each_are_more_than_one_death(tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        f"(ONCE.parent / str(case)).touch(); {DIES[0]}",
        "case > 2 and not (ONCE.parent / str(case)).exists()",
    )
    assert ended.returncode == 1
    assert "maximum crashed workers reached: 1" in ended.stdout
