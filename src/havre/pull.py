"""Pulls a source into the panel: fetch → snapshot → parse → drift → store; what drifted is kept out and reported.

Every piece lands whole or not at all, and is noted as landed only once it is in the store: a pull that was killed is
completed by the next one, from the snapshots where they are whole.
"""

import json
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from havre.errors import HavreError, Problem, SourceError
from havre.panel.observations import KEY, SCHEMA, check_observations
from havre.panel.store import PanelStore
from havre.panel.vintage import SAID, latest
from havre.pulled_state import LandedPiece, SourceState, States
from havre.sources.connector import Connector, Parsed, Piece, Plan, Wanted
from havre.sources.drift import Drift, find_drift, missing_cells
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.snapshot import TIME, Snapshot, Snapshots
from havre.texts import LANGUAGES
from havre.whole_files import write_whole

Progress = Callable[[str, int, int], object]
"""Takes the source, pieces that are done, and all pieces."""
BATCH_ROWS = 400_000
"""Rows that gather before they are written: few large parts of the store instead of many small ones."""


@dataclass
class Pulled:
    """What a pull of one source did.

    Parameters
    ----------
    new, revised, unchanged : rows of keys that were not known, that say something else than before, that say the same
    landed, skipped : pieces that were read, and those whose files were the same as at the last pull
    kept_out : pieces that did not land, with the problems
    notes : what changed and does no harm
    failed : why nothing more could be fetched, such as a key that is missing
    """

    source: str
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    landed: int = 0
    skipped: int = 0
    latest: date | None = None
    requests: int = 0
    bytes: int = 0
    kept_out: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    notes: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    failed: tuple[Problem, ...] = ()

    @property
    def good(self) -> bool:
        """Whether all of it landed."""
        return not self.kept_out and not self.failed


@dataclass(frozen=True)
class Places:
    """Where a pull reads and writes.

    Parameters
    ----------
    quarantine : folder of the reports on what was kept out
    """

    store: PanelStore
    snapshots: Snapshots
    states: States
    quarantine: Path


def pull_source(
    connector: Connector,
    wanted: Wanted,
    places: Places,
    fetcher: Fetcher,
    at: datetime,
    *,
    accept: bool = False,
    dry: bool = False,
    progress: Progress | None = None,
) -> Pulled:
    """Pull one source.

    Parameters
    ----------
    at : time of the pull [UTC]
    accept : let land what drifted; what cannot be read never does
    dry : fetch and compare, and write nothing but snapshots

    Returns
    -------
    Pulled : faults are in it, so that other sources go on
    """
    run = _Run(connector, places, at, accept=accept, dry=dry)
    try:
        plans = list(connector.plans(fetcher, wanted))
    except HavreError as error:
        run.pulled.failed = error.problems
        plans = []
    except Exception as error:
        run.pulled.failed = (_surprise(connector.source, error),)
        plans = []
    try:
        for number, plan in enumerate(plans):
            run.piece(plan.name, lambda plan=plan: _fetched(plan, fetcher))  # type: ignore[misc]
            if progress is not None:
                progress(connector.source, number + 1, len(plans))
    finally:
        # Also when somebody interrupts: what was read lands, the rest comes with the next pull.
        run.finish()
        run.pulled.requests, run.pulled.bytes = fetcher.traffic.requests, fetcher.traffic.bytes
    return run.pulled


def read_again(
    connector: Connector,
    places: Places,
    at: datetime,
    *,
    accept: bool = False,
    dry: bool = False,
    progress: Progress | None = None,
) -> Pulled:
    """Read the snapshots of the last pull again, offline: after a reader was corrected, or into a new store."""
    run = _Run(connector, places, at, accept=accept, dry=dry, again=True)
    pieces = dict(run.state.pieces)
    names = {name: each.files for name, each in pieces.items()}
    if not names:
        run.pulled.failed = (Problem.of("source.nothing_kept", source=connector.source),)
    for number, (name, files) in enumerate(names.items()):
        run.piece(name, lambda files=files, name=name: _kept(places.snapshots, connector.source, name, files))  # type: ignore[misc]
        if progress is not None:
            progress(connector.source, number + 1, len(names))
    run.finish()
    return run.pulled


def _fetched(plan: Plan, fetcher: Fetcher) -> Piece:
    return Piece(plan.name, plan.fetch(fetcher))


