"""How people of a test are known: to App Service authentication, and to whoever reads of them."""

import base64
import json

from restore.messages.model import Caller


def headers(who: Caller | str | None, *roles: str) -> dict[str, str]:
    """Return what App Service says of somebody who has signed in with Entra ID; nothing of whoever
    has not."""
    if who is None:
        return {}
    caller = signed_in(who) if isinstance(who, str) else who
    claims = [{"typ": "roles", "val": role} for role in roles]
    told = {"auth_typ": "aad", "claims": claims, "role_typ": "roles"}
    said = {
        "x-ms-client-principal-name": caller.name,
        "x-ms-client-principal-id": caller.id,
        "x-ms-client-principal-idp": "aad" if caller.id else None,
        "x-ms-client-principal": base64.b64encode(json.dumps(told).encode()).decode(),
    }
    return {name: value for name, value in said.items() if value is not None}


def shown(who: str | None) -> str | None:
    """Return what the app says of somebody."""
    return None if who is None else str(signed_in(who))


def signed_in(who: str) -> Caller:
    """Return somebody with an id of their own."""
    return Caller(id=f"id-of-{who}", name=who)
