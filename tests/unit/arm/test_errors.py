"""ARM's refusals: kind, code, words and advice."""

import json

import pytest

from arm import errors as arm_errors
from restore.messages import errors
from tests.unit.arm import samples


def _from(status: int, body: object, retry_after_s: float | None = None) -> errors.RestoreError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return arm_errors.from_reply(status, content, retry_after_s=retry_after_s, doing="restore")


def _coded(status: int, code: str) -> errors.RestoreError:
    return _from(status, {"error": {"code": code, "message": "Words."}})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "BMSUserErrorInvalidInput", errors.InvalidRequest),
        (400, "SomethingNew", errors.InvalidRequest),
        (400, "InvalidApiVersionParameter", errors.InvalidRequest),
        (404, "NoRegisteredProviderFound", errors.InvalidRequest),
        (401, "AuthenticationFailed", errors.AccessDenied),
        (403, "AuthorizationFailed", errors.AccessDenied),
        (403, "LinkedAuthorizationFailed", errors.AccessDenied),
        (400, "LinkedAccessCheckFailed", errors.AccessDenied),
        (400, "UserErrorRequestDisallowedByPolicy", errors.AccessDenied),
        (404, "ResourceGroupNotFound", errors.NotFound),
        (404, "SubscriptionNotFound", errors.NotFound),
        (409, "SomethingNew", errors.Conflict),
        (409, "BMSUserErrorConflictingProtectionOperation", errors.ServiceUnavailable),
        (412, "SomethingNew", errors.Conflict),
        (429, "AuthorizationFailed", errors.Throttled),
        (409, "resourcerequeststhrottled", errors.Throttled),
        (500, "ResourceNotFound", errors.ServiceUnavailable),
        (301, "SomethingNew", errors.ServiceUnavailable),
    ],
)
def test_code_and_status_decide_the_kind(
    status: int, code: str, kind: type[errors.RestoreError]
) -> None:
    error = _coded(status, code)
    assert type(error) is kind
    assert error.code == code
    assert error.message.startswith("Words.")
    assert error.doing == "restore"


def test_a_404_keeps_azures_words() -> None:
    error = _from(404, samples.NOT_FOUND)
    assert isinstance(error, errors.NotFound)
    assert error.code == "ResourceNotFound"
    assert "vaults/vault-contoso" in error.message
    assert "https://aka.ms/ARMResourceNotFoundFix" in error.message


def test_a_409_of_another_vaults_vm_is_final() -> None:
    error = _from(409, samples.CONFLICT)
    assert isinstance(error, errors.Conflict)
    assert error.code == "BMSUserErrorContainerIsAlreadyRegisteredWithAnotherVault"
    assert "give that vault's id" in error.message


def test_a_missing_role_is_named() -> None:
    assert "Backup Operator" in _coded(403, "AuthorizationFailed").message
    assert "subnet" in _coded(403, "LinkedAuthorizationFailed").message


def test_an_invalid_request_carries_azures_code_into_the_failure() -> None:
    failure = errors.to_failure(_coded(400, "BMSUserErrorInvalidInput"))
    assert (failure.code, failure.category) == ("BMSUserErrorInvalidInput", "InvalidRequest")
    assert failure.message.startswith("Words. Azure Backup does not say which field")


def test_details_are_kept() -> None:
    body = {"error": {"code": "C", "message": "M", "details": [{"code": "D", "message": "why"}, 7]}}
    assert _from(409, body).details == ("D: why",)


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[]", b"null", b'{"error":7}'])
def test_a_body_in_no_shape_at_all_still_makes_an_error(body: bytes) -> None:
    error = _from(403, body)
    assert isinstance(error, errors.AccessDenied)
    assert error.code == "HTTP 403"
    assert error.message.startswith("Azure answered with HTTP status 403.")


def test_retry_after_reaches_the_error() -> None:
    error = _from(429, {"error": {"code": "TooManyRequests"}}, 17)
    assert isinstance(error, errors.Throttled)
    assert error.retry_after_s == 17


def test_a_failed_operation_becomes_a_failure_with_its_own_code() -> None:
    failure = arm_errors.to_failure({"code": "CloudInvalidInputError", "message": "Retry later"})
    assert failure.code == "CloudInvalidInputError"
    assert failure.category == "InvalidRequest"
    assert failure.message.startswith("Retry later. Not transient.")
    unknown = arm_errors.to_failure({"code": "New", "message": "Odd."})
    assert (unknown.category, unknown.message) == ("JobFailed", "Odd.")
    assert arm_errors.to_failure(None).code == "OperationFailed"
