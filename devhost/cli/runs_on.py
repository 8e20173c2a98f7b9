"""What a command runs the app on: an engine for orchestrations, a worker for functions."""

import argparse
from dataclasses import dataclass

from devhost.cli import engine_option, worker_option


@dataclass(frozen=True)
class RunsOn:
    """Which engine, which worker; None is ours."""

    engine: str | None = None
    worker: str | None = None

    @property
    def options(self) -> list[str]:
        """How `devhost run` is told; nothing that a shell exports counts then."""
        engine = ["--engine", self.engine or engine_option.EMBEDDED]
        return [*engine, "--worker", self.worker or worker_option.OWN]

    @property
    def orchestrations(self) -> str:
        return engine_option.described(self.engine)

    @property
    def functions(self) -> str:
        return worker_option.described(self.worker)


OURS = RunsOn()


def add_options(parser: argparse.ArgumentParser) -> None:
    engine_option.add_engine_option(parser)
    worker_option.add_worker_option(parser)


def chosen(given: argparse.Namespace) -> RunsOn:
    """What a person has chosen; BadStart when that is not there."""
    return RunsOn(engine_option.engine_of(given), worker_option.worker_of(given))
