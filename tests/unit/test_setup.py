"""Setting up touches only what is the folder's own."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
def test_what_is_linked_from_another_folder_is_left_as_it_is(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    (here / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "setup.sh", here / "tools")
    for name in (".venv", "node_modules"):
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "kept").write_text("by another folder")
        (here / name).symlink_to(elsewhere / name)
    run = subprocess.run(
        ["sh", "tools/setup.sh"], cwd=here, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "node_modules is a link" in run.stderr
    for name in (".venv", "node_modules"):
        assert [each.name for each in (elsewhere / name).iterdir()] == ["kept"]
