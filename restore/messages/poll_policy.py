"""How often Azure is asked: the numbers that an orchestration takes along in its input.

Durable timers fire up to a second early, and reads of jobs are few (about 250 an hour for all
restores together); hence waits of minutes, and never one of less than 5 s. What follows from them
is computed in progress/poll_intervals.py.
"""

from restore.values.structs import Model

WAIT_S_MIN = 5.0
"""Azure Backup's read quota per vault is small; nothing is asked more often than this."""
NEAR_S = WAIT_S_MIN
"""Timers fire up to a second early, and none is shorter than this: what is nearer is reached."""
CONNECT_S_MAX = 10.0
"""arm/transport.py opens no connection for longer."""


class PollPolicy(Model, frozen=True, kw_only=True, omit_defaults=False):
    """How often to poll. Sent in an orchestration's input: a redeploy changes none in flight.

    The settings say why each number is what it is (restore/settings.py), and have the same."""

    poll_s_first: float = 30
    poll_s_min: float = 60
    poll_s_max: float = 300
    job_search_s: float = 120
    """How long a job may take to appear in the list after a reply was lost."""
    arm_timeout_s: float = 60
    """How long a call to Azure may take to be answered."""
    retry_s_min: float = 5
    retry_s_max: float = 300
    polls_per_generation: int = 10
    """Then a child continues as new: a poll costs about 8 history events."""

    @property
    def lost_reply_s(self) -> float:
        """How long after a POST was begun its job may first show: connecting, answering, lag."""
        return CONNECT_S_MAX + self.arm_timeout_s + self.job_search_s
