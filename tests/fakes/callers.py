"""How people of a test are known: to App Service authentication, and to whoever reads of them."""

from restore.messages.model import Caller


def headers(who: Caller | str | None) -> dict[str, str]:
    """Return what App Service says of somebody who has signed in; nothing of whoever has not."""
    caller = signed_in(who) if isinstance(who, str) else who or Caller()
    said = {"x-ms-client-principal-name": caller.name, "x-ms-client-principal-id": caller.id}
    return {name: value for name, value in said.items() if value is not None}


def shown(who: str | None) -> str | None:
    """Return what the app says of somebody."""
    return None if who is None else str(signed_in(who))


def signed_in(who: str) -> Caller:
    """Return somebody with an id of their own."""
    return Caller(id=f"id-of-{who}", name=who)
