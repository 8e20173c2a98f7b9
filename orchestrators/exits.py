"""Log how each orchestration ends, once: the log tells what became of it without its history."""

import functools
import logging
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df

from orchestrators.steps import Step

_log = logging.getLogger(__name__)


def logged(
    orchestrator: Callable[[df.DurableOrchestrationContext], Step],
) -> Callable[[df.DurableOrchestrationContext], Step]:
    """Return the same orchestrator, which says how it ends: with what, going on as new, or broken.
    A replay says nothing."""

    @functools.wraps(orchestrator)
    def run(context: df.DurableOrchestrationContext) -> Step:
        try:
            answer = yield from orchestrator(context)
        except Exception as error:
            if not context.is_replaying:
                _log.error("%s breaks: %s", context.instance_id, type(error).__name__)
            raise
        if not context.is_replaying:
            _log.info("%s %s", context.instance_id, _ending(context, answer))
        return answer

    return run


def _ending(context: df.DurableOrchestrationContext, answer: Any) -> str:
    if context.will_continue_as_new:
        return "continues as new"
    known = answer if isinstance(answer, dict) else {}
    return f"ends: {known.get('verdict') or known.get('kind') or 'done'}"
