"""`python -m devhost COMMAND`: hands the command to its module under cli/, and bad starts to you.

A bad start is one sentence and exit code 2; Ctrl-C is no error and prints no stack.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from devhost.starting import BadStart

COMMANDS = {
    "run": "run a function app on this machine",
    "up": "run everything: Azurite, the simulated vault and the app, until Ctrl-C",
    "vault": "serve the simulated vault alone",
    "demo": "restore two VMs on this machine, live",
    "send": "put a file as a message on the app's request queue",
    "receive": "be a receiver of notifications, and print them",
    "events": "show what is on the app's event queue",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m devhost", description=__doc__)
    parser.add_argument(
        "command", choices=COMMANDS, help="; ".join(map(": ".join, COMMANDS.items()))
    )
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        command = importlib.import_module(f"devhost.cli.{given.command}")
        code: int = command.main(given.rest)
    except BadStart as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
