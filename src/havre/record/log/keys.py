"""Ed25519 keys: made here, kept under a password, written as the texts of signed notes.

References
----------
Josefsson, S. & Liusvaara, I. (2017). RFC 8032, Edwards-Curve Digital Signature Algorithm.
C2SP, Note Signature Format, https://c2sp.org/signed-note (names, ids and texts of keys).
"""

import base64
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from havre.errors import FileError, RecordError
from havre.record.log.notes import decoded, is_key_name, key_id
from havre.whole_files import write_whole

ED25519 = 1
LEAST_PASSWORD = 8
_VERSION, _PUBLIC, _CHECK = b"havre-key/2", b"Public-Key: ", b"PEM-SHA-256: "


@dataclass(frozen=True)
class Verifier:
    """A public key with its name."""

    name: str
    key: bytes

    @property
    def key_id(self) -> bytes:
        """First four bytes of the hash of name and key."""
        return key_id(self.name, ED25519, self.key)

    @property
    def text(self) -> str:
        """The key as one line: name, id and key."""
        tagged = base64.b64encode(bytes([ED25519]) + self.key).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{tagged}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Tell whether this key signed the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key with its name; it is never shown."""

    name: str
    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def verifier(self) -> Verifier:
        """The public key."""
        return Verifier(self.name, self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def key_id(self) -> bytes:
        """First four bytes of the hash of name and key."""
        return self.verifier.key_id

    def sign(self, data: bytes) -> bytes:
        """Sign any bytes."""
        return self.private.sign(data)

    def note_signature(self, text: bytes) -> bytes:
        """Sign the text of a note."""
        return self.private.sign(text)


def new_key(name: str, seed: bytes | None = None) -> Signer:
    """Make a key.

    Parameters
    ----------
    name : who it is, such as ``havre.example/ada``: without spaces or plus signs
    seed : 32 secret bytes; by default from the system's source of randomness

    Raises
    ------
    RecordError : the name cannot be that of a key
    """
    if not is_key_name(name):
        raise RecordError("record.key.name", name=name)
    private = Ed25519PrivateKey.generate() if seed is None else Ed25519PrivateKey.from_private_bytes(seed)
    return Signer(name, private)


def parse_verifier(text: str) -> Verifier:
    """Read a public key.

    Raises
    ------
    RecordError : it is not the text of an Ed25519 key, or its id does not fit
    """
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]):
        raise RecordError("record.key.verifier", text=text[:120])
    tagged = decoded(parts[2], "key")
    if len(tagged) != 33 or tagged[0] != ED25519:
        raise RecordError("record.key.verifier", text=text[:120])
    verifier = Verifier(parts[0], tagged[1:])
    if verifier.key_id.hex() != parts[1]:
        raise RecordError("record.key.verifier", text=text[:120])
    return verifier


def save_key(path: Path, signer: Signer, password: str) -> None:
    """Write a key under a password (PKCS #8, PBES2), readable by its owner alone; an old file is never overwritten.

    The encryption has no check of its own: one flipped bit can give another private key without an error. So three
    lines before the PEM tell the version of the file, the public key, and a digest of the PEM; :func:`load_key`
    compares both. Other programs skip what stands before a PEM (RFC 7468, section 2).

    Raises
    ------
    RecordError : the password is too short, or there is a file already
    FileError : it cannot be written
    """
    if len(password) < LEAST_PASSWORD:
        raise RecordError("record.key.short_password", least=LEAST_PASSWORD)
    check_no_key(path)
    kept = BestAvailableEncryption(password.encode("utf-8"))
    pem = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept)
    umask = os.umask(0o077)
    try:
        write_whole(path, _head(signer.verifier, pem) + pem)
        path.chmod(0o600)
    finally:
        os.umask(umask)


def check_no_key(path: Path) -> None:
    """Check that a key may be written here.

    Raises
    ------
    RecordError : there is a file already
    """
    if path.exists():
        raise RecordError("record.key.exists", path=path)


def public_part(path: Path) -> Verifier:
    """Read the public key of a key file, for which no password is needed.

    Raises
    ------
    FileError : there is no such file, or it cannot be read
    RecordError : the file is damaged, not encrypted, or readable by others
    """
    return _parts(_content(path), path)[0]


def load_key(path: Path, password: str) -> Signer:
    """Read a key.

    Raises
    ------
    FileError : there is no such file
    RecordError : the password is wrong, or the file is damaged, not encrypted, or readable by others
    """
    verifier, pem = _parts(_content(path), path)
    try:
        private = load_pem_private_key(pem, password.encode("utf-8"))
    except (ValueError, TypeError) as error:
        raise RecordError("record.key.password", path=path) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise RecordError("record.key.damaged", path=path)
    signer = Signer(verifier.name, private)
    if signer.verifier != verifier:
        # A wrong password shows in the padding alone, which one in 256 of them gets right by chance.
        raise RecordError("record.key.password", path=path)
    return signer


def _content(path: Path) -> bytes:
    """Read a key file, which only its owner may be able to read."""
    try:
        content = path.read_bytes()
        shared = path.stat().st_mode & 0o077
    except FileNotFoundError as error:
        raise FileError("record.key.missing", path=path) from error
    except OSError as error:
        raise FileError("record.key.unreadable", path=path, reason=error.strerror or str(error)) from error
    if shared and os.name == "posix":
        raise RecordError("record.key.shared", path=path)
    if b"-----BEGIN PRIVATE KEY-----" in content:
        raise RecordError("record.key.not_encrypted", path=path)
    return content


def _head(verifier: Verifier, pem: bytes) -> bytes:
    """Write what stands before the PEM of a key."""
    lines = (_VERSION, _PUBLIC + verifier.text.encode("utf-8"), _CHECK + sha256(pem).hexdigest().encode("ascii"))
    return b"".join(line + b"\n" for line in lines)


def _parts(content: bytes, path: Path) -> tuple[Verifier, bytes]:
    """Take a key file apart: its public key, and its PEM, each of which must be as it was written."""
    lines = content.split(b"\n", 3)
    try:
        verifier = parse_verifier(lines[1].removeprefix(_PUBLIC).decode("utf-8"))
    except (IndexError, UnicodeDecodeError, RecordError) as error:
        raise RecordError("record.key.damaged", path=path) from error
    if len(lines) < 4 or _head(verifier, lines[3]) + lines[3] != content:
        raise RecordError("record.key.damaged", path=path)
    return verifier, lines[3]


def seed_of(signer: Signer) -> bytes:
    """Give the 32 secret bytes of a key."""
    return signer.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
