"""What the app's log tells: one row for each kind of line. docs/log.md is written from this table.

A kind's name and its fields are an interface: queries, alerts and other people's dashboards read
them (infra/queries). A field may be added; none is renamed, and none changes its meaning.
"""

from logging import CRITICAL, ERROR, INFO, WARNING
from typing import Literal, NamedTuple

LogEvent = Literal[
    "accepted",
    "plan-asked",
    "rejected",
    "alert-recorded",
    "alert-judged",
    "duplicate",
    "decided",
    "cancel-asked",
    "cancel-answered",
    "phase",
    "waiting",
    "poll",
    "arm-call",
    "sent",
    "adopted",
    "fell-back",
    "retry-later",
    "step-failed",
    "fault",
    "verdict",
    "ended",
    "tick",
    "open",
    "revived",
    "given-up",
    "events-held-up",
    "notification-held-up",
    "notification-dropped",
    "remark",
    "poisoned",
    "put-back",
    "health",
    "settings",
]


class Row(NamedTuple):
    """One kind of line: how loud it is, when it is written, and its fields beside those that any
    line may have (restore/messages/log_line.py)."""

    level: int
    meaning: str
    fields: tuple[str, ...] = ()


_FAULT = ("code", "category", "text")

EVENTS: dict[LogEvent, Row] = {
    "accepted": Row(
        INFO,
        "A request was taken, or taken again (`isNew` is false): from now on the app sees to it.",
        ("source", "recoveryType", "isNew", "messageId", "queueAgeS"),
    ),
    "plan-asked": Row(
        INFO,
        "A plan was asked for: nothing is restored.",
        ("source", "recoveryType", "messageId", "queueAgeS"),
    ),
    "rejected": Row(
        WARNING,
        "A message or a call was refused: it changes nothing.",
        ("source", "code", "httpStatus", "count", "messageId", "queueAgeS", "rejection"),
    ),
    "duplicate": Row(
        INFO,
        "A message without an id says the same as one before: it is no restore of its own.",
        ("messageId",),
    ),
    "alert-recorded": Row(
        INFO,
        "An alert came, and is recorded: `instanceId` is that of the orchestration that judges it. "
        "With a `code` nothing can be made of it.",
        ("source", "messageId", "queueAgeS", "code"),
    ),
    "alert-judged": Row(
        INFO,
        "An alert, or a person's decision about what was held, was judged: `text` counts what "
        "becomes of it.",
        ("text",),
    ),
    "decided": Row(
        INFO,
        "A person approved or refused a restore, or nobody did in time.",
        ("decision",),
    ),
    "cancel-asked": Row(
        INFO, "Somebody asked to cancel a restore. `state` is that of its ledger entry.", ("state",)
    ),
    "cancel-answered": Row(
        INFO, "Azure said yes or no to a wish to cancel a job.", ("isYes", "code", "text")
    ),
    "phase": Row(INFO, "A restore entered a phase."),
    "waiting": Row(
        INFO, "A restore or a plan waits, and for something else than before.", ("code", "text")
    ),
    "poll": Row(
        INFO,
        "A poll saw another job, or another state of it, than the one before.",
        ("operation", "status", "percent", "remainingS", "task"),
    ),
    "arm-call": Row(
        INFO,
        "One call to Azure Resource Manager, with what finds it in Azure's own traces. "
        "Without `httpStatus` no reply was read, and `exception` says why.",
        (
            *("method", "path", "httpStatus", "durationS", "retryAfterS", "left", "exception"),
            *("clientRequestId", "armRequestId", "correlationId"),
        ),
    ),
    "sent": Row(
        INFO,
        "Azure took the restore request.",
        ("operation", "recoveryPoint", "recoveryType", "toPostS"),
    ),
    "adopted": Row(
        INFO, "The reply to the restore request was lost; the app found its job in the vault."
    ),
    "fell-back": Row(
        WARNING,
        "A restore failed, and another attempt is made in its place: `text` is its id.",
        ("code", "text"),
    ),
    "retry-later": Row(
        INFO, "A step cannot be done now; the app tries it again.", (*_FAULT, "retryAfterS")
    ),
    "step-failed": Row(
        WARNING, "A step cannot be done: the request, or a person, must change something.", _FAULT
    ),
    "fault": Row(
        ERROR,
        "Something that nobody foresaw was raised. The app goes on as well as it can; report it.",
        ("exception", "place", "text"),
    ),
    "verdict": Row(
        INFO,
        "A restore is over. May be written more than once, with the same content. It is a WARNING "
        "where `succeeded` is false.",
        (
            *("verdict", "succeeded", *_FAULT, "recoveryType", "source", "recoveryPoint"),
            *("durationS", "toPostS", "verified"),
        ),
    ),
    "ended": Row(
        INFO,
        "An orchestration came to an end, or continues as new (`ending`).",
        ("ending",),
    ),
    "tick": Row(
        INFO, "The reconciler has looked at everything that is open. An alert misses this line."
    ),
    "open": Row(
        INFO,
        "At each tick, of each restore that is open: how it stands.",
        (
            *("state", "source", "recoveryType", "code", "openS", "approvalS"),
            *("heldUp", "heldUpS"),
        ),
    ),
    "revived": Row(
        WARNING, "Nobody followed a restore or a plan: the reconciler started it again."
    ),
    "given-up": Row(
        ERROR, "A restore was started again as often as the settings say, and is given up."
    ),
    "events-held-up": Row(
        WARNING, "An event could not be sent; it is sent later.", ("code", "text", "eventId")
    ),
    "notification-held-up": Row(
        WARNING,
        "A receiver of notifications took nothing, or not this one; it is tried again later.",
        ("receiver", "code", "text", "eventId"),
    ),
    "notification-dropped": Row(
        ERROR,
        "A notification was given up: its receiver has not taken it in time.",
        ("receiver", "code", "eventId"),
    ),
    "remark": Row(WARNING, "Something that does not hinder the app, in words.", ("text",)),
    "poisoned": Row(
        ERROR,
        "A message failed again and again, and was put aside.",
        ("messageId", "queue", "code", "text", "rejection"),
    ),
    "put-back": Row(
        INFO, "A message that was put aside was sent again.", ("messageId", "queue", "rejection")
    ),
    "health": Row(
        WARNING,
        "A look at the app's health found something wrong. What is well writes no line.",
        ("status", "problems"),
    ),
    "settings": Row(
        CRITICAL, "The settings are wrong: the app takes no new requests.", ("problems",)
    ),
}
