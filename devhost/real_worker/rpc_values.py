"""Values as Microsoft's worker takes and gives them, and as devhost's own messages carry them."""

from typing import Any

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
from devhost.real_worker.rpc import RpcHttp, RpcHttpCookie, TypedData

_SAME_SITE: tuple[SameSite, ...] = ("", "Lax", "Strict", "None")


def typed(value: Value) -> TypedData:
    """A value on its way in."""
    if isinstance(value, HttpRequest):
        request = RpcHttp(
            method=value.method,
            url=value.url,
            headers=value.headers,
            query=value.query,
            params=value.params,
            body=TypedData(bytes=value.body),
        )
        return TypedData(http=request)
    if isinstance(value, Data):
        return TypedData(bytes=value.value)
    if isinstance(value, Json):
        return TypedData(json=value.value)
    assert isinstance(value, Text), "no function is called with a response"
    return TypedData(string=value.value)


def untyped(data: TypedData | None) -> Value | None:
    """A value on its way out."""
    for kind, value in (data.given() if data is not None else {}).items():
        if kind == "http":
            return _response(value)
        if kind == "bytes":
            return Data(value)
        return Text(value) if kind == "string" else Json(_json(value))
    return None


def _json(value: Any) -> str:
    return value if isinstance(value, str) else str(int(value) if value is True else value)


def _response(response: RpcHttp) -> HttpResponse:
    body = untyped(response.body)
    assert isinstance(body, Data), "the SDK answers bytes"
    return HttpResponse(
        status=int(response.status_code),
        headers=response.headers,
        cookies=[_cookie(cookie) for cookie in response.cookies or []],
        body=body.value,
    )


def _cookie(cookie: RpcHttpCookie) -> Cookie:
    def given(field: Any, default: Any) -> Any:
        return default if field is None else field.value

    expires = given(cookie.expires, None)
    return Cookie(
        name=cookie.name,
        value=cookie.value,
        domain=given(cookie.domain, ""),
        path=given(cookie.path, ""),
        expires=None if expires is None else expires.seconds,
        max_age_s=given(cookie.max_age, None),
        secure=given(cookie.secure, False),
        http_only=given(cookie.http_only, False),
        same_site=_SAME_SITE[cookie.same_site],
    )
