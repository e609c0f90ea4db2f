"""Options that the commands of the record share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.language import language
from havre.texts import say

if TYPE_CHECKING:
    from havre.errors import HavreError
    from havre.record.log.keys import Signer, Verifier
    from havre.record.log.network import KnownWitness
    from havre.record.publication import Record


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``record`` in the language of this process."""
    return say("record", key, language(), **fields)


LogKeys = Annotated[
    list[str] | None, typer.Option("--key", metavar="KEY", envvar="HAVRE_LOG_KEY", help=tell("log.key"))
]
FirstKey = Annotated[
    str | None, typer.Option("--first-key", metavar="KEY", envvar="HAVRE_FIRST_KEY", help=tell("log.first_key"))
]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", metavar="KEY=ADDRESS", help=tell("log.witness"))]

RecordFolder = Annotated[
    Path, typer.Option("--record", metavar="FOLDER", envvar="HAVRE_RECORD", help=tell("options.record"))
]
RECORD = Path("record")
KeyFile = Annotated[
    Path, typer.Option("--key-file", metavar="FILE", envvar="HAVRE_KEY_FILE", help=tell("options.key_file"))
]
MaybeKeyFile = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", envvar="HAVRE_KEY_FILE", help=tell("options.key_file"))
]
LogKeyFile = Annotated[
    Path | None,
    typer.Option("--log-key-file", metavar="FILE", envvar="HAVRE_LOG_KEY_FILE", help=tell("options.log_key_file")),
]


def clock() -> datetime:
    """Tell the time to the second [UTC]; nothing further in asks a clock."""
    return datetime.now(UTC).replace(microsecond=0)


@contextmanager
def opened(folder: Path) -> "Iterator[Record]":
    """Open a record: with the PostgreSQL of ``HAVRE_DATABASE_URL``, else the SQLite of its folder.

    Raises
    ------
    FileError : there is no record in the folder
    RecordError : something of it is damaged
    """
    from havre.record.publication import open_record

    with open_record(folder, os.environ.get("HAVRE_DATABASE_URL") or None) as record:
        yield record


def signer(file: Path, variable: str = "HAVRE_KEY_PASSWORD") -> "Signer":
    """Load a key; its password comes from the environment, else it is asked for without being shown.

    Raises
    ------
    FileError, RecordError : there is no such file, it is damaged, or the password is wrong
    """
    from havre.record.log.keys import load_key, public_part

    # What is wrong with the file itself is told before anybody is asked for its password.
    public_part(file)
    return load_key(file, key_password(tell("options.password", path=file), variable))


def key_password(prompt: str, variable: str = "HAVRE_KEY_PASSWORD") -> str:
    """Take the password of a key from the environment, else ask for it without showing it.

    Raises
    ------
    RecordError : none was given
    KeyboardInterrupt : somebody interrupted
    """
    from havre.errors import RecordError

    password = os.environ.get(variable)
    return asked(prompt, RecordError("record.key.no_password", variable=variable)) if password is None else password


def asked(prompt: str, missing: "HavreError") -> str:
    """Ask for a secret without showing it.

    Parameters
    ----------
    missing : raised where nothing was given, such as when standard input is closed

    Raises
    ------
    KeyboardInterrupt : somebody interrupted
    """
    import warnings
    from getpass import GetPassWarning

    try:
        with warnings.catch_warnings():
            # Without a terminal nothing that is read is shown.
            warnings.simplefilter("ignore", GetPassWarning)
            suffix = " : " if language() == "fr" else ": "
            return str(typer.prompt(prompt, hide_input=True, err=True, prompt_suffix=suffix))
    except typer.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise missing from error


def log_signers(file: Path | None) -> "tuple[Signer, ...]":
    """Load the key of the log, where one is given; its password is in ``HAVRE_LOG_KEY_PASSWORD`` or asked for."""
    return () if file is None else (signer(file, "HAVRE_LOG_KEY_PASSWORD"),)


def log_waiting(record: "Record", signers: "tuple[Signer, ...]") -> str:
    """Append to the log what waits for it, where its key is at hand, and say how many entries went in or wait.

    Raises
    ------
    FileError, RecordError : the log cannot be written; what was done stays done, its entries wait, and that is told
    """
    from havre.errors import HavreError
    from havre.record.store.outbox import waiting

    if signers:
        try:
            return tell("options.appended", count=record.flush(signers))
        except HavreError:
            typer.echo(tell("options.still_waiting"), err=True)
            raise
    with record.store.read() as connection:
        return tell("options.waiting", count=waiting(connection))


def log_keys(texts: list[str] | None) -> "tuple[Verifier, ...]":
    """Read public keys of a log.

    Raises
    ------
    RecordError : one is none
    """
    from havre.record.log.keys import parse_verifier

    return tuple(parse_verifier(text) for text in texts or ())


def first_key(text: str | None, keys: list[str] | None) -> "Verifier | None":
    """Read the first key of a log, with which it is followed; other keys are told by its entries.

    Raises
    ------
    typer.BadParameter : other keys were given too
    RecordError : it is no key
    """
    if text is None:
        return None
    if keys:
        raise typer.BadParameter(tell("log.first_key_alone"))
    return log_keys([text])[0]


def known_witnesses(texts: list[str] | None) -> "tuple[KnownWitness, ...]":
    """Read witnesses: public key and address, joined by ``=``; the address may be missing.

    Raises
    ------
    RecordError : a key is none
    """
    from havre.record.log.cosignature import parse_witness_at
    from havre.record.log.network import KnownWitness

    return tuple(KnownWitness(*parse_witness_at(text)) for text in texts or ())
