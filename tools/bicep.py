"""`python -m tools.bicep`: compile, lint and format-check infra/ with Microsoft's own compiler.

Without the compiler it says so and checks nothing (`az bicep install` gets it). `python -m
tools.bicep pictures` writes what two deployments would make into tests/data/infra: the kept
pictures that a change is compared with.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
INFRA = ROOT / "infra"
PICTURES = ROOT / "tests" / "data" / "infra"
MISSING = (
    "the Bicep compiler is not here: `az bicep install` gets it, BICEP=/path names another one"
)

_SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
_TENANT = "00000000-0000-0000-0000-00000000000a"
_FROM_HERE = ("PATH", "HOME", "TMPDIR", "LANG")
"""What the compiler may see of this machine's environment: the parameters read the rest."""

Json = dict[str, Any]


class BicepFailed(Exception):
    """The compiler refused, or had something to say."""


def find() -> Path | None:
    """Return the compiler: $BICEP and no other; the one on PATH, the project's shared one, the
    Azure CLI's."""
    if "BICEP" in os.environ:
        places = [os.environ["BICEP"]]
    else:
        places = [
            shutil.which("bicep") or "",
            str(ROOT.parent / "shared" / "tools" / "bicep" / "bicep"),
            str(Path.home() / ".azure" / "bin" / "bicep"),
        ]
    return next((Path(place) for place in places if place and os.access(place, os.X_OK)), None)


def build(source: Path = INFRA / "main.bicep") -> Json:
    """Return the compiled template. Raises BicepFailed, for a warning, too."""
    template: Json = json.loads(_run("build", str(source), "--stdout"))
    return template


def snapshot(environment: Mapping[str, str], infra: Path = INFRA) -> Json:
    """Return what a deployment with these environment variables would make, evaluated here.

    The compiler writes beside the parameters, so it works on a copy. Raises BicepFailed.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(infra, Path(folder) / "infra"))
        _run(
            "snapshot",
            str(copy / "main.bicepparam"),
            "--mode=overwrite",
            f"--subscription-id={_SUBSCRIPTION}",
            f"--tenant-id={_TENANT}",
            f"--location={environment['AZURE_LOCATION']}",
            environment=environment,
        )
        made: Json = json.loads((copy / "main.snapshot.json").read_text())
    return _readable(made)


def inputs(name: str) -> dict[str, str]:
    """Return what a kept picture was made with: NAME.env beside it, one NAME=value a line."""
    lines = (PICTURES / f"{name}.env").read_text().splitlines()
    given = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key: value for key, _, value in given}


def names() -> list[str]:
    """Return the names of the kept pictures."""
    return sorted(path.stem for path in PICTURES.glob("*.env"))


def told(made: Json) -> str:
    """Return a picture as the text that is kept."""
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


def problems(infra: Path = INFRA) -> Iterator[str]:
    """Yield everything that the compiler has to say about infra/."""
    for path in (infra / "main.bicep", infra / "main.bicepparam"):
        yield from _quietly("lint", str(path), environment=inputs("default"))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(infra, Path(folder) / "infra"))
        _run("format", "--pattern", f"{copy}/**/*.bicep")
        _run("format", str(copy / "main.bicepparam"))
        for path in sorted([*infra.rglob("*.bicep"), *infra.glob("*.bicepparam")]):
            name = path.relative_to(infra)
            if (copy / name).read_text() != path.read_text():
                yield f"{name} is not formatted: bicep format infra/{name}"


def main(arguments: list[str]) -> int:
    """Return 1 when the compiler has something to say; 0 as well when there is none."""
    if find() is None:
        print(f"bicep: skipped, {MISSING}.", file=sys.stderr)
        return 0
    if arguments == ["pictures"]:
        for name in names():
            (PICTURES / f"{name}.json").write_text(told(snapshot(inputs(name))))
        return 0
    found = list(problems())
    print("\n".join(found) if found else "bicep: no warning, no error.")
    return 1 if found else 0


def _run(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    compiler = find()
    if compiler is None:
        raise BicepFailed(MISSING)
    here = {name: os.environ[name] for name in _FROM_HERE if name in os.environ}
    run = subprocess.run(
        [str(compiler), *arguments],
        env=here | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode or run.stderr.strip():
        raise BicepFailed(run.stderr.strip() or run.stdout.strip())
    return run.stdout


def _quietly(*arguments: str, environment: Mapping[str, str]) -> Iterator[str]:
    try:
        yield from _run(*arguments, environment=environment).splitlines()
    except BicepFailed as error:
        yield str(error)


def _readable(made: Json) -> Json:
    """A workbook is a text with JSON in it: opened here, so that a change shows line by line."""
    for resource in made["predictedResources"]:
        properties = resource.get("properties", {})
        if isinstance(properties, dict) and "serializedData" in properties:
            properties["serializedData"] = json.loads(properties["serializedData"])
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
