"""``havre sources``: which providers there are, on which terms, how the last pulls went, what may be thrown away."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import Json
from havre.cli.pull import FOLDER, Folder, only_pull, plain_line, tell

if TYPE_CHECKING:
    from pathlib import Path

    from havre.pulled_state import SourceState
    from havre.sources.catalogue import Source

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command("list", help=tell("sources.list"))
def list_sources(folder: Folder = FOLDER, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """List all sources that can be pulled."""
    from havre.sources.catalogue import source
    from havre.sources.connector import CONNECTORS

    rows = [(source(name), _state(folder, name)) for name in CONNECTORS]
    if as_json:
        write_json({"sources": [_plain(found, state) for found, state in rows]})
        return
    names = ("source", "licence", "cadence", "lag", "key", "last_pull")
    cells = [
        [found.id, _licence(found), tell(f"cadence.{found.cadence}"), _lag(found), _key(found), _last(state)]
        for found, state in rows
    ]
    table(tell("sources.title"), [tell(f"column.{name}") for name in names], cells)
    for found, _ in rows:
        stdout().print(f"{found.id}: {found.attribution}", markup=False)


@app.command(help=tell("sources.show"))
def show(
    name: Annotated[str, typer.Argument(metavar="PROVIDER", help=tell("sources.name"))],
    folder: Folder = FOLDER,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Tell all about one source."""
    from havre.sources.catalogue import source
    from havre.sources.connector import connector

    connector(name)
    found, state = source(name), _state(folder, name)
    if as_json:
        write_json(_plain(found, state))
        return
    facts = [
        ("provider", found.provider), ("title", found.title), ("url", found.url), ("licence", _licence(found)),
        ("attribution", found.attribution), ("cadence", tell(f"cadence.{found.cadence}")), ("key", _key(found)),
        ("last_pull", _last(state)), ("hosts", ", ".join(found.hosts)),
    ]  # fmt: skip
    for key, text in facts:
        stdout().print(f"{tell(f'column.{key}')}: {text}", soft_wrap=True, markup=False)
    if found.key_from:
        stdout().print(tell("sources.key_from", where=found.key_from), soft_wrap=True, markup=False)
    for measure, facts_of in found.measures.items():
        lag = tell("sources.lag", months=facts_of.lag_months)
        stdout().print(f"{measure}: {facts_of.definition}. {lag}", soft_wrap=True, markup=False)
    for caveat in found.caveats:
        stdout().print(f"· {caveat}", soft_wrap=True, markup=False)
    for piece, reason in state.kept_out.items():
        stdout().print(plain_line(f"✗ {piece} {reason}"), soft_wrap=True, markup=False)


@app.command(help=tell("sources.check"))
def check(folder: Folder = FOLDER, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """Check that all snapshots are whole, and tell what was kept out; exit code 1 where something is wrong."""
    from havre.errors import FileError
    from havre.sources.connector import CONNECTORS
    from havre.sources.snapshot import Snapshots

    damaged: list[str] = []
    whole = 0
    for snapshot in Snapshots(folder).all():
        try:
            snapshot.read()
            whole += 1
        except FileError as error:
            damaged.append(error.message(language()))
    out = {name: dict(state.kept_out) for name in CONNECTORS if (state := _state(folder, name)).kept_out}
    reports = sorted(str(path) for path in (folder / "quarantine").glob("*/*.json"))
    if as_json:
        write_json({"whole": whole, "damaged": damaged, "kept_out": out, "reports": reports})
    else:
        stdout().print(tell("sources.whole", count=whole))
        for line in damaged:
            stdout().print(line, soft_wrap=True, markup=False)
        for name, pieces in out.items():
            for piece, reason in pieces.items():
                stdout().print(plain_line(f"✗ {name} {piece} {reason}"), soft_wrap=True, markup=False)
        if reports:
            stdout().print(tell("sources.reports", count=len(reports), folder=folder / "quarantine"), soft_wrap=True)
    if damaged or out:
        raise typer.Exit(1)


@app.command(help=tell("sources.gc"))
def gc(
    keep: Annotated[int, typer.Option("--keep", min=1, help=tell("sources.keep"))] = 3,
    folder: Folder = FOLDER,
) -> None:
    """Throw away old snapshots."""
    from havre.pulled_state import States
    from havre.sources.connector import CONNECTORS
    from havre.sources.snapshot import Snapshots

    with only_pull(folder):
        states = States(folder / "states")
        needed = frozenset(
            digest for name in CONNECTORS for piece in states.read(name).pieces.values() for _, digest in piece.files
        )
        files, size = Snapshots(folder).clean(keep, needed)
    stdout().print(tell("sources.freed", files=number(files), bytes=number(size)))


def _state(folder: "Path", name: str) -> "SourceState":
    from havre.pulled_state import States

    return States(folder / "states").read(name)


def _plain(found: "Source", state: "SourceState") -> dict[str, object]:
    last = {"tried_at": state.tried_at, "good_at": state.good_at, "kept_out": dict(state.kept_out)}
    at_hand = {variable: _at_hand(variable) for variable in found.key_variables}
    return {**found.model_dump(), "key_at_hand": at_hand, "last_pull": last, "pieces": len(asdict(state)["pieces"])}


def _licence(found: "Source") -> str:
    terms = found.licence_id or found.licence
    own = not found.redistributable and "not redistributed" not in found.licence
    marks = [tell("sources.own_copy")] if own else []
    return "; ".join([terms, *marks, *([tell("sources.display_only")] if found.display_only else [])])


def _lag(found: "Source") -> str:
    lags = sorted({facts.lag_months for facts in found.measures.values()})
    return "–".join(dict.fromkeys([str(lags[0]), str(lags[-1])])) if lags else "–"


def _key(found: "Source") -> str:
    if found.key == "none":
        return tell("sources.no_key")
    there = all(_at_hand(variable) for variable in found.key_variables)
    state = tell("sources.key_there" if there else "sources.key_missing")
    return f"{', '.join(found.key_variables)} ({state})"


def _at_hand(variable: str) -> bool:
    from havre.sources.keys import key_finder

    return key_finder(os.environ)(variable) is not None


def _last(state: "SourceState") -> str:
    if state.good_at is None:
        return tell("sources.never")
    fault = "" if not state.kept_out else f" ({tell('fault', count=len(state.kept_out))})"
    return f"{state.good_at:%Y-%m-%d %H:%M}{fault}"
