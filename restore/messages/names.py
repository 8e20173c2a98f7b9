"""Names that two rooms must agree on, and ids that are pure functions of a request.

A call to an activity that does not exist hangs for ever in the real host, so every name is written
once, here. An activity's name is its file's and its function's.
"""

import re
from hashlib import sha256

import msgspec

from restore.messages.adoption import Followed
from restore.messages.field_types import REQUEST_ID
from restore.values.arm_ids import lower_as_azure

# orchestrators
RESTORE_VM = "restore_vm"
WATCH_JOB = "watch_job"
SHOW_RECOVERY_POINTS = "show_recovery_points"
PLAN_RESTORE = "plan_restore"
ADOPT_RESTORE = "adopt_restore"
CANCEL_JOB = "cancel_job"
RETRY_ACTIVITY = "retry_activity"
RECONCILE = "reconcile"
VERIFY_VM = "verify_vm"
TAKE_ALERT = "take_alert"

# activities
OPEN_RESTORE = "open_restore"
FIND_PROTECTED_ITEM = "find_protected_item"
FIND_RECOVERY_POINT = "find_recovery_point"
LIST_RECOVERY_POINTS = "list_recovery_points"
AUTHORIZE_RESTORE = "authorize_restore"
READ_DECISION = "read_decision"
TRIGGER_RESTORE = "trigger_restore"
READ_OPERATION = "read_operation"
FIND_JOB = "find_job"
READ_JOB = "read_job"
ADOPT_JOB = "adopt_job"
CANCEL_RESTORE = "cancel_restore"
BEGIN_VERIFICATION = "begin_verification"
READ_VM = "read_vm"
PROBE_VM = "probe_vm"
CLOSE_RESTORE = "close_restore"
FALL_BACK = "fall_back"
PUBLISH_EVENT = "publish_event"
LIST_OPEN = "list_open"
RECONCILE_RESTORE = "reconcile_restore"
REVIVE_PLANS = "revive_plans"
TIDY_STORAGE = "tidy_storage"
PURGE_HISTORIES = "purge_histories"
PURGE_DOCUMENTS = "purge_documents"
PREFLIGHT_RESTORE = "preflight_restore"
START_VALIDATION = "start_validation"
READ_VALIDATION = "read_validation"
JUDGE_ALERT = "judge_alert"
START_ALERTED = "start_alerted"
REVIVE_ALERTS = "revive_alerts"

# events, queues, containers
DECISION_EVENT = "decision"
RESTORE_REQUESTS = "restore-requests"
POISONED_REQUESTS = f"{RESTORE_REQUESTS}-poison"
"""The host puts there what has failed too often; the name is the host's."""
RESTORE_ALERTS = "restore-alerts"
POISONED_ALERTS = f"{RESTORE_ALERTS}-poison"
RESTORE_EVENTS = "restore-events"
RESTORE_NOTIFICATIONS = "restore-notifications"
"""What wakes who sends notifications."""
LEDGER_CONTAINER = "restore-ledger"
ENTRIES = "restores/"
ATTEMPTS = "attempts/"
ATTEMPT = "~"
"""Between a request's id and the number of another attempt at it: in no id that somebody sends."""
PLANS = "plans/"
EVENT_DATA = "events/"
REJECTIONS = "rejections/"
MESSAGES = "messages/"
ALERTS = "alerts/"
ALERT_VMS = "alert-vms/"
NOTIFICATIONS = "notify/"

_EVENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,160}(~[2-9])?:[a-z-]{1,40}")
PLAN_PREFIX = "plan-"
ALERT_PREFIX = "alert-"
_PREFIX = "restore-"
_ID_LENGTH_MAX = 90


def is_request_id(text: str) -> bool:
    """Whether a request, or another attempt at one, could have this id. Whoever makes a blob's name
    of a text asks first."""
    return re.search(REQUEST_ID, text) is not None


def attempt_id(request_id: str, number: int) -> str:
    """Return the id of the how many-th attempt at a request, from 2."""
    assert 2 <= number <= 9, "no request falls back more often"
    return f"{request_id}{ATTEMPT}{number}"


def is_attempt(request_id: str) -> bool:
    """Whether this is the id of another attempt at a request."""
    return ATTEMPT in request_id


def entry_name(request_id: str) -> str:
    """Return the name of an entry's document: other attempts at a request are in no list of
    requests."""
    return f"{ATTEMPTS if is_attempt(request_id) else ENTRIES}{request_id}"


def is_event_id(text: str) -> bool:
    """Whether an event of ours could have this id: what it is about, and its kind."""
    return _EVENT_ID.fullmatch(text) is not None


def instance_id(request_id: str) -> str:
    """Return the orchestration's id. A long one is cut; `~` is in no request id, so none clash."""
    plain = _PREFIX + request_id
    if len(plain) <= _ID_LENGTH_MAX:
        return plain
    return f"{_PREFIX}{request_id[:40]}~{sha256(request_id.encode()).hexdigest()[:40]}"


def watch_id(instance_id: str, revival: int = 0) -> str:
    """Return the id of the child that follows the job: unique, for a taken id hangs its parent.
    Each time that the parent is started again it has another child."""
    return f"{instance_id}~watch{_of_revival(revival)}"


def child_ids(instance_id: str, revival: int) -> tuple[str, ...]:
    """Return the ids of all children that a restore's orchestration may have."""
    return tuple(name(instance_id, revival) for name in (watch_id, wait_id, verification_id))


def wait_id(instance_id: str, revival: int = 0) -> str:
    """Return the id of the child in which an orchestration's step waits for long."""
    return f"{instance_id}~wait{_of_revival(revival)}"


def verification_id(instance_id: str, revival: int = 0) -> str:
    """Return the id of the child that looks whether the restored VM works."""
    return f"{instance_id}~verify{_of_revival(revival)}"


def cancel_id(instance_id: str) -> str:
    """Return the id of the orchestration that passes a wish to cancel on to Azure."""
    return f"{instance_id}~cancel"


def plan_instance_id(plan_id: str) -> str:
    """Return the id of the orchestration that makes a plan."""
    return f"{PLAN_PREFIX}{plan_id}"


def alert_instance_id(alert_id: str) -> str:
    """Return the id of the orchestration that judges an alert, or a decision about alerts."""
    return f"{ALERT_PREFIX}{alert_id}"


def request_hash(request: Followed) -> str:
    """Return the same text for the same wish, whatever its requestId and the case in which it
    writes the VM's id: Azure Monitor writes all of it in lower case."""
    wish = request.as_json()
    del wish["requestId"]
    if "sourceResourceId" in wish:
        wish["sourceResourceId"] = lower_as_azure(wish["sourceResourceId"])
    return sha256(msgspec.json.encode(wish, order="sorted")).hexdigest()


def _of_revival(revival: int) -> str:
    return f"-{revival}" if revival else ""
