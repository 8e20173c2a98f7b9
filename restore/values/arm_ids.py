"""ARM ids: is this the id of such a thing, and do two of them name the same?

ARM ignores case, and there are two ways to do so. Leave is given by `lower_ascii`: what is allowed
is what was written, give or take A to Z. A job, an item or a resource is recognised by
`lower_as_azure`, as Azure spells names beyond ASCII in lower case too. In neither does a letter
beyond ASCII ever become one of A to Z, as Python's own lower() makes a k of the Kelvin sign.
Building ids and URLs is the arm room's work.
"""

import re
from functools import cache
from string import ascii_lowercase, ascii_uppercase

_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
_BLANKS = " \t\r\n"
_SUBSCRIPTION = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_NAME = r"""(?!\.+(?:[/\s]|$))[^\s/\\?#%&<>:"'*\x00-\x1f]{1,260}"""
_GROUP = "/subscriptions/*/resourceGroups/*"

KINDS = {
    "virtual machine": f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/*",
    "Recovery Services vault": f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/*",
    "recovery point": (
        f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/*/backupFabrics/*"
        "/protectionContainers/*/protectedItems/*/recoveryPoints/*"
    ),
    "protected item": (
        f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/*/backupFabrics/*"
        "/protectionContainers/*/protectedItems/*"
    ),
    "classic virtual machine": f"{_GROUP}/providers/Microsoft.ClassicCompute/virtualMachines/*",
    "disk": f"{_GROUP}/providers/Microsoft.Compute/disks/*",
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
    """Return the regular expression of the ids of a kind, as JSON Schema wants it: that by which
    kind_problem judges them, with the blanks around an id that `trimmed` takes away."""
    return rf"^[ \t\r\n]*{_pattern(kind)}[ \t\r\n]*$"


def trimmed(text: str) -> str:
    """Return an id without the blanks and line ends around it, which no id has: what `az -o tsv`
    prints on Windows ends in a carriage return."""
    return text.strip(_BLANKS)


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
    subscription = rf"/{_in_any_case('subscriptions')}/{_SUBSCRIPTION}"
    return re.fullmatch(rf"{subscription}(?:/{_NAME})*", text) is not None


def is_name(text: str) -> bool:
    """Whether this can be one name of an id, and no whole one."""
    return re.fullmatch(_NAME, text) is not None


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
    return text.rpartition("/")[2]


def _is(text: str, kind: str) -> bool:
    return re.fullmatch(_pattern(kind), text) is not None


@cache
def _pattern(kind: str) -> str:
    """Return the expression without its anchors. ARM's own words are taken in any case, spelled
    letter by letter: JSON Schema has no flag for that, and Python's takes letters beyond ASCII."""
    segments = KINDS[kind].split("/")
    return "/".join(
        _in_any_case(wanted)
        if wanted != "*"
        else _SUBSCRIPTION
        if before == "subscriptions"
        else _NAME
        for before, wanted in zip(["", *segments], segments, strict=False)
    )


def _in_any_case(word: str) -> str:
    return "".join(
        f"[{char.upper()}{char.lower()}]" if char.isalpha() else re.escape(char) for char in word
    )


def _lower_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 and lower.isascii() is letter.isascii() else letter
