"""Record the histories of tests/replay anew: `python tools/record_histories.py [VERSION]`.

Only for a new version of an orchestration; what is kept of an old one must go on replaying.
"""

import json
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
warnings.simplefilter("ignore")  # the SDK's own notices

from restore.messages.activity_io import RESTORE_VERSION  # noqa: E402
from tests.replay.scenarios import SCENARIOS, record  # noqa: E402


def main(version: str) -> None:
    """Write one file per scenario."""
    folder = ROOT / "tests" / "replay" / "histories" / version
    folder.mkdir(parents=True, exist_ok=True)
    for scenario in SCENARIOS:
        turns = record(scenario)
        text = json.dumps(turns, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{scenario}.json").write_text(text + "\n")
        print(f"{scenario}: {len(turns)} generations, {len(text) // 1024} KiB")


if __name__ == "__main__":
    main(*(sys.argv[1:] or [f"v{RESTORE_VERSION}"]))
