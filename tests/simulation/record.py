"""What was seen of a run: what the checkers look at, and a digest that tells two runs apart."""

import json
import logging
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from simulated_azure.state import Point


@dataclass(frozen=True)
class Post:
    """One restore POST that reached Azure, whatever its sender heard of it."""

    at: datetime
    request_id: str
    vm_id: str
    point: str
    operation_id: str | None
    """None when it was refused."""
    job_id: str | None = None
    """None also when Azure accepted it, and failed before there was a job."""
    turn: str | None = None
    """Whose turn it was on the item by then."""


@dataclass(frozen=True)
class Reply:
    """What somebody who asked by HTTP was told."""

    at: datetime
    request_id: str
    what: str
    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Poll:
    """One look of an activity at a job, and what it heard."""

    at: datetime
    status: int
    """0: nothing was heard."""
    state: str | None
    retry_after_s: float | None
    life: tuple[int, str, int]
    """Which follower looked: another one repeats what a killed one had begun."""
    round: int = 0
    """Which run of an activity: the client repeats a read that fails, within seconds."""


@dataclass
class Record:
    """Everything seen; `lines` only when it is to be told."""

    canaries: dict[str, str] = field(default_factory=dict)
    keeps: bool = False
    lines: list[tuple[datetime, str]] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    posts: list[Post] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    phases: dict[tuple[str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    """Of each life of each instance, in the order in which they were committed."""
    restarts: Counter[str] = field(default_factory=Counter)
    """Of each instance: runs after its first, under the same id."""
    purges: int = 0
    over: set[str] = field(default_factory=set)
    """Requests that had their verdict when the histories were purged, or got it after that from
    who stood still meanwhile."""
    moves: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Of each ledger entry."""
    intents: dict[str, list[tuple[datetime, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Of each request: what it was about to send, and when that was written."""
    expired: dict[tuple[str, str], tuple[datetime, Point]] = field(default_factory=dict)
    """Of each VM and name: a recovery point that is gone, and since when by our clock."""
    tightened_at: datetime | None = None
    """When the policy became one that allows nothing."""
    begun: dict[str, datetime] = field(default_factory=dict)
    """When a rule for alerts first counted a restore."""
    holds: set[str] = field(default_factory=set)
    """Alerts that were the first to be held."""
    polls: dict[str, list[Poll]] = field(default_factory=lambda: defaultdict(list))
    """Of each job."""
    refusals: dict[str, list[Poll]] = field(default_factory=lambda: defaultdict(list))
    """Of each request: POSTs that were answered "slow down"."""
    longest_history: int = 0
    wrong: list[str] = field(default_factory=list)
    """What was found wrong while it happened."""
    places: list[tuple[str, str]] = field(default_factory=list)
    """Tag of each place that the run came to, and who was there."""
    steps: int = 0
    _hash: Any = field(default_factory=lambda: blake2b(digest_size=16))

    def line(self, now: datetime, text: str) -> None:
        """Note that something happened."""
        self._hash.update(f"{now.timestamp():.6f} {text}\n".encode())
        if self.keeps:
            self.lines.append((now, text))

    def digest(self) -> str:
        """Return the same text for the same run."""
        return str(self._hash.hexdigest())

    def forget(self, over: set[str]) -> None:
        """All histories are purged; so many requests were over by then."""
        self.purges += 1
        self.over |= over

    def shown(self, instance_id: str) -> list[str]:
        """All phases that an instance has shown, whatever was purged meanwhile."""
        most = self.life_of(instance_id) + 1
        lives = [self.phases.get((instance_id, life), []) for life in range(most)]
        return [phase for phases in lives for phase in phases]

    def life_of(self, instance_id: str) -> int:
        """How often an instance was purged with all others, or started again by itself."""
        return self.purges + self.restarts[instance_id]

    def answered(self, reply: Reply) -> None:
        """Note what somebody was told."""
        self.replies.append(reply)
        text = f"{reply.what} {reply.request_id} -> {reply.status} {json.dumps(reply.body)}"
        self.line(reply.at, text)
        self.search(text, f"an answer to {reply.what} {reply.request_id}")

    def search(self, text: str, place: str) -> None:
        """Look for secrets where none may be."""
        for what, canary in self.canaries.items():
            if canary in text:
                self.wrong.append(f"{what} stands in {place}")


class Listener(logging.Handler):
    """Reads every line that the app logs."""

    def __init__(self, record: Record) -> None:
        super().__init__(logging.DEBUG)
        self._record = record

    def emit(self, record: logging.LogRecord) -> None:
        """Search one line, with its traceback if it has one."""
        text = record.getMessage()
        if record.exc_info:
            text += logging.Formatter().formatException(record.exc_info)
        self._record.search(text, f"a log line of {record.name}")
