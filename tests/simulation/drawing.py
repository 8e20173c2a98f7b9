"""Draws a scenario from one seed: most are small, a few are as large as life.

The sizes are skewed so that ten thousand of them fit into a coffee break. What is drawn here means
nothing by itself: scenario.py says what its parts are, fault_kinds.py what the kinds of fault do.
"""

import random
from typing import Any

from restore.messages.poll_policy import PollPolicy
from tests.fakes.secrets import SECRETS
from tests.simulation import adoptions, alerting, combinations, falling_back, fault_plan, verifying
from tests.simulation.scenario import (
    TYPES,
    WAYS,
    Ask,
    Cancel,
    Decision,
    Machine,
    Points,
    PolicyOutline,
    Scenario,
    ToldReceiver,
    Vaults,
)

_ODD = ("deleted", "disabled", "archived", "rehydrated", "crash", "plain")
_HOUR = 3600.0


def draw(seed: int) -> Scenario:
    """Draw one scenario."""
    dice = random.Random(seed)
    vaults = _vaults(dice)
    poll_policy = _pace(dice)
    faults_until_s = dice.choice((120, 600, 1800, 3600, 7200)) * dice.uniform(0.5, 1.5)
    machines = tuple(_machine(dice, number, vaults) for number in range(_size(dice)))
    policy_outline = _policy_outline(dice, machines)
    asks = _asks(
        dice,
        machines,
        faults_until_s,
        crowded=policy_outline.per_day < 3 or policy_outline.at_once < 3,
    )
    faults = fault_plan.draw(dice, poll_policy)
    scenario = Scenario(
        seed=seed,
        machines=machines,
        vaults=_lagging(dice, vaults, poll_policy, len(machines)),
        poll_policy=poll_policy,
        asks=tuple(asks),
        cancels=tuple(_cancels(dice, asks, faults_until_s)),
        policy_outline=policy_outline,
        decisions=tuple(_decisions(dice, asks, policy_outline)),
        faults=faults,
        faults_until_s=faults_until_s,
        lease_s=dice.choice((30, 300, 600)),
        reconcile_s=dice.choice((0, 300, 900, 900, 3600) if len(machines) < 10 else (0, 3600)),
        receivers=_receivers(seed, faults_until_s),
        two_builds=dice.random() < 0.1,
    )
    scenario = falling_back.draw(seed, combinations.draw(dice, scenario))
    scenario = adoptions.draw(seed, verifying.draw(seed, scenario))
    return alerting.draw(seed, scenario)


def _receivers(seed: int, faults_until_s: float) -> tuple[ToldReceiver, ...]:
    """Every fifth time somebody is told; drawn apart, so that all else stays as it was."""
    dice = random.Random(f"receivers {seed}")
    if dice.random() > 0.2:
        return ()
    return tuple(
        ToldReceiver(
            name=name,
            from_s=round(dice.uniform(0, faults_until_s / 2), 1),
            until_s=round(faults_until_s * dice.choice((0, 0.5, 1.0)), 1),
            mood=dice.choice(("away", "fails", "refuses", "redirects")),
        )
        for name in ("first", "second")[: dice.randint(1, 2)]
    )


def _size(dice: random.Random) -> int:
    roll = dice.random()
    if roll < 0.72:
        return 1
    if roll < 0.98:
        return dice.randint(2, 3)
    return dice.randint(4, 10) if roll < 0.998 else dice.randint(11, 40)


def _pace(dice: random.Random) -> PollPolicy:
    if dice.random() < 0.5:
        return PollPolicy()
    shortest = dice.choice((20, 60, 120))
    return PollPolicy(
        poll_s_first=dice.choice((5, 30, 60)),
        poll_s_min=shortest,
        poll_s_max=shortest * dice.choice((1, 5, 15)),
        job_search_s=dice.choice((30, 60, 120)),
        arm_timeout_s=dice.choice((10, 30, 60)),
    )


def _vaults(dice: random.Random) -> Vaults:
    return Vaults(
        count=dice.choice((1, 1, 1, 2, 3)),
        skew_s=dice.choice((0, 0, 0, -300, 300, dice.uniform(-300, 300))),
        operation_s=dice.choice((1, 1, 1, 5, 40, 120)),
        url_life_s=dice.choice((None, None, None, 3, 20)),
        page_size=dice.choice((200, 200, 200, 3, 40)),  # arm/paging.py bounds how many
        order=dice.choice(("newest_first", "oldest_first", "shuffled")),
        retry_after_s=dice.choice((None, None, 15, 60)),
    )


def _lagging(dice: random.Random, vaults: Vaults, poll_policy: PollPolicy, machines: int) -> Vaults:
    known: dict[str, Any] = {name: getattr(vaults, name) for name in vaults.__struct_fields__}
    known["list_lag_s"] = dice.choice(
        (0, 5, 20, poll_policy.job_search_s, poll_policy.job_search_s)
    )
    known["job_lag_s"] = dice.choice((0, 0, 0, 5, 60))
    if dice.random() < 0.06:
        known["quota"] = 250 if machines > 9 else dice.choice((3, 6, 20))
    return Vaults(**known)


def _machine(dice: random.Random, number: int, vaults: Vaults) -> Machine:
    return Machine(
        name=f"vm-{number:02d}",
        vault=dice.randrange(vaults.count),
        exists=dice.random() < 0.95,
        protected=dice.random() < 0.97,
        points=_points(dice),
        job_s=_job_s(dice),
        end=dice.choices(
            ("Completed", "CompletedWithWarnings", "Failed", "NoJob"), (70, 12, 14, 4)
        )[0],
        quotes=_quotes(dice),
    )


