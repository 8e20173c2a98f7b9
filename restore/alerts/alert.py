"""An alert, whoever sent it: what happened to which VMs, and when. All shapes become this one.

What is compared (ids, labels) is kept as it came; what is shown is made plain where it is shown.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from restore.values.arm_ids import kind_problem, lower_as_azure, trimmed
from restore.values.structs import Model

State = Literal["fired", "resolved", "unknown"]

TARGETS_MAX = 1_000
"""Of one body. A vault protects 1,000 VMs; whoever names more has lost count."""
LABELS_MAX = 64
TEXT_CHARS_MAX = 512
ID_CHARS_MAX = 2_048

_VM = "virtual machine"


class Fault(Model, frozen=True, kw_only=True):
    """Why nothing can be made of an alert."""

    code: str
    text: str


class Alert(Model, frozen=True, kw_only=True):
    """One alert of one sender."""

    source: str
    """Who sent it: azure-monitor, event-grid, cloud-events, or the name of a mapping."""
    id: str | None = None
    """The sender's own; it may be the same for each incident of a rule and a target, as
    Alertmanager's fingerprint is."""
    rule: str | None = None
    """What fired: an alert rule, a monitor, or the type of an event."""
    severity: str | None = None
    state: State = "unknown"
    fired_at: datetime | None = None
    """When this incident began."""
    targets: tuple[str, ...] = ()
    """What it is about, as the sender names it."""
    labels: dict[str, str] = {}
    why: str = ""
    """Why its state is not known, for people."""
    fault: Fault | None = None


def request_id_of(alert: Alert, target: str) -> str:
    """Return the id of the restore that an alert may ask for: the same alert again is the same
    restore, the next incident of the same rule is another. A function of source, alert id, start
    time and target (alertmanager#4371: the id alone does not tell two incidents apart)."""
    assert alert.id is not None, "an alert without an id asks for nothing"
    assert alert.fired_at is not None, "an alert without a time asks for nothing"
    key = (alert.source, alert.id, alert.fired_at.isoformat(), lower_as_azure(target))
    told = "".join(f"{len(part)}:{part}" for part in key)
    return f"alert-{sha256(told.encode(errors='surrogatepass')).hexdigest()[:40]}"


def is_vm(target: str) -> bool:
    """Whether a target is the id of a virtual machine."""
    return not_vm(target) is None


def not_vm(target: str) -> str | None:
    """Say why a target is not the id of a virtual machine; None if it is."""
    if len(target) > ID_CHARS_MAX:
        return f"must have at most {ID_CHARS_MAX} characters"
    return kind_problem(target, _VM)


def text_of(value: Any, chars_max: int = TEXT_CHARS_MAX) -> str | None:
    """Return a text of an alert as it is; None for what is none, is empty or too long to be one."""
    if not isinstance(value, str) or len(value) > chars_max or not _can_be_written(value):
        return None
    return value or None


def id_of(value: Any) -> str | None:
    """Return a sender's id, which may be a whole number; None if it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**30 else None
    return text_of(value, ID_CHARS_MAX)


def targets_of(values: Any) -> tuple[str, ...]:
    """Return the targets among some values, each once, without the blanks around them."""
    listed = values if isinstance(values, list) else [values]
    texts = [
        trimmed(each.encode(errors="replace").decode())
        for each in listed
        if isinstance(each, str) and each.strip()
    ]
    known: dict[str, str] = {}
    for each in texts:
        known.setdefault(lower_as_azure(each), each)
    return tuple(known.values())


def labels_of(value: Any) -> dict[str, str]:
    """Return labels: of an object its texts, numbers and words; of a list of `name:value` texts
    each. What is too long or too much is left out."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        texts = [each for each in value if isinstance(each, str)]
        pairs = [(name, rest) for name, _, rest in (each.partition(":") for each in texts)]
    known = ((text_of(name), _label(each)) for name, each in pairs[:LABELS_MAX])
    return {name: label for name, label in known if name is not None and label is not None}


def _can_be_written(text: str) -> bool:
    """JSON can say halves of surrogate pairs, of which no text can be made again."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _label(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return text_of(value)
