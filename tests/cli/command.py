"""Runs ``havre`` the way a person does, in a process of its own, or quickly inside this one."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from havre.cli.language import language
from havre.cli.main import app, declare, run

declare()  # commands in this process are asked one after the other, and help lists them in their order
HAVRE = Path(sys.executable).with_name("havre")
_LANGUAGE_NAMES = ("HAVRE_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


def havre(
    *arguments: str | Path, cwd: Path, before: Callable[[], None] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command line in a process of its own.

    Parameters
    ----------
    cwd : folder to run it in
    before : called in the new process before it starts
    environment : variables besides those of this process, whose language is taken away
    """
    kept = {name: value for name, value in os.environ.items() if name not in _LANGUAGE_NAMES}
    return subprocess.run(
        [HAVRE, *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**kept, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120", **environment},
        timeout=300,
        check=False,
        preexec_fn=before,
    )


def havre_here(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command line as ``havre`` does, but in this process, which takes a second less: what fails is raised.

    The help has been written in the language of the first use, so help is asked of :func:`havre`.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        for name in _LANGUAGE_NAMES:
            patch.delenv(name, raising=False)
        for name, value in {"COLUMNS": "120", **environment}.items():
            patch.setenv(name, value)
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["havre", *(str(argument) for argument in arguments)])
        language.cache_clear()
        try:
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
                run()
        finally:
            language.cache_clear()
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return subprocess.CompletedProcess(sys.argv, int(ended.value.code or 0), *said)


def run_here(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path, cwd: Path, lang: str) -> int:
    """Run a command line in this process, which is quicker; give its exit code."""
    monkeypatch.chdir(cwd)
    monkeypatch.setenv("HAVRE_LANG", lang)
    monkeypatch.setattr(sys, "argv", ["havre", *(str(argument) for argument in arguments)])
    language.cache_clear()
    try:
        with pytest.raises(SystemExit) as ended:
            run()
    finally:
        language.cache_clear()
    return int(ended.value.code or 0)


@contextmanager
def speaking(monkeypatch: pytest.MonkeyPatch, lang: str) -> Iterator[None]:
    """Let the commands of this process speak a language."""
    monkeypatch.setenv("HAVRE_LANG", lang)
    # Without the options of the tests' own command line, which would be read for a language.
    monkeypatch.setattr(sys, "argv", ["havre"])
    language.cache_clear()
    try:
        yield
    finally:
        language.cache_clear()


def run_raising(monkeypatch: pytest.MonkeyPatch, *arguments: str, lang: str = "en") -> None:
    """Run a command line in this process; what goes wrong is raised."""
    with speaking(monkeypatch, lang):
        app(args=list(arguments), standalone_mode=False)


def invoke(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path, lang: str = "en") -> Result:
    """Run a command line in this process and give what it said, with its exit code."""
    with speaking(monkeypatch, lang):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])


def tree(folder: Path) -> set[str]:
    """Name everything in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
