"""`make demo` is the first thing a stranger types: it must show two restores and exit well."""

import subprocess
import sys
from pathlib import Path

from devhost.azurite import Azurite

ROOT = Path(__file__).parents[2]


def test_the_demo_shows_both_restores_complete(azurite: Azurite) -> None:
    assert azurite.ports, "where Azurite cannot start, the demo cannot either"
    shown = subprocess.run(
        [sys.executable, "-m", "devhost", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    for words in ("web-01", "web-02", "Completed", "Exactly one restore POST per request"):
        assert words in shown.stdout
