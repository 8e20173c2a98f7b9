"""A restore that was begun elsewhere stands in the ledger like one that was asked for."""

from typing import Any

from restore.messages.adoption import Adopt, AdoptedJob
from tests.unit.restore import samples

JOB = "0C1D2E3F-0000-4000-8000-000000000001"


def adopted(**more: Any) -> AdoptedJob:
    plain: dict[str, Any] = {
        "request_id": "r1",
        "job_id": JOB,
        "vault_id": samples.VAULT,
        "source_resource_id": samples.VM,
        "deadline": "PT2H",
    }
    return AdoptedJob(**plain | more)


def test_the_same_job_has_the_same_request_id_however_it_is_written() -> None:
    one, other = (Adopt(job_id=each, vault_id=samples.VAULT) for each in (JOB, JOB.lower()))
    assert one.request_id == other.request_id == f"adopted-{JOB.lower()}"
    assert one.deadline == "PT24H"


def test_its_type_is_what_the_job_says_or_is_not_known() -> None:
    assert adopted(job_recovery_type="RestoreDisks").recovery_type == "RestoreDisks"
    assert adopted().recovery_type == "Unknown"
    assert adopted().as_json()["recoveryType"] == "Adopted"


def test_it_is_followed_for_as_long_as_was_asked() -> None:
    assert adopted().deadline_s == 7200
