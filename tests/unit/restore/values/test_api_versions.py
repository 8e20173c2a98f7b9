"""The api-version that is asked for by default tells threats, and is no secondary region's."""

import pytest

from restore.values import api_versions
from simulated_azure import versions


def test_the_default_tells_threats_and_is_served_by_the_simulated_azure() -> None:
    assert api_versions.tells_threats(api_versions.DEFAULT)
    assert api_versions.DEFAULT not in api_versions.SECONDARY_REGION
    assert api_versions.DEFAULT in versions.BACKUP


def test_each_version_is_told_once_and_the_simulated_azure_knows_it() -> None:
    told = [each.version for each in api_versions.KNOWN]
    assert len(set(told)) == len(told)
    assert set(told) <= {*versions.BACKUP, *versions.PASSIVE}
    assert api_versions.SECONDARY_REGION == versions.PASSIVE


def test_threats_are_told_since_the_version_in_which_azure_does() -> None:
    assert versions.SINCE["IaasVMRecoveryPoint"]["threatStatus"] == api_versions.THREATS_SINCE


@pytest.mark.parametrize(
    ("version", "tells"),
    [("2025-02-01", False), ("2026-06-30", False), ("2026-07-01", True), ("2026-10-01", True)],
)
def test_an_older_version_tells_no_threats(version: str, tells: bool) -> None:
    assert api_versions.tells_threats(version) is tells
