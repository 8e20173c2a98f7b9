"""What the host's own file says, as far as the app must know it: how long a function may run.

An app setting overrides it, whose name .NET reads without regard to case. -1 is "without end",
which only some plans allow.
"""

import re
from collections.abc import Mapping
from math import inf

from restore.values.times import seconds_of

OVERRIDE = "AzureFunctionsJobHost__functionTimeout"
DEFAULT_S = 300.0
"""The host's own on the Consumption plan; other plans allow more."""

_VALUE = re.compile(r'"functionTimeout"\s*:\s*"([^"]*)"')


def function_timeout_s(environment: Mapping[str, str], host_json: str = "") -> float:
    """Return functionTimeout in seconds. Raises ValueError with what is wrong."""
    given = {name.lower(): text.strip() for name, text in environment.items()}
    text, where = given.get(OVERRIDE.lower(), ""), OVERRIDE
    if not text:
        # Searched and not parsed: the host allows comments in this file.
        found, where = _VALUE.search(host_json), "functionTimeout in host.json"
        if found is None:
            return DEFAULT_S
        text = found[1]
    if text == "-1":
        return inf
    try:
        return seconds_of(text)
    except ValueError:
        raise ValueError(f"{where} must be a time such as 00:05:00, or -1.") from None
