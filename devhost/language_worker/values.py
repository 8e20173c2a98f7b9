"""Values as the Functions SDK's converters take and give them, and as messages.py carries them."""

import json
from datetime import UTC, datetime
from http.cookies import Morsel
from typing import Any

from azure.functions.meta import Datum

from devhost.language_worker.messages import (
    Cookie,
    Data,
    HttpRequest,
    HttpResponse,
    Json,
    SameSite,
    Text,
    Value,
)

_TYPES: dict[type[Value], str] = {Text: "string", Json: "json", Data: "bytes"}
_AS_JSON = ("dict", "list", "double")
_EXPIRES = "%a, %d %b %Y %H:%M:%S GMT"
_SAME_SITE: dict[str, SameSite] = {"lax": "Lax", "strict": "Strict", "none": "None"}


def datum_of(value: Value) -> Datum:
    """What a converter decodes."""
    if isinstance(value, HttpRequest):
        return Datum(_request(value), "http")
    assert not isinstance(value, HttpResponse), "no function is called with a response"
    return Datum(value.value, _TYPES[type(value)])


def value_of(datum: Datum) -> Value | None:
    """What a converter has encoded. Raises what cannot be told to a host as the worker raises it:
    TypeError, ValueError, UnicodeEncodeError, NotImplementedError."""
    value: Any = datum.value
    if datum.type is None:
        return None
    if datum.type == "http":
        return _response(value)
    if datum.type == "bytes":
        return Data(bytes(value))
    if datum.type in ("string", "json"):
        return (Text if datum.type == "string" else Json)(_told(value))
    if datum.type in _AS_JSON:
        return Json(json.dumps(value))
    if datum.type in ("int", "bool"):
        return Json(str(int(value)))
    raise NotImplementedError(f"unexpected Datum type: {datum.type}")


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
        headers={name: _told(item.value) for name, item in fields["headers"].items()},
        cookies=[_cookie(morsel) for morsel in morsels],
        body=fields["body"].value,
    )


def _cookie(morsel: "Morsel[str]") -> Cookie:
    expires = None
    if morsel["expires"]:
        moment = datetime.strptime(morsel["expires"], _EXPIRES).replace(tzinfo=UTC)
        expires = int(moment.timestamp())
    return Cookie(
        name=morsel.key,
        value=morsel.value,
        domain=morsel["domain"],
        path=morsel["path"],
        expires=expires,
        max_age_s=_age_s(morsel["max-age"]),
        secure=bool(morsel["secure"]),
        http_only=bool(morsel["httponly"]),
        same_site=_SAME_SITE.get(morsel["samesite"].lower(), ""),
    )


def _age_s(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise TypeError(  # noqa: B904 - with its context, as that worker raises it
            f"Cannot parse value {text} of 'cookie.maxAge' to float."
        )


def _told(text: Any) -> str:
    """A text that a host can be told: a string, without half a character in it."""
    if not isinstance(text, str):
        raise TypeError(f"a text is expected, not {type(text).__name__}")
    text.encode()
    return text


def _texts(values: dict[str, str]) -> dict[str, Datum]:
    return {key: Datum(value, "string") for key, value in values.items()}
