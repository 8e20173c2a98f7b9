"""The package holds the app, ready to run, and nothing of development; and is the same each time.

pip itself is not run: here the packages are those of this environment.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from restore import setting_documents
from tests.unit.test_deployment import listed
from tools import import_cost, package

HERE = "{}.{}".format(*sys.version_info)
SECRETS = ["local.settings.json", ".env", ".azure/prod/.env", "arm/notes.txt", "dump.json"]
TOLD = """
import function_app
specs = [spec for module in sys.modules.values() if (spec := getattr(module, "__spec__", None))]
ours = [each for each in specs if (each.origin or "").startswith(sys.path[0])]
print(json.dumps({each.name: each.cached for each in ours}))
"""
ENOUGH = {"AzureWebJobsStorage__accountName": "account"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A package without packages, beside whose files nothing can be written."""
    folder = build(tmp_path_factory.mktemp("built") / "package")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)


def build(folder: Path) -> Path:
    package.copy_app(folder)
    package.compile_all(sys.executable, folder)
    package.seal(folder)
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def imported(folder: Path) -> dict[str, str | None]:
    """Import the app from a package in a fresh process; return its modules and their byte code."""
    path = [str(folder), sysconfig.get_path("purelib")]
    code = f"import json, sys\nsys.path[:0] = {path!r}\n" + TOLD
    command = [sys.executable, "-I", "-c", code]
    env = os.environ | ENOUGH
    run = subprocess.run(command, cwd="/", env=env, capture_output=True, check=False, text=True)
    assert run.returncode == 0, run.stderr
    found: dict[str, str | None] = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.mark.skipif(shutil.which("git") is None, reason="git tells what is in the repository")
def test_it_holds_what_is_deployed_and_nothing_else(built: Path) -> None:
    of_the_repository = listed() - listed("--ignored", "--exclude-from=.funcignore")
    sources = {name for name in digests(built) if "__pycache__" not in name}
    assert sources - {".funcignore"} == of_the_repository


def test_nothing_of_development_and_no_secret_comes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    for name in [*digests_of_the_app(), *SECRETS, "tests/test_x.py", "devhost/host.py"]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")
    monkeypatch.setattr(package, "ROOT", root)
    package.copy_app(tmp_path / "package")
    held = {*digests(tmp_path / "package")}
    assert held == {*digests_of_the_app(), ".funcignore"}


def digests_of_the_app() -> list[str]:
    return ["function_app.py", "host.json", "requirements.txt", "arm/client.py", "restore/a/b.py"]


def test_all_of_it_is_compiled_and_never_compared_with_its_source(built: Path) -> None:
    sources = [*built.rglob("*.py")]
    compiled = [*built.rglob("*.pyc")]
    assert len(compiled) == len(sources) > 100
    flags = {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled}
    assert flags == {1}, "a hash, and not to be checked: PEP 552"


def test_it_is_imported_from_where_nothing_can_be_written(built: Path) -> None:
    before = digests(built)
    found = imported(built)
    assert {"function_app", "restore.settings", "triggers.http"} <= {*found}
    assert all(cached and Path(cached).exists() for cached in found.values())
    assert digests(built) == before


def test_its_byte_code_is_taken_whatever_the_source_says(tmp_path: Path) -> None:
    folder = build(tmp_path / "package")
    (folder / "restore" / "settings.py").write_text("this is no Python")
    assert "restore.settings" in imported(folder)


def test_an_error_in_it_is_told_with_the_place_where_it_runs(built: Path) -> None:
    (cached,) = (built / "arm" / "__pycache__").glob("client.*.pyc")
    assert b"/home/site/wwwroot/arm/client.py" in cached.read_bytes()
    assert str(built).encode() not in cached.read_bytes()


def test_built_twice_it_is_the_same_to_the_byte(tmp_path: Path, built: Path) -> None:
    again = build(tmp_path / "elsewhere" / "package")
    assert digests(again) == digests(built)
    for name, folder in {"one.zip": built, "two.zip": again}.items():
        package.archive(folder, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert {path.stat().st_mtime for path in again.rglob("*")} == {315_532_800}


def test_the_archive_is_the_folder_without_its_ignore_file(tmp_path: Path, built: Path) -> None:
    package.archive(built, tmp_path / "app.zip")
    with zipfile.ZipFile(tmp_path / "app.zip") as packed:
        assert {*packed.namelist()} == {*digests(built)} - {".funcignore"}
        assert packed.read("host.json") == (package.ROOT / "host.json").read_bytes()


def test_azd_finds_an_ignore_file_that_keeps_byte_code(built: Path) -> None:
    """Without one it leaves out every __pycache__ (azd's createDeployableZip)."""
    lines = (built / ".funcignore").read_text().splitlines()
    assert lines
    assert all(line.startswith("#") for line in lines)


def test_packages_are_installed_by_hash_for_the_plans_linux(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/asked\n')
    python.chmod(0o755)
    site = tmp_path / "site"
    unwanted = ["bin/tool", "tests/test_x.py", "a/tests/test_y.py", "a-1.dist-info/RECORD"]
    for name in [*unwanted, "a/x.py"]:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).touch()
    package.install(str(python), site)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert {"--require-hashes", "--only-binary=:all:", "--no-compile"} <= {*asked}
    assert "--platform=manylinux2014_x86_64" in asked
    assert {*digests(site)} == {"a/x.py"}


def test_only_the_plans_own_python_builds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.setenv("PATH", "")
    assert package.find_python(HERE) == sys.executable
    assert package.find_python("3.9") is None


def test_without_that_python_nothing_is_built_and_told_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_PYTHON_VERSION", "3.9")
    monkeypatch.setenv("PATH", "")
    assert package.main() == 1
    assert "there is no Python 3.9 with pip here" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["", "  ", '{"rules": []}', "@Microsoft.KeyVault(x)", "/mnt/p"])
def test_a_setting_that_names_no_file_of_the_app_brings_none(value: str) -> None:
    assert package.named_files(dict.fromkeys(package.NAMING, value)) == []


def test_what_a_setting_names_comes_with_it(tmp_path: Path) -> None:
    named = package.named_files({"RESTORE_POLICY": " docs/policy.schema.json "})
    package.copy_app(tmp_path / "package", named)
    assert (tmp_path / "package" / "docs" / "policy.schema.json").exists()


def test_a_file_that_is_not_there_is_told_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_PYTHON_VERSION", HERE)
    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.setenv("RESTORE_RULES", "absent.json")
    assert package.main() == 1
    assert "absent.json" in capsys.readouterr().err


def test_every_setting_that_may_name_a_file_is_known() -> None:
    assert {*package.NAMING} == {field.upper() for field in setting_documents._DOCUMENTS}


def test_its_import_is_measured_by_the_python_that_it_was_built_for(built: Path) -> None:
    assert import_cost.built_for(built) == HERE
    assert import_cost.built_for(built / "arm") is None


def test_what_counts_is_the_median_of_the_pairs() -> None:
    assert import_cost.ratio([1.1, 4.0, 3.3], [1.0, 1.0, 3.0]) == pytest.approx(1.1)
