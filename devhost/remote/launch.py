"""How the executable is called: its command line, its environment, and the two files it reads.

Its host.json is the app's, with the app settings that override it, and with less patience where
neither says anything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devhost.app_files import host_document
from devhost.remote import files
from devhost.remote.process import EngineProcess
from devhost.starting import free_port

IMPATIENCE = {
    "durableTask.storageProvider": {
        "controlQueueVisibilityTimeout": "00:01:00",
        "workItemQueueVisibilityTimeout": "00:00:30",
        "maxQueuePollingInterval": "00:00:01",
    },
    "queues": {"maxPollingInterval": "00:00:01"},
}
"""Where host.json says nothing: what a killed engine had in hand stays hidden for so long (both are
5 minutes in Azure; work that goes on is renewed; the first may not be less than a minute), and an
idle queue is looked at so often (30 s in Azure, a minute for those of queue triggers). How long a
message of a queue trigger stays hidden is no setting: 10 minutes."""


@dataclass(frozen=True)
class Launch:
    """Everything that is the same at each start of the engine."""

    executable: str
    app_dir: Path
    state_dir: Path
    hub: str
    connection: str
    environ: Mapping[str, str]
    orchestrators: tuple[str, ...]
    activities: tuple[str, ...]
    queues: Mapping[str, str]
    """The queue of each function for which the engine's own trigger listens."""

    def start(self, worker: str) -> tuple[EngineProcess, str]:
        """Start it on a free port; returns the process and its origin. Raises BadStart."""
        port = free_port()
        command = [self.executable, "--worker", worker, "--port", str(port), "--hub", self.hub]
        command += ["--functions", self._file(files.FUNCTIONS, self._functions())]
        command += ["--host-json", self._file(files.HOST_JSON, self._host_json())]
        environ = {**self.environ, "AzureWebJobsStorage": self.connection}
        process = EngineProcess(command, environ, self.state_dir / files.LOG)
        noted = self.state_dir / f"{files.PID}.new"
        noted.write_text(f"{process.pid}\n")
        noted.replace(self.state_dir / files.PID)  # at once: whoever reads it finds a number
        return process, f"http://127.0.0.1:{port}"

    def _file(self, name: str, content: Mapping[str, Any]) -> str:
        path = self.state_dir / name
        path.write_text(json.dumps(content, indent=2))
        return str(path)

    def _functions(self) -> dict[str, Any]:
        return {
            "orchestrators": [*self.orchestrators],
            "activities": [*self.activities],
            "queues": [{"name": name, "queue": queue} for name, queue in self.queues.items()],
        }

    def _host_json(self) -> dict[str, Any]:
        document = host_document(self.app_dir, self.environ)
        for folders, settings in IMPATIENCE.items():
            place = document
            for folder in ("extensions", *folders.split(".")):
                place = place.setdefault(folder, {})
            place.update({**settings, **place})
        return document
