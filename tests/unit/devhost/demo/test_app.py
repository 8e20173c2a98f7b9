"""What is told of a request that the app does not take."""

from devhost.demo.app import problem_text


def test_a_problem_is_told_with_every_path() -> None:
    listed = [{"path": "$.zones", "message": "no"}, {"path": "$", "message": "neither"}]
    body = {"title": "The request is not valid", "detail": "2 problems.", "problems": listed}
    assert problem_text(400, body).splitlines() == [
        "The app did not take the request (HTTP 400): 2 problems.",
        "  $.zones  no",
        "  $  neither",
    ]


def test_an_answer_that_says_nothing_is_said_to() -> None:
    assert problem_text(500, {}).endswith("(HTTP 500): it did not say why")
