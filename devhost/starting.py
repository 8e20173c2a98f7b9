"""The one error of a bad start: a plain sentence for the person at the terminal, and exit code 2.

Also the two small things that starting needs everywhere: a free port, and an app setting put into
a text that names it.
"""

import random
import re
import socket
from collections.abc import Mapping

_QUIET_PORTS = (20_000, 32_000)
"""Below what Linux (from 32768) and others (from 49152) give to outgoing calls."""
_PORTS_TRIED_MAX = 200
_SETTING_IN_TEXT = re.compile(r"%([^%]+)%")


class BadStart(Exception):
    """Starting makes no sense; str() is one sentence that says why and what to do."""


def free_port() -> int:
    """Return a port on loopback that nobody listens on right now.

    Not one that the system gives to outgoing calls: on a busy machine such a call would soon have
    it, before who asked listens there, or while a host that keeps its port is started again.
    """
    for _ in range(_PORTS_TRIED_MAX):
        port = random.randrange(*_QUIET_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise BadStart(f"No port from {_QUIET_PORTS[0]} to {_QUIET_PORTS[1]} is free.")


def is_listening(port: int, timeout_s: float = 0.3) -> bool:
    """Whether something on this machine accepts connections at a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout_s):
            return True
    except OSError:
        return False


def with_settings(text: str, settings: Mapping[str, str]) -> str:
    """Replace every %NAME% by the app setting of that name, as the Functions host does."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in settings:
            raise BadStart(f"{text!r} names the app setting {match[1]}, which is not set.")
        return settings[match[1]]

    return _SETTING_IN_TEXT.sub(value, text)
