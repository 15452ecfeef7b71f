"""Starts the fast server, and makes the certificate that our own libraries are to trust."""

import contextlib
import os
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_FOLDER = Path(tempfile.gettempdir()) / f"donelog-bench-{os.getpid()}"
CERTIFICATE, KEY, TRUSTED = _FOLDER / "certificate.pem", _FOLDER / "key.pem", _FOLDER / "trusted.pem"


def trust() -> None:
    """Make a certificate and let OpenSSL trust it too; to be called before any HTTP library is imported.

    What the system trusts stays: a client that makes its TLS context anew for each call reads it each time.
    """
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "donelog bench")])
    begins = datetime.fromtimestamp(0, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    CERTIFICATE.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    system = ssl.get_default_verify_paths().cafile
    trusted = Path(system).read_bytes() if system else b""
    TRUSTED.write_bytes(CERTIFICATE.read_bytes() + trusted)
    KEY.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    os.environ["SSL_CERT_FILE"] = str(TRUSTED)


@contextlib.contextmanager
def trusting_one() -> Iterator[None]:
    """Contexts made within the `with` read one certificate, not all that the system trusts."""
    os.environ["SSL_CERT_FILE"] = str(CERTIFICATE)
    try:
        yield
    finally:
        os.environ["SSL_CERT_FILE"] = str(TRUSTED)


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """The address of a fast server, which runs until the `with` ends."""
    command = [sys.executable, "-m", "bench.fast_server", str(CERTIFICATE), str(KEY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own program
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"https://127.0.0.1:{port}"
        finally:
            process.terminate()
