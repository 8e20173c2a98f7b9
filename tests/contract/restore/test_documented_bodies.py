"""The app can ask for all that Microsoft shows, and the body is then the one that is shown."""

import msgspec
import pytest
from azure.mgmt.recoveryservicesbackup import models

from restore.messages.errors import InvalidRequest
from restore.messages.request import RestoreRequest
from restore.request import parsing
from tests import documented_requests
from tests.sdk_models import problems
from tests.unit.restore.start.bodies import asked_for, built

pytestmark = pytest.mark.spec


@pytest.mark.parametrize("name", documented_requests.NAMES)
def test_the_body_is_microsofts_field_for_field(name: str) -> None:
    properties = documented_requests.body(name)["properties"]
    asked = asked_for(properties)
    rehydration = asked.pop("recoveryPointRehydrationInfo", None)
    request = parsing.parse_request(asked, default_request_id="r")
    if rehydration is not None:  # the example's P7D is refused from people: see the next test
        plain = msgspec.to_builtins(request) | {"recoveryPointRehydrationInfo": rehydration}
        request = msgspec.convert(plain, RestoreRequest)
    # One body (the guide's, OriginalLocation) spells out nulls and one empty string for fields that
    # do not apply. They cannot be sent: Azure's own schema allows text only, so they are left out.
    wanted = {key: value for key, value in properties.items() if value not in (None, "")}
    assert len(wanted) == len(properties) or name == "guide OriginalLocation"
    assert built(properties, request) == {"properties": wanted}


@pytest.mark.parametrize("name", documented_requests.NAMES)
def test_what_microsoft_shows_is_a_model(name: str) -> None:
    """So the models are those of the service that the documentation speaks of."""
    body = documented_requests.body(name)
    assert problems(body, models.RestoreRequestResource, sent=True) == []


@pytest.mark.parametrize("version", ["2024-04-01", "2026-10-01"])
def test_the_rehydration_time_of_the_example_is_shorter_than_azure_cli_allows(version: str) -> None:
    body = documented_requests.body(f"{version} ALR_IaasVMRestoreWithRehydrationRequest")
    with pytest.raises(InvalidRequest, match="duration from P10D to P30D"):
        parsing.parse_request(asked_for(body["properties"]), default_request_id="r")
