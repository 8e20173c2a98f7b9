"""`make worker` makes an environment for Microsoft's worker where Python 3.13 is, once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MORE = "tools/requirements-worker.txt"
PYTHON = """#!/bin/sh
# Plays Python 3.13: `-m venv` copies it, and pip notes what it was asked for, and may fail.
case "$*" in
    -c*) exit {is_another} ;;
    --version) echo "Python 3.13.9" ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip install "*) echo "$*" >> pip.log; exit {pip_fails} ;;
esac
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script is for a POSIX shell")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the script and the requirements, and nothing else."""
    folder = tmp_path / "project"
    (folder / "tools").mkdir(parents=True)
    for name in ("tools/worker.sh", MORE, "requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def python(folder: Path, *, is_another: int = 0, pip_fails: int = 0) -> str:
    path = folder / "python3.13"
    path.write_text(PYTHON.format(is_another=is_another, pip_fails=pip_fails))
    path.chmod(0o755)
    return str(path)


def worker(project: Path, *arguments: str, **environ: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [project / "tools" / "worker.sh", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PATH": "/usr/bin:/bin", "PYENV_ROOT": "/nowhere", **environ},
    )
    return ended.returncode, ended.stdout.strip(), ended.stderr.strip()


@pytest.fixture
def _no_python_here() -> None:
    if shutil.which("python3.13", path="/usr/bin:/bin"):
        pytest.skip("this machine has a Python 3.13 that cannot be hidden")


@pytest.mark.usefixtures("_no_python_here")
def test_without_python_3_13_nothing_is_wrong(project: Path) -> None:
    code, _, said = worker(project)
    assert code == 0
    assert said.startswith("worker: there is no Python 3.13 here (PYTHON313=/path/to/python3.13")
    assert worker(project, "path") == (0, "", "")


@pytest.mark.usefixtures("_no_python_here")
def test_asked_for_outright_a_missing_python_is_a_plain_refusal(project: Path) -> None:
    code, _, said = worker(project, "needed")
    assert (code, said.count("\n")) == (2, 0)
    assert said.startswith("worker: WORKER=real needs Microsoft's own worker: there is no Python")


def test_a_python_that_was_named_must_be_one(project: Path) -> None:
    named = python(project, is_another=1)
    code, _, said = worker(project, PYTHON313=named)
    assert (code, said) == (2, f"worker: PYTHON313={named} is not Python 3.13")


def test_it_is_made_once_and_again_when_a_requirement_changes(project: Path) -> None:
    named = python(project)
    code, _, said = worker(project, PYTHON313=named)
    assert (code, said) == (0, "worker: making .cache/worker with Python 3.13.9")
    deployed, more = (project / "pip.log").read_text().splitlines()
    assert "--require-hashes -r requirements.txt" in deployed
    assert MORE in more
    assert worker(project, PYTHON313=named) == (0, "", "")
    assert worker(project, "path")[1] == str(project / ".cache/worker/bin/python")
    with (project / MORE).open("a") as file:
        file.write("six==1.17.0\n")
    assert worker(project, "path")[1] == ""
    assert "making" in worker(project, PYTHON313=named)[2]


def test_what_cannot_be_installed_is_left_out_with_the_reason(project: Path) -> None:
    named = python(project, pip_fails=1)
    code, _, said = worker(project, PYTHON313=named)
    assert code == 0
    assert "pip could not install requirements.txt and tools/requirements-worker.txt" in said
    assert worker(project, "path") == (0, "", "")
    assert worker(project, "needed", PYTHON313=named)[0] == 2
