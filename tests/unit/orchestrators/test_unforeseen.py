"""What a fault that nobody foresaw tells the world: its kind, and nothing of our insides."""

import pytest

from orchestrators.steps import unforeseen


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Activity function 'read_job' failed:  KeyError: 'x-secret' \n Stack: /app/arm.py",
            "read_job failed with an unforeseen error (KeyError). Read the app's log.",
        ),
        (
            "Orchestrator function 'watch_job' failed: line 3 of /app/x.py",
            "read_job failed with an unforeseen error. Read the app's log.",
        ),
        ("", "read_job failed with an unforeseen error. Read the app's log."),
        ("Ended by the night shift", "Ended by the night shift"),
        ("Ended, AccountKey=S3CRET was lost", "Ended, [removed] was lost"),
        ("so " * 200, ("so " * 100)[:299] + "…"),
    ],
)
def test_only_the_kind_of_an_unforeseen_fault_is_told(text: str, told: str) -> None:
    failure = unforeseen("read_job", RuntimeError(text))
    assert (failure.code, failure.message) == ("ActivityFailed", told)
