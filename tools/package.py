"""`python -m tools.package`: build what is deployed, so that nothing is left to do in Azure.

dist/package holds the app, the packages of requirements.txt for the plan's own Python on Linux, and
byte code of all of it that is taken unchecked: the folder is read-only where it runs, and without
byte code each cold start would compile it all again. dist/azure-vm-restore.zip is the same, as one
file. Built twice from the same commit, with the same Python, both are the same to the byte.

`make package` and azd's hook (azure.yaml) run this. It needs the standard library only, and of the
plan's Python an interpreter with pip, for byte code is of one Python.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.tidy.source import SHIPPED

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "dist" / "package"
ARCHIVE = ROOT / "dist" / "azure-vm-restore.zip"
PYTHON_DEFAULT = "3.12"
"""As in infra/main.bicepparam."""

SITE = Path(".python_packages", "lib", "site-packages")
"""Where the worker looks for packages."""

NAMING = ("RESTORE_NOTIFY", "RESTORE_POLICY", "RESTORE_RULES")
"""Settings that may name a file of the app's."""

_RUNS_AT = "/home/site/wwwroot"
_FILES = ("function_app.py", "host.json", "requirements.txt")
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
"""Wheels for the plan's Linux, whatever this machine is."""

_CHANGED_S = 315_532_800
"""Every file was changed at the first moment that a zip can tell, 1980-01-01 UTC."""

_IGNORE = "# azd leaves byte code out unless it finds this file. Nothing here is left out.\n"


def main() -> int:
    """Build both; return 1, having said why, when that cannot be."""
    version = os.environ.get("APP_PYTHON_VERSION") or PYTHON_DEFAULT
    python = find_python(version)
    if python is None:
        _say(
            f"there is no Python {version} with pip here, and byte code is of one Python. Install "
            "it, or name it in the variable PYTHON, or choose the plan's: azd env set "
            "APP_PYTHON_VERSION 3.11"
        )
        return 1
    named = named_files(os.environ)
    if absent := [str(path) for path in named if not (ROOT / path).is_file()]:
        _say(f"{' or '.join(NAMING)} names what is not in {ROOT}: {', '.join(absent)}")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    copy_app(FOLDER, named)
    try:
        install(python, FOLDER / SITE)
        compile_all(python, FOLDER)
    except subprocess.CalledProcessError as error:
        _say(f"{Path(error.cmd[0]).name} failed; its own words are above")
        return 1
    seal(FOLDER)
    archive(FOLDER, ARCHIVE)
    _say(f"{FOLDER.relative_to(ROOT)} and {ARCHIVE.relative_to(ROOT)}, for Python {version}")
    return 0


def find_python(version: str) -> str | None:
    """Return the first interpreter of this version, such as 3.12, that has pip."""
    named = [os.environ["PYTHON"]] if os.environ.get("PYTHON") else []
    own = ROOT / f".venv-{version}" / "bin" / "python"
    for candidate in [*named, sys.executable, f"python{version}", str(own)]:
        ask = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
        try:
            said = subprocess.run(
                [candidate, "-c", ask], capture_output=True, check=True, text=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        if said.stdout.strip() == version:
            return candidate
    return None


def named_files(settings: Mapping[str, str]) -> list[Path]:
    """Return the files in the app's folder that settings name; a setting may be JSON instead, a
    reference or a full path."""
    values = [settings.get(name, "").strip() for name in NAMING]
    return [Path(value) for value in values if value and not value.startswith(("{", "@", "/"))]


def copy_app(folder: Path, named: Sequence[Path] = ()) -> None:
    """Copy what is deployed: three files, the rooms, and the files that settings name."""
    folder.mkdir(parents=True)
    modules = (path for room in SHIPPED for path in (ROOT / room).rglob("*.py"))
    paths = [Path(name) for name in _FILES] + [path.relative_to(ROOT) for path in modules]
    for name in [*paths, *named]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    (folder / ".funcignore").write_text(_IGNORE)


def install(python: str, site: Path) -> None:
    """Install the packages of requirements.txt, by hash. Raises CalledProcessError."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    options += ["--no-deps", "--require-hashes", "--only-binary=:all:"]
    options += [f"--platform={each}" for each in _PLATFORMS]
    command = [python, "-m", "pip", "install", *options, f"--target={site}"]
    subprocess.run([*command, "-r", str(ROOT / "requirements.txt")], check=True)
    # Commands, with a path of this machine in them; tests that packages install with themselves.
    for folder in [site / "bin", *site.rglob("tests")]:
        shutil.rmtree(folder, ignore_errors=True)
    for record in site.glob("*.dist-info/RECORD"):  # lists what was just removed
        record.unlink()


def compile_all(python: str, folder: Path) -> None:
    """Write byte code that is never compared with its source. Raises CalledProcessError."""
    command = [python, "-m", "compileall", "-q", "-f", "--invalidation-mode=unchecked-hash"]
    command += ["-s", str(folder), "-p", _RUNS_AT, str(folder)]
    environment = os.environ | {"PYTHONHASHSEED": "0"}  # sets are written in their own order
    subprocess.run(command, check=True, env=environment)


def seal(folder: Path) -> None:
    """Take from every file when it was made, which is no part of what it holds."""
    for path in _everything(folder):
        os.utime(path, (_CHANGED_S, _CHANGED_S))


def archive(folder: Path, target: Path) -> None:
    """Write a zip that depends on names and contents only."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in _everything(folder):
            if path.is_file() and path.name != ".funcignore":
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o100644 << 16
                packed.writestr(entry, path.read_bytes())


def _everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def _say(text: str) -> None:
    print(f"package: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
