"""Files that are there whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from havre.errors import FileError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside its place, then rename it: a reader sees the old file or the new one.

    Raises
    ------
    FileError : it cannot be written; nothing is left behind
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        temporary.replace(path)
    except OSError as error:
        raise FileError("file.not_writable", path=path, reason=error.strerror or str(error)) from error
    finally:
        # Also after an interruption; once renamed, there is nothing of this name.
        with suppress(OSError):
            temporary.unlink()


def check_writable(path: Path) -> None:
    """Try, before the work, whether a file could be written here: permissions do not tell all, only trying does.

    Raises
    ------
    FileError : no file can be made beside it, such as in a system folder or on a read-only disk
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.open("wb").close()
    except OSError as error:
        raise FileError("file.not_writable", path=path, reason=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
