"""Azurite, each of its services a process of its own, whose access log says what was asked.

devhost's own Azurite is silent; here the log is the measurement. Everything stays in memory.
"""

import subprocess
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from benchmarks.storage_requests import Asked, read_log
from devhost.azurite import READY_S_MAX, find_azurite, find_node
from devhost.children import start_child, stop_child
from devhost.starting import BadStart, free_port, is_listening
from devhost.storage_account import emulator_connection

SERVICES = ("blob", "queue", "table")


class CountedStorage:
    """One storage account; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = (free_port(), free_port(), free_port())
        self._processes: list[subprocess.Popen[bytes]] = []
        self._cleanup = ExitStack()

    @property
    def connection_string(self) -> str:
        return emulator_connection(self._ports)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def asked(self) -> Counter[Asked]:
        """All requests so far."""
        seen: Counter[Asked] = Counter()
        for service in SERVICES:
            seen.update(read_log(service, self._log(service).read_text(errors="replace")))
        return seen

    def __enter__(self) -> "CountedStorage":
        try:
            self._start()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        node, source = find_node(), find_azurite().parent
        for service, port in zip(SERVICES, self._ports, strict=True):
            command = [node, str(source / service / "main.js"), "--inMemoryPersistence"]
            command += ["--disableTelemetry", "--skipApiVersionCheck"]
            command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
            log = self._cleanup.enter_context(self._log(service).open("wb"))
            process = start_child(command, output=log)
            self._cleanup.callback(stop_child, process)
            self._processes.append(process)
        give_up = time.monotonic() + READY_S_MAX
        while not all(is_listening(port) for port in self._ports):
            if time.monotonic() > give_up or any(one.poll() is not None for one in self._processes):
                raise BadStart("Azurite, the app's storage, did not start.")
            time.sleep(0.05)

    def _log(self, service: str) -> Path:
        return self._folder / f"{service}.log"
