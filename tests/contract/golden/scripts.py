"""What is sent, and when, to record the project's own scenarios.

Each wait is counted from the step before. They are long enough for a turn to be over, so that the
same history comes of them on every machine, and short against the timers of the app.
"""

from __future__ import annotations

import json
from typing import Any

from tests.contract.golden.real import Request, Script

SHOW = "?showHistory=true&showHistoryOutput=true&showInput=true"


class ScriptWriter:
    """A script that is being written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.id = "o-" + name.replace("_", "-")
        self.requests: list[Request] = []
        self._at = 0.0

    def start(
        self, function: str, given: Any = None, *, wait: float = 0, who: str = ""
    ) -> ScriptWriter:
        """Start an instance, under the script's own id unless another is named."""
        body = "" if given is None else json.dumps(json.dumps(given))
        return self._then(wait, "POST", f"/orchestrators/{function}/{who or self.id}", body)

    def event(self, wait: float, name: str, payload: Any = 1, *, child: str = "") -> ScriptWriter:
        path = f"/instances/{self.id}{child}/raiseEvent/{name}"
        return self._then(wait, "POST", path, json.dumps(payload))

    def change(self, wait: float, verb: str, *, child: str = "") -> ScriptWriter:
        """Terminate, suspend, resume or rewind."""
        return self._then(wait, "POST", f"/instances/{self.id}{child}/{verb}?reason=why", "")

    def restart(self, wait: float, *, anew: bool = False) -> ScriptWriter:
        """Restart it under its own id, or under a new one."""
        path = f"/instances/{self.id}/restart?restartWithNewInstanceId={str(anew).lower()}"
        return self._then(wait, "POST", path, "")

    def purge(self, wait: float, *, child: str = "") -> ScriptWriter:
        return self._then(wait, "DELETE", f"/instances/{self.id}{child}", None, status=200)

    def ends(self, *, child: str = "", who: str = "") -> ScriptWriter:
        """Look until it has ended."""
        return self._then(0, "GET", f"/instances/{who or self.id}{child}{SHOW}", None, status=200)

    def hangs(self, wait: float, *, child: str = "", who: str = "") -> ScriptWriter:
        """Look once: it runs still."""
        return self._then(wait, "GET", f"/instances/{who or self.id}{child}{SHOW}", None)

    def _then(
        self, wait: float, method: str, path: str, body: str | None, status: int = 202
    ) -> ScriptWriter:
        self._at = round(self._at + wait, 1)
        request = {"after_s": self._at, "method": method, "path": path, "body": body}
        self.requests.append({**request, "status": status})
        return self


_LOOKS_4 = {"until": 4}
_STUCK = {"until": 2, "pause": 600}
_SOON = {"until": 1}

