"""``havre score``: when truth arrives, logged forecasts are scored; the league table is published and logged."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havre.cli.console import stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import Day, Json
from havre.cli.record_options import RECORD, LogKeyFile, RecordFolder, clock, log_signers, log_waiting, opened
from havre.texts import say

if TYPE_CHECKING:
    import polars as pl

    from havre.record.track import TrackRecord
    from havre.record.track_page import Page
    from havre.record.wording import Wording


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``score`` in the language of this process."""
    return say("score", key, language(), **fields)


def score(
    panel: Annotated[str, typer.Option("--panel", metavar="STORE", help=tell("option.panel"))] = "reference",
    known_on: Day = None,
    record: RecordFolder = RECORD,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=tell("option.out"))] = None,
    log_key_file: LogKeyFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Score the logged forecasts; the help text stands in the catalogue."""
    from havre.errors import RecordError
    from havre.pipeline import load_panel, measure_names
    from havre.record.track_publication import as_plain, publish_track_record
    from havre.track_record import score_record

    at = clock()
    if known_on is not None and known_on > at.date():
        # What is logged stays for good, a slip of the pen included.
        raise RecordError("record.score.future", day=known_on, today=at.date())
    signers = log_signers(log_key_file)
    data = load_panel(None if panel == "reference" else panel)
    _tell_future(data.observations["as_of"], at.date())
    with opened(record) as held:
        found = score_record(held, data.observations, known_on or at.date(), data.told_inputs(), data.key())
        folder = publish_track_record(held, found, at, measure_names=measure_names(), out=out)
        logged = log_waiting(held, signers)
    if as_json:
        write_json({**as_plain(found), "folder": str(folder), "told": logged})
        return
    show(found)
    stdout().print(tell("told.written", path=folder), soft_wrap=True, markup=False)
    stdout().print(logged, soft_wrap=True, markup=False)


def _tell_future(days: "pl.Series", today: date) -> None:
    """Tell that rows of the panel say to be known later than today: they do not count, and something is wrong there."""
    later = days.filter(days > today)
    if later.len():
        typer.echo(tell("told.future", count=later.len(), last=later.max(), today=today), err=True)


def show(found: "TrackRecord") -> None:
    """Print what became of each release, who lost to naive, and the league table over all forecasts of a measure."""
    from havre.pipeline import measure_names
    from havre.record.track_page import Page
    from havre.record.wording import Wording

    page = Page(found, Wording(language(), measure_names()))
    lines = [tell("told.releases", count=found.releases.height)]
    for row in page.releases:
        state = tell(f"state.{row['state']}")
        lines.append(tell("told.release", **{**row, "state": state, "at": page.time(row["logged_at"])}))
        if row["late"]:
            lines.append(tell("told.withheld", release=row["release"], late=row["late"]))
    names = ("scored", "waiting", "late", "hidden", "repeated")
    lines += [tell("told.counts", **{name: found.count(name) for name in names}), *page.losing]
    if not found.scores.height:
        lines.append(tell("told.nothing"))
    for line in lines:
        stdout().print(line, soft_wrap=True, markup=False)
    if found.scores.height:
        for group in ("overall", "horizon"):
            _show_group(page, group)


def _show_group(page: "Page", group: str) -> None:
    """Print a group of the league table in few letters: horizons as numbers of months."""
    names = ("of", "model", "wis", "wis_ratio", "coverage_50", "coverage_80", "coverage_95", "mase", "bias", "months")
    rows = [[_of(row), _model(row, page.words), page.number(row["wis"]), page.ratio(row["wis_ratio"]),
             *(page.words.percent(row[f"coverage_{level}"]) for level in (50, 80, 95)),
             page.ratio(row["mase"]), page.number(row["bias"]), str(row["months"])]
            for row in page.league(group)]  # fmt: skip
    table(page.text(f"page.{group}"), [tell(f"short.{name}") for name in names], rows)


def _of(row: "dict[str, Any]") -> str:
    return f"{row['target']}/{row['source']}" + ("" if row["horizon"] is None else f" +{row['horizon']}")


def _model(row: "dict[str, Any]", words: "Wording") -> str:
    name = words.model(str(row["model"]))
    return f"{name} ({tell('short.stated')})" if row["figures"] == "stated" else name
