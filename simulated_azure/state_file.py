"""The state in a file, so that a simulated Azure that is started again goes on where it was.

What is kept is the state with its jobs and operations, and what poll URLs are signed with. Faults
and the request log are not.
"""

from pathlib import Path

import msgspec

from simulated_azure.daily_backups import make_up_backups
from simulated_azure.simulator import Simulator
from simulated_azure.state import State


class Saved(msgspec.Struct, forbid_unknown_fields=True):
    """What the file holds, as JSON."""

    secret: bytes
    state: State


class StateFile:
    """One file with the state of one simulator."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, simulator: Simulator) -> bool:
        """Put the simulator where the file left it; False when there is no file.

        Raises ValueError when the file cannot be read as a state.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return False
        saved = msgspec.json.decode(content, type=Saved)
        make_up_backups(saved.state, simulator.clock.now())
        simulator.resume(saved.state, saved.secret)
        return True

    def save(self, simulator: Simulator) -> None:
        """Write the state, so that a crash leaves either the old file or the new one."""
        with simulator.locked():
            content = msgspec.json.encode(Saved(simulator.secret, simulator.state))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.write_bytes(content)
        draft.replace(self.path)
