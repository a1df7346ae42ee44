"""Private keys of SFTP sources, of every type and in every form that OpenSSH writes.

Read by `cryptography` and only then handed to paramiko, whose own reader refuses about half of all ECDSA keys in
OpenSSH's form ("Invalid key curve identifier", 5.1) and knows no PKCS 8.
"""

import io

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.sources.credentials import secret


def private_key(prefix: str) -> paramiko.PKey | None:
    """Return the private key of these credentials, None if they have none.

    Raises:
        ConfigurationError: It isn't a key, or its passphrase is wrong or missing.
    """
    text = secret(prefix, "PRIVATE_KEY")
    if not text:
        return None
    passphrase = secret(prefix, "PASSPHRASE")
    try:
        return _for_paramiko(_loaded(text.encode() + b"\n", passphrase.encode() if passphrase else None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigurationError(
            f"{prefix}_PRIVATE_KEY is no private key (Ed25519, ECDSA or RSA) that {prefix}_PASSPHRASE opens; "
            "correct one of the two variables."
        ) from None


def _loaded(text: bytes, passphrase: bytes | None) -> object:
    if b"BEGIN OPENSSH PRIVATE KEY" in text:
        return serialization.load_ssh_private_key(text, passphrase)
    return serialization.load_pem_private_key(text, passphrase)


def _for_paramiko(key: object) -> paramiko.PKey:
    """Return the key as paramiko's; TypeError for a type that SSH has given up."""
    if isinstance(key, rsa.RSAPrivateKey):
        return paramiko.RSAKey(key=key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return paramiko.ECDSAKey(vals=(key, key.public_key()))
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise TypeError("unknown type of key")
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH
    text = key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text))
