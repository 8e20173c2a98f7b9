"""A throw-away certificate for https on loopback, for clients that take nothing else.

It is made anew at each start, is its own authority, and is good for this machine alone.
"""

import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path

HOSTS = ("localhost",)
ADDRESSES = ("127.0.0.1", "::1")
LIFE_D = 30
_USAGE = {
    **dict.fromkeys(("digital_signature", "key_cert_sign"), True),
    **dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment"), False),
    **dict.fromkeys(("key_agreement", "crl_sign", "encipher_only", "decipher_only"), False),
}


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server needs to speak https with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def make_certificate(folder: Path, now: datetime) -> tuple[Path, Path]:
    """Write certificate and key into a folder, and return their paths; only we can read the key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Simulated Azure")])
    names = [
        *(x509.DNSName(host) for host in HOSTS),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES),
    ]
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=LIFE_D))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**_USAGE), critical=True)
        .add_extension(own_id, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[1].touch(mode=0o600)
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return paths