def _kept(snapshots: Snapshots, source: str, name: str, files: Iterable[tuple[str, str]]) -> Piece:
    found: list[Snapshot] = []
    for key, digest in files:
        snapshot = snapshots.find(source, key, digest)
        if snapshot is None:
            raise SourceError("source.snapshot_gone", source=source, name=name)
        found.append(snapshot)
    return Piece(name, tuple(found))


class _Run:
    """One pull of one source: gathers rows, writes them in batches, notes what landed."""

    def __init__(
        self, connector: Connector, places: Places, at: datetime, *, accept: bool, dry: bool, again: bool = False
    ) -> None:
        self.connector, self.places, self.at = connector, places, at
        self.accept, self.dry, self.again = accept, dry, again
        self.state: SourceState = places.states.read(connector.source)
        self._other_store = self.state.store not in ("", places.store.address) or not places.store.has_parts()
        self.pulled = Pulled(connector.source)
        self._rows: list[pl.DataFrame] = []
        self._pieces: dict[str, LandedPiece] = {}

    def piece(self, name: str, get: Callable[[], Piece]) -> None:
        """Fetch, read and compare a piece; a fault of it is noted and does not stop the others."""
        piece: Piece | None = None
        try:
            piece = get()
            if not piece.files:
                return
            before = self.state.pieces.get(name)
            if before is not None and not self.again and not self._other_store and self._is_same(piece, before):
                self.pulled.skipped += 1
                self.pulled.unchanged += before.rows
                self._see(before.latest)
                return
            parsed = self.connector.parse(piece, piece.day)
            # The store's own check stands before anything else looks at the rows.
            checked = replace(parsed, observations=check_observations(parsed.observations, name))
            self._compare(piece, checked, before)
        except HavreError as error:
            self._keep_out(name, error.problems, piece)
        except Exception as error:
            self._keep_out(name, (_surprise(name, error),), piece)

    def finish(self) -> None:
        """Write what is left, and how it went."""
        self._flush()
        if self.dry:
            return
        if not self.again:
            # What is read again says nothing about the provider: its last answer stands.
            reasons = {name: problems[0].sentence() for name, problems in self.pulled.kept_out.items()}
            good = self.at if self.pulled.good else self.state.good_at
            self.state = replace(self.state, tried_at=self.at, good_at=good, kept_out=reasons)
        self.state = replace(self.state, store=self.places.store.address)
        self.places.states.write(self.connector.source, self.state)

    def _is_same(self, piece: Piece, before: LandedPiece) -> bool:
        return piece.identity == before.files and before.version == self.connector.version

    def _compare(self, piece: Piece, parsed: Parsed, before: LandedPiece | None) -> None:
        known = self._known(parsed)
        drift: Drift = find_drift(parsed, latest(known), before.shape if before else None)
        last_day = _last_day(parsed)
        problems = (*drift.problems, *_shorter(before, last_day), *_to_come(parsed, self.at.date()))
        if drift.notes:
            self.pulled.notes[piece.name] = drift.notes
        if problems and not self.accept:
            self._keep_out(piece.name, problems, piece)
            return
        rows = pl.concat([parsed.observations, _withdrawn(parsed, latest(known), piece.day)])
        marked = _marked_news(rows, known, self.at.date())
        new = marked["_last"].null_count()
        news = marked.select(rows.columns)
        self.pulled.new += new
        self.pulled.revised += news.height - new
        self.pulled.unchanged += rows.height - news.height
        self.pulled.landed += 1
        self._see(last_day)
        at = before.landed_at if self.again and before else self.at.replace(microsecond=0)
        landed = LandedPiece(piece.identity, self.connector.version, parsed.shape, rows.height, last_day, at)
        self._pieces[piece.name] = landed
        if news.height:
            self._rows.append(news)
        if sum(frame.height for frame in self._rows) >= BATCH_ROWS:
            self._flush()

    def _known(self, parsed: Parsed) -> pl.DataFrame:
        """Give what the store has, and what waits to be written, of the measures and destinations of a piece."""
        measures = parsed.observations["measure"].unique().to_list()
        destinations = parsed.observations["destination"].unique().to_list()
        stored = self.places.store.select(self.connector.source, measures, destinations)
        waiting = [
            frame.filter(pl.col("measure").is_in(measures) & pl.col("destination").is_in(destinations))
            for frame in self._rows
        ]
        return pl.concat([stored, *waiting])

    def _flush(self) -> None:
        if self.dry:
            return
        if self._rows:
            self.places.store.add_news(pl.concat(self._rows))
            self._rows = []
        if self._pieces:
            for name, landed in self._pieces.items():
                self.state = self.state.with_piece(name, landed)
            self._pieces = {}
            self.places.states.write(self.connector.source, self.state)

    def _see(self, day: date | None) -> None:
        if day is not None and (self.pulled.latest is None or day > self.pulled.latest):
            self.pulled.latest = day

    def _keep_out(self, name: str, problems: tuple[Problem, ...], piece: Piece | None = None) -> None:
        self.pulled.kept_out[name] = problems
        if piece is not None and not self.again:
            for file in piece.files:
                self.places.snapshots.reject(file)
        if self.dry:
            return
        before = self.state.pieces.get(name)
        report = {
            "source": self.connector.source,
            "piece": name,
            "at": f"{self.at:{TIME}}",
            "problems": {language: [each.sentence(language) for each in problems] for language in LANGUAGES},
            "keys": [problem.key for problem in problems],
            "files": [] if piece is None else [each.sidecar.as_dict() for each in piece.files],
            "last_good": None if before is None else f"{before.landed_at:{TIME}}",
        }
        stem = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:80]
        path = self.places.quarantine / self.connector.source / f"{self.at:%Y%m%dT%H%M%S}-{stem}.json"
        write_whole(path, json.dumps(report, ensure_ascii=False, indent=1).encode("utf-8") + b"\n")


