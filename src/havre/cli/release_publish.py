"""``havre release publish`` and ``withdraw``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli.console import stdout, write_json
from havre.cli.options import Json
from havre.cli.record_options import RECORD, KeyFile, LogKeyFile, MaybeKeyFile, RecordFolder
from havre.cli.release_show import ReleaseId
from havre.cli.release_view import tell

if TYPE_CHECKING:
    from havre.record.log.keys import Signer
    from havre.record.publication import Record


def publish(
    release: Annotated[str | None, typer.Argument(metavar="[RELEASE]", help=tell("publish.release"))] = None,
    key_file: MaybeKeyFile = None,
    log_key_file: LogKeyFile = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Publish an approved release, or finish what was interrupted; the help text stands in the catalogue."""
    from havre.record.publication import finish
    from havre.record.publishing import one_at_a_time

    if log_key_file is None:
        raise typer.BadParameter(tell("publish.needs_log_key"))
    if release is not None and key_file is None:
        raise typer.BadParameter(tell("publish.needs_key"))
    with options.opened(record) as held:
        if release is None or key_file is None:
            log_signers = options.log_signers(log_key_file)
            with one_at_a_time(held):
                finished = finish(held, log_signers)
            _tell_finished(held, finished, as_json=as_json)
            return
        publisher, log_signers = options.signer(key_file), options.log_signers(log_key_file)
        folder = _published(held, release, publisher, log_signers)
        _tell(held, release, folder, as_json=as_json)


def _published(held: "Record", release: str, publisher: "Signer", log_signers: "tuple[Signer, ...]") -> Path:
    """Publish a release, once.

    Raises
    ------
    RecordError : it is published already or not approved, leaks, was changed since, or too few witnesses cosigned
    FileError : the disk is full
    """
    from havre.errors import HavreError
    from havre.forecast.models import describe_models
    from havre.pipeline import measure_names
    from havre.record.publication import Words
    from havre.record.publishing import publish_once
    from havre.record.review import standing

    words = Words(measure_names(), describe_models())
    try:
        return publish_once(held, release, publisher, log_signers, words, options.clock())
    except HavreError:
        with held.store.read() as connection:
            if standing(connection, release).manifest is not None:
                typer.echo(tell("publish.interrupted"), err=True)
        raise


def withdraw(
    release: ReleaseId,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=tell("withdraw.reason"))],
    key_file: KeyFile,
    contest: Annotated[str | None, typer.Option("--contest", metavar="ID", help=tell("withdraw.contest"))] = None,
    log_key_file: LogKeyFile = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Withdraw a release; the help text stands in the catalogue."""
    from havre.record.review import withdraw as take_back

    with options.opened(record) as held:
        person, log_signers = options.signer(key_file), options.log_signers(log_key_file)
        held.settings.person(person.verifier)
        with held.store.change() as connection:
            take_back(connection, release, reason, person, options.clock(), contest=contest)
        waits = options.log_waiting(held, log_signers)
    if as_json:
        write_json({"release": release, "state": "withdrawn", "reason": reason, "contest": contest, "log": waits})
        return
    for line in (tell("withdraw.done", release=release), waits):
        stdout().print(line, soft_wrap=True, markup=False)


def _tell(held: "Record", release: str, folder: Path, *, as_json: bool) -> None:
    from havre.record.verify import verify_release

    verified = verify_release(folder, held.settings.log_keys)
    witnesses = [name for name, _ in verified.witnesses]
    if as_json:
        told = {"release": release, "state": "published", "folder": folder, "index": verified.index,
                "size": verified.size, "witnesses": witnesses}  # fmt: skip
        write_json(told)
        return
    lines = [tell("publish.done", release=release, path=folder, index=verified.index, size=verified.size)]
    lines.append(tell("publish.witnesses", names=", ".join(witnesses)) if witnesses else tell("publish.no_witness"))
    keys = " ".join(f'--key "{key.text}"' for key in held.settings.log_keys)
    lines.append(tell("publish.verify", path=folder, keys=keys))
    for line in lines:
        stdout().print(line, soft_wrap=True, markup=False)


def _tell_finished(held: "Record", finished: list[str], *, as_json: bool) -> None:
    if as_json:
        write_json({"finished": finished})
        return
    told = [tell("publish.finished", release=name, path=held.release(name)) for name in finished]
    for line in told or [tell("publish.nothing")]:
        stdout().print(line, soft_wrap=True, markup=False)
