"""The two workers that can run functions, by their command lines; the host adds folder and socket.

Our own runs on the host's Python; Microsoft's on a Python 3.13 of its own (`make worker`).
"""

import os
import subprocess
import sys
from pathlib import Path

from devhost.starting import BadStart

_OURS_NOT_THE_APPS = ("-P", "-m")
"""Started in the app's folder, Python would look there first for what this host imports."""
_HAS_RUNTIME = (
    "import importlib.util as i, sys; sys.exit(i.find_spec('azure_functions_runtime') is None)"
)

OWN_WORKER = (sys.executable, *_OURS_NOT_THE_APPS, "devhost.language_worker")


def real_worker(python: str) -> tuple[str, ...]:
    """Microsoft's worker in an environment that has it; BadStart when that has it not."""
    path = Path(python).absolute()  # not resolved: a link tells Python which environment it is in
    if not path.is_file() or not os.access(path, os.X_OK):
        raise BadStart(f"There is no Python at {python}: `make worker` makes one that fits.")
    looked = subprocess.run([path, "-c", _HAS_RUNTIME], capture_output=True, check=False)
    if looked.returncode != 0:
        raise BadStart(
            f"{python} has no azure-functions-runtime, which is Microsoft's worker: `make worker` "
            "makes a Python that has it."
        )
    return (str(path), *_OURS_NOT_THE_APPS, "devhost.real_worker")
