"""``havre pull``: today's figures from the providers into the panel."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, progress_bar, stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import Json, parse_day
from havre.texts import say

if TYPE_CHECKING:
    from havre.errors import Problem
    from havre.forecast.outlook import Progress
    from havre.pull import Places, Pulled
    from havre.sources.fetch.fetcher import Hosts
    from havre.sources.fetch.settings import FetchSettings

BUSY = 75
"""Exit code where another pull is at work: try again later (``EX_TEMPFAIL`` of sysexits.h)."""
KEPT_OUT = 1


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``pull`` in the language of this process."""
    return say("pull", key, language(), **fields)


Store = Annotated[str | None, typer.Option("--store", metavar="ADDRESS", envvar="HAVRE_STORE", help=tell("store"))]
Folder = Annotated[Path, typer.Option("--pulled", metavar="FOLDER", envvar="HAVRE_PULLED", help=tell("folder"))]
FOLDER = Path("pulled")


def clock() -> datetime:
    """Tell the time to the second [UTC]; nothing further in asks a clock."""
    return datetime.now(UTC).replace(microsecond=0)


def pull(
    providers: Annotated[list[str] | None, typer.Argument(metavar="[PROVIDER…]", help=tell("providers"))] = None,
    since: Annotated[date | None, typer.Option("--since", parser=parse_day, metavar="DAY", help=tell("since"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=tell("dry_run"))] = False,  # noqa: FBT002 - a flag
    offline: Annotated[bool, typer.Option("--offline", help=tell("offline"))] = False,  # noqa: FBT002 - a flag
    accept: Annotated[bool, typer.Option("--accept", help=tell("accept"))] = False,  # noqa: FBT002 - a flag
    store: Store = None,
    folder: Folder = FOLDER,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Pull; the help text stands in the catalogue."""
    from havre.sources.fetch.settings import settings_from

    chosen, keyless = choose(providers, os.environ)
    at = clock()
    settings = settings_from(os.environ)
    if since is not None and since > at.date():
        raise typer.BadParameter(tell("since_future", day=since))
    with only_pull(folder), progress_bar() as progress:
        # A damaged part is told before anything is asked of a provider.
        places_in(folder, store).store.read()
        work = Work(places_in(folder, store), settings, at, since, accept=accept, dry=dry_run, offline=offline)
        done = list(work.all(chosen, progress))
    if as_json:
        write_json(_plain(done, keyless, at))
    else:
        _print(done, keyless, dry=dry_run)
    if not all(each.good for each in done):
        raise typer.Exit(KEPT_OUT)


def choose(named: Sequence[str] | None, environment: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Give what to pull: what was named, else all whose keys are at hand; and which were passed over for want of one.

    Raises
    ------
    SourceError : a name is not known
    """
    from havre.errors import Problem, SourceError, check_none
    from havre.sources.catalogue import source
    from havre.sources.connector import CONNECTORS, near_connectors
    from havre.sources.keys import key_finder

    if named:
        wrong = [name for name in named if name not in CONNECTORS]
        check_none(
            [Problem.of("source.unknown_provider", provider=name, near=near_connectors(name)) for name in wrong],
            SourceError,
        )
        return list(dict.fromkeys(named)), []
    find = key_finder(environment)
    without = [
        name
        for name in CONNECTORS
        if source(name).key == "needed" and not all(find(each) for each in source(name).key_variables)
    ]
    return [name for name in CONNECTORS if name not in without], without


def places_in(folder: Path, store: str | None) -> "Places":
    """Give where a pull reads and writes."""
    from havre.cli.panel import default_store
    from havre.panel.store import PanelStore
    from havre.pull import Places
    from havre.pulled_state import States
    from havre.sources.snapshot import Snapshots

    address = PanelStore(store or default_store(os.environ))
    return Places(address, Snapshots(folder), States(folder / "states"), folder / "quarantine")


@contextmanager
def only_pull(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder of pulls; leave with :data:`BUSY` where somebody else has it."""
    from filelock import FileLock, Timeout

    from havre.errors import FileError, SourceError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".pull.lock")
        lock.acquire(timeout=0)
    except Timeout:
        typer.echo(SourceError("source.busy", path=folder).message(language()), err=True)
        raise typer.Exit(BUSY) from None
    except OSError as error:
        raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Work:
    """One run of the command."""

    places: "Places"
    settings: "FetchSettings"
    at: datetime
    since: date | None
    accept: bool = False
    dry: bool = False
    offline: bool = False

    def all(self, sources: Sequence[str], progress: "Progress | None") -> "Iterator[Pulled]":
        """Pull some at once, and give the results in the order asked for."""
        from havre.sources.fetch.fetcher import Hosts

        hosts = Hosts()
        stop = Event()
        with ThreadPoolExecutor(max_workers=self.settings.at_once) as pool:
            waiting = [pool.submit(self.safely, name, hosts, progress, stop) for name in sources]
            try:
                for each in waiting:
                    done = each.result()
                    _log(done, self.at)
                    yield done
            except BaseException:
                # What was read lands; nothing more is asked for.
                stop.set()
                for each in waiting:
                    each.cancel()
                raise

    def safely(self, name: str, hosts: "Hosts", progress: "Progress | None", stop: Event) -> "Pulled":
        """Pull one source; what keeps it from being written is told like any other fault, and the others go on."""
        from havre.errors import HavreError
        from havre.pull import Pulled

        try:
            return self.one(name, hosts, progress, stop)
        except HavreError as error:
            return Pulled(name, failed=error.problems)

    def one(self, name: str, hosts: "Hosts", progress: "Progress | None", stop: Event) -> "Pulled":
        """Pull one source."""
        from havre.pull import pull_source, read_again
        from havre.sources.catalogue import source
        from havre.sources.connector import Wanted, connector
        from havre.sources.fetch.fetcher import Clockwork, Fetcher
        from havre.sources.keys import key_finder

        found = connector(name)
        if self.offline:
            return read_again(found, self.places, self.at, accept=self.accept, dry=self.dry, progress=progress)
        wanted = Wanted(self.at.date(), self.since, key_finder(os.environ))
        with Fetcher(
            source(name),
            self.places.snapshots,
            self.settings,
            Clockwork(clock, sleep=lambda seconds: _sleep(stop, seconds)),
            hosts,
            tell=_log_line,
            stop=stop,
        ) as fetcher:
            return pull_source(
                found, wanted, self.places, fetcher, self.at, accept=self.accept, dry=self.dry, progress=progress
            )


def _sleep(stop: Event, seconds: float) -> None:
    """Sleep, unless the pull is to end."""
    if stop.wait(seconds):
        raise KeyboardInterrupt


def _log_line(line: str) -> None:
    """Write a line for whoever reads the output of cron or systemd; a terminal has the bar instead."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{plain_line(line)}\n")


def _log(done: "Pulled", at: datetime) -> None:
    state = "good" if done.good else "fault"
    _log_line(
        f"{at:%Y-%m-%dT%H:%M:%SZ} {done.source} {state} new={done.new} revised={done.revised} "
        f"unchanged={done.unchanged} kept_out={len(done.kept_out)} requests={done.requests} bytes={done.bytes}"
    )


def plain_line(text: str) -> str:
    """Put a mark in the place of control characters: what a provider says must not write lines of its own."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _print(done: "Sequence[Pulled]", keyless: Sequence[str], *, dry: bool) -> None:
    names = ("source", "new", "revised", "unchanged", "latest", "lag", "requests", "bytes", "state")
    today = clock().date()
    rows = [
        [
            each.source,
            *(number(value) for value in (each.new, each.revised, each.unchanged)),
            "–" if each.latest is None else f"{each.latest:%Y-%m}",
            "–" if each.latest is None else number((today - each.latest).days),
            number(each.requests),
            number(each.bytes),
            tell("good") if each.good else tell("fault", count=len(each.kept_out) + len(each.failed)),
        ]
        for each in done
    ]
    table(tell("dry_title" if dry else "title"), [tell(f"column.{name}") for name in names], rows)
    for each in done:
        for where, problems, mark in _told(each):
            for problem in problems:
                told = plain_line(f"{mark} {each.source} {where} {problem.sentence(language())}")
                stdout().print(told, markup=False)
    if keyless:
        stdout().print(tell("keyless", names=", ".join(keyless)), markup=False)


def _told(done: "Pulled") -> "Iterator[tuple[str, tuple[Problem, ...], str]]":
    if done.failed:
        yield "", done.failed, "✗"
    for where, problems in done.kept_out.items():
        yield where, problems, "✗"
    for where, problems in done.notes.items():
        yield where, problems, "·"


def _plain(done: "Sequence[Pulled]", keyless: Sequence[str], at: datetime) -> dict[str, object]:
    def sentences(problems: "Sequence[Problem]") -> list[str]:
        return [problem.sentence(language()) for problem in problems]

    pulled = [
        {
            **{name: getattr(each, name) for name in ("source", "good", "new", "revised", "unchanged", "landed",
                                                      "skipped", "latest", "requests", "bytes")},
            "kept_out": {where: sentences(problems) for where, problems in each.kept_out.items()},
            "notes": {where: sentences(problems) for where, problems in each.notes.items()},
            "failed": sentences(each.failed),
        }
        for each in done
    ]  # fmt: skip
    return {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "pulled": pulled, "without_key": list(keyless)}
