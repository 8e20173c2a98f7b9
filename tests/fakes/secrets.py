"""Secrets in every form in which Azure's texts were seen, or may be expected, to quote them.

None of them opens anything. `text` is what stands in an answer, `canary` the part of it that must
be found nowhere; it consists of letters and digits alone, so that no encoding hides it.
"""

from base64 import b64encode
from typing import NamedTuple


class Secret(NamedTuple):
    """One secret: as it is quoted, and the part to look for."""

    text: str
    canary: str


SIGNATURE = "fB3xQ9mTz7Kp2Vw8Ld5Rj1Ns6Hc4Yg0Xa3Ub7Ei2Ok8="
KEY = "qT7vZ1nXb5Rk9Wd3Mf8Lc2Gh6Js4Py0Vu5Ea7Oi1Tx9Bq3Nz8Kw6Dr2Fm4Hg0Lj7Sc5Yp1Vv3Ue9Ao6Ix2Q=="
_SAS = "sv=2024-11-04&se=2026-12-01T00%3A00%3A00Z&sr=b&sp=r&sig="
_ENCODED_SIGNATURE = "Wm5Tc8Rb2Kx%2B7Vd4Lq9Pf1Nz6Hj3%2FYs0Ga8Ue5Oi2Bw%3D"
_URL = f"https://staging.blob.core.windows.net/vhds/os.vhd?{_SAS}{_ENCODED_SIGNATURE}"
_ONCE = _URL.replace("%", "%25").replace(":", "%3A").replace("/", "%2F").replace("?", "%3F")
_ONCE = _ONCE.replace("&", "%26").replace("=", "%3D")
_LOGIN = b64encode(b"ops:Zx8Kq2Wn5").decode()

SECRETS: dict[str, Secret] = {
    "a SAS URL": Secret(f"See {_URL} for more.", "Wm5Tc8Rb2Kx"),
    "an encoded SAS URL": Secret(f"Failed for {_ONCE}.", "Wm5Tc8Rb2Kx"),
    "a SAS URL encoded twice": Secret(f"copySource={_ONCE.replace('%', '%25')};x", "Wm5Tc8Rb2Kx"),
    "a SAS without its URL": Secret(f"The token {_SAS}{SIGNATURE} is used up.", "fB3xQ9mTz7Kp"),
    "a poll URL": Secret(
        "Look at /operationsStatus/1?api-version=2025-02-01&t=639&c=Mi9Qd7Xk&s=Gr4Tb8Wn&h=Uy3",
        "Gr4Tb8Wn",
    ),
    "a signature in JSON": Secret('{"sv":"2024-11-04","sig":"Jp6Vz2Lc9Rt"}', "Jp6Vz2Lc9Rt"),
    "a signature in JSON in JSON": Secret(
        '"{\\"sv\\": \\"2024-11-04\\", \\"sig\\": \\"Jp6Vz2Lc9Rt\\"}"', "Jp6Vz2Lc9Rt"
    ),
    "a SAS URL in JSON's escapes": Secret(
        '{"uri":"https:\\/\\/a.blob.core.windows.net\\/v?sv=1\\u0026sig\\u003dHd5Mw1Xs8Bk"}',
        "Hd5Mw1Xs8Bk",
    ),
    "a signature in JSON's escapes": Secret(r"the query sig\u003dVt3Lk8Nz5 is old", "Vt3Lk8Nz5"),
    "an account key": Secret(f"The key {KEY} was refused.", "qT7vZ1nXb5Rk"),
    "an account key in JSON's escapes": Secret(
        '{"keys":["Qv3Wk\\/Tz8Rk2bY5nLp\\/9Xd4Bm7Hs1Gc5Jy0uM2\\/Kf6Q="]}', "Tz8Rk2bY5nLp"
    ),
    "a connection string": Secret(
        "DefaultEndpointsProtocol=https;AccountName=staging;AccountKey=Short8Fn3Qx5==;"
        "EndpointSuffix=core.windows.net",
        "Short8Fn3Qx5",
    ),
    "a Service Bus connection string": Secret(
        "Endpoint=sb://restores.servicebus.windows.net/;SharedAccessKeyName=Root;"
        f"SharedAccessKey={SIGNATURE}",
        "fB3xQ9mTz7Kp",
    ),
    "a Service Bus SAS": Secret(
        "SharedAccessSignature sr=sb%3A%2F%2Fr.servicebus.windows.net&sig=Ce2Yh7Pv4Tm%3D&se=1",
        "Ce2Yh7Pv4Tm",
    ),
    "a Basic header": Secret(f"Authorization: Basic {_LOGIN}", _LOGIN[:16]),
    "a Basic login alone": Secret(f"sent Basic {_LOGIN} to it", _LOGIN[:16]),
    "a Basic header, encoded": Secret(f"Authorization%3A%20Basic%20{_LOGIN}", _LOGIN[:16]),
    "a SharedKey header": Secret("Authorization: SharedKey staging:Nv7Dk1Zs5Gq=", "Nv7Dk1Zs5Gq"),
    "a Bearer header": Secret("'Authorization': 'Bearer Ab4Xw9Rt2Lm'", "Ab4Xw9Rt2Lm"),
    "a token": Secret(
        "The token eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJLdzdQcTNWIn0.Ty5Bn8Kd2Wz4 has expired.",
        "Ty5Bn8Kd2Wz4",
    ),
    "a private key": Secret(
        "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nXo3Fv8Lp6\n-----END PRIVATE KEY-----", "Xo3Fv8Lp6"
    ),
    "a client secret": Secret(
        "AADSTS7000215: the secret Kf38Q~Vb6Wm2Tz9Xd4Rk7Ln1Pc5Hs8Jg3Yq0Ua6 is wrong.",
        "Vb6Wm2Tz9Xd4",
    ),
    "a named client secret": Secret('client_secret: "Es9Wb two4Kz7"', "two4Kz7"),
    "a password with blanks": Secret('{"adminPassword": "Pw5 correct Hx8Ln2 end"}', "Hx8Ln2"),
    "a function key in a URL": Secret(
        "POST https://app.azurewebsites.net/api/x?code=Iq6Zt3Nb8Vd failed", "Iq6Zt3Nb8Vd"
    ),
    "a function key in a header": Secret("x-functions-key: Iq6Zt3Nb8Vd", "Iq6Zt3Nb8Vd"),
    "a function key": Secret(
        "Lb7_Xk2-Vq9Tz4Rm1Wd8Ns5Pf3Hc6Jy0Gu2Ae7Oi4Bt9Kx1AzFuQw5M==", "Vq9Tz4Rm1Wd8"
    ),
    "a login in a URL": Secret("amqps://restore:Sd2Qv7Xm@broker.example:5671/queue", "Sd2Qv7Xm"),
    "a signature on a help link": Secret("https://aka.ms/help?id=1&sig=Rz4Kb9Tw1Pn", "Rz4Kb9Tw1Pn"),
    "a link that a help link leads to": Secret(
        f"https://go.microsoft.com/fwlink/?url={_ONCE}", "Wm5Tc8Rb2Kx"
    ),
    "a host that looks like a help host": Secret(
        "https://aka.ms.example/x?id=Fy6Mv2Jc8", "Fy6Mv2Jc8"
    ),
}

