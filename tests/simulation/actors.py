"""Those outside: who ask, cancel and decide.

They behave as the manual asks them to: who gets no answer, or a 5xx, asks again. A kill of the
process delays them, and no more.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from restore.messages.ledger_entry import LedgerState
from tests.fakes import callers
from tests.simulation import cloud, starters
from tests.simulation.record import Reply
from tests.simulation.request_queue import RequestQueue
from tests.simulation.scenario import Ask, Cancel, Decision

if TYPE_CHECKING:
    from tests.simulation.world import World

_AGAIN_S_MAX = 300.0
_EARLY_MAX = 5
_CANCELLED = {"BeforeStart": "before_the_start", "Asked": "while_it_runs"}
_DECIDED = {
    "OwnRequest": "approved_by_its_asker",
    "ApproverUnknown": "approved_by_somebody_unknown",
    "DecidedOtherwise": "decided_twice",
    "ApprovalExpired": "decided_too_late",
}


class _Call(NamedTuple):
    """An HTTP call that somebody makes until it is answered."""

    what: str
    request_id: str
    function: str
    path: str
    more: dict[str, Any]


class Actors:
    """Everybody outside."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.queue = RequestQueue(world)
        self.waiting = 0
        """People who have no answer yet."""
        self._asked: set[str] = set()
        scenario = world.scenario
        for ask in scenario.asks:
            self.waiting += 1
            send = self._enqueue if ask.way == "queue" else self._post
            if ask.adopts:
                cloud.begin_elsewhere(world.simulator, scenario, ask)
                send = self._adopt
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
        return self.waiting == 0 and self.queue.is_empty

    def cancel(self, cancel: Cancel) -> None:
        """Somebody cancels right now."""
        self.waiting += 1
        self._cancel(cancel)

    def ask_again(self) -> None:
        """All who have asked so far ask again, by the queue."""
        for ask in self._world.scenario.asks:
            if ask.adopts and ask.at_s <= self._world.elapsed_s:
                self.waiting += 1
                self._world.plan(1, _bound(self._adopt, ask))
            elif ask.at_s <= self._world.elapsed_s:
                self.queue.put(ask)

    def _enqueue(self, ask: Ask) -> None:
        self._count(ask)
        self.waiting -= 1
        self.queue.put(ask)

    def _post(self, ask: Ask) -> None:
        self._count(ask)
        headers = {"content-type": "application/json"}
        if ask.in_header:
            headers["idempotency-key"] = ask.request_id
        if not ask.waits:
            headers["prefer"] = "respond-async"
        more = {
            "body": cloud.as_json(self._world.scenario, ask),
            "headers": headers | callers.headers(ask.who),
        }
        what = "plan" if ask.plan_only else "ask"
        self._call(_Call(what, ask.request_id, "start_restore", "", more))

    def _adopt(self, ask: Ask) -> None:
        more = {
            "body": cloud.adoption_of(self._world.scenario, ask),
            "headers": {"content-type": "application/json", "prefer": "respond-async"},
        }
        call = _Call("ask", ask.request_id, "adopt_one_restore", "/adopt", more)
        self._call(call)

    def _cancel(self, cancel: Cancel) -> None:
        more = {"params": {"id": cancel.request_id}}
        call = _Call("cancel", cancel.request_id, "cancel_restore_request", "/cancel", more)
        self._call(call)

    def _decide(self, decision: Decision) -> None:
        word = "approve" if decision.approves else "refuse"
        more = {
            "params": {"id": decision.request_id},
            "body": json.dumps({"decision": word, "reason": "the seed has it so"}).encode(),
            "headers": {"content-type": "application/json"} | callers.headers(decision.who),
        }
        call = _Call("decide", decision.request_id, "decide_about_restore", "/approval", more)
        self._call(call)

    def _call(self, call: "_Call", tries: int = 0) -> None:
        """Call until there is an answer: who hears none, or a 5xx, or comes too early, calls again
        after a while."""
        world = self._world

        def ended(result: Any) -> None:
            status, body = _answer(result)
            if status >= 500 or (_is_too_early(call.what, status, body) and tries < _EARLY_MAX):
                again_s = min(5.0 * 2**tries, _AGAIN_S_MAX)
                world.plan(again_s, lambda: self._call(call, tries + 1))
                return
            self.waiting -= 1
            shown = _shown(call.what, status, body)
            world.record.fired.update([shown] if shown else [])
            world.record.answered(
                Reply(world.clock.now(), call.request_id, call.what, status, body)
            )

        path = f"/restores/{call.request_id}{call.path}" if call.path else "/restores"
        path = "/restores/adopt" if call.path == "/adopt" else path
        running = starters.http(world, call.function, "POST", path, **call.more)
        starts = call.request_id if call.what == "ask" else None
        starters.Flow(world, f"starter {call.what} {call.request_id}", running, ended, starts)

    def _count(self, ask: Ask) -> None:
        fired = self._world.record.fired
        if ask.broken:
            fired["asked_with_rubbish"] += 1
            return
        held = self._world.storage.entry(ask.request_id)
        is_known = ask.request_id in self._asked
        self._asked.add(ask.request_id)
        if ask.changed:
            fired["asked_with_a_changed_body"] += held is not None
        elif held is None:
            fired["asked_again_at_once"] += is_known
        elif held.state is LedgerState.FINISHED:
            fired["asked_again_after_the_end"] += 1
        elif self._world.clock.now() - held.accepted_at < timedelta(seconds=2):
            fired["asked_again_at_once"] += 1
        else:
            fired["asked_again_later"] += 1


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
    """Return the kind of fault that an answer shows, if any."""
    if what == "cancel" and status != 404:
        return f"cancelled_{_CANCELLED.get(body.get('cancel', ''), 'after_the_end')}"
    if what == "decide":
        return _DECIDED.get(body.get("code", ""), body.get("decision"))
    return None


def _bound(action: Callable[[Any], None], what: Any) -> Callable[[], None]:
    return lambda: action(what)
