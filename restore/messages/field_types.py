"""The types of a request's fields. Each says what it accepts, in marks that validation.py reads.

`id` names the kind of ARM id (arm_ids.py), `duration` the least and the most, `says` the message
for a person whose value does not fit, `trimmed` that blanks and line ends around it are no part,
`pattern` what somebody may send, where the app itself may say more.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from restore.values import arm_ids

_ASKED_ID = r"\A(?!\.+\Z)[A-Za-z0-9._:-]{1,128}\Z"
"""Of a request, as somebody may send it."""
REQUEST_ID = r"\A(?!\.+(~|\Z))[A-Za-z0-9._:-]{1,128}(~[2-9])?\Z"
"""The same, and of another attempt at it, which is the app's own."""

_LENGTH_MAX = 2048


def _text(says: str, pattern: str | None = None, *, trimmed: bool = False) -> Meta:
    marks = {"says": says, "trimmed": trimmed}
    return Meta(min_length=1, max_length=_LENGTH_MAX, pattern=pattern, extra=marks)


def _id_of(kind: str) -> Meta:
    described = {"pattern": arm_ids.pattern_of(kind), "description": f"ARM id of a {kind}"}
    marks = {"id": kind, "trimmed": True}
    return Meta(max_length=_LENGTH_MAX, extra=marks, extra_json_schema=described)


def _duration(least: str, most: str, pattern: str | None = None) -> Meta:
    described = {"description": f"ISO 8601, from {least} to {most}", "format": "duration"}
    marks = {"duration": (least, most)}
    return Meta(max_length=40, pattern=pattern, extra=marks, extra_json_schema=described)


_ANY_TEXT = f"must be a text of 1 to {_LENGTH_MAX} characters"

Text = Annotated[str, _text(_ANY_TEXT)]
Name = Annotated[str, _text(_ANY_TEXT, trimmed=True)]
"""Of a thing in Azure, or its id."""
Url = Annotated[str, _text("must be an https URL", pattern=r"\Ahttps://[^\s/]+/\S*\Z")]
RequestId = Annotated[
    str,
    Meta(
        max_length=_LENGTH_MAX,
        pattern=REQUEST_ID,
        extra={
            "says": "must be 1 to 128 of A-Z a-z 0-9 . _ : - and not only dots",
            "pattern": _ASKED_ID,
        },
        extra_json_schema={"pattern": _ASKED_ID},
    ),
]
JobId = Annotated[
    str,
    _text(
        "must be the job's name as the vault shows it, a GUID",
        pattern=r"\A[A-Za-z0-9-]{1,64}\Z",
        trimmed=True,
    ),
]
PlanHash = Annotated[
    str,
    _text(
        "must be the 64 hexadecimal digits of a plan, in small letters", pattern=r"\A[0-9a-f]{64}\Z"
    ),
]
Time = Annotated[
    datetime,
    Meta(tz=True, extra={"says": "must be a time with a zone, such as 2026-11-01T12:00:00Z"}),
]
Lun = Annotated[int, Meta(ge=0, le=999)]
Zone = Literal["1", "2", "3", "NoZone"]

Deadline = Annotated[str, _duration("PT10S", "P7D")]
Within = Annotated[str, _duration("PT10S", "PT6H")]
Age = Annotated[str, _duration("PT1M", "P3650D")]
Retention = Annotated[str, _duration("P10D", "P30D", pattern=r"\AP\d+D\Z")]

VmId = Annotated[str, _id_of("virtual machine")]
VaultId = Annotated[str, _id_of("Recovery Services vault")]
GroupId = Annotated[str, _id_of("resource group")]
StorageAccountId = Annotated[str, _id_of("storage account")]
NetworkId = Annotated[str, _id_of("virtual network")]
SubnetId = Annotated[str, _id_of("subnet")]
DiskEncryptionSetId = Annotated[str, _id_of("disk encryption set")]
DiskAccessId = Annotated[str, _id_of("disk access")]
IdentityId = Annotated[str, _id_of("user-assigned identity")]
KeyVaultId = Annotated[str, _id_of("key vault")]
GuardRequestId = Annotated[str, _id_of("Resource Guard request")]

Consistency = Literal["AppConsistent", "FileSystemConsistent", "CrashConsistent"]
Tier = Literal[
    "Snapshot",
    "VaultStandard",
    "VaultStandardRehydrated",
    "SnapshotAndVaultStandard",
    "SnapshotAndVaultArchive",
    "VaultArchive",
]
DiskAccess = Literal[
    "SameAsOnSourceDisks", "EnablePrivateAccessForAllDisks", "EnablePublicAccessForAllDisks"
]
