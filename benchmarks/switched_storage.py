"""A storage account that can be taken away while the app runs: Azurite behind a switch.

Each of its services is a TCP port in front of Azurite's. Open, all goes through. Refusing, nobody
listens. Silent, connections are taken and nothing is answered. Denied, every request is answered as
Azure answers somebody without a right.
"""

import socket
import socketserver
import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from types import TracebackType

from devhost.azurite import Azurite
from devhost.storage_account import emulator_connection

SERVICES = ("blob", "queue", "table")
_CHUNK = 65536
_CODE = "AuthorizationPermissionMismatch"
_XML = ("application/xml", f"<Error><Code>{_CODE}</Code><Message>No.</Message></Error>")
_JSON = (
    "application/json",
    f'{{"odata.error":{{"code":"{_CODE}","message":{{"lang":"en-US","value":"No."}}}}}}',
)
_SAID = {"blob": _XML, "queue": _XML, "table": _JSON}
"""How each service says no: clients of the others end on what they cannot read."""


class Mode(StrEnum):
    """What becomes of a request."""

    OPEN = "open"
    REFUSING = "refusing"
    SILENT = "silent"
    DENIED = "denied"


class SwitchedStorage:
    """One storage account; a context manager."""

    def __init__(self) -> None:
        self._azurite = Azurite()
        self._cleanup = ExitStack()
        self._switches: dict[str, _Switch] = {}

    @property
    def connection_string(self) -> str:
        ports = [self._switches[service].port for service in SERVICES]
        return emulator_connection((ports[0], ports[1], ports[2]))

    def switch(self, mode: Mode, services: Collection[str] = SERVICES) -> None:
        """From now on some services do this to requests, also to those on their way."""
        for service in services:
            self._switches[service].turn(mode)

    def __enter__(self) -> "SwitchedStorage":
        self._cleanup.enter_context(self._azurite)
        for service, port in zip(SERVICES, self._azurite.ports, strict=True):
            self._switches[service] = switch = _Switch(service, port)
            self._cleanup.callback(switch.close)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()


class _Switch:
    """One port, in front of another."""

    def __init__(self, service: str, target_port: int) -> None:
        self._service, self._target_port, self._mode = service, target_port, Mode.OPEN
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = 0
        self._listen()

    def turn(self, mode: Mode) -> None:
        if self._mode is not Mode.REFUSING:
            self._server.shutdown()
            self._server.server_close()
        self._cut()
        self._mode = mode
        if mode is not Mode.REFUSING:
            self._listen()

    def close(self) -> None:
        self.turn(Mode.REFUSING)

    def _listen(self) -> None:
        switch = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                switch._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        ways = {Mode.OPEN: self._pass_on, Mode.SILENT: _swallow, Mode.DENIED: self._deny}
        with self._cuttable(client):
            ways[self._mode](client)

    def _pass_on(self, client: socket.socket) -> None:
        target = socket.create_connection(("127.0.0.1", self._target_port))
        with target, self._cuttable(target):
            back = threading.Thread(target=_pump, args=(target, client), daemon=True)
            back.start()
            _pump(client, target)
            back.join()

    def _deny(self, client: socket.socket) -> None:
        if client.recv(_CHUNK):
            kind, body = _SAID[self._service]
            head = (
                f"HTTP/1.1 403 Not authorized\r\nContent-Type: {kind}\r\n"
                f"x-ms-error-code: {_CODE}\r\nContent-Length: {len(body)}\r\n"
                "Connection: close\r\n\r\n"
            )
            client.sendall((head + body).encode())

    @contextmanager
    def _cuttable(self, end: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.add(end)
        try:
            yield
        except OSError:
            return  # cut, or the other side went away
        finally:
            with self._lock:
                self._open.discard(end)

    def _cut(self) -> None:
        with self._lock:
            for end in self._open:
                _end(end)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    except OSError:
        pass  # cut, or the other side went away
    _end(sink)


def _swallow(client: socket.socket) -> None:
    while client.recv(_CHUNK):
        continue


def _end(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already
