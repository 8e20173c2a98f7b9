"""`--engine`: which of the two engines a command runs orchestrations on; the same everywhere."""

import argparse
import os

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


def engine_of(given: argparse.Namespace) -> str | None:
    """The path of a durable-engine; None for the embedded engine."""
    return None if given.engine == EMBEDDED else str(given.engine)
