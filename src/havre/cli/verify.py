"""``havre verify``: a published release, offline, byte for byte."""

from pathlib import Path
from typing import Annotated

import typer

from havre.cli.console import stdout, write_json
from havre.cli.options import Json
from havre.cli.record_options import FirstKey, LogKeys, Witnesses, known_witnesses, log_keys, tell
from havre.cli.record_options import first_key as first_of


def verify(
    folder: Annotated[Path, typer.Argument(metavar="RELEASE", help=tell("verify.folder"))],
    key: LogKeys = None,
    first_key: FirstKey = None,
    log: Annotated[str | None, typer.Option("--log", metavar="LOG", help=tell("verify.log"))] = None,
    witness: Witnesses = None,
    person: Annotated[list[str] | None, typer.Option("--person", metavar="KEY", help=tell("verify.person"))] = None,
    needed: Annotated[int, typer.Option("--needed", min=0, help=tell("verify.needed"))] = 0,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Verify a release; the help text stands in the catalogue."""
    from dataclasses import asdict

    from havre.record.log.network import files_at
    from havre.record.verify import verify_in_log, verify_release

    trusted = [each.key for each in known_witnesses(witness)]
    people = log_keys(person)
    first = first_of(first_key, key)
    if (first is None) != (log is None):
        raise typer.BadParameter(tell("verify.log_and_first"))
    if first is None and not key:
        raise typer.BadParameter(tell("verify.no_key"))
    if first is None or log is None:
        found = verify_release(folder, log_keys(key), trusted_witnesses=trusted, needed=needed, people=people)
    else:
        copy = files_at(log)
        found = verify_in_log(folder, copy, first, trusted_witnesses=trusted, needed=needed, people=people, where=log)
    if as_json:
        write_json({"verified": True, **asdict(found), "followed": log})
        return
    lines = [
        tell("verify.files", count=found.files),
        tell("verify.review", reviewer=found.reviewer, author=found.author, overrides=found.overrides),
        tell("verify.keys" if people else "verify.names", reviewer=found.reviewer_key, author=found.author_key),
        tell("verify.logged", index=found.index, origin=found.origin, at=f"{found.logged_at:%Y-%m-%d %H:%M} UTC",
             size=found.size),
    ]  # fmt: skip
    lines.append(tell("verify.followed", log=log) if log is not None else tell("verify.not_followed"))
    names = ", ".join(f"{name} ({at:%Y-%m-%d %H:%M} UTC)" for name, at in found.witnesses)
    lines.append(tell("verify.witnesses", names=names) if names else tell("verify.no_witness"))
    if found.unnamed:
        lines.append(tell("verify.unnamed", names=", ".join(found.unnamed)))
    lines.append(tell("verify.done", release=found.release, folder=folder))
    for line in lines:
        stdout().print(line, soft_wrap=True, markup=False)
