"""`--worker`: which of the two workers runs the functions; the same everywhere."""

import argparse
import os

from devhost.workers import real_worker

SETTING = "FUNCTIONS_WORKER"
OWN = "own"


def add_worker_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--worker",
        metavar="PYTHON",
        default=os.environ.get(SETTING) or OWN,
        help="a Python that has azure-functions-runtime, to run the functions on Microsoft's own "
        f"worker; default: {SETTING}, else ours ({OWN})",
    )


def described(worker: str | None) -> str:
    """Which worker that is, for a person who has heard of neither."""
    if worker is None:
        return "devhost's own worker"
    return f"Microsoft's own worker (azure-functions-runtime), {worker}"


def worker_of(given: argparse.Namespace) -> str | None:
    """The Python of Microsoft's worker, None for ours; BadStart when none is there."""
    if given.worker == OWN:
        return None
    real_worker(given.worker)
    return str(given.worker)
