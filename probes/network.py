"""The machine's network, as who calls a name that is not ours needs it.

To look up and to connect are two steps, so that the address that is connected to is the very one
that was looked at: a name that leads elsewhere a moment later (DNS rebinding) leads nobody there.
"""

from __future__ import annotations

import socket
import threading
from typing import Protocol


class Network(Protocol):
    """What is needed of the machine that the app runs on."""

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        """Look a name up. Raises OSError, UnicodeError."""

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        """Open a connection. Raises OSError."""


class Machine:
    """The real one."""

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        """Look a name up, for so long at most: the machine's own patience is longer. Raises
        OSError, UnicodeError."""
        found: list[list[str] | Exception] = []

        def look_up() -> None:
            try:
                listed = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                found.append(list(dict.fromkeys(str(each[4][0]) for each in listed)))
            except (OSError, UnicodeError) as error:
                found.append(error)

        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(timeout_s)
        if not found:
            raise TimeoutError("the name service does not answer")
        answer = found.pop()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        """Open a connection. Raises OSError."""
        return socket.create_connection((address, port), timeout=timeout_s)