def _last_day(parsed: Parsed) -> date | None:
    last = parsed.observations.drop_nulls("value")["period"].max()
    return last if isinstance(last, date) else None


def _surprise(name: str, error: Exception) -> Problem:
    """Tell a fault that nobody foresaw, by its kind and place in the program; its text may hold a key."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Problem.of(
        "source.surprise", name=name, kind=type(error).__name__, place=f"{Path(place.filename).name}:{place.lineno}"
    )


def _to_come(parsed: Parsed, today: date) -> tuple[Problem, ...]:
    """Find periods that have not begun yet: a date was mistyped, or is none."""
    late = parsed.observations.filter(pl.col("period") > today).drop_nulls("value")
    if not late.height:
        return ()
    return (Problem.of("source.drift.to_come", count=late.height, last=late["period"].max()),)


def _shorter(before: LandedPiece | None, last: date | None) -> tuple[Problem, ...]:
    """Find a piece that ends earlier than it did at the last good pull: half a file, or months that were taken back."""
    if before is None or before.latest is None or (last is not None and last >= before.latest):
        return ()
    return (Problem.of("source.drift.shorter", last=last or "–", before=before.latest),)


def _withdrawn(parsed: Parsed, known: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give an empty value for each known one that a whole piece no longer has."""
    gone = missing_cells(parsed, known).with_columns(
        value=pl.lit(None, pl.Float64), status=pl.lit("suppressed").cast(SCHEMA["status"]), as_of=pl.lit(day)
    )
    return gone.select([pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()])


def dated_news(rows: pl.DataFrame, known: pl.DataFrame, today: date) -> pl.DataFrame:
    """Keep the rows that say something else than what is known last, each dated so that nothing known is overwritten.

    Where the panel has a value of the same day or a later one that says otherwise (a second revision on one day, or
    an old snapshot that a corrected reader reads anew), the row is dated ``today`` or the day after the last one:
    later than it was known by a day at most, never earlier.

    Parameters
    ----------
    rows : one row per key; columns of the observation schema
    known : every vintage of the same keys

    Returns
    -------
    Columns of the observation schema.
    """
    return _marked_news(rows, known, today).select(rows.columns)


def _marked_news(rows: pl.DataFrame, known: pl.DataFrame, today: date) -> pl.DataFrame:
    """Give the news as :func:`dated_news` does, with a column ``_last`` that is empty for a key that was not known."""
    if known.height == 0:
        return rows.with_columns(_last=pl.lit(None, pl.Date))
    last = latest(known).select(*KEY, pl.col("as_of").alias("_last"), *(pl.col(n).alias(f"{n}_last") for n in SAID))
    both = rows.join(last, on=list(KEY), how="left", maintain_order="left")
    differs = pl.any_horizontal([pl.col(name).ne_missing(pl.col(f"{name}_last")) for name in SAID])
    news = both.filter(pl.col("_last").is_null() | differs)
    # Not after the last that is known: it has to come after it.
    late = (pl.col("as_of") <= pl.col("_last")).fill_null(value=False)
    after = pl.max_horizontal(pl.col("_last") + timedelta(days=1), pl.lit(today))
    dated = news.with_columns(as_of=pl.when(late).then(after).otherwise("as_of"))
    return dated.select(*rows.columns, "_last")
