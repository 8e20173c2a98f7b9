"""Log how each orchestration ends, once: the log tells what became of it without its history."""

import functools
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.steps import Step
from restore.messages import log_line
from restore.messages.log_line import LogLine


def logged(
    orchestrator: Callable[[df.DurableOrchestrationContext], Step],
) -> Callable[[df.DurableOrchestrationContext], Step]:
    """Return the same orchestrator, which says how it ends: with what, going on as new, or broken.
    A replay says nothing."""

    @functools.wraps(orchestrator)
    def run(context: df.DurableOrchestrationContext) -> Step:
        about = log_line.about_input(context.get_input())
        display = Display(context, orchestrator.__name__, lambda: about)
        try:
            answer = yield from orchestrator(context)
        except Exception as error:
            display.tell(log_line.fault(error))
            display.tell(LogLine(event="ended", ending="broken"))
            raise
        display.tell(LogLine(event="ended", ending=_ending(context, answer)))
        return answer

    return run


def _ending(context: df.DurableOrchestrationContext, answer: Any) -> str:
    if context.will_continue_as_new:
        return "continues-as-new"
    known = answer if isinstance(answer, dict) else {}
    return str(known.get("verdict") or known.get("kind") or "done")
