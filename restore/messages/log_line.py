"""One line of the app's log: a JSON object, and nothing but it is a log record's message.

Only the message gets through the Functions host: fields beside it (`extra`) do not. So a line
carries all that finds it again, in one fixed set of fields, and whoever asks reads it by
`parse_json(message)`. Where a line leaves, secrets leave it, and it is cut to its size: so a
logger's own call is all that a room adds.

    _log.log(line.level, "%s", line)
"""

from logging import WARNING
from traceback import walk_tb
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, to_builtins

from restore.messages.log_events import EVENTS, LogEvent
from restore.values.plain_text import plain
from restore.values.redaction import has_form_of_secret, redacted
from restore.values.structs import Model
from restore.values.truncation import compact, truncated

MARK = "vmRestore"
"""The first field of each line, so that a query finds ours among all messages."""
SCHEMA = 1
"""Its value. A reader that knows 1 understands every line that says 1."""
LINE_BYTES_MAX = 8 * 1024
"""Application Insights keeps 32,768 characters of a message."""

_TEXT_CHARS_MAX = 1000
_ID_CHARS_MAX = 2048
_IDS = frozenset(
    {
        *("requestId", "instanceId", "vm", "vault", "job", "operation", "recoveryPoint"),
        *("messageId", "eventId", "rejection", "clientRequestId", "armRequestId", "correlationId"),
        *("traceparent", "function"),
    }
)
"""What others search for as it is: a name that looks random stays. What is built as a secret is,
or as no id is, is redacted like any text."""
_NO_IDS = frozenset("%?&=<>\"'\\ \t\r\n")
_NOT_OURS = ("site-packages", "/lib/python")
_PLACES_MAX = 5
_GIVES_WAY = ("problems", "text", "path", "task")


def _says(meaning: str) -> Meta:
    return Meta(description=meaning)


class LogContext(Model, frozen=True, kw_only=True):
    """What a line is about, as far as it is known: the fields that any line may have. An
    orchestration sends it to its activities with each order (`sent_with`)."""

    function: Annotated[str | None, _says("the function that writes it")] = None
    instance_id: Annotated[str | None, _says("the orchestration's id")] = None
    request_id: Annotated[str | None, _says("the request's id")] = None
    vm: Annotated[str | None, _says("ARM id of the VM that is to be restored")] = None
    vault: Annotated[str | None, _says("ARM id of the vault")] = None
    job: Annotated[str | None, _says("the job's id in the vault")] = None
    phase: Annotated[str | None, _says("the phase that the restore is in")] = None
    attempt: Annotated[
        int | None, _says("the how many-th try of this step, or poll of this job")
    ] = None
    revival: Annotated[
        int | None, _says("how often the reconciler has started the restore again")
    ] = None
    traceparent: Annotated[
        str | None, _says("W3C trace context of the call or message that asked for it")
    ] = None

    def known(self, more: "LogContext") -> "LogContext":
        """Return the same with what another one knows, which comes first."""
        fields = {name: getattr(more, name) for name in more.__struct_fields__}
        told = {name: value for name, value in fields.items() if value is not None}
        return msgspec.structs.replace(self, **told)


