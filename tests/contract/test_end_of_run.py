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
    "PYTEST_PLUGINS": "xdist.plugin,pytest_asyncio.plugin",
}
RUN_S_MAX = 60
"""Far more than it takes, on any machine; without the settings it never ends."""


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "Fatal Python error: Segmentation fault"),
        ("time.sleep(3600)", "Timeout (0:00:01)!"),
    ],
    ids=["dies", "hangs"],
)
def test_a_test_that_dies_or_hangs_ends_the_run_which_names_it(
    harm: str, told: str, tmp_path: Path
) -> None:
    """More files than processes, and each long enough that all the processes have begun."""
    for number in range(6):
        bad = harm if number == 2 else "pass"
        (tmp_path / f"test_{number}.py").write_text(
            "import os, signal, time\nimport pytest\n"
            "@pytest.mark.parametrize('case', range(10))\n"
            f"def test_it(case):\n    if case == 5:\n        {bad}\n"
        )
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")),
            *(f"--rootdir={tmp_path}", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=1"),
            *(*PARALLEL.split(), str(tmp_path)),
        ],
        check=False,
        cwd=tmp_path,
        env={**os.environ, **PLUGINS},
        capture_output=True,
        text=True,
        timeout=RUN_S_MAX,
    )
    assert ended.returncode != 0
    assert "crashed while running 'test_2.py::test_it[5]'" in ended.stdout
    assert told in ended.stderr
