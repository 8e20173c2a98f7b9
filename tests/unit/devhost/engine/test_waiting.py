"""What makes an instance wait, hang or come late on the real engine does so here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devhost.clock import VirtualClock
from devhost.engine.dispatcher import Core
from devhost.engine.store import Store
from devhost.engine.virtual import VirtualDriver
from devhost.worker import Worker
from tests.unit.devhost.engine.driving import later, run, status

EngineFor = Callable[[str], VirtualDriver]
WorkerFor = Callable[[str], Worker]


def raise_at(driver: VirtualDriver, seconds: float, payload: str, name: str = "Go") -> None:
    later(driver, seconds, lambda: driver.client.raise_event("x", name, payload))


RACE = """
@orch
def race(context):
    event = context.wait_for_external_event("Go")
    timer = context.create_timer(after(context, 60))
    winner = yield context.task_any([event, timer])
    if winner == event and event.result == "cancel": timer.cancel()
    return "event" if winner == event else "timer"
"""


def test_a_losing_timer_that_is_not_cancelled_holds_the_end(engine_for: EngineFor) -> None:
    driver = engine_for(RACE)
    raise_at(driver, 2, '"leave"')
    assert run(driver, "race", 50).runtime_status == "Running"
    driver.run_for(15)
    assert status(driver, "x").output_text == '"event"'


def test_a_cancelled_timer_holds_nothing(engine_for: EngineFor) -> None:
    driver = engine_for(RACE)
    raise_at(driver, 2, '"cancel"')
    assert run(driver, "race", 3).runtime_status == "Completed"


def test_task_all_waits_for_the_siblings_of_a_failure(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def careful(context):
            child = context.call_sub_orchestrator("sleeper", 100)
            try: yield context.task_all([context.call_activity("boom", 1), child])
            except Exception: return (yield context.call_activity("echo", "undone"))
    """)
    assert run(driver, "careful", 90).runtime_status == "Running"
    driver.run_for(20)
    assert status(driver, "x").output_text == '"undone"'


def test_a_missing_activity_takes_another_tasks_result(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def confused(context):
            missing = context.call_activity("nowhere", 1)
            timer = context.create_timer(after(context, 3))
            winner = yield context.task_any([missing, timer])
            return ["missing" if winner == missing else "timer", winner.result]
    """)
    assert run(driver, "confused", 5).output_text == '["missing",null]'


def test_one_early_event_and_two_waits_hang(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def twice(context):
            yield context.create_timer(after(context, 3))
            a = yield context.wait_for_external_event("Go")
            b = yield context.wait_for_external_event("Go")
            return [a, b]
    """)
    raise_at(driver, 1, "1")
    assert run(driver, "twice", 1000).runtime_status == "Running"


def test_a_wait_for_a_child_after_a_race_ends_with_the_child(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def patient(context):
            child = context.call_sub_orchestrator("sleeper", 10)
            event = context.wait_for_external_event("Go")
            yield context.task_any([child, event])
            return (yield child)
    """)
    raise_at(driver, 2, "1")
    assert run(driver, "patient", 15).output_text == '"slept"'


def test_as_completed_rounds_over_the_same_tasks_are_sound(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def rounds(context):
            left = [context.call_sub_orchestrator("sleeper", n) for n in (9, 6, 3)]
            while left:
                left.remove((yield context.task_any(left)))
            return "all"
    """)
    assert run(driver, "rounds", 12).output_text == '"all"'


@pytest.mark.parametrize("child_id", ["x", "@entity"])
def test_a_refused_child_id_hangs(engine_for: EngineFor, child_id: str) -> None:
    driver = engine_for(f"""
        @orch
        def refused(context):
            return (yield context.call_sub_orchestrator("sleeper", 1, instance_id="{child_id}"))
    """)
    assert run(driver, "refused", 100).runtime_status == "Running"


