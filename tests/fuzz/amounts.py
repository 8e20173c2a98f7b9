"""How many inputs each property gets: a small slice, drawn alike each time, unless FUZZ_INPUTS asks
for more (`make fuzz`). Then every run draws others, and Hypothesis keeps what failed.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

INPUTS = int(os.environ.get("FUZZ_INPUTS") or 0)
"""For all properties together; 0: the slice."""

given_inputs: Counter[str] = Counter()
"""What really ran, by property: the terminal's summary shows it."""

_SHARES = 100
_handed_out: Counter[str] = Counter()


def drawn(name: str, *, slice_: int, share: int) -> Callable[[Any], Any]:
    """Say how many inputs a property gets: `slice_` usually, else `share` hundredths of all."""
    _handed_out[name] = share
    assert _handed_out.total() <= _SHARES, "there is more handed out than there is"
    return settings(
        max_examples=max(1, INPUTS * share // _SHARES) if INPUTS else slice_,
        derandomize=not INPUTS,
        print_blob=True,
        phases=set(Phase) - {Phase.explain},
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def count(name: str) -> None:
    """Note that a property was given one more input."""
    given_inputs[name] += 1
