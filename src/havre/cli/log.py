"""``havre log``: check the transparency log, prove an entry, verify a proof, watch that the log only grows."""

from pathlib import Path
from typing import Annotated

import typer

from havre.cli.console import stdout, write_json
from havre.cli.language import language
from havre.cli.options import Json
from havre.cli.record_options import (
    RECORD,
    FirstKey,
    LogKeys,
    RecordFolder,
    Witnesses,
    clock,
    known_witnesses,
    log_keys,
    opened,
    signer,
    tell,
)
from havre.cli.record_options import first_key as first_of

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
Folder = Annotated[Path, typer.Argument(metavar="LOG", help=tell("log.folder"))]


@app.command(help=tell("log.fsck"))
def fsck(folder: Folder, key: LogKeys = None, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """Check a whole log."""
    from havre.record.log.fsck import fsck as check

    found = check(folder, log_keys(key))
    problems = [problem.sentence(language()) for problem in found.problems]
    if as_json:
        write_json({"size": found.size, "problems": problems, "leftovers": list(found.leftovers), "signed": bool(key)})
    else:
        for problem in problems:
            stdout().print(problem, soft_wrap=True, markup=False)
        if not problems:
            signed = tell("log.signed" if key else "log.unsigned")
            stdout().print(tell("log.sound", size=found.size, signed=signed), soft_wrap=True)
        if found.leftovers:
            stdout().print(tell("log.leftovers", count=len(found.leftovers)), soft_wrap=True)
    if problems:
        raise typer.Exit(1)


@app.command(help=tell("log.append"))
def append(
    log_key_file: Annotated[
        Path,
        typer.Option("--log-key-file", metavar="FILE", envvar="HAVRE_LOG_KEY_FILE", help=tell("options.log_key_file")),
    ],
    access: Annotated[str | None, typer.Option("--access", metavar="PURPOSE", help=tell("log.access"))] = None,
    release: Annotated[str | None, typer.Option("--release", metavar="ID", help=tell("log.access_release"))] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="DOMAIN", help=tell("log.organisation"))
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", metavar="FILE", envvar="HAVRE_KEY_FILE", help=tell("log.access_key"))
    ] = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Append what waits."""
    from havre.record.access import log_access

    given = {"--release": release, "--organisation": organisation, "--key-file": key_file}
    missing = [name for name, value in given.items() if value is None]
    if access is not None and missing:
        raise typer.BadParameter(tell("log.access_needs", missing=", ".join(missing)))
    signers = (signer(log_key_file, "HAVRE_LOG_KEY_PASSWORD"),)
    told: dict[str, object] = {}
    with opened(record) as held:
        if access is not None and key_file is not None:
            named, person = (str(release), str(organisation)), signer(key_file)
            with held.store.change() as connection:
                told["access"] = log_access(connection, held.settings, named[0], access, named[1], person, clock())
        told |= {"appended": held.flush(signers), "size": held.log.size}
    if as_json:
        write_json(told)
        return
    if access is not None:
        facts = {"organisation": organisation, "release": release, "purpose": access}
        stdout().print(tell("log.accessed", **facts), soft_wrap=True, markup=False)
    stdout().print(tell("options.appended", count=told["appended"]), soft_wrap=True, markup=False)


@app.command(help=tell("log.prove"))
def prove(
    folder: Folder,
    index: Annotated[int, typer.Argument(metavar="INDEX", help=tell("log.index"))],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=tell("log.out"))] = None,
) -> None:
    """Write a proof."""
    from havre.record.log.folder import Log
    from havre.record.log.proof import prove as proof_of
    from havre.whole_files import write_whole

    proof = proof_of(Log.open(folder), index).encode()
    if out is None:
        typer.echo(proof.decode("utf-8"), nl=False)
    else:
        write_whole(out, proof)


@app.command(help=tell("log.entry"))
def entry(
    folder: Folder,
    index: Annotated[int, typer.Argument(metavar="INDEX", help=tell("log.index"))],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=tell("log.entry_out"))] = None,
) -> None:
    """Take an entry out of a log, byte for byte, as `log verify` needs it."""
    from havre.record.log.folder import Log
    from havre.whole_files import write_whole

    content = Log.open(folder).entry(index)
    if out is None:
        typer.echo(content.decode("utf-8"))
    else:
        write_whole(out, content)


@app.command(help=tell("log.verify"))
def verify(
    entry: Annotated[Path, typer.Argument(metavar="ENTRY", help=tell("log.entry_file"))],
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help=tell("log.proof_file"))],
    key: LogKeys = None,
) -> None:
    """Check a proof offline."""
    from havre.errors import FileError
    from havre.record.log.proof import check_proof, parse_proof

    for path in (entry, proof):
        if not path.is_file():
            raise FileError("file.missing", path=path)
    shown = check_proof(
        entry.read_bytes(), parse_proof(proof.read_bytes(), str(proof)), log_keys(key), where=str(proof)
    )
    names, point = ", ".join(shown.signed_by), shown.checkpoint
    told = tell("log.included", index=shown.index, origin=point.origin, size=point.size, names=names)
    stdout().print(told, soft_wrap=True, markup=False)


@app.command(help=tell("log.watch"))
def watch(
    address: Annotated[str, typer.Argument(metavar="LOG", help=tell("log.address"))],
    key: LogKeys = None,
    first_key: FirstKey = None,
    witness: Witnesses = None,
    memory: Annotated[Path | None, typer.Option("--memory", metavar="FILE", help=tell("log.memory"))] = None,
) -> None:
    """Look at a log once."""
    from havre.record.log.network import files_at
    from havre.record.log.watch import watch as look

    first = first_of(first_key, key)
    seen = look(files_at(address), log_keys(key), known_witnesses(witness), memory, address, first=first)
    growth = tell("log.first") if seen.grown_by is None else tell("log.grown", count=seen.grown_by)
    facts = {"origin": seen.checkpoint.origin, "size": seen.checkpoint.size, "growth": growth}
    lines = [tell("log.watched", **facts)]
    lines += [tell("log.silent", name=name, reason=each.sentence(language())) for name, each in seen.silent]
    lines.append(tell("log.agreed", names=", ".join(seen.agreed)) if seen.agreed else tell("log.alone"))
    for line in lines:
        stdout().print(line, soft_wrap=True, markup=False)
