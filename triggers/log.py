"""The triggers' lines in the app's log (restore/messages/log_line.py), and the trace they are in.

`entered` is what every function here wears: it says what the function refuses and what it raises,
and passes the trace of the call, or of the message, on to the orchestrations that it starts.
"""

import functools
import inspect
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import azure.functions as func
import msgspec

from restore.messages import log_line
from restore.messages.log_line import LogContext, LogLine
from restore.values.undoing import undone_at_end

_log = logging.getLogger(__name__)

Function = Callable[..., Awaitable[Any]]

_here: ContextVar[LogContext] = ContextVar("function", default=LogContext())
_TRACE = r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"  # compiled, and kept, on first use


def write(line: LogLine) -> None:
    """Write a line; what it does not say itself of what it is about, the function here does."""
    if _log.isEnabledFor(line.level):
        about = _here.get().known(line.about)
        _log.log(line.level, "%s", msgspec.structs.replace(line, about=about))


def traceparent() -> str | None:
    """Return the trace of the call or the message that is served here."""
    return _here.get().traceparent


def entered(function: Function) -> Function:
    """Return the same async function, which takes the host's `context` besides."""

    @functools.wraps(function)
    async def run(*, context: func.Context | None = None, **bound: Any) -> Any:
        trace = _trace_of(context, bound.get("req"))
        before = _here.get()
        _here.set(LogContext(function=function.__name__, traceparent=trace))
        with undone_at_end(lambda: _here.set(before)):
            try:
                with _in_trace(trace):
                    answer = await function(**bound)
            except Exception as error:
                write(log_line.fault(error))
                raise
            _tell_refusal(answer, bound.get("req"))
            return answer

    own = inspect.signature(function)
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=func.Context)
    changed: Any = run  # the worker reads both
    changed.__signature__ = own.replace(parameters=[*own.parameters.values(), context])
    changed.__annotations__ = function.__annotations__ | {"context": func.Context}
    return run


def _tell_refusal(answer: Any, req: func.HttpRequest | None) -> None:
    if not isinstance(answer, func.HttpResponse) or answer.status_code < 400:
        return
    said = json.loads(answer.get_body() or b"{}")
    asked = req.route_params.get("id") if req is not None else None
    write(
        LogLine(
            event="rejected",
            about=LogContext(request_id=said.get("requestId") or asked),
            source="http",
            http_status=answer.status_code,
            code=said.get("code"),
            count=len(said.get("problems", ())) or None,
        )
    )


def _trace_of(context: Any, req: func.HttpRequest | None) -> str | None:
    """The host's own trace, which goes on the caller's; where it has none, the caller's."""
    hosts = getattr(getattr(context, "trace_context", None), "trace_parent", None)
    callers = req.headers.get("traceparent") if req is not None else None
    found = (each for each in (hosts, callers) if each and re.fullmatch(_TRACE, each))
    return next(found, None)


@contextmanager
def _in_trace(trace: str | None) -> Iterator[None]:
    """What the durable client starts here belongs to the trace: it sends the current one."""
    if trace is None:
        yield
        return
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    found = TraceContextTextMapPropagator().extract({"traceparent": trace}, context.get_current())
    token = context.attach(found)
    with undone_at_end(lambda: context.detach(token)):
        yield
