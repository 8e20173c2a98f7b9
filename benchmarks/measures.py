"""From two marks and the calls between them to one side's numbers. Pure.

What a process does with nothing to do is measured first, and taken off: `per restore` is what a
restore adds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from benchmarks.calls import Calls, Effort
from benchmarks.storage_requests import Asked


class Stock(Protocol):
    """What had been used up at a moment (side.Mark)."""

    @property
    def at(self) -> float: ...
    @property
    def host_cpu_s(self) -> float | None: ...
    @property
    def engine_cpu_s(self) -> float | None: ...
    @property
    def storage_cpu_s(self) -> float | None: ...
    @property
    def asked(self) -> Counter[Asked]: ...
    @property
    def arm(self) -> int: ...
    @property
    def engine_pids(self) -> tuple[int, ...]: ...


@dataclass(frozen=True)
class Measures:
    """One side's numbers."""

    name: str
    restores: int
    seconds: float
    """From the first request to rest again."""
    took_s: float
    """From accepted to verdict, the median."""
    efforts: Mapping[str, Effort]
    ran: Mapping[str, int]
    """Activities that ran, by name, all restores together."""
    cpu_ms: Mapping[str, float | None]
    """Per restore, idle taken off: turns, activities, host, engine, storage."""
    idle_cpu_ms: Mapping[str, float | None]
    """Per second with nothing to do: host, engine, storage."""
    requests: Mapping[str, float]
    """Storage requests per restore, idle taken off, by `service owner`."""
    requests_all: Mapping[str, float]
    """The same with polling: all that was asked during the run, divided by the restores."""
    idle_requests: Mapping[str, float]
    """Per minute with nothing to do, by `service owner`."""
    operations: Mapping[str, float]
    """Storage requests per restore, polling included, by what was asked for."""
    arm_requests: float
    engine_restarts: int

    def mean(self, name: str) -> float:
        """The mean of one number of all efforts."""
        total: int = sum(getattr(one, name) for one in self.efforts.values())
        return total / self.restores


def measures_of(
    name: str, took_s: Sequence[float], idle: Stock, begun: Stock, ended: Stock, calls: Calls
) -> Measures:
    """Divide what a run used up among its restores, of which each took so long."""
    restores = len(took_s)
    assert len(calls.efforts) == restores, "what ran before or beside them is not in the notes"
    idle_s, run_s = begun.at - idle.at, ended.at - begun.at
    resting, running = begun.asked - idle.asked, ended.asked - begun.asked
    still, all_ = _by_owner(resting), _by_owner(running)
    # Seldom but possible: more in the short rest than in the long run.
    above = {key: max(0.0, all_[key] - still[key] * run_s / idle_s) for key in sorted(all_)}
    cpu, idle_cpu = _cpu_ms(restores, idle, begun, ended, calls.notes_cpu_s)
    cpu |= {
        "turns": calls.turns_cpu_s * 1_000 / restores,
        "activities": calls.activities_cpu_s * 1_000 / restores,
    }
    return Measures(
        name=name,
        restores=restores,
        seconds=run_s,
        took_s=median(took_s),
        efforts=calls.efforts,
        ran=dict(sorted(calls.ran.items())),
        cpu_ms=cpu,
        idle_cpu_ms=idle_cpu,
        requests={key: count / restores for key, count in above.items()},
        requests_all={key: count / restores for key, count in sorted(all_.items())},
        idle_requests={key: count * 60 / idle_s for key, count in sorted(still.items())},
        operations={
            f"{one.service} {one.owner}: {one.what}": count / restores
            for one, count in running.most_common()
        },
        arm_requests=(ended.arm - begun.arm) / restores,
        engine_restarts=len(set(ended.engine_pids) - set(begun.engine_pids)),
    )


def _by_owner(asked: Counter[Asked]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one, count in asked.items():
        found[f"{one.service} {one.owner}"] += count
    return found


def _cpu_ms(
    restores: int, idle: Stock, begun: Stock, ended: Stock, notes_s: float
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    per_restore: dict[str, float | None] = {}
    per_idle_s: dict[str, float | None] = {}
    for name in ("host", "engine", "storage"):
        first, second, third = (getattr(mark, f"{name}_cpu_s") for mark in (idle, begun, ended))
        if None in (first, second, third):
            per_restore[name] = per_idle_s[name] = None
            continue
        rate = (second - first) / (begun.at - idle.at)
        own = notes_s if name == "host" else 0.0
        used = third - second - rate * (ended.at - begun.at) - own
        per_restore[name], per_idle_s[name] = used * 1_000 / restores, rate * 1_000
    return per_restore, per_idle_s
