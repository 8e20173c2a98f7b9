"""Values as the Functions SDK's converters take and give them, and as messages.py carries them."""

from typing import Any

from azure.functions.meta import Datum

from devhost.language_worker.messages import Data, HttpRequest, HttpResponse, Json, Text, Value

_TYPES: dict[type[Value], str] = {Text: "string", Json: "json", Data: "bytes"}


def datum_of(value: Value) -> Datum:
    """What a converter decodes."""
    if isinstance(value, HttpRequest):
        return Datum(_request(value), "http")
    assert not isinstance(value, HttpResponse), "no function is called with a response"
    return Datum(value.value, _TYPES[type(value)])


def value_of(datum: Datum) -> Value:
    """What a converter has encoded."""
    if datum.type == "http":
        return _response(datum.value)
    if datum.type == "bytes":
        return Data(bytes(datum.value))
    return Json(str(datum.value)) if datum.type == "json" else Text(str(datum.value))


def _request(request: HttpRequest) -> dict[str, Any]:
    return {
        "method": Datum(request.method, "string"),
        "url": Datum(request.url, "string"),
        "headers": _texts(request.headers),
        "query": _texts(request.query),
        "params": _texts(request.params),
        "body": Datum(request.body, "bytes"),
    }


def _response(fields: dict[str, Any]) -> HttpResponse:
    morsels = [morsel for cookie in fields["cookies"] or [] for morsel in cookie.values()]
    return HttpResponse(
        status=int(fields["status_code"].value),
        headers={name: item.value for name, item in fields["headers"].items()},
        cookies=[morsel.OutputString() for morsel in morsels],
        body=fields["body"].value,
    )


def _texts(values: dict[str, str]) -> dict[str, Datum]:
    return {key: Datum(value, "string") for key, value in values.items()}
