"""What a client may do to instances: start, raise, terminate, suspend, resume, restart, look.

Each call is one commit: it changes a row or puts a message into an inbox, nothing runs here.
Rewind and purge, which take histories apart, are in rewind.py and purge.py.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from devhost.clock import Clock
from devhost.engine.history import (
    SOURCE_TAG,
    Event,
    Kind,
    Tags,
    event,
    execution_started,
    start_of,
)
from devhost.engine.instance_rows import matches, shown_row
from devhost.engine.rendering import compact, to_micros
from devhost.engine.seam import (
    FINISHED,
    AlreadyExists,
    AlreadyFinished,
    InstanceRow,
    UnknownInstance,
    WrongState,
)
from devhost.engine.store import Instance, Store

_log = logging.getLogger(__name__)
_END_OF_TIME = 2**62


@dataclass
class Client:
    """Client calls over one store; the caller sees to it that one thread at a time is inside."""

    store: Store
    clock: Clock
    new_guid: Callable[[], UUID] = uuid4

    def start_new(
        self,
        name: str,
        input_text: str | None,
        instance_id: str | None,
        version: str | None = None,
    ) -> str:
        """Start an instance under a new execution id; the input is kept verbatim."""
        chosen = instance_id or self.new_guid().hex
        compact(input_text or None)  # refuses what is not JSON; what is stays as it was written
        self._start(chosen, name, input_text or None, str(self.new_guid()), abandoned=bool(version))
        if version:
            _log.warning(
                "%s (%s) was started with version %s, but no versions are set up: as on the real "
                "engine it stays Pending for ever, until it is terminated",
                chosen,
                name,
                version,
            )
        return chosen

    def restart(self, instance_id: str, *, new_id: bool) -> str:
        """Start again with the same input, re-rendered as the real engine does."""
        row = self.known(instance_id)
        chosen = self.new_guid().hex if new_id else instance_id
        given, execution_id = compact(row.input_text) or "null", self.new_guid().hex
        begun = start_of(self.store.history(instance_id))
        tags = {SOURCE_TAG: instance_id} if new_id else begun and begun["Tags"]
        self._start(chosen, row.name, given, execution_id, tags=tags)
        return chosen

    def raise_event(self, instance_id: str, name: str, input_text: str | None) -> None:
        self._unfinished(instance_id)
        payload = compact(input_text) or "null"
        self._post(
            instance_id,
            event(
                Kind.EventRaised,
                self.clock.now(),
                Name=name,
                Input=payload,
                ParentTraceContext=None,
            ),
        )

    def terminate(self, instance_id: str, reason: str | None) -> None:
        row = self._unfinished(instance_id)
        if self._never_starts(row):
            now = to_micros(self.clock.now())
            self.store.put_instance(
                replace(row, status="Terminated", output_text=reason, updated=now)
            )
            return
        self._post(instance_id, event(Kind.ExecutionTerminated, self.clock.now(), Input=reason))

    def suspend(self, instance_id: str, reason: str | None) -> None:
        row = self._unfinished(instance_id)
        if row.status == "Suspended":
            raise WrongState(_cannot("suspend", row))
        self._post(instance_id, event(Kind.ExecutionSuspended, self.clock.now(), Reason=reason))

    def resume(self, instance_id: str, reason: str | None) -> None:
        row = self._unfinished(instance_id)
        if row.status != "Suspended":
            raise WrongState(_cannot("resume", row))
        self._post(instance_id, event(Kind.ExecutionResumed, self.clock.now(), Reason=reason))

    def get(self, instance_id: str) -> InstanceRow | None:
        row = self.store.instance(instance_id)
        return None if row is None else shown_row(row)

    def known(self, instance_id: str) -> Instance:
        row = self.store.instance(instance_id)
        if row is None:
            raise UnknownInstance(instance_id)
        return row

    def query(
        self,
        *,
        statuses: Sequence[str],
        created_from: datetime | None,
        created_to: datetime | None,
        id_prefix: str,
        top: int,
        continuation: str,
    ) -> tuple[list[InstanceRow], str]:
        """One page; the token is the first id of the next."""
        page: list[InstanceRow] = []
        for row in self.store.instances_from("", id_prefix):
            shown = shown_row(row)
            if shown.instance_id < continuation or not matches(
                shown, statuses, created_from, created_to
            ):
                continue
            if len(page) == top:
                return page, shown.instance_id
            page.append(shown)
        return page, ""

    def _start(
        self,
        instance_id: str,
        name: str,
        input_text: str | None,
        execution_id: str,
        *,
        abandoned: bool = False,
        tags: Tags = None,
    ) -> None:
        now = self.clock.now()
        with self.store.transaction():
            old = self.store.instance(instance_id)
            if old is not None and old.status not in FINISHED:
                raise AlreadyExists(old.status)
            self.store.forget(instance_id)
            row = _fresh(instance_id, name, input_text, execution_id, to_micros(now), old)
            self.store.put_instance(row)
            if abandoned:
                return
            started = execution_started(
                now,
                instance_id=instance_id,
                execution_id=execution_id,
                name=name,
                input_text=input_text,
                parent=None,
                generation=row.generation,
                tags=tags,
            )
            self.store.send(instance_id, execution_id, to_micros(now), started)

    def _unfinished(self, instance_id: str) -> Instance:
        row = self.known(instance_id)
        if row.status in FINISHED:
            raise AlreadyFinished(row.status)
        return row

    def _never_starts(self, row: Instance) -> bool:
        """Whether its start was abandoned: then no message would ever be read."""
        return row.status == "Pending" and not (
            self.store.messages(row.instance_id, _END_OF_TIME)
            or self.store.history(row.instance_id)
        )

    def _post(self, instance_id: str, item: Event) -> None:
        # Not bound to an execution: a continued generation still gets it.
        self.store.send(instance_id, None, to_micros(self.clock.now()), item)


def _fresh(
    instance_id: str,
    name: str,
    input_text: str | None,
    execution_id: str,
    now: int,
    old: Instance | None,
) -> Instance:
    starts = old.starts if old else 0
    return Instance(
        instance_id=instance_id,
        execution_id=execution_id,
        name=name,
        status="Pending",
        input_text=input_text,
        output_text=None,
        custom_status_text=None,
        created=now,
        updated=now,
        generation=starts,
        starts=starts + 1,
        parent=None,
    )


def _cannot(verb: str, row: Instance) -> str:
    return (
        f"Cannot {verb} the orchestration instance {row.instance_id} because instance is in the "
        f"{row.status} state."
    )
