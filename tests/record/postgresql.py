"""A PostgreSQL of its own for the tests: started in a temporary folder, reached by a socket, gone afterwards.

Where its programs are missing, the tests that need it are skipped with a reason; in CI that is a failure.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def programs() -> Path | None:
    """Find the folder with ``initdb`` and ``pg_ctl``: the newest of Debian's, else the one on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = [path for path in folders if (path / "initdb").exists()]
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb and shutil.which("pg_ctl") else None


@contextmanager
def running() -> Iterator[str]:
    """Run a server; gives the address of its first database."""
    home = programs()
    if home is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # The server refuses to run as root.
    other = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="havre-pg-", dir="/tmp") as place:
        folder = Path(place)
        if other:
            user = pwd.getpwnam(other)
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = str(folder / "data")

        def call(program: str, *arguments: str) -> None:
            command = [str(home / program), *arguments]
            told = subprocess.run(
                command, user=other, cwd="/", capture_output=True, text=True, check=False,
                env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
            )  # fmt: skip
            if told.returncode:
                pytest.fail(f"{program}: {told.stdout[-500:]}{told.stderr[-500:]}")

        call("initdb", "--pgdata", data, "--username", "havre", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={place} -c fsync=off -c max_connections=40"
        call("pg_ctl", "start", "--pgdata", data, "--wait", "--log", str(folder / "log"), "--options", options)
        try:
            yield f"postgresql://havre@/postgres?host={place}"
        finally:
            call("pg_ctl", "stop", "--pgdata", data, "--mode", "immediate", "--wait")
