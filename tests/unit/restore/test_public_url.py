"""The app's public address is a plain https address, and links begin with it."""

import pytest

from restore.settings import Settings


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://app.azurewebsites.net/api", "https://app.azurewebsites.net/api"),
        ("https://gateway.example:8443/restore/ops/v1/", "https://gateway.example:8443/restore/ops/v1"),
        ("https://app.example", "https://app.example"),
        ("", "/api"),
    ],
)  # fmt: skip
def test_links_begin_with_the_public_address_if_there_is_one(text: str, address: str) -> None:
    assert Settings.parse({"RESTORE_PUBLIC_URL": text}).address == address


@pytest.mark.parametrize(
    "text",
    [
        "http://app.example/api",
        "app.example/api",
        "https://user:pass@app.example/api",
        "https://app.example/api?code=s3cret",
        "https://app.example/api#x",
        "https://app.example/a b",
        "https://app.example//evil.example",
        "https:///api",
        "https://app.example:0/api",
        "https://app.example/api\nx",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_no_plain_https_address_is_refused(text: str) -> None:
    wrong = Settings.parse({"RESTORE_PUBLIC_URL": text, "AzureWebJobsStorage__accountName": "a"})
    (problem,) = wrong.problems
    assert problem.startswith("RESTORE_PUBLIC_URL must be an https address with the routes' prefix")
    assert "s3cret" not in problem
    assert wrong.address == "/api"
