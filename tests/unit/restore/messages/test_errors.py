"""Every error of the tree keeps its text and becomes a Failure of its own category."""

import pytest

from restore.messages import errors
from restore.messages.model import Failure
from restore.values.problem import Problem
from tests.fakes.secrets import SECRETS

_TEMPORARY = (errors.Throttled, errors.ServiceUnavailable, errors.ReplyLost)
_PERMANENT = (
    errors.AccessDenied,
    errors.NotFound,
    errors.Conflict,
    errors.Untrusted,
    errors.JobFailed,
    errors.DeadlinePassed,
)


@pytest.mark.parametrize("kind", _TEMPORARY)
def test_a_temporary_error_says_when_to_try_again(kind: type[errors.TemporaryError]) -> None:
    error = kind("Slow down.", retry_after_s=17, code="TooManyRequests", doing="read a job")
    assert isinstance(error, errors.TemporaryError)
    assert error.retry_after_s == 17
    assert str(error) == "TooManyRequests: Slow down. (while trying to read a job)"
    assert errors.to_failure(error).category == kind.__name__


@pytest.mark.parametrize("kind", _PERMANENT)
def test_a_permanent_error_keeps_code_message_and_details(
    kind: type[errors.PermanentError],
) -> None:
    error = kind("No.", code="VaultNotFound", details=("one", "two"))
    assert isinstance(error, errors.PermanentError)
    assert errors.to_failure(error) == Failure(
        code="VaultNotFound", message="No.", category=kind.__name__, details=("one", "two")
    )


def test_an_error_without_a_code_is_named_after_its_class() -> None:
    assert errors.Conflict("Taken.").code == "Conflict"


def test_an_invalid_request_lists_every_problem_and_shows_the_first_five() -> None:
    problems = [Problem(path=f"$.f{number}", message="is wrong") for number in range(7)]
    error = errors.InvalidRequest(problems)
    assert error.problems == tuple(problems)
    assert error.message.startswith("The request has 7 problems: $.f0: is wrong; ")
    assert error.message.endswith("$.f4: is wrong …")
    assert errors.to_failure(error).problems == tuple(problems)


def test_a_failure_is_told_as_problems_at_the_places_that_are_to_be_corrected() -> None:
    wrong = errors.InvalidRequest([Problem(path="$.zones", message="is wrong")])
    assert errors.problems_of(errors.to_failure(wrong)) == wrong.problems
    absent = errors.NotFound("No such vault.", code="VaultNotFound", details=["It said so."])
    assert [
        (problem.path, problem.message) for problem in errors.problems_of(errors.to_failure(absent))
    ] == [("$.vaultId", "No such vault."), ("$.vaultId", "It said so.")]


@pytest.mark.parametrize("form", SECRETS)
def test_no_error_tells_a_secret_that_it_quotes(form: str) -> None:
    """As a storage account's code may, which is anybody's text."""
    text, canary = SECRETS[form]
    wrong = errors.InvalidRequest([Problem(path=f"$.{text}", message=text)])
    for error in (errors.ServiceUnavailable(text, code=text, details=(text,)), wrong):
        assert canary not in f"{error} {error!r} {errors.to_failure(error)}"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "The request has 1 problem: $.p0: is wrong"),
        (2, "The request has 2 problems: $.p0: is wrong; $.p1: is wrong"),
        (5, "$.p4: is wrong"),
        (6, "$.p4: is wrong …"),
        (7, "$.p4: is wrong …"),
    ],
)
def test_an_invalid_request_says_how_many_problems_it_has(count: int, said: str) -> None:
    problems = [Problem(path=f"$.p{number}", message="is wrong") for number in range(count)]
    assert errors.InvalidRequest(problems).message.endswith(said)


@pytest.mark.parametrize(("length", "kept"), [(200, "x" * 200), (201, "x" * 199 + "…")])
def test_a_code_and_a_path_have_two_hundred_characters_at_most(length: int, kept: str) -> None:
    assert errors.Conflict("No.", code="x" * length).code == kept
    wrong = errors.InvalidRequest([Problem(path="x" * length, message="is wrong")])
    assert wrong.problems[0].path == kept


@pytest.mark.parametrize("count", [49, 50, 51])
def test_a_failure_tells_fifty_details_and_problems_at_most(count: int) -> None:
    details = [str(number) for number in range(count)]
    failure = errors.to_failure(errors.Conflict("No.", details=details))
    assert failure.details == tuple(details[:50])
    problems = [Problem(path=f"$.p{number}", message="is wrong") for number in range(count)]
    assert len(errors.to_failure(errors.InvalidRequest(problems)).problems) == min(count, 50)


def test_a_wrong_setting_is_looked_at_again_in_a_minute() -> None:
    error = errors.SettingsWrong("No storage account.", doing="read")
    assert (error.retry_after_s, error.doing) == (60, "read")


def test_what_is_refused_for_reasons_says_them() -> None:
    problems = [Problem(path="$.a", message="Not so."), Problem(path="$.b", message="Nor so.")]
    unsupported = errors.NotSupported(problems, code="DiskTooLarge")
    assert (unsupported.message, unsupported.problems) == ("Not so. Nor so.", tuple(problems))
    assert errors.PlanChanged(problems).problems == tuple(problems)
    assert errors.PolicyRefused("No.", problems=problems).problems == tuple(problems)
    for kind in (errors.InvalidRequest, errors.PlanChanged):
        with pytest.raises(AssertionError):
            kind([])
    with pytest.raises(AssertionError):
        errors.NotSupported([], code="x")


def test_without_what_was_being_done_a_message_ends_with_its_text() -> None:
    assert str(errors.Conflict("Taken.")) == "Conflict: Taken."
