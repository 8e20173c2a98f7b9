"""What the numbers were measured on: without it they mean nothing."""

import json
import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from devhost.azurite import find_azurite

_ENGINE_PARTS = ("Microsoft.Azure.WebJobs.Extensions.DurableTask", "DurableTask.AzureStorage")


@dataclass(frozen=True)
class Machine:
    """Where, when, and of which versions."""

    when: str
    cores: int
    system: str
    versions: dict[str, str]
    load: float
    """Load average before the run: what else the machine had to do."""
    restores: int
    scale: float
    every_s: float

    @property
    def line(self) -> str:
        """All of it, for people."""
        told = ", ".join(f"{name} {text}" for name, text in self.versions.items())
        return (
            f"{self.when}: {self.restores} restores, one every {self.every_s:g} s, times divided "
            f"by {self.scale:g}; {self.cores} cores, {self.system}, load {self.load:.1f} before; "
            f"{told}"
        )


def this_machine(engine: str | None, restores: int, scale: float, every_s: float) -> Machine:
    """Look around."""
    return Machine(
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        cores=os.cpu_count() or 0,
        system=f"{platform.system()} {platform.machine()}",
        versions={
            "Python": platform.python_version(),
            "azure-functions-durable": version("azure-functions-durable"),
            "Azurite": _azurite(),
            **(engine_versions(Path(engine)) if engine else {}),
        },
        load=os.getloadavg()[0],
        restores=restores,
        scale=scale,
        every_s=every_s,
    )


def engine_versions(engine: Path) -> dict[str, str]:
    """The versions of the engine's parts, as its own list beside the executable has them."""
    listed = engine.with_name(f"{engine.name}.deps.json")
    if not listed.is_file():
        return {"durable-engine": "of unknown version"}
    libraries = [name.split("/") for name in json.loads(listed.read_text())["libraries"]]
    return {f"{name} (assembly)": text for name, text in libraries if name in _ENGINE_PARTS}


def _azurite() -> str:
    package = find_azurite().parents[2] / "package.json"
    return str(json.loads(package.read_text())["version"])
