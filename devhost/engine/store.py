"""The engine's state in SQLite: instances, histories, the inbox with its timers, activities to run.

Only rows and transactions live here, no rules. WAL with synchronous=NORMAL: whatever a commit has
written belongs to the operating system, so killing the process loses nothing; only a power cut
could take the last commits, and a development machine need not pay a disk flush per turn for that.
"""

import json
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from devhost.engine.history import Event

_SCHEMA = """
CREATE TABLE IF NOT EXISTS instances (
  instance_id TEXT PRIMARY KEY, execution_id TEXT NOT NULL, name TEXT NOT NULL,
  status TEXT NOT NULL, input TEXT, output TEXT, custom_status TEXT,
  created INTEGER NOT NULL, updated INTEGER NOT NULL,
  generation INTEGER, starts INTEGER NOT NULL, parent TEXT);
CREATE TABLE IF NOT EXISTS history (
  instance_id TEXT NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL,
  PRIMARY KEY (instance_id, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL, execution_id TEXT,
  due INTEGER NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS inbox_due ON inbox (due, seq);
CREATE INDEX IF NOT EXISTS inbox_instance ON inbox (instance_id, due, seq);
CREATE TABLE IF NOT EXISTS activities (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL, execution_id TEXT NOT NULL,
  task_id INTEGER NOT NULL, name TEXT NOT NULL, input TEXT NOT NULL);
"""
_COLUMNS = (
    "instance_id, execution_id, name, status, input, output, custom_status, created, updated, "
    "generation, starts, parent"
)


@dataclass(frozen=True)
class Instance:
    """One row of instances; times are microseconds since 1970, texts as InstanceRow has them."""

    instance_id: str
    execution_id: str
    name: str
    status: str
    input_text: str | None
    output_text: str | None
    custom_status_text: str | None
    created: int
    updated: int
    generation: int | None
    starts: int
    """How often a client started this id: the next start's generation."""
    parent: str | None
    """JSON of the link to the parent's task."""


@dataclass(frozen=True)
class Message:
    """One event on its way to an instance; bound to one execution unless it is a client's."""

    seq: int
    instance_id: str
    execution_id: str | None
    due: int
    event: Event


@dataclass(frozen=True)
class ActivityCall:
    """One activity to run; it stays in the store until its result is."""

    seq: int
    instance_id: str
    execution_id: str
    task_id: int
    name: str
    input_text: str


class StateInUse(Exception):
    """Another process has this state open, or the file cannot be opened at all."""


class Store:
    """One database; the caller sees to it that only one thread at a time is inside."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            str(path), timeout=0, isolation_level=None, check_same_thread=False
        )
        # Two processes on one state would each run everything: the second must not get in.
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise StateInUse(f"{path} cannot be opened: {error}") from error
        weakref.finalize(self, self._db.close)  # in memory nobody has to

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; not to be nested."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def instance(self, instance_id: str) -> Instance | None:
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM instances WHERE instance_id=?",
            (instance_id,),
        ).fetchone()
        return Instance(*found) if found else None

    def put_instance(self, row: Instance) -> None:
        self._db.execute(
            f"INSERT OR REPLACE INTO instances ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            astuple(row),
        )

    def forget(self, instance_id: str, *, keep_unbound: bool = False) -> None:
        """Drop an id's history and messages, and its row unless a new execution takes its place."""
        self._db.execute("DELETE FROM history WHERE instance_id=?", (instance_id,))
        bound = " AND execution_id IS NOT NULL" if keep_unbound else ""
        self._db.execute(f"DELETE FROM inbox WHERE instance_id=?{bound}", (instance_id,))
        if not keep_unbound:
            self._db.execute("DELETE FROM instances WHERE instance_id=?", (instance_id,))

    def instances_from(self, after: str, prefix: str = "") -> Iterator[Instance]:
        """Rows in the order of their ids, from behind one of them."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM instances WHERE instance_id>? AND substr(instance_id,1,?)=? "
            "ORDER BY instance_id",
            (after, len(prefix), prefix),
        ).fetchall()
        return (Instance(*row) for row in found)

    def history(self, instance_id: str) -> list[Event]:
        found = self._db.execute(
            "SELECT event FROM history WHERE instance_id=? ORDER BY seq", (instance_id,)
        )
        return [json.loads(text) for (text,) in found]

    def append_history(self, instance_id: str, first_seq: int, events: Iterable[Event]) -> None:
        self._db.executemany(
            "INSERT INTO history VALUES (?,?,?)",
            [
                (instance_id, first_seq + offset, json.dumps(item, ensure_ascii=False))
                for offset, item in enumerate(events)
            ],
        )

    def replace_event(self, instance_id: str, seq: int, item: Event) -> None:
        self._db.execute(
            "UPDATE history SET event=? WHERE instance_id=? AND seq=?",
            (json.dumps(item, ensure_ascii=False), instance_id, seq),
        )

    def clear_history(self, instance_id: str) -> None:
        self._db.execute("DELETE FROM history WHERE instance_id=?", (instance_id,))

    def send(self, instance_id: str, execution_id: str | None, due: int, item: Event) -> None:
        self._db.execute(
            "INSERT INTO inbox (instance_id, execution_id, due, event) VALUES (?,?,?,?)",
            (instance_id, execution_id, due, json.dumps(item, ensure_ascii=False)),
        )

    def ready_instances(self, now: int, limit: int) -> list[str]:
        """Ids with messages due, longest due first."""
        found = self._db.execute(
            "SELECT instance_id FROM inbox WHERE due<=? "
            "GROUP BY instance_id ORDER BY MIN(due), MIN(seq) LIMIT ?",
            (now, limit),
        )
        return [row[0] for row in found]

    def messages(self, instance_id: str, now: int) -> list[Message]:
        found = self._db.execute(
            "SELECT seq, execution_id, due, event FROM inbox "
            "WHERE instance_id=? AND due<=? ORDER BY due, seq",
            (instance_id, now),
        )
        return [Message(row[0], instance_id, row[1], row[2], json.loads(row[3])) for row in found]

    def drop_messages(self, seqs: Sequence[int]) -> None:
        self._db.executemany("DELETE FROM inbox WHERE seq=?", [(seq,) for seq in seqs])

    def next_due(self, after: int) -> int | None:
        """When the first message that is not yet due becomes so."""
        found = self._db.execute("SELECT MIN(due) FROM inbox WHERE due>?", (after,)).fetchone()
        return None if found[0] is None else int(found[0])

    def put_activity(self, row: ActivityCall) -> None:
        """Queue an activity; its seq is given by the store."""
        self._db.execute(
            "INSERT INTO activities (instance_id, execution_id, task_id, name, input) "
            "VALUES (?,?,?,?,?)",
            astuple(row)[1:],
        )

    def activities(self, limit: int) -> list[ActivityCall]:
        """The oldest activities that nobody has answered."""
        found = self._db.execute("SELECT * FROM activities ORDER BY seq LIMIT ?", (limit,))
        return [ActivityCall(*row) for row in found]

    def drop_activity(self, seq: int) -> bool:
        """False when it is gone already: someone has answered it."""
        return self._db.execute("DELETE FROM activities WHERE seq=?", (seq,)).rowcount == 1
