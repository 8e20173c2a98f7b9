"""Compares the same restore on two engines, count by count. Pure.

How often something was polled hangs on the clock: a poll that comes a second earlier may find
it still running. So where the polls differ, that is said, and only the others are compared.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.calls import Effort


@dataclass(frozen=True)
class Pairs:
    """What became of the comparison."""

    all_: int
    same_polls: int
    """Pairs that polled equally often."""
    equal: int
    """Of those, pairs with every count equal."""
    polls_more: Mapping[int, int]
    """How many pairs polled so many times more often on the second engine."""
    odd: tuple[str, ...]
    """Restores that polled equally often and still differ: these would need an explanation."""


def compare(first: Mapping[str, Effort], second: Mapping[str, Effort]) -> Pairs:
    """Compare restore by restore."""
    assert first.keys() == second.keys(), "both engines were given the same restores"
    both = [(name, first[name], second[name]) for name in sorted(first)]
    same = [(name, one, other) for name, one, other in both if one.polls == other.polls]
    odd = tuple(name for name, one, other in same if one.shape != other.shape)
    more = Counter(other.polls - one.polls for _, one, other in both)
    return Pairs(
        all_=len(both),
        same_polls=len(same),
        equal=len(same) - len(odd),
        polls_more=dict(sorted(more.items())),
        odd=odd,
    )
