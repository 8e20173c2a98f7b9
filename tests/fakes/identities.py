"""App Service's identity endpoint, as far as an app needs it that opens its storage account by a
managed identity: which one was asked for, and a token that Azurite takes (Microsoft Learn, "Use
managed identities for App Service and Azure Functions", REST endpoint reference).
"""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

_HEADER = "only-this-app"
_LIFE_S = 3600
_NONE = "No User Assigned or Delegated Managed Identity found for specified ClientId."


class IdentityEndpoint:
    """Gives one identity its tokens, and no other; begins and ends with `with`."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.asked: list[dict[str, str]] = []
        """What each request asked for."""
        self.fails_with: int | None = None
        """A status that everybody gets instead of a token."""
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = endpoint._answer(self.path, self.headers.get("x-identity-header"))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def variables(self) -> dict[str, str]:
        """What App Service puts into the environment of an app with identities."""
        where = f"http://127.0.0.1:{self._server.server_port}/msi/token"
        return {"IDENTITY_ENDPOINT": where, "IDENTITY_HEADER": _HEADER}

    def __enter__(self) -> "IdentityEndpoint":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, header: str | None) -> tuple[int, bytes]:
        asked = {name: texts[0] for name, texts in parse_qs(urlsplit(path).query).items()}
        self.asked.append(asked)
        if self.fails_with is not None:
            return self.fails_with, b'{"message": "It will pass."}'
        if header != _HEADER:
            return 401, b"{}"
        if asked.get("client_id") != self.client_id:
            return 400, json.dumps({"statusCode": 400, "message": _NONE}).encode()
        return 200, json.dumps(_token_for(asked["resource"])).encode()


def _token_for(resource: str) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "aud": resource,
        "iss": "https://sts.windows.net/00000000-0000-0000-0000-00000000000a/",
        "nbf": now - 60,
        "iat": now - 60,
        "exp": now + _LIFE_S,
        "ver": "1.0",
    }
    parts = [_part({"alg": "RS256", "typ": "JWT"}), _part(claims), "bm9ib2R5"]
    return {
        "access_token": ".".join(parts),
        "expires_on": str(now + _LIFE_S),
        "resource": resource,
        "token_type": "Bearer",
    }


def _part(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
