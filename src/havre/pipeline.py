"""From the panel to a release: the only file that knows every room, and the only one that writes a release.

panel → outlook of each scope (track record, forecasts) → disclosure control → release folder.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from functools import cache, partial
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import polars as pl

from havre import __version__
from havre.errors import FileError, ForecastError, HavreError, PanelError, RecordError, SourceError
from havre.evaluate.protocol import Scorecard, check_origins, select_series
from havre.forecast.backtest import LEAST_HISTORY, backtest
from havre.forecast.models import BASELINES, ENSEMBLE, MEMBERS, describe_models
from havre.forecast.outlook import Outlook, OutlookOptions, Progress, make_outlook
from havre.hidden_counts import without_hidden
from havre.input_hashes import kept_salt, salt_file, salted
from havre.panel.measures import measures
from havre.panel.scope import Scope, check_wanted, history_known, scope_series, scopes_for
from havre.panel.series import MonthlySeries
from havre.panel.store import PanelStore, read_observations
from havre.record.disclosure import DEFAULT_THRESHOLD, Protection, protect_forecasts, protect_history
from havre.record.folder import check_free, write_release
from havre.record.rounding import rounded_history
from havre.record.tables import SERIES, SKILL, Release, ReleaseFacts, SourceCredit
from havre.release_alarms import PAST_ALARMS, as_option
from havre.release_explanations import explained
from havre.release_tables import (
    forecast_rows,
    history_rows,
    recent_means,
    series_rows,
    shown_history,
    skill_rows,
    table_of,
    unshown_rows,
)
from havre.sources.catalogue import source
from havre.sources.importers import IMPORTERS
from havre.texts import LANGUAGES, Language

DEFAULT_REQUESTS: tuple[Mapping[str, str], ...] = (
    {"measure": "asylum_applications", "destination": "DEU"},
    {"measure": "asylum_applications"},
    {"measure": "sea_arrivals"},
)
"""What a release holds when nothing else is asked for."""


@dataclass(frozen=True)
class PanelInput:
    """A panel with what identifies it: SHA-256 of each of its files, and whether it is the reference snapshot.

    The hashes of a private panel are not for publication; :meth:`told_inputs` gives what is. ``salt`` is the file of
    the salt for them.
    """

    observations: pl.DataFrame
    hashes: Mapping[str, str] = field(default_factory=dict)
    reference: bool = False
    salt: Path | None = None

    def known_on(self, day: date | None) -> "PanelInput":
        """Give everything that was known on a day, earlier vintages included; the whole panel for ``None``."""
        if day is None:
            return self
        return replace(self, observations=self.observations.filter(pl.col("as_of") <= day))

    def key(self) -> bytes | None:
        """Give the secret by which disclosure control chooses what else to hide: none for the public snapshot.

        Raises
        ------
        FileError : the salt cannot be read or made
        """
        return kept_salt(self.salt) if self.salt and not self.reference else None

    def told_inputs(self) -> dict[str, str]:
        """Give what a publication tells of the files: plain hashes of the reference snapshot, else salted ones.

        Without a file for the salt nothing is told.

        Raises
        ------
        FileError : the salt cannot be read or made
        """
        if self.reference:
            return dict(self.hashes)
        return salted(self.hashes, kept_salt(self.salt)) if self.salt and self.hashes else {}


def load_panel(address: str | None) -> PanelInput:
    """Read the panel: the reference snapshot by default, else a file of observations or a panel store.

    Raises
    ------
    FileError, PanelError : the file or store is missing, damaged, without observations, or breaks the schema
    """
    if address is None:
        from havre.panel.reference import load_reference, reference_package

        resources = reference_package()["resources"]
        hashes = {str(resource["path"]): str(resource["hash"]).removeprefix("sha256:") for resource in resources}
        return PanelInput(load_reference(), hashes, reference=True)
    path = Path(address)
    if path.suffix.lower() in (".parquet", ".csv"):
        observations = read_observations(path)
        hashes = {path.name: sha256(path.read_bytes()).hexdigest()}
        return PanelInput(observations, hashes, salt=salt_file(os.environ))
    store = PanelStore(address)
    observations = store.read()
    if observations.height == 0:
        raise FileError("file.no_panel", path=address)
    return PanelInput(observations, store.hashes(), salt=salt_file(os.environ))


def find_scopes(panel: pl.DataFrame, requests: Sequence[Mapping[str, str]] = DEFAULT_REQUESTS) -> tuple[Scope, ...]:
    """Find the scopes that answer several requests, each once; a request without data is passed over.

    Raises
    ------
    PanelError : there are no data for any of them
    """
    found: list[Scope] = []
    missing: list[PanelError] = []
    for request in requests:
        try:
            found += scopes_for(panel, **request)
        except PanelError as error:
            missing.append(error)
    if not found:
        raise missing[0]
    return tuple(dict.fromkeys(found))


def make_release(
    panel: PanelInput,
    scopes: Sequence[Scope],
    options: OutlookOptions,
    *,
    made_on: date,
    threshold: int = DEFAULT_THRESHOLD,
    width: float | None = None,
    rounding: int = 1,
    purpose: str | None = None,
    earlier: Sequence[pl.DataFrame] = (),
    known_on: date | None = None,
    progress: Progress | None = None,
) -> Release:
    """Compute everything that a release holds, protected against disclosure: see :func:`forecast_release`."""
    choices: dict[str, Any] = {"threshold": threshold, "width": width, "rounding": rounding, "purpose": purpose}
    choices |= {"made_on": made_on, "earlier": earlier, "known_on": known_on, "progress": progress}
    return forecast_release(panel, scopes, options, **choices).release


@dataclass(frozen=True)
class Forecast:
    """A release with the outlooks that it was made of, from which :func:`explain_release` explains its figures."""

    release: Release
    outlooks: tuple[Outlook, ...]
    width: float | None


def forecast_release(
    panel: PanelInput,
    scopes: Sequence[Scope],
    options: OutlookOptions,
    *,
    made_on: date,
    threshold: int = DEFAULT_THRESHOLD,
    width: float | None = None,
    rounding: int = 1,
    purpose: str | None = None,
    earlier: Sequence[pl.DataFrame] = (),
    known_on: date | None = None,
    progress: Progress | None = None,
) -> Forecast:
    """Compute everything that a release holds, protected against disclosure, and keep the outlooks.

    Parameters
    ----------
    panel : what is known; it is cut to ``known_on`` here
    scopes : what to forecast; see :func:`find_scopes`
    made_on : the day of the release
    threshold : smallest count that may be published [persons]
    rounding : base to which published counts and forecasts are rounded; models see them as they are
    purpose : what it is for, told in the release; needed where the threshold is 0 or 1, which hides nothing
    width, earlier : see :func:`havre.record.disclosure.protect_history`

    Raises
    ------
    ForecastError : a series has a gap, or no series has enough history
    RecordError : nothing stays after disclosure control, it would leak what an earlier release hides, it hides nothing
        and no purpose is given, or it would round what is visible to zero
    """
    protection = Protection(threshold, width, rounding, purpose)
    known = panel.known_on(known_on)
    history = _protected_history(known, scopes, options, protection, earlier)
    # From here on nobody sees a suppressed count: no forecast, score or copy of history can give one back.
    outlooks = [
        make_outlook(without_hidden(known.observations, scope, history, threshold), scope, options, progress)
        for scope in scopes
    ]
    forecasts = protect_forecasts(pl.concat([forecast_rows(outlook) for outlook in outlooks]), threshold, rounding)
    if forecasts["value"].null_count() == forecasts.height:
        raise RecordError("record.nothing", threshold=threshold)
    published = rounded_history(history, rounding)
    means = recent_means(published)
    release = Release(
        facts=_facts(known, outlooks, options, made_on, protection, known_on),
        series=table_of([row for outlook in outlooks for row in series_rows(outlook, means)], SERIES),
        forecasts=forecasts,
        history=shown_history(published, forecasts),
        skill=table_of([row for outlook in outlooks for row in skill_rows(outlook)], SKILL),
    )
    return Forecast(release, tuple(outlooks), width)


def explain_release(made: Forecast, *, release_id: str | None = None, workers: int = 1) -> dict[str, bytes]:
    """Explain every published figure of a release: files to publish beside it, as ``write_draft`` takes them.

    Parameters
    ----------
    release_id : name under which it is kept, if it is another than the one that it was made with
    workers : processes; changes nothing but the time it takes

    Raises
    ------
    RecordError : a published figure would stay without a complete explanation
    """
    release = made.release
    if release_id is not None:
        release = replace(release, facts=replace(release.facts, id=release_id))
    return explained(release, made.outlooks, measure_names=measure_names(), width=made.width, workers=workers)


def _protected_history(
    panel: PanelInput,
    scopes: Sequence[Scope],
    options: OutlookOptions,
    protection: Protection,
    earlier: Sequence[pl.DataFrame],
) -> pl.DataFrame:
    """Give the history of all scopes, protected; parts that are not shown help to protect their total."""
    tables: list[pl.DataFrame] = []
    observations = panel.observations
    for scope in scopes:
        series, _ = scope_series(observations, scope, leave_out_gaps=options.leave_out_gaps)
        check_wanted(scope, series)
        tables += [history_rows(scope, series), unshown_rows(observations, scope, series)]
    return protect_history(
        pl.concat(tables), protection.threshold, width=protection.width, earlier=earlier, key=panel.key()
    )


def judge_scope(
    panel: PanelInput,
    request: Mapping[str, str],
    origins: list[date],
    *,
    models: tuple[str, ...],
    horizons: int,
    seed: int,
    workers: int,
    progress: Progress | None = None,
) -> Iterator[tuple[Scope, Scorecard]]:
    """Backtest the series of every scope that answers a request; totals are left out of the means.

    Raises
    ------
    ForecastError : in every scope an origin lies outside the data, or no series has enough history before the first
        origin; a scope of which only this is true is passed over
    """
    refused: list[HavreError] = []
    judged = 0
    for scope in scopes_for(panel.observations, **request):
        try:
            truth, rows = _judged_series(panel.observations, scope, origins, leave_out_gaps=panel.reference)
        except HavreError as error:
            refused.append(error)
            continue
        judged += 1
        yield (
            scope,
            backtest(
                truth,
                origins,
                judged=rows,
                history=partial(history_known, panel.observations, scope, truth),
                models=models,
                horizons=horizons,
                seed=seed,
                workers=workers,
                progress=_teller(progress, f"{scope.id} backtest", len(origins)),
            ),
        )
    if not judged:
        raise refused[0]


def _judged_series(
    panel: pl.DataFrame, scope: Scope, origins: list[date], *, leave_out_gaps: bool
) -> tuple[MonthlySeries, list[int]]:
    """Give the series that teach, by what was known at the first origin, and the rows of them that are judged."""
    series, _ = scope_series(panel, scope, leave_out_gaps=leave_out_gaps)
    check_wanted(scope, series)
    parts = series.select([row for row, key in enumerate(series.keys) if scope.level(key) != "total"])
    check_origins(parts, origins, LEAST_HISTORY)
    chosen = parts.select(select_series(parts, origins[0]))
    rows = [row for row, key in enumerate(chosen.keys) if scope.wants(key)]
    if not rows:
        raise ForecastError("forecast.no_series", what=f"{scope.id} {origins[0]:%Y-%m}")
    return chosen, rows


def _teller(progress: Progress | None, name: str, total: int) -> Callable[[int], object] | None:
    return None if progress is None else lambda done: progress(name, done, total)


def import_observations(provider: str, file: Path, store: str, *, as_of: date | None) -> int:
    """Bring a file into a panel store; give the number of rows that were news.

    Parameters
    ----------
    provider : id of an importer, or ``observations`` for a table in Havre's schema
    as_of : day on which a provider's file was published

    Raises
    ------
    SourceError : there is no such importer, or the file is not laid out as that provider's
    PanelError, PlaceError, FileError : the file breaks the schema, has unknown places, or cannot be read
    """
    if provider == "observations":
        observations = read_observations(file)
    else:
        if provider not in IMPORTERS:
            near = ", ".join(get_close_matches(provider, [*IMPORTERS, "observations"], n=3, cutoff=0.4)) or ", ".join(
                [*IMPORTERS, "observations"]
            )
            raise SourceError("source.unknown_importer", provider=provider, near=near)
        if not file.is_file():
            raise FileError("file.missing", path=file)
        observations = IMPORTERS[provider](file, as_of or date.max)
        check_known_on(observations, file.name)
    return PanelStore(store).append(observations, file.name)


def check_known_on(observations: pl.DataFrame, table: str) -> None:
    """Check that nothing was known before its month began.

    Raises
    ------
    PanelError : the day of publication lies before the last period of the file
    """
    early = observations.filter(pl.col("as_of") < pl.col("period"))
    if early.height:
        last, day = early["period"].max(), early["as_of"].max()
        raise PanelError("panel.known_too_early", table=table, as_of=day, period=last)


def publish(release: Release, out: Path, further: Mapping[str, bytes] | None = None) -> Path:
    """Write a release into a new folder; see :func:`havre.record.folder.write_release`."""
    names, descriptions = measure_names(), describe_models()
    return write_release(release, out, measure_names=names, model_descriptions=descriptions, further=further)


def check_output(out: Path) -> None:
    """Check, before any work, that a release may be written to a folder."""
    check_free(out)


def measure_names() -> dict[str, dict[Language, str]]:
    """Give the name of each measure in each language."""
    return {name: {language: found.name(language) for language in LANGUAGES} for name, found in measures().items()}


@cache
def code_version() -> str:
    """Give the version with the first twelve digits of the SHA-256 over all source files of the package."""
    digest = sha256()
    with as_file(files("havre")) as root:
        for path in sorted(root.rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _facts(
    panel: PanelInput,
    outlooks: list[Outlook],
    options: OutlookOptions,
    made_on: date,
    protection: Protection,
    known_on: date | None,
) -> ReleaseFacts:
    aside = ("workers", "kept", "seed")
    chosen = {each.name: getattr(options, each.name) for each in fields(options) if each.name not in aside}
    left_out = {outlook.scope.id: [problem.sentence() for problem in outlook.left_out] for outlook in outlooks}
    completed = {outlook.scope.id: asdict(outlook.completed()) for outlook in outlooks}
    # What is stated of the protection is part of the release, such as the least width of the bounds of a hidden count.
    settings = {**chosen, **protection.told(), "known_on": known_on, "scopes": [o.scope.id for o in outlooks]}
    cards = {outlook.scope.id: outlook.card for outlook in outlooks if outlook.card is not None}
    inputs = panel.told_inputs()
    return ReleaseFacts(
        id=f"havre-{made_on:%Y-%m-%d}-{_digest(inputs, settings, options.seed, protection.threshold)}",
        made_on=made_on,
        code_version=code_version(),
        seed=options.seed,
        threshold=protection.threshold,
        ensemble=ENSEMBLE,
        members=MEMBERS,
        baselines=tuple(BASELINES),
        backtest_origins={name: (card.origins[0], card.origins[-1]) for name, card in cards.items()},
        options={
            **settings,
            "left_out": left_out,
            **({"completed": completed} if options.complete_recent else {}),
            PAST_ALARMS: {name: as_option(card, ENSEMBLE) for name, card in cards.items()},
        },
        inputs=inputs,
        sources=tuple(_credits(panel.observations, outlooks)),
        reference_only=panel.reference,
    )


def _digest(*parts: object) -> str:
    """Give eight digits that differ between releases of one day that are made from other inputs or choices."""
    return sha256(repr((code_version(), *parts)).encode()).hexdigest()[:8]


def _credits(panel: pl.DataFrame, outlooks: list[Outlook]) -> Iterator[SourceCredit]:
    for name in dict.fromkeys(outlook.scope.source for outlook in outlooks):
        used = panel.filter((pl.col("source") == name) & pl.col("measure").is_in([o.scope.measure for o in outlooks]))
        spans = used.select(first=pl.col("period").min(), last=pl.col("period").max(), known=pl.col("as_of").max()).row(
            0
        )
        terms = source(name)
        facts = {
            key: getattr(terms, key) for key in ("id", "provider", "title", "url", "licence", "attribution", "caveats")
        }
        yield SourceCredit(**facts, first_period=spans[0], last_period=spans[1], as_of=spans[2])