HARMLESS: tuple[str, ...] = (
    "Look at https://aka.ms/help, job 5d0c7e1a-42b6: retry = no, VM;iaasvmcontainerv2;rg;vm",
    "See https://aka.ms/AzureBackupErrors?id=1 and https://go.microsoft.com/fwlink/?LinkId=2184112",
    "https://learn.microsoft.com/azure/backup/backup-azure-vms-troubleshoot?tabs=a&view=b#extension",
    "https://docs.microsoft.com/en-us/azure/backup/backup-azure-arm-restore-vms#before-you-begin",
    "https://portal.azure.com/#@contoso/resource/subscriptions/0000/resourceGroups/rg-Prod01",
    "https://azure.microsoft.com/support/faq/?id=a%2Fb or https://support.microsoft.com/help?q=1",
    "Template https://staging.blob.core.windows.net/vhds-5d0c7e1a/azuredeploy.json",
    (
        "/subscriptions/4f2c0d3e-1111-2222-3333-9abcdef01234/resourceGroups/RG-Prod_01.West/providers/"
        "Microsoft.RecoveryServices/vaults/Vault01WestEU/backupFabrics/Azure/protectionContainers/"
        "IaasVMContainer;iaasvmcontainerv2;RG-Prod_01.West;WebVM01Prod"
    ),
    "webVM01_OsDisk_1_0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "AzureBackup_vm-01_638912345678901234, PRD-Web01-SQL2019-DB3-WestEU-A1B2-Extra",
    "rg-prod-01HV6Z3K5XQ8W9T2M4N7P0R1S3, app-k3j5x9q2m8v4t7w1z6p0r3s5u7y2",
    "Recovery point 7301846295013264 of 2026-07-26T13:16:55.4397879Z (41.5 %), 12.5 GBs / 127 GBs",
    "UserErrorVmProvisioningStateFailed: VM in state Failed (code: 400094, ref 0x80070005)",
    "UserErrorMigrationFromTrustedLaunchVMToNonTrustedVMNotAllowed",
    (
        "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/"
        "recoveryPoints/restore/action"
    ),
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Basic authentication and the Basic SKU are retired; the bearer token is too old.",
    "The policy's design: signs of age, an assignment, and a 50% discount (100%).",
    "Standard_D16ds_v5 in westeurope: quota 10 of 10, error AuthorizationFailed: no access",
    "RG-ØST/näme: не найдено 見つかりません",
)
