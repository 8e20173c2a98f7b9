"""The one error of a bad start: a plain sentence for the person at the terminal, and exit code 2.

Also the two small things that starting needs everywhere: a free port, and an app setting put into
a text that names it.
"""

import re
import socket
from collections.abc import Mapping

_SETTING_IN_TEXT = re.compile(r"%([^%]+)%")


class BadStart(Exception):
    """Starting makes no sense; str() is one sentence that says why and what to do."""


def free_port() -> int:
    """Return a port on loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
