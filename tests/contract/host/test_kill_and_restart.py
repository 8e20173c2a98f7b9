"""kill -9 at any moment loses nothing; Ctrl-C ends quickly and cleanly."""

import time

from tests.contract.host.conftest import Sample, eventually


def test_what_was_waiting_goes_on_after_kill_and_restart(sample: Sample) -> None:
    sample.call("POST", "/api/orders/waits?id=k1")
    eventually(lambda: sample.status_of("k1") == "Running")
    sample.host.restart()
    path = "/runtime/webhooks/durabletask/instances/k1"
    json_type = {"Content-Type": "application/json"}
    assert sample.call("POST", f"{path}/raiseEvent/Go", '"on"', **json_type).status == 202
    eventually(lambda: sample.status_of("k1") == "Completed")


def test_ctrl_c_ends_within_two_seconds_without_a_stack_trace(sample: Sample) -> None:
    sample.call("POST", "/api/send", '{"id": "c1", "slow_s": 30}')
    eventually(lambda: sample.runs_of("c1"))
    begun = time.monotonic()
    code = sample.host.stop()
    assert (code, time.monotonic() - begun < 2.0) == (0, True)
    assert "Traceback" not in sample.host.log()
    sample.host.start()
    # Given back on the way out, so it need not wait for the lease.
    eventually(lambda: len(sample.runs_of("c1")) == 2, within_s=5)
