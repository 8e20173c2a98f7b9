"""`python -m tests.contract.worker.refusals PACKAGE DIR SCRIPT…`: which apps a worker refuses.

All in one process, for the start of one costs a second: each script is an app of its own. Prints a
JSON object of the reasons, null for an app that is loaded.
"""

import asyncio
import importlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from devhost.language_worker.serving import Load
from devhost.starting import BadStart


def main(arguments: Sequence[str]) -> None:
    """Try every script."""
    package, folder, *scripts = arguments
    logging.disable()
    sys.path.append(folder)
    load: Load = importlib.import_module(f"{package}.__main__").load
    print(json.dumps({script: _refusal(load, Path(folder), script) for script in scripts}))


def _refusal(load: Load, folder: Path, script: str) -> str | None:
    os.environ["PYTHON_SCRIPT_FILE_NAME"] = script
    try:
        asyncio.run(_load(load, folder))
    except BadStart as error:
        return str(error)
    return None


async def _load(load: Load, folder: Path) -> None:
    await load(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
