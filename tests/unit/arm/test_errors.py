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
        (409, "BMSUserErrorObjectLocked", errors.ServiceUnavailable),
        (409, "CloudDosTimeboudLimitReached", errors.Throttled),
        (400, "CloudDosAbsoluteLimitReached", errors.Throttled),
        (400, "CloudInternalError", errors.ServiceUnavailable),
        (429, "RetryableErrorDueToAnotherOperation", errors.Throttled),
        (409, "AnotherOperationInProgress", errors.ServiceUnavailable),
        (401, "ExpiredAuthenticationToken", errors.ServiceUnavailable),
        (403, "RequestDisallowedByPolicy", errors.AccessDenied),
        (499, "RequestDisallowedByPolicy", errors.AccessDenied),
        (403, "UserErrorLockedByResourceGuard", errors.AccessDenied),
        (403, "SomethingNew", errors.AccessDenied),
        (409, "ScopeLocked", errors.Conflict),
        (404, "BMSUserErrorDataSourceObjectNotFound", errors.NotFound),
        (400, "BMSUserErrorCrossRegionRestoreNotEnabledInThisVault", errors.InvalidRequest),
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


_POLICY_INFO = {
    "type": "PolicyViolation",
    "info": {
        "policyDefinitionDisplayName": "Allowed locations",
        "policyAssignmentDisplayName": "West Europe only",
    },
}
_DISALLOWED = (
    "Resource 'api-new' was disallowed by policy. Policy identifiers: '[{\"policyAssignment\":"
    '{"name":"only-west","id":"/providers/Microsoft.Authorization/policyAssignments/1"}}]\'.'
)


@pytest.mark.parametrize(
    ("error", "policy"),
    [
        ({"message": "No.", "additionalInfo": [_POLICY_INFO]}, "West Europe only"),
        ({"message": "No.", "details": [{"additionalInfo": [_POLICY_INFO]}]}, "West Europe only"),
        ({"message": _DISALLOWED}, "only-west"),
    ],
)
def test_a_policy_that_forbids_it_is_named_and_no_role_is(error: object, policy: str) -> None:
    assert isinstance(error, dict)
    found = _from(403, {"error": {"code": "RequestDisallowedByPolicy", **error}})
    assert f"It is the policy '{policy}'." in found.message
    assert "Azure Policy" in found.message
    assert "Backup Operator" not in found.message


_DENIED = (
    "The client 'x' with object id 'y' does not have authorization to perform action "
    "'Microsoft.Compute/disks/write' over scope '/subscriptions/1/resourceGroups/r' or the scope "
    "is invalid."
)
_LINKED_DENIED = (
    "The client 'x' with object id 'y' has permission to perform action 'a/write' on scope "
    "'/subscriptions/1'; however, it does not have permission to perform action(s) "
    "'Microsoft.Compute/disks/write' on the linked scope(s) '/subscriptions/1/resourceGroups/r' or "
    "the linked scope(s) are invalid."
)


@pytest.mark.parametrize(
    ("code", "message"),
    [("AuthorizationFailed", _DENIED), ("LinkedAuthorizationFailed", _LINKED_DENIED)],
)
def test_the_right_that_azure_names_is_the_one_to_give(code: str, message: str) -> None:
    found = _from(403, {"error": {"code": code, "message": message}})
    assert found.message.endswith(
        "Give the app's identity a role with Microsoft.Compute/disks/write at "
        "/subscriptions/1/resourceGroups/r."
    )
    assert "Backup Operator" not in found.message


def test_a_refusal_that_nobody_knows_gets_no_advice_about_roles() -> None:
    assert _coded(403, "SomethingNew").message == "Words."
    assert "Backup Operator" in _from(403, b"").message


def test_a_resource_guard_is_named() -> None:
    assert "resourceGuardOperationRequests" in _coded(403, "LockedByResourceGuard").message


def test_an_outer_code_that_says_nothing_holds_one_that_does() -> None:
    inner = {"code": "BMSUserErrorObjectLocked", "message": "Busy."}
    found = _from(409, {"error": {"code": "Conflict", "message": "Failed.", "innererror": inner}})
    assert isinstance(found, errors.ServiceUnavailable)
    assert found.code == "Conflict"
    assert "innererror.message: Busy." in found.details


@pytest.mark.parametrize(
    ("code", "asked_s", "wait_s"),
    [
        ("CloudDosTimeboudLimitReached", None, 3600),
        ("CloudDosTimeboudLimitReached", 60, 60),
        ("BMSUserErrorObjectLocked", None, 60),
        ("CloudInternalError", None, None),
    ],
)
def test_a_code_has_its_own_patience_where_azure_asks_for_none(
    code: str, asked_s: float | None, wait_s: float | None
) -> None:
    for status in (409, 429, 500):
        found = _from(status, {"error": {"code": code}}, asked_s)
        assert isinstance(found, errors.TemporaryError)
        assert found.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "SomethingNew", errors.ServiceUnavailable),
        (400, "SomethingNew", errors.ServiceUnavailable),
        (403, "SomethingNew", errors.AccessDenied),
        (401, "SomethingNew", errors.AccessDenied),
        (404, "SomethingNew", errors.NotFound),
        (410, "SomethingNew", errors.NotFound),
        (412, "SomethingNew", errors.ServiceUnavailable),
        (409, "ScopeLocked", errors.Conflict),
    ],
)
def test_who_asks_for_a_wait_will_take_it_later_unless_the_code_says_no(
    status: int, code: str, kind: type[errors.RestoreError]
) -> None:
    assert type(_from(status, {"error": {"code": code}}, 30)) is kind


