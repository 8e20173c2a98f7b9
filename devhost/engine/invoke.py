"""Runs what the core hands out on the worker, and turns what comes back into the core's terms."""

from typing import Protocol

from devhost.engine.answer import Answer, Names, parse, unknown_orchestrator
from devhost.engine.episode import Episode
from devhost.engine.store import ActivityCall
from devhost.language_worker.failures import WorkerFailure


class Runner(Names, Protocol):
    """What runs an app's functions: `Worker`, or what a test or a simulation wraps around it."""

    def run_orchestrator(self, name: str, context_json: str) -> str: ...

    def run_activity(self, name: str, input_text: str) -> str: ...


def answer_of(worker: Runner, episode: Episode) -> Answer:
    """Replay the orchestrator in the SDK."""
    if not worker.has_orchestrator(episode.name):
        return unknown_orchestrator(episode.name, worker)
    try:
        return parse(worker.run_orchestrator(episode.name, episode.context_json()))
    except WorkerFailure as failure:
        return parse(failure)


def result_of(worker: Runner, call: ActivityCall) -> str | WorkerFailure:
    """Run the activity; its failure is a result too."""
    if not worker.has_activity(call.name):
        # It was there when it was scheduled: the app has changed since.
        return WorkerFailure(f"The function '{call.name}' doesn't exist", "")
    try:
        return worker.run_activity(call.name, call.input_text)
    except WorkerFailure as failure:
        return failure
