"""`--engine`: which of the two engines a command runs orchestrations on; the same everywhere."""

import argparse
import os

from devhost.remote.checks import check_executable

SETTING = "DURABLE_ENGINE"
EMBEDDED = "embedded"


def add_engine_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine",
        metavar="PATH",
        default=os.environ.get(SETTING) or EMBEDDED,
        help=f"a durable-engine to run orchestrations on; default: {SETTING}, else our own "
        f"({EMBEDDED})",
    )


def described(engine: str | None) -> str:
    """Which engine that is, for a person who has heard of neither."""
    if engine is None:
        return "devhost's embedded engine"
    return f"the real engine (the published Durable extension), {engine}"


def engine_of(given: argparse.Namespace) -> str | None:
    """The path of a durable-engine, None for the embedded engine; BadStart when none is there."""
    if given.engine == EMBEDDED:
        return None
    check_executable(given.engine)
    return str(given.engine)
