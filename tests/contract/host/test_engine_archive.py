"""`make engine` unpacks the durable-engine where its archive is there, and is plain where not."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "tools" / "engine.sh"
PROGRAM = ".cache/durable-engine/durable-engine"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script is for a POSIX shell")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the script and nothing else, and a place beside it for an archive."""
    folder = tmp_path / "project"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / "tools")
    return folder


def engine(project: Path, *arguments: str, **environ: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [project / "tools" / "engine.sh", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**{k: v for k, v in os.environ.items() if k != "ENGINE_ARCHIVE"}, **environ},
    )
    return ended.returncode, ended.stdout.strip(), ended.stderr.strip()


def make_archive(path: Path, name: str = "durable-engine", says: str = "one") -> Path:
    program = path.parent / name
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(0o755)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:xz") as archive:
        archive.add(program, arcname=f"./{name}")
    program.unlink()
    return path


def test_without_an_archive_nothing_is_wrong(project: Path) -> None:
    code, _, said = engine(project)
    assert code == 0
    assert said.startswith("engine: there is no archive at ../shared/engine/durable-engine.tar.xz")
    assert engine(project, "path") == (0, "", "")


def test_asked_for_outright_a_missing_engine_is_a_plain_refusal(project: Path) -> None:
    code, _, said = engine(project, "needed")
    assert (code, said.count("\n")) == (2, 0)
    assert "there is no real engine here: ENGINE=real needs the archive" in said


def test_the_archive_is_unpacked_once_and_again_when_it_changes(
    project: Path, tmp_path: Path
) -> None:
    archive = make_archive(tmp_path / "engine.tar.xz")
    code, _, said = engine(project, ENGINE_ARCHIVE=str(archive))
    assert (code, said) == (0, f"engine: unpacking {archive} into .cache/durable-engine")
    assert engine(project, ENGINE_ARCHIVE=str(archive)) == (0, "", "")
    assert engine(project, "path")[1] == str(project / PROGRAM)
    make_archive(archive, says="two")
    assert "unpacking" in engine(project, ENGINE_ARCHIVE=str(archive))[2]
    assert "two" in (project / PROGRAM).read_text()


def test_a_broken_archive_leaves_what_was_unpacked_before(project: Path, tmp_path: Path) -> None:
    engine(project, ENGINE_ARCHIVE=str(make_archive(tmp_path / "engine.tar.xz")))
    broken = tmp_path / "broken.tar.xz"
    broken.write_bytes(b"nothing of the kind")
    code, _, said = engine(project, ENGINE_ARCHIVE=str(broken))
    assert code == 2
    assert "cannot be unpacked: is it whole, and a .tar.xz?" in said
    assert (project / PROGRAM).exists()


def test_an_archive_of_something_else_is_refused(project: Path, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "other.tar.xz", name="something-else")
    code, _, said = engine(project, ENGINE_ARCHIVE=str(archive))
    assert code == 2
    assert "holds no executable called durable-engine" in said
    assert not (project / PROGRAM).exists()


def test_an_archive_that_was_named_must_be_there(project: Path) -> None:
    code, _, said = engine(project, ENGINE_ARCHIVE="no-such.tar.xz")
    assert (code, said) == (2, "engine: there is no archive at no-such.tar.xz")
