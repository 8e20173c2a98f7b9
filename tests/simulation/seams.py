"""Puts a world in place of what the shipped code would find: Azure, storage, time, threads, HTTP.

Nothing of the app's own is replaced. Its triggers ask the machine for the time and for threads, and
the SDK's client calls the engine by HTTP: these three are the machine's, not the app's.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import UUID

import azure.functions as func

from activities import clock as activity_clock
from activities import (
    fall_back,
    policies,
    reconcile_restore,
    revive_alerts,
    rules_in_force,
    start_alerted,
)
from notifications import connection as notifications_connection
from probes import probing
from restore.messages.model import Caller
from restore.settings import Settings
from storage import connection as storage_connection
from storage import instances
from tests.fakes import planned_actions
from tests.fakes.app_harness import worker
from tests.fakes.durable_calls import Calls
from tests.simulation import alerting, answering
from tests.simulation.policies import policy_of, tightened
from tests.simulation.record import Listener
from tests.simulation.starters import Asyncio, call_takes_time, drive
from tools.tidy.source import SHIPPED
from triggers import (
    adopting,
    alert_decisions,
    alert_queue,
    alert_records,
    alerts,
    answers,
    approvals,
    callers,
    health,
    listing,
    notifications,
    plans,
    points,
    poison,
    put_back,
    queue,
    restores,
    starter,
    timers,
    views,
)

if TYPE_CHECKING:
    from tests.simulation.world import World

_whole_principal = callers.principal
_WAITING: tuple[ModuleType, ...] = (
    *(adopting, answers, approvals, listing, points, poison, put_back, queue, restores),
    *(starter, views),
    *(notifications, fall_back, reconcile_restore, instances),
    *(alert_decisions, alert_records, revive_alerts, start_alerted),
)
_NAMING: tuple[ModuleType, ...] = (adopting, alert_decisions, alerts, plans, restores)
_TIMED: tuple[ModuleType, ...] = (
    *(approvals, notifications, poison, put_back, queue, starter, timers, views),
    *(alert_decisions, alert_queue, alerts),
)


@contextmanager
def installed(world: "World") -> Iterator[None]:
    """Live in this world until the block ends."""
    asyncio = Asyncio()
    uuid = SimpleNamespace(uuid4=world.new_guid)
    time = SimpleNamespace(monotonic=lambda: world.clock.now().timestamp())
    parts: list[tuple[Any, str, Any]] = [
        (worker(), "_await", lambda running: drive(world, running)),
        (Settings, "poll_policy", lambda _: world.scenario.poll_policy),
        (callers, "principal", _principal),
        (probing, "probe", answering.machines_that_answer(world)),
        (notifications, "_in_own_thread", asyncio.to_thread),
        (health.Health, "look", _well),
        *((module, "uuid", uuid) for module in _NAMING),
        *((module, "time", time) for module in (answers, views)),
    ]
    parts += [(module, "asyncio", asyncio) for module in _WAITING if hasattr(module, "asyncio")]
    parts += [(module, "datetime", _Datetime(world)) for module in _TIMED]
    with ExitStack() as stack:
        stack.enter_context(Calls(lambda: world.api, call_takes_time).in_place())
        for owner, name, part in parts:
            stack.enter_context(patch.object(owner, name, part))
        stack.enter_context(storage_of(world))
        if world.receivers is not None:
            stack.enter_context(notifications_connection.use(world.receivers.exchange))
        stack.enter_context(activity_clock.use(world.clock.now))
        _judge(world, stack)
        stack.enter_context(rules_in_force.use(alerting.rules_of(world.scenario)))
        stack.enter_context(planned_actions.quick_times())
        stack.enter_context(_listening(Listener(world.record)))
        yield


def storage_of(world: "World") -> AbstractContextManager[None]:
    """Put a world's storage in place of the real one, with nothing remembered."""
    storage = world.storage
    return storage_connection.use(storage.ledger, storage.events, wakes=world.receivers)


@contextmanager
def _listening(listener: Listener) -> Iterator[None]:
    """Hear all that the app logs, and nothing of what is known: the SDK's word on a completion that
    comes twice, and the engine's on a late cancel."""
    engine = logging.getLogger("devhost.engine")
    level = engine.level
    engine.setLevel(logging.CRITICAL)
    loggers = [logging.getLogger(room) for room in SHIPPED]
    for logger in loggers:
        logger.addHandler(listener)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Potential duplicate Task completion")
            yield
    finally:
        engine.setLevel(level)
        for logger in loggers:
            logger.removeHandler(listener)


async def _well(_: health.Health) -> dict[str, Any]:
    """The tick's look at the machine: there is none here, and it would take threads and time."""
    return {"status": "ok"}


def _principal(req: func.HttpRequest, settings: Settings) -> Caller | None:
    """Who calls, with App Service authentication switched on."""
    return _whole_principal(req, replace(settings, website_auth_enabled=True))


def _judge(world: "World", stack: ExitStack) -> None:
    """Put the scenario's policy in force, and later perhaps a tighter one."""
    stack.enter_context(policies.use(policy_of(world.scenario)))
    tightened_s = world.scenario.policy_outline.tightened_s

    def tighten() -> None:
        world.record.fired["policy_tightened"] += 1
        world.record.tightened_at = world.clock.now()
        stack.enter_context(policies.use(tightened(world.scenario)))

    if tightened_s is not None:
        world.plan(tightened_s, tighten)


def guids(dice: Any) -> Any:
    """Return a source of ids that can be repeated."""
    return lambda: UUID(int=dice.getrandbits(128), version=4)


class _Datetime:
    """What the triggers use of datetime."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def now(self, zone: Any) -> datetime:
        """The world's time."""
        return self._world.clock.now().astimezone(zone)