def _quotes(dice: random.Random) -> str:
    """Half the time none."""
    roll = 2 * dice.random()
    return "" if roll < 1 else [*SECRETS][int((roll - 1) * len(SECRETS))]


def _job_s(dice: random.Random) -> float:
    roll = dice.random()
    if roll < 0.65:
        return round(dice.uniform(2, 180), 1)
    if roll < 0.96:
        return round(dice.uniform(180, 1800), 1)
    return round(dice.uniform(1800, 4 * _HOUR) if roll < 0.995 else dice.uniform(4, 30) * _HOUR, 1)


def _points(dice: random.Random) -> Points:
    roll = dice.random()
    if roll < 0.03:
        return Points(count=0)
    count = dice.randint(1, 7) if roll < 0.97 else dice.randint(8, 450)
    return Points(
        count=count,
        spacing_s=dice.choice((86_400, 86_400, 3600, 0)),
        ties=dice.random() < 0.2,
        newer_s=round(dice.uniform(1, 120), 1) if dice.random() < 0.1 else None,
        odd=tuple(dice.choices(_ODD, k=dice.choice((0, 0, 1, 3)))),
    )


def _asks(
    dice: random.Random, machines: tuple[Machine, ...], faults_until_s: float, crowded: bool
) -> list[Ask]:
    """Where slots or quotas are few, more of them are wanted."""
    asks: list[Ask] = []
    for number in range(len(machines)):
        times = dice.randint(2, 3) if dice.random() < (0.6 if crowded else 0.25) else 1
        asks += [_ask(dice, f"r{number}-{time}", number, faults_until_s) for time in range(times)]
    asks += [again for ask in asks for again in _again(dice, ask, faults_until_s)]
    if dice.random() < 0.04:
        asks.append(Ask(at_s=dice.uniform(0, 60), way="queue", request_id="rubbish", broken=True))
    return asks


def _ask(dice: random.Random, request_id: str, machine: int, faults_until_s: float) -> Ask:
    return Ask(
        at_s=round(dice.uniform(0, min(60, faults_until_s)), 3),
        way=dice.choice(("queue", "http")),
        request_id=request_id,
        machine=machine,
        kind=dice.choice(TYPES),
        names_vault=dice.random() < 0.8,
        deadline=dice.choices((None, "PT5M", "PT2H", "P2D"), (85, 4, 4, 7))[0],
        in_header=dice.random() < 0.3,
        waits=dice.random() < 0.4,
        base64=dice.random() < 0.3,
        who=dice.choice((None, "ann")),
        plan_only=dice.random() < 0.04,
    )


def _again(dice: random.Random, ask: Ask, faults_until_s: float) -> list[Ask]:
    """The same once more: at once, later, after the end, with a changed body."""
    again = []
    if dice.random() < 0.25:
        later_s = dice.choice((0.0, 0.01, 0.5, 30.0, 600.0, 3 * _HOUR))
        again.append(_changed(ask, at_s=ask.at_s + later_s, way=dice.choice(("queue", "http"))))
    if dice.random() < 0.06:
        at_s = ask.at_s + dice.choice((0.0, 5.0, 600.0))
        again.append(_changed(ask, at_s=at_s, way=dice.choice(("queue", "http")), changed=True))
    return again


def _changed(ask: Ask, **fields: Any) -> Ask:
    known = {name: getattr(ask, name) for name in ask.__struct_fields__}
    return Ask(**(known | fields))


def _cancels(dice: random.Random, asks: list[Ask], faults_until_s: float) -> list[Cancel]:
    chosen = [ask for ask in asks if dice.random() < 0.15 and not ask.broken]
    return [
        Cancel(
            at_s=round(ask.at_s + dice.choice((0.05, 1.0, 30.0, 600.0)) * dice.random() * 2, 3),
            request_id=ask.request_id,
        )
        for ask in chosen
    ]


def _policy_outline(dice: random.Random, machines: tuple[Machine, ...]) -> PolicyOutline:
    """Half the time all; to wait long for a place would take thousands of looks."""
    if dice.random() < 0.5:
        return PolicyOutline()
    is_quick = all(machine.job_s <= 0.5 * _HOUR for machine in machines)
    with_approval = dice.choice(((), ("OriginalLocation",), TYPES, TYPES))
    is_tightened = dice.random() < (0.4 if with_approval else 0.1)
    return PolicyOutline(
        kinds=dice.choices((TYPES, TYPES[:1], TYPES[1:]), (8, 1, 1))[0],
        ways=dice.choices((WAYS, WAYS[:1], WAYS[1:]), (8, 1, 1))[0],
        without=(0,) if dice.random() < 0.05 else (),
        with_approval=with_approval,
        within=dice.choice(("PT1M", "PT10M", "PT4H")),
        at_once=dice.choice((1, 1, 2, 1000)) if is_quick else 1000,
        per_day=dice.choice((1, 1, 2, 1000)),
        for_people=dice.choice((0, 0, 0, 1)),
        tightened_s=round(dice.uniform(0, 120), 1) if is_tightened else None,
    )


def _decisions(
    dice: random.Random, asks: list[Ask], policy_outline: PolicyOutline
) -> list[Decision]:
    """Somebody decides in time, or late, or nobody does; now and then two disagree."""
    wanted = {ask.request_id: ask for ask in asks if ask.kind in policy_outline.with_approval}
    return [
        Decision(
            at_s=round(ask.at_s + dice.choice((0.1, 5.0, 30.0, 90.0, 600.0)) * dice.random(), 3),
            request_id=ask.request_id,
            approves=dice.random() < 0.75,
            who=dice.choice((None, "ann", "ann", "bob", "bob")),
        )
        for ask in wanted.values()
        for _ in range(dice.choices((0, 1, 2), (15, 45, 40))[0])
    ]