def test_a_long_message_does_not_cut_off_its_advice() -> None:
    found = _from(403, {"error": {"code": "LinkedAccessCheckFailed", "message": "a b " * 900}})
    assert found.message.endswith("the vault's Resource Guard.")
    assert found.details[0].startswith("a b a b")
    assert len(found.details[0]) > len(found.message) - 200


def test_an_invalid_request_carries_azures_code_into_the_failure() -> None:
    failure = errors.to_failure(_coded(400, "BMSUserErrorInvalidInput"))
    assert (failure.code, failure.category) == ("BMSUserErrorInvalidInput", "InvalidRequest")
    assert failure.message.startswith("Words. Azure Backup does not say which field")


def test_a_page_of_a_proxy_is_told() -> None:
    page = b"<html><head><style>b {}</style></head><body>Blocked by <b>Proxy</b></body></html>"
    found = _from(403, page)
    assert found.message.startswith("Azure answered with HTTP status 403. Blocked by Proxy.")
    assert found.details == ("Blocked by Proxy",)


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
    silent = arm_errors.to_failure(None)
    assert (silent.code, silent.message) == ("OperationFailed", "Azure Backup gave no reason.")


@pytest.mark.parametrize(
    ("status", "undecided"),
    [(200, True), (399, True), (400, False), (404, False), (407, False), (408, True), (409, False),
     (429, False), (498, False), (499, True), (500, True), (503, True)],
)  # fmt: skip
def test_only_a_clear_refusal_decides_a_write(status: int, undecided: bool) -> None:
    body = json.dumps({"error": {"code": "SomethingNew", "message": "x"}}).encode()
    assert arm_errors.is_undecided(status, body) is undecided


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (399, errors.ServiceUnavailable),
        (400, errors.InvalidRequest),
        (401, errors.AccessDenied),
        (402, errors.InvalidRequest),
        (403, errors.AccessDenied),
        (404, errors.NotFound),
        (405, errors.InvalidRequest),
        (408, errors.ServiceUnavailable),
        (409, errors.Conflict),
        (410, errors.NotFound),
        (411, errors.InvalidRequest),
        (412, errors.Conflict),
        (498, errors.InvalidRequest),
        (499, errors.ServiceUnavailable),
        (500, errors.ServiceUnavailable),
        (503, errors.ServiceUnavailable),
        (429, errors.Throttled),
    ],
)
def test_a_status_decides_where_a_code_is_not_known(status: int, kind: type[Exception]) -> None:
    assert type(_coded(status, "SomethingNew")) is kind
    bare = _from(status, b"")
    assert type(bare) is kind
    assert ("Backup Operator" in bare.message) is (status == 403)


@pytest.mark.parametrize("status", [399, 500])
def test_a_code_that_is_final_is_not_final_beside_such_a_status(status: int) -> None:
    assert isinstance(_coded(status, "AuthorizationFailed"), errors.ServiceUnavailable)
    assert isinstance(_coded(status, "BMSUserErrorObjectLocked"), errors.ServiceUnavailable)


def test_a_page_without_names_is_told_by_its_beginning() -> None:
    found = _from(502, b"<html><title>Bad gateway</title>away</html>")
    assert "HTTP status 502. Bad gateway away" in found.message
    assert _from(502, {"error": {}}).message.rstrip().endswith("HTTP status 502.")


@pytest.mark.parametrize("before", ["", "Words. " * 200])
def test_a_right_is_found_however_far_behind_it_is_named(before: str) -> None:
    error = {"code": "AuthorizationFailed", "message": before + _DENIED}
    assert "Microsoft.Compute/disks/write at" in _from(403, {"error": error}).message
    said = {"code": "AuthorizationFailed", "title": _DENIED}
    assert "Microsoft.Compute/disks/write at" in _from(403, {"error": said}).message


def test_a_code_that_names_neither_policy_nor_right_keeps_its_own_advice() -> None:
    error = {"code": "ScopeLocked", "message": _DENIED, "additionalInfo": [_POLICY_INFO]}
    found = _from(409, {"error": error})
    assert found.message == f"{_DENIED} {_coded(409, 'ScopeLocked').message[len('Words. ') :]}"


def test_so_much_of_a_page_and_of_a_name_is_told() -> None:
    page = _from(502, b"<html>" + b"away " * 100 + b"</html>")
    told = page.message.removeprefix("Azure answered with HTTP status 502. ")
    assert len(told) == 300
    info = {"policyAssignmentDisplayName": "only " * 100}
    error = {"code": "RequestDisallowedByPolicy", "message": "No.", "additionalInfo": [info]}
    named = _from(403, {"error": error}).message.partition("It is the policy '")[2]
    assert len(named) == 300 + len("'.")


def test_details_beside_no_message_are_details_alone() -> None:
    found = _from(400, {"error": {"code": "X", "info": "z"}})
    assert found.message == "Azure answered with HTTP status 400."
    assert found.details == ("info: z",)
