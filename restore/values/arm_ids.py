"""ARM ids: is this the id of such a thing, and do two of them name the same?

ARM ignores case, and there are two ways to do so. Leave is given by `lower_ascii`: what is allowed
is what was written, give or take A to Z. A job, an item or a resource is recognised by
`lower_as_azure`, as Azure spells names beyond ASCII in lower case too. In neither does a letter
beyond ASCII ever become one of A to Z, as Python's own lower() makes a k of the Kelvin sign.
Building ids and URLs is the arm room's work.
"""

import re
from string import ascii_lowercase, ascii_uppercase

_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
_SUBSCRIPTION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAME = re.compile(r"(?!\.+$)[^\s/\\?#%&<>:\"'*\x00-\x1f]{1,260}")
_GROUP = "/subscriptions/*/resourceGroups/*"

KINDS = {
    "virtual machine": f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/*",
    "Recovery Services vault": f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/*",
    "recovery point": (
        f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/*/backupFabrics/*"
        "/protectionContainers/*/protectedItems/*/recoveryPoints/*"
    ),
    "resource group": _GROUP,
    "storage account": f"{_GROUP}/providers/Microsoft.Storage/storageAccounts/*",
    "virtual network": f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/*",
    "subnet": f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/*/subnets/*",
    "disk encryption set": f"{_GROUP}/providers/Microsoft.Compute/diskEncryptionSets/*",
    "disk access": f"{_GROUP}/providers/Microsoft.Compute/diskAccesses/*",
    "user-assigned identity": (
        f"{_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/*"
    ),
    "key vault": f"{_GROUP}/providers/Microsoft.KeyVault/vaults/*",
    "Resource Guard request": (
        f"{_GROUP}/providers/Microsoft.DataProtection/resourceGuards/*/triggerRestoreRequests/*"
    ),
}


def pattern_of(kind: str) -> str:
    """Return a regular expression for the ids of a kind, as JSON Schema wants it: a guide for
    people and tools, and no more. Whether a text is such an id, kind_problem says."""
    segments = KINDS[kind].split("/")
    before = ["", *segments]
    return (
        "^"
        + "/".join(
            "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
            if wanted == "*" and name == "subscriptions"
            else "[A-Za-z0-9_.()-]{0,79}[A-Za-z0-9_]"
            if wanted == "*"
            else re.escape(wanted)
            for name, wanted in zip(before, segments, strict=False)
        )
        + "$"
    )


def kind_problem(text: str, kind: str) -> str | None:
    """Say what is wrong with an id that should be of a kind; None if nothing is.

    The id itself is not repeated: a wrong one can be anything, a secret too.
    """
    if _is(text, kind):
        return None
    wanted = f"must be the ARM id of a {kind}, {KINDS[kind].replace('*', '…')}"
    other = next((each for each in KINDS if _is(text, each)), None)
    return f"{wanted}; this is the id of a {other}" if other else wanted


def lower_ascii(text: str) -> str:
    """Return a text with A to Z in lower case: for what is allowed, and for words of ASCII."""
    return text.translate(_ASCII)


def lower_as_azure(text: str) -> str:
    """Return a name in lower case as Azure has it, letter by letter: for what is recognised."""
    return text.lower() if text.isascii() else "".join(map(_lower_letter, text))


def same(one: str, other: str) -> bool:
    """Whether two ids name the same thing."""
    return lower_as_azure(one) == lower_as_azure(other)


def is_below(child: str, parent: str) -> bool:
    """Whether an id lies inside another, as a subnet in its network."""
    return lower_as_azure(child).startswith(lower_as_azure(parent) + "/")


def is_plain(text: str) -> bool:
    """Whether this is an ARM id in its plain spelling: no URL, nothing empty, dotted or encoded."""
    root, *segments = text.split("/")
    if root or len(segments) < 2 or lower_ascii(segments[0]) != "subscriptions":
        return False
    is_known = _SUBSCRIPTION.fullmatch(segments[1]) is not None
    return is_known and all(map(_NAME.fullmatch, segments[2:]))


def subscription_of(text: str) -> str:
    """Return the subscription, in lower case."""
    return lower_ascii(text.split("/")[2])


def is_other_subscription(target: str | None, vault_id: str, source_id: str) -> bool:
    """Whether a restore into the target leaves the subscription of its vault or that of its VM,
    which need not be the same. No target is where the VM is."""
    homes = {subscription_of(vault_id), subscription_of(source_id)}
    return target is not None and homes != {subscription_of(target)}


def name_of(text: str) -> str:
    """Return the last name of an id; a bare name is returned as it is."""
    return text.rsplit("/", 1)[-1]


def _is(text: str, kind: str) -> bool:
    pattern, given = KINDS[kind].split("/"), text.split("/")
    return len(pattern) == len(given) and all(
        _fits(segment, wanted, before)
        for before, wanted, segment in zip(["", *pattern], pattern, given, strict=False)
    )


def _fits(segment: str, wanted: str, before: str) -> bool:
    if wanted != "*":
        return lower_ascii(segment) == lower_ascii(wanted)
    name = _SUBSCRIPTION if before == "subscriptions" else _NAME
    return name.fullmatch(segment) is not None


def _lower_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 and lower.isascii() is letter.isascii() else letter
