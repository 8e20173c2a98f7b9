"""One request and one reply, and ARM's error shape: what all route modules speak in.

No sockets and no state here. A `Reply` holds bytes, because that is what travels; a lost or late
one is an `Answer`, which the two transports turn into what a client would experience.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Reply(NamedTuple):
    """What a client gets."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    def json(self) -> object:
        """The body as Python values; None when it is empty."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Request:
    """What a client sent; the URL is absolute."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    def header(self, name: str) -> str:
        """A header's value by its name in any case, empty when absent."""
        for known, value in self.headers.items():
            if known.lower() == name.lower():
                return value
        return ""


@dataclass(frozen=True)
class Answer:
    """A reply and what happens to it on its way back."""

    reply: Reply
    lost: bool = False
    refused: bool = False
    delay_s: float = 0.0


@dataclass(eq=False)
class ArmError(Exception):
    """Raised anywhere below a route; becomes `{"error": {"code", "message"}}`."""

    status: int
    code: str
    message: str
    gateway: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)

    def reply(self) -> Reply:
        """The error as ARM puts it."""
        body = {"error": {"code": self.code, "message": self.message, **self.more}}
        headers = {"x-ms-failure-cause": "gateway"} if self.gateway else {}
        return json_reply(self.status, body, {**headers, **self.headers})


def json_reply(status: int, value: object, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply with a JSON body."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Reply(
        status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, body
    )


def resource_not_found(kind: str, name: str, group: str) -> ArmError:
    """ARM itself knows no such resource."""
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{kind}/{name}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        gateway=True,
    )


def group_not_found(group: str) -> ArmError:
    """ARM itself knows no such resource group."""
    return ArmError(
        404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.", gateway=True
    )


def subscription_not_found(subscription: str) -> ArmError:
    """ARM itself knows no such subscription."""
    return ArmError(
        404,
        "SubscriptionNotFound",
        f"The subscription '{subscription}' could not be found.",
        gateway=True,
    )


def provider_not_found(namespace: str) -> ArmError:
    """ARM itself knows no such resource provider."""
    return ArmError(
        404,
        "InvalidResourceNamespace",
        f"The resource namespace '{namespace}' is invalid.",
        gateway=True,
    )


def part_not_found(kind: str, name: str) -> ArmError:
    """The vault exists, the thing inside it does not."""
    return ArmError(404, "ResourceNotFound", f"The {kind} '{name}' was not found in the vault.")


def item_not_found() -> ArmError:
    """The vault exists, the protected item does not.

    Code and text are those of public reports: azure-rest-api-specs#23842.
    """
    return ArmError(
        404,
        "BMSUserErrorDataSourceObjectNotFound",
        "Item not found. Selected item might have been deleted. Please check if item is "
        "registered to the vault.",
    )


def invalid_input(*problems: str) -> ArmError:
    """The service's refusal, which like the real one does not say which field it means.

    What was wrong is kept for the request log at /simulator/requests.
    """
    return ArmError(
        400,
        "BMSUserErrorInvalidInput",
        "Input provided for the call is invalid. Please check the required inputs.",
        problems=problems,
    )
