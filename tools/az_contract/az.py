"""The Azure CLI as a test runs it: a custom cloud, a service principal, a certificate to trust.

Nothing of the CLI is changed; anybody's own is pointed at the simulated Azure in the same way
(simulated_azure/README.md).
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devhost.clock import RealClock
from simulated_azure.certificate import make_certificate, server_context
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator

STEP_S_MAX = 180.0

Holds = Callable[[Any], object]


@dataclass(frozen=True)
class Step:
    """One command and what came of it; `calls` are those to ARM."""

    title: str
    command: str
    seconds: float
    calls: int
    fault: str = ""


@dataclass
class Az:
    """The CLI on a simulated Azure; every command is a step."""

    program: Path
    url: str
    environ: Mapping[str, str]
    simulator: Simulator
    steps: list[Step] = field(default_factory=list)

    def __call__(self, title: str, *arguments: str, holds: Holds = bool, says: str = "") -> Any:
        """Run a command and return its JSON; with `says` it must fail and say that."""
        began, seen = time.monotonic(), self.simulator.log.seen
        done = subprocess.run(
            [str(self.program), *arguments, "--output", "json"],
            env=dict(self.environ),
            capture_output=True,
            text=True,
            timeout=STEP_S_MAX,
            check=False,
        )
        found = json.loads(done.stdout) if done.stdout.strip() and not done.returncode else None
        step = Step(
            title,
            "az " + " ".join(arguments),
            time.monotonic() - began,
            self.simulator.log.seen - seen,
            _fault(done, found, holds, says),
        )
        self.steps.append(step)
        print(_row(step), flush=True)
        return found


@contextmanager
def simulated(program: Path) -> Iterator[Az]:
    """A simulated Azure over https, and a CLI that has never seen another."""
    simulator = Simulator(RealClock(), seed=None)
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(Path(folder), datetime.now(UTC))
        kept = {name: text for name, text in os.environ.items() if not name.startswith("AZURE_")}
        environ = kept | {
            "AZURE_CONFIG_DIR": f"{folder}/config",
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_NO_COLOR": "true",
            "NO_PROXY": "localhost",
            "REQUESTS_CA_BUNDLE": str(certificate),
        }
        with ThreadedVaultServer(simulator, tls=server_context(certificate, key)) as url:
            yield Az(program.absolute(), url.replace("127.0.0.1", "localhost"), environ, simulator)


def not_served(simulator: Simulator) -> list[str]:
    """The paths that were asked for and that no route serves."""
    return sorted(
        {
            f"{entry['method']} {entry['path']}"
            for entry in simulator.log.select()
            if not entry["operation"]
        }
    )


def _fault(done: "subprocess.CompletedProcess[str]", found: Any, holds: Holds, says: str) -> str:
    """Why a step has not passed; empty when it has."""
    if says:
        wanted = f"must fail and say {says!r}, but: exit code {done.returncode}, "
        return "" if done.returncode and says in done.stderr else wanted + done.stderr[-600:]
    if done.returncode:
        return f"exit code {done.returncode}: {done.stderr[-600:]}"
    try:
        return "" if holds(found) else f"not what was expected: {json.dumps(found)[:600]}"
    except (LookupError, TypeError, AttributeError) as error:
        return f"{type(error).__name__} in {json.dumps(found)[:600]}"


def _row(step: Step) -> str:
    mark = "FAILED" if step.fault else "ok"
    return f"{mark:<7} {step.title:<38} {step.calls:>3} calls {step.seconds:>6.1f} s"
