"""Where functions run: async ones on the one loop, all others in a pool of threads."""

import threading
import time

import pytest

from tests.contract.worker.caller import WorkerCaller, serving
from tests.real_worker import WORKERS, command


def test_no_more_run_at_once_than_the_setting_says(caller: WorkerCaller) -> None:
    assert max(caller.activities("sleeps", [0.05] * 8)) == 2


@pytest.mark.parametrize("worker", WORKERS)
def test_a_setting_that_says_nothing_leaves_pythons_own_number(worker: str) -> None:
    environ = {"PYTHON_THREADPOOL_THREAD_COUNT": "many"}
    with serving(command(worker), environ=environ) as caller:
        expected = min(32, caller.activity("cores") + 4)
        assert max(caller.activities("sleeps", [0.5] * (expected + 4))) == expected


def test_a_sync_function_runs_in_a_thread_without_a_loop(caller: WorkerCaller) -> None:
    has_loop, is_main, _ = caller.activity("where")
    assert (has_loop, is_main) == (False, False)


def test_async_functions_share_the_loop_of_the_first_thread(caller: WorkerCaller) -> None:
    places = caller.activities("where_async", [None] * 3)
    assert places == [[places[0][0], True]] * 3


def test_async_functions_go_on_while_all_threads_are_busy(caller: WorkerCaller) -> None:
    busy = threading.Thread(target=caller.activities, args=("sleeps", [2.0] * 2))
    busy.start()
    time.sleep(0.3)
    assert caller.activity("echo_async", "gone on") == "gone on"
    assert busy.is_alive()
    busy.join()


def test_what_a_call_sets_in_its_threads_context_is_found_by_a_later_one(
    caller: WorkerCaller,
) -> None:
    """There are two threads, and nothing is copied for a call."""
    before = [caller.activity("remembers", str(number)) for number in range(3)]
    assert set(before) != {"unset"}
