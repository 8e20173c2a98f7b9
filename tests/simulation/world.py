"""One world: the shipped app on the embedded engine, a simulated Azure, storage, queue and people.

One thread, a virtual clock, and one scenario that decides everything. `at` is told of each place
that the run comes to; there, faults strike: the process dies, an activity is delivered again
while the first delivery stands still, a write fails.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial

from arm import connection as arm_connection
from arm.authorized_request import AuthorizedRequest
from arm.backup import Backup
from arm.client import Client
from arm.transport import Timeout
from devhost.clock import VirtualClock
from devhost.engine.dispatcher import Core
from devhost.engine.seam import FINISHED
from devhost.engine.virtual import VirtualDriver
from restore.messages import log_line, names
from restore.messages.reconcile_io import Reconcile
from restore.values.decoding import encode
from simulated_azure.faults import Fault
from simulated_azure.signing import _filler
from simulated_azure.simulator import Simulator
from simulated_azure.state import JobRecord
from tests.fakes.app_harness import API_VERSION, START, worker
from tests.fakes.durable_calls import api_of
from tests.fakes.planned_actions import Planned
from tests.fakes.secrets import SECRETS
from tests.simulation import cloud, seams
from tests.simulation.actors import Actors
from tests.simulation.alerting import Alerters
from tests.simulation.engine import WatchedStore, WatchedWorker
from tests.simulation.fault_kinds import IN_WORKER, FaultInjector, Killed, Place
from tests.simulation.receivers import Receivers
from tests.simulation.record import Record
from tests.simulation.scenario import Scenario
from tests.simulation.starters import Flow, timer
from tests.simulation.storage import Storage
from tests.simulation.wire import Wire
from tests.simulation.worker_life import WorkerLife

_OVERLAP_DEPTH = 2
_OTHERS_ID = f"{names.RECONCILE}-of-another-build"


class World:
    """A scenario as it is run."""

    def __init__(
        self, scenario: Scenario, *, keeps: bool = False, keeps_histories: bool = False
    ) -> None:
        dice = random.Random(f"world {scenario.seed}")
        self.scenario = scenario
        self.keeps_histories = keeps_histories
        self.clock = VirtualClock(START)
        self.new_guid = seams.guids(dice)
        skewed = cloud.SkewedClock(self.clock, scenario.vaults.skew_s)
        state = cloud.state_of(scenario, skewed.now())
        self.simulator = Simulator(skewed, state, seed=scenario.seed)
        self.token = f"canaryToken{scenario.seed:08d}abcdef"
        self.record = Record(canaries=self._canaries(), keeps=keeps)
        self.storage = Storage(self)
        self.receivers = Receivers(self) if scenario.receivers else None
        self.store = WatchedStore(self)
        self.flows: list[Flow] = []
        self.life = 0
        """How often the process was started."""
        self.rounds = self.round = 0
        """How many activities were run, and which of them runs now."""
        self.order = "null"
        """What that one was told to do."""
        self.started = self.rain_ended = self.latest_timer = START
        self.is_faultless = False
        self._troubles = FaultInjector(scenario.faults)
        self._who = ["nobody"]
        self._planned: list[Planned] = []
        self.is_zombie = False
        self._frozen = 0
        self._depth = 0
        self._waits: list[datetime] = []
        """Until when those steps wait that are under way, the innermost last."""
        self._stack: ExitStack | None = None
        self._wire = Wire(self)
        self.worker = WorkerLife(self._lose_worker)
        self._boot()
        self.actors, self.alerters = Actors(self), Alerters(self)
        for machine in scenario.machines:
            if machine.points.newer_s is not None:
                self.plan(machine.points.newer_s, partial(cloud.back_up, self.simulator, machine))
        if scenario.reconcile_s:
            self.plan(scenario.reconcile_s, self._tick_again)
        if scenario.vaults.skew_s:
            self.record.fired["vault_clock_wrong"] += 1

    @contextmanager
    def open(self) -> Iterator["World"]:
        """Put this world's parts in place of the real ones."""
        with ExitStack() as stack:
            stack.enter_context(seams.installed(self))
            self._stack = stack
            stack.enter_context(arm_connection.use(self.backup))
            yield self
        self._stack = None

    # time

    def run_until(self, moment: datetime) -> None:
        """Live until a moment, whatever dies meanwhile."""
        while self.clock.now() < moment:
            self.outlive(partial(self.driver.run_until, moment))

    def run_for(self, seconds: float) -> None:
        """Live on."""
        self.run_until(self.clock.now() + timedelta(seconds=seconds))

    def outlive(self, action: Callable[[], object]) -> None:
        """Do something in the process, which may die of it and is started again."""
        try:
            action()
        except Killed as killed:
            self._after(killed)

    def live(self, seconds: float) -> None:
        """Let time pass within a step: others outside go on, the engine does not. One of those who
        waits meanwhile wakes up before this step does: it could not end in time otherwise."""
        if seconds <= 0:
            return
        self._waits.append(min([self.clock.now() + timedelta(seconds=seconds), *self._waits[-1:]]))
        try:
            self.driver._live_until(self._waits[-1])
        finally:
            self._waits.pop()

    def plan(self, after_s: float, action: Callable[[], object]) -> None:
        """Plan what somebody outside does: a kill of the process delays it, and no more."""
        planned = Planned(self.clock.now() + timedelta(seconds=after_s), action)
        self._planned.append(planned)
        self.driver.at(planned.moment, planned)

    def soon(self, after_s: float, action: Callable[[], object]) -> None:
        """Plan what goes on inside the process, and dies with it."""
        self.driver.at(self.clock.now() + timedelta(seconds=after_s), action)

    @property
    def follower(self) -> tuple[int, str, int]:
        """Which process and which orchestration has something read: none of them remembers what
        the one before had begun. The host's end is the worker's, too."""
        _, context = log_line.taken_from(json.loads(self.order))
        who = context.instance_id or ""
        return self.life + self.worker.number, who, self.record.restarts[who]

    @property
    def is_adopting(self) -> bool:
        """Whether whoever acts looks at a job before it is followed."""
        return self._who[-1].startswith("adopt_job")

    @property
    def acts_as(self) -> str:
        """Who acts now."""
        return self._who[-1]

    @property
    def elapsed_s(self) -> float:
        """How long the run has been going on."""
        return (self.clock.now() - START).total_seconds()

    # places and faults

    def at(self, tag: str, what: str, name: str = "") -> list["Fault | float"]:
        """Come to a place; return what faults hand out there."""
        if self.is_zombie:
            if tag == "answered":
                raise Killed
            return []
        if tag in IN_WORKER:
            self.worker.go_on()
        place = Place(tag, self._who[-1], f"{self._who[-1]}: {what}", name)
        self.record.line(self.clock.now(), place.text)
        self.record.places.append((tag, place.who))
        if self.is_faultless or self.elapsed_s >= self.scenario.faults_until_s:
            return []
        return self._troubles.at(self, place, self.elapsed_s)

    @contextmanager
    def acting(self, who: str) -> Iterator[None]:
        """Note who acts."""
        self._who.append(who)
        try:
            yield
        finally:
            self._who.pop()

    def freeze(self, for_s: float) -> float:
        """The process stands still and is given up: another one takes over, and delivers what was
        under way again. Then the frozen one does the rest of its activity, unheard. Returns for how
        many seconds it slept."""
        if self._frozen or self._depth:
            return 0.0
        self._frozen += 1
        who, self._who = self._who, ["nobody"]
        self._lose_flows()
        self._boot()
        since = self.clock.now()
        self.run_for(for_s)
        self._frozen -= 1
        self._who, self.is_zombie = who, True
        return (self.clock.now() - since).total_seconds()

    def sleep(self, seconds: float) -> None:
        """This one activity begins late, or sleeps in the middle; all others go on."""
        if self._depth or self._frozen:
            return
        self._depth += 1
        who, self._who = self._who, ["nobody"]
        moment = self.clock.now() + timedelta(seconds=seconds)
        self.latest_timer = max(self.latest_timer, moment)
        try:
            self.driver.run_until(moment)
        finally:
            self._depth -= 1
            self._who = who

    def overlap(self, steps: int) -> None:
        """Other work is done while this one stands: activities and turns run at the same time."""
        if self._depth >= _OVERLAP_DEPTH or self._frozen:
            return
        self._depth += 1
        try:
            for _ in range(steps):
                self.driver.step()
        finally:
            self._depth -= 1

    def stop_rain(self) -> None:
        """From now on nothing goes wrong any more."""
        self.is_faultless, self.rain_ended = True, self.clock.now()
        service = self.simulator.state.service
        service.quota_enforced, service.signed_url_life_s = False, None

    def note(self, text: str) -> None:
        """Write something into the scenario."""
        self.record.line(self.clock.now(), text)

    # what is known

    def job(self, job_id: str | None) -> JobRecord | None:
        """One of Azure's jobs."""
        return self.simulator.state.job_records.get(job_id or "")

    def tick(self) -> None:
        """The reconciler's timer is due; where two builds run, the other one's is, too."""
        Flow(self, "starter timer", timer(self), lambda _: None)
        row = self.store.instance(_OTHERS_ID)
        if self.scenario.two_builds and (row is None or row.status in FINISHED):
            order = json.dumps(json.dumps(encode(Reconcile())))
            self.driver.client.start_new(names.RECONCILE, order, _OTHERS_ID)

    def _tick_again(self) -> None:
        self.plan(self.scenario.reconcile_s, self._tick_again)
        self.tick()

    # the life of the process

    def _boot(self) -> None:
        self.life += 1
        core = Core(self.store, worker(), self.new_guid)
        self.driver = VirtualDriver(core, WatchedWorker(self), self.clock)
        self.api = api_of(self.driver.client)
        self._connect()
        self._planned = [planned for planned in self._planned if not planned.is_done]
        for planned in self._planned:
            self.driver.at(planned.moment, planned)

    def _connect(self) -> None:
        """Give the app its connections, with nothing remembered."""
        authorized = AuthorizedRequest(
            cloud.ENDPOINT,
            lambda: self.token,
            self._wire,
            self.clock.now,
            timeout=Timeout(read_s=self.scenario.poll_policy.arm_timeout_s),
        )
        self.backup = Backup(Client(authorized, sleep=self.live), API_VERSION)
        if self._stack is not None:
            self._stack.enter_context(arm_connection.use(self.backup))
            self._stack.enter_context(seams.storage_of(self))

    def _lose_worker(self) -> None:
        self.note("the worker process exits")
        flows, self.flows = self.flows, []
        for flow in flows:
            flow.fail()
        self._connect()

    def _after(self, killed: Killed) -> None:
        self._depth = 0
        self._who = ["nobody"]
        if self.is_zombie:  # what took over lives on
            self.is_zombie = False
            return
        self.note(f"the process is dead for {killed.down_s:g} s")
        self._lose_flows()
        self.clock.advance(killed.down_s)
        if killed.purges:
            self.note("all histories are purged, and whoever has asked asks again")
            self.record.forget({each.request_id for each in self.storage.entries() if each.verdict})
            self.store = WatchedStore(self)
            self.actors.ask_again()
            self.alerters.send_again()
        self._boot()

    def _lose_flows(self) -> None:
        flows, self.flows = self.flows, []
        for flow in flows:
            flow.lose()

    def _canaries(self) -> dict[str, str]:
        """What is planted, and must be found nowhere: every turn's whole history is searched."""
        secret = self.simulator.secret
        quoted = {machine.quotes for machine in self.scenario.machines if machine.quotes}
        return {
            "a token": self.token,
            "a signed URL": _filler(b"certificate" + secret, 2400)[:40],
        } | {form: SECRETS[form].canary for form in sorted(quoted)}