_WRITTEN = [
    ScriptWriter("restore_quiet").start("restore", _LOOKS_4).ends().ends(child="~watch"),
    ScriptWriter("restore_cancelled")
    .start("restore", {"until": 2, "pause": 5})
    .event(2, "cancel", {"by": "a"})
    .ends(),
    ScriptWriter("restore_cancelled_twice")
    .start("restore", {"until": 2, "pause": 8})
    .event(2, "cancel", {"by": "a"})
    .event(2, "cancel", {"by": "b"})
    .ends(),
    ScriptWriter("restore_cancelled_before")
    .start("restore", {"until": 2, "wait": 5})
    .event(2, "cancel", {"by": "a"})
    .ends(),
    ScriptWriter("restore_watch_breaks").start("restore", {"until": 4, "breaks": 3}).ends(),
    ScriptWriter("restore_watch_recovers")
    .start("restore", {"until": 4, "ill": 3})
    .ends()
    .ends(child="~watch"),
    ScriptWriter("restore_cancelled_between_watches")
    .start("restore", {"until": 2, "ill": 1, "pause": 4})
    .event(2, "cancel", {"by": "a"})
    .ends()
    .ends(child="~watch"),
    ScriptWriter("restore_cancelled_then_watch_fails")
    .start("restore", {"until": 2, "ill": 2, "pause": 4})
    .event(2, "cancel", {"by": "a"})
    .ends()
    .ends(child="~watch"),
    ScriptWriter("retried_against_event").start("retried_against_event").event(2, "Go").ends(),
    ScriptWriter("restore_watch_terminated")
    .start("restore", {"until": 2, "pause": 8})
    .change(3, "terminate", child="~watch")
    .ends()
    .ends(child="~watch"),
    ScriptWriter("patient").start("patient").ends().ends(child="~wait"),
    ScriptWriter("restore_watch_suspended")
    .start("restore", {"until": 2, "pause": 4})
    .change(2, "suspend", child="~watch")
    .change(6, "resume", child="~watch")
    .ends()
    .ends(child="~watch"),
    ScriptWriter("restore_suspended")
    .start("restore", {"until": 2, "pause": 5})
    .change(2, "suspend")
    .event(1, "cancel", {"by": "a"})
    .ends(child="~watch")
    .change(2, "resume")
    .ends(),
    ScriptWriter("restore_again_after_terminate")
    .start("restore", _STUCK)
    .change(3, "terminate")
    .ends()
    .hangs(1, child="~watch")
    .start("restore", _SOON)
    .ends()
    .ends(child="~watch"),
    ScriptWriter("restore_again_after_purge")
    .start("restore", _STUCK)
    .change(3, "terminate")
    .ends()
    .purge(1)
    .start("restore", _SOON)
    .ends()
    .ends(child="~watch"),
    ScriptWriter("restore_again_as_advised")
    .start("restore", _STUCK)
    .change(3, "terminate")
    .ends()
    .change(1, "terminate", child="~watch")
    .ends(child="~watch")
    .purge(1, child="~watch")
    .purge(0)
    .start("restore", _SOON)
    .ends()
    .ends(child="~watch"),
    ScriptWriter("restore_again_old_watch_ends")
    .start("restore", {"until": 2, "pause": 8})
    .change(3, "terminate")
    .ends()
    .purge(0)
    .start("restore", {"until": 1, "wait": 12})
    .ends(child="~watch")
    .ends(),
    ScriptWriter("restore_again_when_done")
    .start("restore", _SOON)
    .ends()
    .start("restore", _SOON, wait=1)
    .ends()
    .ends(child="~watch"),
    ScriptWriter("restore_restarted").start("restore", _SOON).ends().restart(1).ends(),
    ScriptWriter("restarted_anew")
    .start("restarted_anew")
    .ends()
    .restart(1, anew=True)
    .hangs(4, child="~kid"),
    ScriptWriter("child_id_taken")
    .start("takes_child", who="o-taken-first")
    .start("takes_child", wait=2, who="o-taken-second")
    .ends(who="o-taken-second")
    .hangs(15, who="o-taken-first"),
    ScriptWriter("own_id_as_child").start("own_id_as_child").hangs(15),
    ScriptWriter("missing_races").start("missing_races").ends(),
    ScriptWriter("missing_among_all").start("missing_among_all").hangs(15),
    ScriptWriter("missing_child").start("missing_child").hangs(15),
    ScriptWriter("one_early").start("one_early").event(1, "Go", "A").hangs(15),
    ScriptWriter("early_against_timer").start("early_against_timer").event(1, "Go", "A").ends(),
    ScriptWriter("never_yielded").start("never_yielded").ends(),
    ScriptWriter("left_timer").start("left_timer").event(1, "Go").ends(),
    ScriptWriter("left_child").start("left_child").event(1, "Go").ends(),
    ScriptWriter("all_with_a_failure").start("all_with_a_failure").ends(),
    ScriptWriter("week_against_event").start("week_against_event").event(1, "Go").hangs(15),
    ScriptWriter("approval_decided").start("permission", 60).event(1, "Go").ends(),
    ScriptWriter("approval_decided_late").start("permission", 3).event(1, "Go").ends(),
    ScriptWriter("approval_undecided").start("permission", 3).ends(),
    ScriptWriter("as_completed").start("as_completed").ends(),
    ScriptWriter("child_retried").start("child_retried").ends(),
    ScriptWriter("rewound")
    .start("over_healing")
    .ends()
    .change(1, "rewind")
    .ends()
    .ends(child="~kid"),
    ScriptWriter("timer_while_suspended")
    .start("sleeps")
    .change(1, "suspend")
    .change(4, "resume")
    .ends(),
    ScriptWriter("dated_child").start("dated_child").ends(),
]

SCRIPTS = {written.name: Script(written.name, written.requests) for written in _WRITTEN}
