"""`python -m devhost receive`: a receiver of notifications on this machine, which prints them.

It answers CloudEvents' handshake. Given the key, it checks signatures by the Standard Webhooks
specification. `--status` and `--wait` make it one that misbehaves.
"""

import argparse
import asyncio
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from aiohttp import web

from devhost.starting import BadStart

DEFAULT_PORT = 7073
_CARD = "application/vnd.microsoft.card.adaptive"


def main(arguments: Sequence[str]) -> int:
    """Listen until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m devhost receive", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--status", type=int, default=202, help="what every POST is answered with")
    parser.add_argument("--wait", type=float, default=0, help="seconds before the answer")
    parser.add_argument("--key", help="whsec_…: check signatures with it")
    parser.add_argument("--full", action="store_true", help="print whole bodies")
    given = parser.parse_args(arguments)
    print(f"Listening at http://127.0.0.1:{given.port}/ until Ctrl-C.", flush=True)
    try:
        web.run_app(app_of(given), host="127.0.0.1", port=given.port, print=None, access_log=None)
    except OSError as error:
        raise BadStart(f"Port {given.port} cannot be listened at: {error.strerror}.") from error
    return 0


def app_of(given: argparse.Namespace) -> web.Application:
    """The receiver as an application: one handler for every path."""

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        if request.method == "OPTIONS":
            origin = request.headers.get("WebHook-Request-Origin", "*")
            print(f"{_now()}  {origin} asks whether it may send: yes", flush=True)
            return web.Response(headers={"WebHook-Allowed-Origin": origin})
        await asyncio.sleep(given.wait)
        is_signed = given.key is not None and "webhook-signature" in request.headers
        signed = f", {_signature(given.key, request.headers, body)}" if is_signed else ""
        print(f"{_now()}  {request.path}  {told(body)}  -> {given.status}{signed}", flush=True)
        if given.full:
            print(body.decode(errors="replace"), flush=True)
        return web.Response(status=given.status)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", take)
    return app


def told(body: bytes) -> str:
    """What a notification says, in one line, whatever its form."""
    try:
        value = json.loads(body)
    except ValueError:
        return f"{len(body)} bytes that are no JSON"
    if "specversion" in value:
        return f"{value['type']} {value['data'].get('requestId') or value.get('subject')}"
    if "event_action" in value:
        return f"{value['event_action']} {value['dedup_key']}: {value['payload']['summary']}"
    for card in value.get("attachments", ()):
        if card.get("contentType") == _CARD:
            return str(card["content"]["fallbackText"])
    return str(value.get("text", "something else"))


def _signature(key: str, headers: Mapping[str, str], body: bytes) -> str:
    """Whether the body was signed with the key."""
    sent = headers.get("webhook-signature", "")
    signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
    known: Any = hmac.digest(b64decode(key.removeprefix("whsec_") + "=="), signed, sha256)
    is_good = hmac.compare_digest(sent.encode(), f"v1,{b64encode(known).decode()}".encode())
    return "the signature is good" if is_good else "THE SIGNATURE IS WRONG"


def _now() -> str:
    return time.strftime("%H:%M:%S")
