"""Those outside: who ask, cancel and decide, the request queue before the app, and its operator.

They behave as the manual asks them to: who gets no answer, or a 5xx, asks again; messages in the
poison queue are looked at, and put back when storage works again. A kill of the process delays
them, and no more.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from azure.functions.meta import Datum

from restore.ledger import LedgerState
from tests.simulation import cloud, starters
from tests.simulation.record import Reply
from tests.simulation.story import Ask, Cancel, Decision
from tests.simulation.troubles import Killed

if TYPE_CHECKING:
    from tests.simulation.world import World

DEQUEUES_MAX = 5
RELEASED_S = 30.0
_AGAIN_S_MAX = 300.0
_EARLY_MAX = 5
_CANCELLED = {"BeforeStart": "before_the_start", "Asked": "while_it_runs"}
_DECIDED = {
    "OwnRequest": "approved_by_its_asker",
    "DecidedOtherwise": "decided_twice",
    "ApprovalExpired": "decided_too_late",
}


@dataclass
class Message:
    """One message of the request queue."""

    id: str
    text: str
    ask: Ask
    dequeues: int = 0
    is_there: bool = True
    is_running: bool = False


class _Call(NamedTuple):
    """An HTTP call that somebody makes until it is answered."""

    what: str
    request_id: str
    function: str
    path: str
    more: dict[str, Any]


class People:
    """Everybody outside, and the queue."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.messages: list[Message] = []
        self.waiting = 0
        """People who have no answer yet."""
        scenario = world.scenario
        for ask in scenario.asks:
            self.waiting += 1
            send = self._enqueue if ask.way == "queue" else self._post
            world.plan(ask.at_s, _bound(send, ask))
        for cancel in scenario.cancels:
            self.waiting += 1
            world.plan(cancel.at_s, _bound(self._cancel, cancel))
        for decision in scenario.decisions:
            self.waiting += 1
            world.plan(decision.at_s, _bound(self._decide, decision))

    @property
    def are_done(self) -> bool:
        """Whether everybody has been answered and the queue is empty."""
        return self.waiting == 0 and not any(message.is_there for message in self.messages)

    def cancel(self, cancel: Cancel) -> None:
        """Somebody cancels right now."""
        self.waiting += 1
        self._cancel(cancel)

    def put_back(self) -> None:
        """The operator puts poisoned messages back."""
        for message in self.messages:
            if message.is_there and message.dequeues > DEQUEUES_MAX:
                message.dequeues = 0
                self._deliver(message)

    def _enqueue(self, ask: Ask) -> None:
        self._count(ask)
        self.waiting -= 1
        body = cloud.as_json(self._world.scenario, ask)
        text = base64.b64encode(body).decode() if ask.base64 else body.decode()
        message = Message(f"message-{len(self.messages)}", text, ask)
        self.messages.append(message)
        self._world.plan(0.5, lambda: self._deliver(message))

    def _deliver(self, message: Message) -> None:
        if not message.is_there or message.dequeues > DEQUEUES_MAX:
            return
        message.dequeues += 1
        if message.dequeues > DEQUEUES_MAX:
            self._world.record.fired["poisoned"] += 1
            return
        self._world.note(f"{message.id} is delivered, {message.dequeues}")
        self._race(message.ask)
        lease_s = self._world.scenario.lease_s

        def ended(result: Any) -> None:
            message.is_running = False
            if result is None:
                self._delete(message)
            elif isinstance(result, Exception):
                self._world.plan(RELEASED_S, lambda: self._deliver(message))
            else:  # it died with it: the lease runs out
                self._world.plan(lease_s, lambda: self._deliver(message))

        message.is_running = True
        running = starters.queue(self._world, message.text, self._metadata(message))
        starters.Flow(self._world, f"starter {message.id}", running, ended)

    def _delete(self, message: Message) -> None:
        try:
            again = self._world.at("delete", f"delete {message.id}")
        except Killed:
            self._world.plan(self._world.scenario.lease_s, lambda: self._deliver(message))
            raise
        if again:
            self._world.plan(float(str(again[0])), lambda: self._deliver(message))
        else:
            message.is_there = False

    def _metadata(self, message: Message) -> dict[str, Datum]:
        moment = Datum(json.dumps(self._world.clock.now().isoformat()), "json")
        return {
            "Id": Datum(message.id, "string"),
            "PopReceipt": Datum("receipt", "string"),
            "DequeueCount": Datum(json.dumps(message.dequeues), "json"),
            "ExpirationTime": moment,
            "InsertionTime": moment,
            "NextVisibleTime": moment,
        }

    def _post(self, ask: Ask) -> None:
        self._count(ask)
        headers = {"content-type": "application/json"}
        if ask.in_header:
            headers["idempotency-key"] = ask.request_id
        if not ask.waits:
            headers["prefer"] = "respond-async"
        more = {
            "body": cloud.as_json(self._world.scenario, ask),
            "headers": headers | _named(ask.who),
        }
        call = _Call("ask", ask.request_id, "start_restore", "", more)
        self._call(call, before=lambda: self._race(ask))

    def _cancel(self, cancel: Cancel) -> None:
        more = {"params": {"id": cancel.request_id}}
        call = _Call("cancel", cancel.request_id, "cancel_restore_request", "/cancel", more)
        self._call(call)

    def _decide(self, decision: Decision) -> None:
        word = "approve" if decision.approves else "refuse"
        more = {
            "params": {"id": decision.request_id},
            "body": json.dumps({"decision": word, "reason": "the seed has it so"}).encode(),
            "headers": {"content-type": "application/json"} | _named(decision.who),
        }
        call = _Call("decide", decision.request_id, "decide_about_restore", "/approval", more)
        self._call(call)

    def _call(
        self, call: "_Call", tries: int = 0, before: Callable[[], None] = lambda: None
    ) -> None:
        """Call until there is an answer: who hears none, or a 5xx, or comes too early, calls again
        after a while."""
        world = self._world

        def ended(result: Any) -> None:
            status, body = _answer(result)
            if status >= 500 or (_is_too_early(call.what, status, body) and tries < _EARLY_MAX):
                again_s = min(5.0 * 2**tries, _AGAIN_S_MAX)
                world.plan(again_s, lambda: self._call(call, tries + 1, before))
                return
            self.waiting -= 1
            shown = _shown(call.what, status, body)
            world.record.fired.update([shown] if shown else [])
            world.reply(Reply(world.clock.now(), call.request_id, call.what, status, body))

        before()
        path = f"/restores/{call.request_id}{call.path}" if call.path else "/restores"
        running = starters.http(world, call.function, "POST", path, **call.more)
        starters.Flow(world, f"starter {call.what} {call.request_id}", running, ended)

    def _count(self, ask: Ask) -> None:
        fired = self._world.record.fired
        if ask.broken:
            fired["asked_with_rubbish"] += 1
            return
        held = self._world.storage.entry(ask.request_id)
        others = [m for m in self.messages if m.ask.request_id == ask.request_id]
        if ask.changed:
            fired["asked_with_a_changed_body"] += held is not None
        elif held is None:
            fired["asked_again_at_once"] += bool(others)
        elif held.state is LedgerState.FINISHED:
            fired["asked_again_after_the_end"] += 1
        elif self._world.clock.now() - held.accepted_at < timedelta(seconds=2):
            fired["asked_again_at_once"] += 1
        else:
            fired["asked_again_later"] += 1

    def _race(self, ask: Ask) -> None:
        mine = [
            f"starter {message.id}"
            for message in self.messages
            if message.is_running and message.ask.request_id == ask.request_id
        ]
        mine.append(f"starter ask {ask.request_id}")
        running = [flow.who for flow in self._world.flows]
        self._world.record.fired["two_starters"] += any(who in running for who in mine)


def _answer(result: Any) -> tuple[int, dict[str, Any]]:
    """What whoever called hears: of a process that died or a function that raised, a 500."""
    if result is starters.DIED or isinstance(result, Exception):
        return 500, {}
    return result.status_code, json.loads(result.get_body() or b"{}")


def _is_too_early(what: str, status: int, body: dict[str, Any]) -> bool:
    """Whether it is not known yet whether there is something to cancel, or to decide."""
    is_unknown = what != "ask" and status == 404
    return is_unknown or (what == "decide" and body.get("code") == "NotWaiting")


def _shown(what: str, status: int, body: dict[str, Any]) -> str | None:
    """Return the kind of trouble that an answer shows, if any."""
    if what == "cancel" and status != 404:
        return f"cancelled_{_CANCELLED.get(body.get('cancel', ''), 'after_the_end')}"
    if what == "decide":
        return _DECIDED.get(body.get("code", ""), body.get("decision"))
    return None


def _named(who: str | None) -> dict[str, str]:
    return {} if who is None else {"x-ms-client-principal-name": who}


def _bound(action: Callable[[Any], None], what: Any) -> Callable[[], None]:
    return lambda: action(what)
