"""Tells which files a release was made of without giving away what stands in them.

The plain SHA-256 of a small private table can be guessed: whoever knows the visible counts tries every value of a
suppressed one until the hash fits. So what is published is a keyed hash, under 32 random bytes that stay with whoever
makes releases. Later they can show that a file was the one: with the file and these bytes anybody computes the same.
The reference snapshot is public, and keeps its plain hashes.

Reference: Krawczyk H, Bellare M & Canetti R (1997), RFC 2104, HMAC.
"""

import hmac
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from havre.errors import FileError

SALT_BYTES = 32
KIND = "hmac-sha256:"


def salted(hashes: Mapping[str, str], salt: bytes) -> dict[str, str]:
    """Give for each input what may be published: a name without meaning, and the keyed hash of its SHA-256.

    Parameters
    ----------
    hashes : SHA-256 of each file in hexadecimal, by its name; names are not published, since a store names its parts
        by their hashes
    salt : secret bytes; the same file has the same name and hash in every release that is made with them

    Examples
    --------
    >>> salted({"part.csv": "00" * 32}, bytes(32))
    {'input-33ad0a1c607e': 'hmac-sha256:33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a'}
    """
    keyed = sorted(hmac.new(salt, bytes.fromhex(digest), "sha256").hexdigest() for digest in hashes.values())
    return {f"input-{digest[:12]}": f"{KIND}{digest}" for digest in keyed}


def salt_file(environment: Mapping[str, str]) -> Path:
    """Give the file of this user's salt: ``HAVRE_INPUT_SALT``, else ``havre/input-salt`` in the user's data folder.

    Reference: XDG Base Directory Specification, version 0.8, ``XDG_DATA_HOME``.
    """
    if chosen := environment.get("HAVRE_INPUT_SALT"):
        return Path(chosen)
    base = environment.get("XDG_DATA_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "havre" / "input-salt"


def kept_salt(path: Path, source: Callable[[int], bytes] = secrets.token_bytes) -> bytes:
    """Read the salt; make it where there is none. Only its owner may read it.

    Parameters
    ----------
    source : gives so many random bytes

    Raises
    ------
    FileError : it cannot be read or written, or is no salt
    """
    if not path.exists():
        _make(path, source(SALT_BYTES).hex() + "\n")
    try:
        text = path.read_text(encoding="ascii")
        salt = bytes.fromhex(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError("file.damaged", path=path, expected=f"{SALT_BYTES} B", reason=reason) from error
    except ValueError as error:
        raise FileError("file.damaged", path=path, expected=f"{SALT_BYTES} B", reason=str(error)) from error
    if len(salt) != SALT_BYTES:
        raise FileError("file.damaged", path=path, expected=f"{SALT_BYTES} B", reason=f"{len(salt)} B")
    return salt


def _make(path: Path, text: str) -> None:
    """Write the salt whole; where another process was faster, its salt stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(number, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(name, path)
        finally:
            Path(name).unlink()
    except OSError as error:
        raise FileError("file.not_writable", path=path, reason=error.strerror or str(error)) from error
