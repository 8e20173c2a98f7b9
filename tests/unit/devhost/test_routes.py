"""Route templates match as ASP.NET matches them."""

import pytest

from devhost.routes import RouteTable


def table(*templates: str, methods: tuple[str, ...] = ()) -> RouteTable[str]:
    made: RouteTable[str] = RouteTable()
    for template in templates:
        made.add(template, methods, template)
    return made


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("api/restores/{id}", "/api/restores/a.b:c", {"id": "a.b:c"}),
        ("api/restores/{id}", "/API/Restores/X", {"id": "X"}),
        ("api/restores/{id}", "/api/restores/a%2Fb", {"id": "a/b"}),
        ("api/jobs/{n:int}", "/api/jobs/12", {"n": "12"}),
        ("api/jobs/{n:int?}", "/api/jobs", {}),
        ("api/files/{*path}", "/api/files/a/b", {"path": "a/b"}),
        ("api/files/{*path}", "/api/files", {}),
        ("api/{name}.json", "/api/x.json", {"name": "x"}),
        ("api/{page=home}", "/api", {"page": "home"}),
        ("api/health", "/api/health/", {}),
    ],
)
def test_a_path_matches_with_its_parameters(
    template: str, path: str, parameters: dict[str, str]
) -> None:
    assert table(template).match("GET", path) == (template, parameters)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("api/jobs/{n:int}", "/api/jobs/twelve"),
        ("api/restores/{id}", "/api/restores"),
        ("api/restores/{id}", "/api/restores/a/b"),
        ("api/health", "/health"),
        ("api/a.b", "/api/aXb"),
    ],
)
def test_another_path_does_not(template: str, path: str) -> None:
    assert table(template).match("GET", path) is None


def test_the_more_literal_template_wins_in_any_order() -> None:
    routes = table("api/{*all}", "api/{id}", "api/{id:int}", "api/new")
    paths = ("/api/new", "/api/7", "/api/x", "/api/x/y")
    found = [match[0] for path in paths if (match := routes.match("GET", path))]
    assert found == ["api/new", "api/{id:int}", "api/{id}", "api/{*all}"]


def test_one_path_may_lead_to_two_functions_by_method() -> None:
    routes: RouteTable[str] = RouteTable()
    routes.add("api/restores", ["GET"], "list")
    routes.add("api/restores", ["post"], "start")
    assert routes.match("POST", "/api/restores") == ("start", {})
    assert routes.match("GET", "/api/restores") == ("list", {})
    assert routes.match("DELETE", "/api/restores") is None