def test_a_child_id_in_use_is_replaced_and_its_first_parent_waits_on(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("""
        @orch
        def parent(context):
            return (yield context.call_sub_orchestrator("sleeper", 8, instance_id="kid"))
    """)
    driver.client.start_new("parent", None, "first")
    later(driver, 3, lambda: driver.client.start_new("parent", None, "second"))
    driver.run_for(100)
    assert status(driver, "first").runtime_status == "Running"
    assert status(driver, "second").output_text == '"slept"'


def test_a_timer_of_a_week_is_split_and_ends_after_a_week(
    engine_for: EngineFor, caplog: pytest.LogCaptureFixture
) -> None:
    driver = engine_for("")
    week_s = 7 * 86400
    row = run(driver, "sleeper", week_s - 60, f'"{week_s}"')
    assert row.runtime_status == "Running"
    driver.run_for(70)
    assert status(driver, "x").output_text == '"slept"'
    assert "longer than 6 days" in caplog.text


def test_one_attempt_with_retry_still_waits_for_one_timer(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def once(context):
            try: yield context.call_activity_with_retry("boom", df.RetryOptions(60000, 1), 1)
            except Exception as error: return str(error).split("{")[0]
    """)
    output = run(driver, "once", 2).output_text
    assert output == "\"Activity function 'boom' failed:  ValueError: boom 1 \\n \""
    kinds = [event["EventType"] for event in driver.core.store.history("x")]
    assert [kind for kind in kinds if kind not in (12, 13)] == [0, 4, 6, 10, 11, 1]


def test_events_behind_the_deciding_message_live_in_the_next_generation(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("""
        @orch
        def again(context):
            if context.get_input() is None:
                yield context.wait_for_external_event("Go")
                context.continue_as_new(1)
                return
            return (yield context.wait_for_external_event("Go"))
    """)
    raise_at(driver, 2, '"first"')
    raise_at(driver, 2, '"second"')
    assert run(driver, "again", 3).output_text == '"second"'


def test_an_event_that_comes_during_the_deciding_turn_lives_too(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def again(context):
            if context.get_input() is None:
                yield context.wait_for_external_event("Go")
                context.continue_as_new(1)
                return
            return (yield context.wait_for_external_event("Go"))
    """)
    raise_at(driver, 2, '"first"')
    raise_at(driver, 2.01, '"second"')
    assert run(driver, "again", 3).output_text == '"second"'


def test_an_abandoned_wait_does_not_take_the_event_of_a_newer_one(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def renewed(context):
            old = context.wait_for_external_event("Go")
            yield context.task_any([old, context.create_timer(after(context, 3))])
            fresh = yield context.wait_for_external_event("Go")
            return (yield context.call_activity("echo", fresh))
    """)
    raise_at(driver, 5, '"late"')
    assert run(driver, "renewed", 6).output_text == '"late"'


def test_unclaimed_events_are_taken_oldest_first_when_each_has_its_waiter(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("""
        @orch
        def three(context):
            got = []
            for _ in range(3): got.append((yield context.wait_for_external_event("Go")))
            return got
    """)
    for payload in ("1", "2", "3"):
        raise_at(driver, 2, payload)
    assert run(driver, "three", 3).output_text == "[1,2,3]"


def test_events_that_come_while_a_turn_takes_long_are_lost_but_the_last(
    worker_for: WorkerFor,
) -> None:
    worker = worker_for("""
        @orch
        def three(context):
            got = []
            for _ in range(3):
                got.append((yield context.wait_for_external_event("Go")))
                yield context.call_activity("echo", len(got))
            return got
    """)
    driver = VirtualDriver(Core(Store(), worker), worker, VirtualClock(), step_s=1.0)
    for seconds, payload in ((5.0, "1"), (5.2, "2"), (5.4, "3")):
        raise_at(driver, seconds, payload)
    assert run(driver, "three", 30).output_text == "[1,3,3]"


def test_dates_in_outputs_and_statuses_are_rendered_again_and_no_others(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("""
        DATE = "2030-01-01T00:00:00+02:00"
        @orch
        def child(context): return context.get_input()
        @orch
        def dated(context):
            context.set_custom_status({"since": DATE})
            activity = yield context.call_activity("echo", DATE)
            event = yield context.wait_for_external_event("Go")
            below = yield context.call_sub_orchestrator("child", {"at": DATE})
            return [activity == DATE, event == DATE, below, DATE]
    """)
    raise_at(driver, 2, '"2030-01-01T00:00:00+02:00"')
    row, local = run(driver, "dated", 3), "2029-12-31T22:00:00+00:00"
    assert row.output_text == f'[true,true,{{"at":"{local}"}},"{local}"]'
    assert row.custom_status_text == f'{{"since":"{local}"}}'
