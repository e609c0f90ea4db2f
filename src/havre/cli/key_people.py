"""``havre key add`` and ``revoke``: who may act for a record, and which keys sign its log."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli.console import stdout
from havre.cli.record import public_key
from havre.cli.record_options import RECORD, LogKeyFile, MaybeKeyFile, RecordFolder
from havre.cli.release_view import tell

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from havre.record.log.entries import Entry
    from havre.record.log.keys import Signer, Verifier
    from havre.record.publication import Record

ROLES = ("person", "log")
KeyText = Annotated[str, typer.Argument(metavar="KEY", help=tell("key.text"))]


def _check_role(text: str) -> str:
    if text not in ROLES:
        raise typer.BadParameter(tell("key.roles", text=text))
    return text


Role = Annotated[str, typer.Option("--role", callback=_check_role, metavar="person|log", help=tell("key.role"))]


def add(
    key: KeyText,
    role: Role = "person",
    key_file: MaybeKeyFile = None,
    log_key_file: LogKeyFile = None,
    record: RecordFolder = RECORD,
) -> None:
    """Add a key; the help text stands in the catalogue."""
    from havre.errors import RecordError

    wanted = public_key(key)
    with options.opened(record) as held:
        vouchers = _vouchers(held, role, key_file, log_key_file)
        present = _keys(held, role)
        if wanted in present:
            raise RecordError("record.settings.there", name=wanted.name, file=held.settings.file)
        _change(held, "key_added", role, wanted, vouchers, (*present, wanted))


def revoke(
    key: KeyText,
    role: Role = "person",
    key_file: MaybeKeyFile = None,
    log_key_file: LogKeyFile = None,
    record: RecordFolder = RECORD,
) -> None:
    """Revoke a key; the help text stands in the catalogue."""
    from havre.errors import RecordError

    with options.opened(record) as held:
        present = _keys(held, role)
        named = [each for each in present if each.name == key]
        wanted = named[0] if len(named) == 1 else public_key(key)
        if wanted not in present:
            names = ", ".join(each.name for each in present) or "–"
            raise RecordError("record.settings.not_there", name=wanted.name, file=held.settings.file, known=names)
        vouchers = _vouchers(held, role, key_file, log_key_file)
        left = tuple(each for each in present if each != wanted)
        if role == "log" and (not left or vouchers[0].verifier == wanted):
            # A revoked key may not sign the checkpoint with the entry that revokes it.
            raise RecordError("record.settings.last_log_key", name=wanted.name)
        _change(held, "key_revoked", role, wanted, vouchers, left)


def _keys(held: "Record", role: str) -> "tuple[Verifier, ...]":
    return held.settings.log_keys if role == "log" else held.settings.people


def _vouchers(held: "Record", role: str, key_file: Path | None, log_key_file: Path | None) -> "list[Signer]":
    """Load the keys of who asks for the change, the one that vouches for it first.

    A key of the log is vouched for by one of the log; a person by another one, or by the key of the log, so that a
    record of which nobody is left can still be helped.

    Raises
    ------
    RecordError : a key that has to be given is missing, or may not vouch
    """
    from havre.errors import RecordError

    if role == "log" and log_key_file is None:
        raise typer.BadParameter(tell("key.needs_log_key"))
    if key_file is None and log_key_file is None:
        raise typer.BadParameter(tell("key.needs_key"))
    people = [] if key_file is None or role == "log" else [options.signer(key_file)]
    for each in people:
        held.settings.person(each.verifier)
    log = list(options.log_signers(log_key_file))
    for each in log:
        if each.verifier not in held.settings.log_keys:
            raise RecordError("record.settings.not_known", name=each.name, file=held.settings.file)
    return [*people, *log]


def _change(
    held: "Record", kind: str, role: str, key: "Verifier", vouchers: "list[Signer]", keys: "Sequence[Verifier]"
) -> None:
    """Post the entry, append it where a key of the log is at hand, and write the settings.

    A key of the log counts once its entry stands there: only then do the settings change. What was told before and
    interrupted is finished, and not told again.

    Raises
    ------
    RecordError : the key was revoked once
    """
    from havre.record.settings import write_settings
    from havre.record.store.outbox import post

    with held.store.change() as connection:
        if not _told(connection, kind, role, key):
            post(connection, _entry(held, kind, role, key, vouchers[0], options.clock()))
    left = tuple(keys)
    if role == "person":
        write_settings(held.folder, replace(held.settings, people=left))
    log = tuple(each for each in vouchers if each.verifier in held.settings.log_keys)
    waits = options.log_waiting(held, log)
    if role == "log":
        write_settings(held.folder, replace(held.settings, log_keys=left))
    for line in (tell(f"key.{kind}.{role}", name=key.name, count=len(keys)), waits):
        stdout().print(line, soft_wrap=True, markup=False)


def _told(connection: "Connection", kind: str, role: str, key: "Verifier") -> bool:
    """Tell whether the last that was told of a key is this.

    Raises
    ------
    RecordError : it was revoked and is to be added: a log that adds it again is refused by those who follow its keys
    """
    from sqlalchemy import select

    from havre.errors import RecordError
    from havre.record.log.entries import parse_entry
    from havre.record.store.schema import OUTBOX

    rows = connection.execute(select(OUTBOX.c.data).order_by(OUTBOX.c.number)).scalars()
    entries = (parse_entry(bytes(data)) for data in rows if b'"kind":"key_' in bytes(data))
    kinds = [each.kind for each in entries if (each.body.get("key"), each.body.get("role")) == (key.text, role)]
    if kind == "key_added" and "key_revoked" in kinds:
        raise RecordError("record.settings.revoked", name=key.name)
    return kinds[-1:] == [kind]


def _entry(held: "Record", kind: str, role: str, key: "Verifier", voucher: "Signer", at: datetime) -> "Entry":
    import base64

    from havre.record.log.entries import Entry
    from havre.record.log.rotation import key_entry

    if role == "log":
        return key_entry(kind, held.settings.origin, key, voucher, at)
    signed = f"havre-person/1\n{kind}\n{held.settings.origin}\n{key.text}\n".encode()
    signature = base64.b64encode(voucher.sign(signed)).decode("ascii")
    body = {"role": role, "key": key.text, "voucher": voucher.verifier.text, "signature": signature}
    return Entry(kind, at, held.settings.origin, f"{kind}-{role}-{key.key_id.hex()}-{at:%Y%m%dT%H%M%SZ}", body)
