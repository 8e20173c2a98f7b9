"""HTTP triggers of a real app, over a socket, and the client inside it."""

from tests.contract.host.conftest import Sample, eventually


def test_a_function_gets_route_query_headers_body_and_context(sample: Sample) -> None:
    path = "/api/echo/a/b%20c?q=1&empty="
    reply = sample.call("POST", path, "text", **{"X-Sample": "seen"})
    assert reply.status == 203
    assert reply.json == {
        "method": "POST",
        "path": "a/b c",
        "query": {"q": "1"},
        "seen": "seen",
        "body": "text",
        "function": "echo",
    }


def test_every_cookie_arrives(sample: Sample) -> None:
    reply = sample.call("GET", "/api/echo")
    cookies = [value for name, value in reply.headers if name == "Set-Cookie"]
    assert sorted(cookies) == ["a=1; path=/; httponly", "b=2"]


def test_a_returned_string_is_plain_text(sample: Sample) -> None:
    reply = sample.call("GET", "/API/Text")
    assert (reply.status, reply.body) == (200, "plain")
    assert ("Content-Type", "text/plain; charset=utf-8") in reply.headers


def test_an_exception_is_a_500_without_a_word_of_it(sample: Sample) -> None:
    reply = sample.call("GET", "/api/broken")
    assert (reply.status, reply.body) == (500, "")
    log = eventually(lambda: sample.host.log() if "broken failed" in sample.host.log() else "")
    assert "ValueError: not today: sig=***" in log
    assert "abc123" not in log


def test_an_unknown_path_and_an_unknown_method_are_not_found(sample: Sample) -> None:
    assert sample.call("GET", "/api/nothing").status == 404
    assert sample.call("PUT", "/api/orders/o1").status == 404
    assert sample.call("GET", "/text").status == 404


def test_an_orchestration_started_by_the_client_runs_to_its_end(sample: Sample) -> None:
    started = sample.call("POST", "/api/orders/hello?id=o1", '{"name": "Ann"}')
    assert started.status == 202
    assert started.json["id"] == "o1"
    assert started.json["statusQueryGetUri"].startswith(sample.host.url + "/runtime/webhooks/")
    eventually(lambda: sample.status_of("o1") == "Completed")
    assert sample.call("GET", "/api/orders/o1").json["output"] == {"said": "Hello Ann"}


def test_an_event_by_webhook_reaches_a_waiting_orchestration(sample: Sample) -> None:
    sample.call("POST", "/api/orders/waits?id=w1")
    eventually(lambda: sample.status_of("w1") == "Running")
    path = "/runtime/webhooks/durabletask/instances/w1"
    raised = sample.call(
        "POST", f"{path}/raiseEvent/Go", '{"a": 1}', **{"Content-Type": "application/json"}
    )
    assert raised.status == 202
    eventually(lambda: sample.call("GET", path).status == 200)
    assert sample.call("GET", path).json["output"] == {"a": 1}


def test_the_timer_ticks(sample: Sample) -> None:
    eventually(lambda: sum("tick" in note for note in sample.notes()) >= 2)
    assert {"tick": True, "past_due": False} in sample.notes()