class LogLine(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One line. Which kind has which fields is written in restore/messages/log_events.py."""

    event: Annotated[LogEvent, _says("the kind of line")]
    about: LogContext = LogContext()
    source: Annotated[
        str | None,
        _says("the way that it came: `queue`, `http`, `alert`, `person` or `app`"),
    ] = None
    recovery_type: Annotated[str | None, _says("what was asked for")] = None
    is_new: Annotated[bool | None, _says("whether this id was not known before")] = None
    message_id: Annotated[str | None, _says("the queue message's id")] = None
    queue: Annotated[str | None, _says("the queue's name")] = None
    rejection: Annotated[str | None, _says("the id under which a message is put aside")] = None
    queue_age_s: Annotated[float | None, _says("how long the message lay in the queue")] = None
    decision: Annotated[str | None, _says("`approved`, `refused` or `expired`")] = None
    is_yes: Annotated[bool | None, _says("whether Azure agreed")] = None
    code: Annotated[
        str | None, _says("the error's or the wait's code (operating.md has a row for each)")
    ] = None
    category: Annotated[str | None, _says("the class of restore/messages/errors.py")] = None
    text: Annotated[str | None, _says("in words, without secrets, of bounded length")] = None
    exception: Annotated[str | None, _says("the type of what was raised")] = None
    place: Annotated[str | None, _says("the lines of code that raised it, the last call first")] = (
        None
    )
    problems: Annotated[tuple[str, ...], _says("all that is wrong, in words")] = ()
    count: Annotated[int | None, _says("how many things are wrong, or how often")] = None
    retry_after_s: Annotated[float | None, _says("how long Azure, or the step, asks to wait")] = (
        None
    )
    operation: Annotated[str | None, _says("the operation's id")] = None
    recovery_point: Annotated[str | None, _says("the chosen recovery point's name")] = None
    to_post_s: Annotated[
        float | None,
        _says("from the acceptance, or a person's decision, to the intent right before the POST"),
    ] = None
    http_status: Annotated[int | None, _says("the HTTP status of the answer")] = None
    status: Annotated[str | None, _says("the job's status, or the health's")] = None
    percent: Annotated[float | None, _says("the job's progress, as Azure tells it")] = None
    remaining_s: Annotated[float | None, _says("the job's own estimate")] = None
    task: Annotated[str | None, _says("the job's running task")] = None
    method: Annotated[str | None, _says("the HTTP method")] = None
    path: Annotated[str | None, _says("the URL's path; a query may hold a signature")] = None
    duration_s: Annotated[
        float | None, _says("how long the call took; of `verdict`: from acceptance to the end")
    ] = None
    left: Annotated[
        int | None, _says("the least that is left of the quotas that Azure's reply tells")
    ] = None
    client_request_id: Annotated[
        str | None, _says("`x-ms-client-request-id` as sent: the request's id, or a fresh GUID")
    ] = None
    arm_request_id: Annotated[str | None, _says("`x-ms-request-id` of the reply")] = None
    correlation_id: Annotated[
        str | None,
        _says("`x-ms-correlation-request-id` of the reply: the activity log's correlation id"),
    ] = None
    verdict: Annotated[str | None, _says("how it ended")] = None
    succeeded: Annotated[bool | None, _says("whether what was asked for came to be")] = None
    verified: Annotated[
        bool | None, _says("whether the restored VM passed its checks, where some were asked for")
    ] = None
    ending: Annotated[
        str | None, _says("`done`, a verdict, an outcome's kind, `continues-as-new` or `broken`")
    ] = None
    state: Annotated[str | None, _says("the ledger entry's state")] = None
    open_s: Annotated[float | None, _says("how long it has been open")] = None
    approval_s: Annotated[float | None, _says("how long it has waited for a person")] = None
    held_up: Annotated[int | None, _says("how many of its events are not sent")] = None
    held_up_s: Annotated[float | None, _says("how long the first of them has waited")] = None
    event_id: Annotated[str | None, _says("the CloudEvent's id")] = None
    receiver: Annotated[str | None, _says("the receiver's name in RESTORE_NOTIFY")] = None

    @property
    def level(self) -> int:
        """How loud it is, in logging's own numbers."""
        return WARNING if self.succeeded is False else EVENTS[self.event].level

    def __str__(self) -> str:
        """The line as it is written: compact JSON without secrets, of bounded size."""
        fields = to_builtins(self)
        about = fields.pop("about", {})
        document = {MARK: SCHEMA, "event": fields.pop("event")} | about | fields
        clean = {name: _clean(name, value) for name, value in document.items()}
        return compact(truncated(clean, LINE_BYTES_MAX, _GIVES_WAY))


def fault(error: BaseException, about: LogContext = LogContext()) -> LogLine:
    """Return the line of something that nobody foresaw, with the app's own place that raised it."""
    places = [
        f"{'/'.join(frame.f_code.co_filename.split('/')[-2:])}:{number}"
        for frame, number in walk_tb(error.__traceback__)
        if not any(each in frame.f_code.co_filename for each in _NOT_OURS)
    ]
    place = " < ".join(places[: -_PLACES_MAX - 1 : -1]) or None
    raised = type(error).__name__
    return LogLine(event="fault", about=about, exception=raised, place=place, text=str(error))


def about_input(given: Any) -> LogContext:
    """Return what an orchestration is about, by whatever input it has."""
    given = given if isinstance(given, dict) else {}
    request = given.get("request") or given
    known = given.get("about") or {
        "requestId": request.get("requestId"),
        "vm": request.get("sourceResourceId") or (given.get("item") or {}).get("sourceResourceId"),
    }
    try:
        return LogContext.from_json(known)
    except msgspec.ValidationError:
        return LogContext()


_SENT = "logContext"


def sent_with(order: Any, about: LogContext) -> Any:
    """Return an activity's order with what its lines are about; without one there is nothing to
    add to."""
    known = about.as_json()
    return order | {_SENT: known} if isinstance(order, dict) and known else order


def taken_from(order: Any) -> tuple[Any, LogContext]:
    """Return an order as it was, and what came with it: nothing where a build knows another kind
    of context, for that must not hinder a restore."""
    if not isinstance(order, dict) or _SENT not in order:
        return order, LogContext()
    plain_order = {name: value for name, value in order.items() if name != _SENT}
    try:
        return plain_order, LogContext.from_json(order[_SENT])
    except msgspec.ValidationError:
        return plain_order, LogContext()


def _clean(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_clean(name, each) for each in value]
    if isinstance(value, float):
        return round(value, 3)
    if not isinstance(value, str):
        return value
    return plain(value, _ID_CHARS_MAX) if _is_id(name, value) else redacted(value, _TEXT_CHARS_MAX)


def _is_id(name: str, value: str) -> bool:
    return name in _IDS and not _NO_IDS.intersection(value) and not has_form_of_secret(value)
