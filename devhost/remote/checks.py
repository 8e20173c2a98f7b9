"""What would fail later and speak in riddles then, said before the engine starts: BadStart.

Without its table service the engine waits for a minute and prints a stack; a text file named as
the engine is an errno.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from devhost.remote.storage import Account
from devhost.starting import BadStart

_NEEDS = "a durable-engine keeps its state in blobs, queues and tables"


def check_executable(path: str) -> None:
    """Refuse what is no program at all; what is the wrong program shows when it starts."""
    if path.startswith(("http:", "https:")):
        raise BadStart(f"--engine takes the path of a durable-engine, not a URL such as {path}.")
    if Path(path).is_dir():
        raise BadStart(f"{path} is a folder: name the durable-engine executable in it.")
    if not Path(path).exists():
        raise BadStart(f"There is no durable-engine at {path}.")
    if not os.access(path, os.X_OK):
        raise BadStart(f"{path} is not executable: is it a durable-engine? Then `chmod +x` it.")


def check_orchestrators(names: Sequence[str], app: str) -> None:
    """Refuse an app for which the engine would have nothing to do."""
    if not names:
        raise BadStart(
            f"{app} has no orchestrator, so a durable-engine has nothing to run: "
            "start it without --engine."
        )


def check_storage(account: Account) -> None:
    """Refuse a local storage of which not all three services answer."""
    silent = [service for service in ("blob", "queue", "table") if not account.answers(service)]
    if not silent:
        return
    unnamed = [service for service in silent if account.address(service) is None]
    if unnamed:
        raise BadStart(
            f"AzureWebJobsStorage names no {unnamed[0]} service: {_NEEDS} "
            "(UseDevelopmentStorage=true means all three of Azurite)."
        )
    if len(silent) == 3:
        raise BadStart(
            f"The storage at {account.address('blob')} does not answer: start Azurite, "
            "or everything with `python -m devhost up`."
        )
    raise BadStart(
        f"The {silent[0]} service of the storage at {account.address(silent[0])} does not answer: "
        f"{_NEEDS}. Start Azurite with all three (`azurite`, not `azurite-blob`)."
    )
