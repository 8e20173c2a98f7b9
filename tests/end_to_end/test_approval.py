"""A restore that needs an approval, on each engine: decided, expired, cancelled, woken for nothing.

All of them are run at once; the VMs of one group need an approval (engines.py).
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.end_to_end.engines import GUARDED_GROUP
from tests.end_to_end.harness import VAULT, HostHarness, Reply, request_for
from tests.fakes import callers

ANN = callers.headers("ann@example.com") | {"Prefer": "wait=15"}
BOB = callers.headers("bob@example.com")
BOB_SHOWN = callers.shown("bob@example.com")
EXPIRY_S = 40
ENDINGS = ("approved", "refused", "expired", "cancelled", "woken", "twice")


@dataclass
class Waiting:
    """Restores that wait for an approval, one per ending."""

    harness: HostHarness
    mark: str

    def id_of(self, ending: str) -> str:
        return f"{ending}.{self.mark}"

    def decide(self, ending: str, decision: str, who: dict[str, str] = BOB) -> Reply:
        body = {"decision": decision, "reason": f"to see {ending}"}
        return self.harness.call(
            "POST", f"restores/{self.id_of(ending)}/approval", body, headers=who
        )

    def wake_for_nothing(self, ending: str) -> None:
        """Raise the event as somebody would who knows the app's inside."""
        instance = f"restore-{self.id_of(ending)}"
        path = f"/runtime/webhooks/durabletask/instances/{instance}/raiseEvent/decision"
        url = f"{self.harness.base_url}{path}?code=system-key"
        answer = requests.post(url, json={}, timeout=30)
        assert answer.status_code == 202, answer.text

    def view(self, ending: str) -> dict[str, Any]:
        body: dict[str, Any] = self.harness.call("GET", f"restores/{self.id_of(ending)}").body
        return body

    def code(self, ending: str) -> tuple[str, str | None]:
        view = self.harness.finished(self.id_of(ending), EXPIRY_S)
        return view["verdict"], view.get("error", {}).get("code")

    def posts(self, ending: str) -> int:
        vm = f"vm-{self.id_of(ending)}".replace(".", "-")
        return sum(vm in post["path"].lower() for post in self.harness.posts())


@pytest.fixture(scope="module")
def waiting(harness: HostHarness) -> Waiting:
    """Ask for all of them; each waits for its approval."""
    them = Waiting(harness, uuid.uuid4().hex[:8])
    for ending in ENDINGS:
        vm = f"vm-{them.id_of(ending)}".replace(".", "-")
        vm_id = f"{GUARDED_GROUP}/providers/Microsoft.Compute/virtualMachines/{vm}"
        disks = [{"name": f"{vm}-osdisk"}, {"lun": 0, "name": f"{vm}-data0"}]
        point = {"points": {"1": {"time": "2026-03-01T04:00:00Z", "disks": disks}}}
        harness.vault("PUT", "state", {"vms": {vm_id: {"data_luns": [0]}}})
        harness.vault("PUT", "state", {"vaults": {VAULT: {"items": {vm_id: point}}}})
        request = request_for(
            "OriginalLocation", them.id_of(ending), vm, sourceResourceId=vm_id, confirm=vm
        )
        reply = harness.call("POST", "restores", request, headers=ANN)
        if reply.body.get("rule") != "guarded":
            pytest.skip("the app on this harness has another policy")
        assert (reply.status, reply.body["phase"]) == (202, "WaitingForApproval")
        if ending == "approved":
            assert them.decide(ending, "approve", ANN).status == 403
            assert them.decide(ending, "approve").body["by"] == BOB_SHOWN
        if ending == "refused":
            assert them.decide(ending, "refuse").status == 200
        if ending == "cancelled":
            answer = harness.call("POST", f"restores/{them.id_of(ending)}/cancel")
            assert answer.body["cancel"] == "BeforeStart"
        if ending == "woken":
            them.wake_for_nothing(ending)
        if ending == "twice":
            assert them.decide(ending, "refuse").status == 200
            assert them.decide(ending, "refuse", ANN).body["by"] == BOB_SHOWN
            assert them.decide(ending, "approve").body["code"] == "DecidedOtherwise"
    return them


def test_a_wake_for_nothing_decides_nothing_and_the_decision_counts(waiting: Waiting) -> None:
    phases = {waiting.view("woken").get("phase")}
    assert phases == {"WaitingForApproval"}
    assert waiting.decide("woken", "approve").status == 200
    assert waiting.code("woken") == ("Completed", None)
    assert waiting.posts("woken") == 1


def test_an_approved_restore_replaces_the_disks_and_names_the_old_ones(waiting: Waiting) -> None:
    told = waiting.harness.event("approval-requested", waiting.id_of("approved"))["data"]
    names = [disk["name"] for disk in told["disksToReplace"]]
    assert len(names) == 2
    assert waiting.code("approved") == ("Completed", None)
    finished = waiting.harness.event("finished", waiting.id_of("approved"))["data"]
    assert finished["replacedDisks"] == names
    assert finished["approval"]["by"] == BOB_SHOWN
    assert waiting.posts("approved") == 1


@pytest.mark.parametrize("ending", ["refused", "twice"])
def test_a_refused_restore_is_rejected(waiting: Waiting, ending: str) -> None:
    assert waiting.code(ending) == ("Rejected", "ApprovalRefused")
    assert waiting.posts(ending) == 0


def test_a_restore_that_nobody_approves_in_time_is_rejected(waiting: Waiting) -> None:
    assert waiting.code("expired") == ("Rejected", "ApprovalExpired")
    assert waiting.decide("expired", "approve").body["code"] == "ApprovalExpired"
    assert waiting.posts("expired") == 0


def test_a_restore_that_is_cancelled_while_it_waits_ends_at_once(waiting: Waiting) -> None:
    assert waiting.code("cancelled") == ("Cancelled", None)
    assert waiting.view("cancelled")["runtimeStatus"] in ("Completed", "Running")


def test_the_orchestrations_of_all_of_them_end(waiting: Waiting) -> None:
    """A timer that lost and was not cancelled would keep one running."""

    def look() -> bool | None:
        states = [waiting.view(ending)["runtimeStatus"] for ending in ENDINGS]
        return True if set(states) == {"Completed"} else None

    begun = time.monotonic()
    waiting.harness.until(look, EXPIRY_S, "the end of every orchestration")
    assert time.monotonic() - begun < EXPIRY_S
