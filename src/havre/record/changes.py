"""What a reviewer looks at first: what is new since another release, and where this one forecasts worse than naive.

Only published tables are compared, those that disclosure control has been through: who reviews sees no suppressed count
either. Everything here is a pure function of two releases.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from havre.record.outlook import losing_first, read_outlooks
from havre.record.reviewed import Override
from havre.record.tables import SCOPE_KEY, Release, ReleaseFacts

SeriesName = tuple[str, str, str, str]
"""Scope, measure, origin, destination."""
FINDINGS = ("left_out", "completed", "past_alarms")
"""Options that tell what was found while a release was made: they follow from its data and choices."""
LARGEST = 12
"""So many of the largest changes are told."""
_ENDS = {"median": 0.5, "low": 0.1, "high": 0.9}


@dataclass(frozen=True)
class Moved:
    """A median that lies outside the 80 % interval that the earlier release gave for the same month.

    Parameters
    ----------
    before, low, high : median and interval of the earlier release [persons]
    now : median of this one [persons]
    """

    series: SeriesName
    target_month: date
    before: float
    low: float
    high: float
    now: float


@dataclass(frozen=True)
class Revised:
    """A past month of which the releases tell something else; ``None`` where one of them hides it [persons]."""

    series: SeriesName
    month: date
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Difference:
    """An input or a choice that is not the same; ``None`` where a release does not have it."""

    name: str
    before: object
    now: object


@dataclass(frozen=True)
class Changes:
    """What differs between two releases.

    Parameters
    ----------
    before : id of the earlier release
    compared : how many medians of the same series and month both releases give
    moved : of them, those outside the former 80 % interval, the largest change first
    new_series, vanished_series : series with a forecast in one of them alone
    inputs : data files with another SHA-256
    settings : version of the code, seed, threshold, members and choices that differ
    revised : past months with another value, the largest revision first
    hidden, uncovered : past months that only the earlier release shows, or only this one
    added_months, removed_months : past months that only one of them has
    largest : the medians that changed most, whether or not they left the former interval
    """

    before: str
    compared: int
    moved: tuple[Moved, ...]
    new_series: tuple[SeriesName, ...]
    vanished_series: tuple[SeriesName, ...]
    inputs: tuple[Difference, ...]
    settings: tuple[Difference, ...]
    revised: tuple[Revised, ...]
    hidden: tuple[Revised, ...]
    uncovered: tuple[Revised, ...]
    added_months: int
    removed_months: int
    largest: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class Loser:
    """A series on which the ensemble did worse in the backtest than the best naive forecast of its scope."""

    series: SeriesName
    wis_ratio: float
    best_naive: str
    forecasts_scored: int


@dataclass(frozen=True)
class LosingHorizon:
    """A horizon of a scope at which the ensemble did worse than the best naive forecast."""

    scope: str
    horizon: int
    wis_ratio: float


def compare(release: Release, before: Release) -> Changes:
    """Compare a release with an earlier one."""
    medians = _medians(release).join(_medians(before), on=[*SCOPE_KEY, "target_month"], suffix="_before")
    outside = (pl.col("median") < pl.col("low_before")) | (pl.col("median") > pl.col("high_before"))
    now, then = _forecast_series(release), _forecast_series(before)
    months = _months(release, before)
    return Changes(
        before=before.facts.id,
        compared=medians.height,
        moved=_moved(medians.filter(outside)),
        new_series=tuple(sorted(now - then)),
        vanished_series=tuple(sorted(then - now)),
        inputs=tuple(_differences(release.facts.inputs, before.facts.inputs)),
        settings=tuple(_differences(_settings(release.facts), _settings(before.facts))),
        revised=_revised(months.filter((pl.col("value") - pl.col("value_before")).abs() > 0)),
        hidden=_revised(months.filter(pl.col("suppressed") & pl.col("value_before").is_not_null())),
        uncovered=_revised(months.filter(pl.col("suppressed_before") & pl.col("value").is_not_null())),
        added_months=months["suppressed_before"].null_count(),
        removed_months=months["suppressed"].null_count(),
        largest=_moved(medians.filter(pl.col("median") != pl.col("median_before")))[:LARGEST],
    )


def interval_missed(release: Release, override: Override) -> tuple[float, float] | None:
    """Give the computed 80 % interval of a figure that a reviewer replaced, where what they state lies outside it."""
    keys = {name: getattr(override, name) for name in ("scope", "origin", "destination", "horizon")}
    own = release.forecasts.filter(pl.col("model") == release.facts.ensemble).filter(**keys)
    low, high = (own.filter(quantile=level)["value"].item() for level in (_ENDS["low"], _ENDS["high"]))
    return None if low <= override.stated <= high else (low, high)


def losers(release: Release) -> tuple[Loser, ...]:
    """List the series on which the ensemble lost to the best naive forecast, the worst first."""
    return tuple(
        Loser(
            (each.row["scope"], each.row["measure"], each.row["origin"], each.row["destination"]),
            float(each.row["wis_ratio"]),
            str(each.row["best_naive"]),
            int(each.row["forecasts_scored"]),
        )
        for each in losing_first(read_outlooks(release))
    )


def losing_horizons(release: Release) -> tuple[LosingHorizon, ...]:
    """List the horizons of each scope at which the ensemble lost to the best naive forecast, in their order."""
    rows = release.skill.filter((pl.col("kind") == "ensemble") & (pl.col("wis_ratio") > 1)).sort("scope", "horizon")
    return tuple(LosingHorizon(*row) for row in rows.select("scope", "horizon", "wis_ratio").iter_rows())


def _medians(release: Release) -> pl.DataFrame:
    """Give median and 80 % interval of the ensemble by series and month, suppressed ones left out."""
    ensemble = release.forecasts.filter(pl.col("model") == release.facts.ensemble)
    picked = {name: pl.col("value").filter(pl.col("quantile") == level).first() for name, level in _ENDS.items()}
    return ensemble.group_by([*SCOPE_KEY, "target_month"], maintain_order=True).agg(**picked).drop_nulls("median")


def _moved(medians: pl.DataFrame) -> tuple[Moved, ...]:
    change = (pl.col("median") - pl.col("median_before")).abs()
    found = medians.sort(change, *SCOPE_KEY, "target_month", descending=[True, *(False,) * 5])
    columns = ["target_month", "median_before", "low_before", "high_before", "median"]
    return tuple(Moved(_name(row), *(row[name] for name in columns)) for row in found.iter_rows(named=True))


def _forecast_series(release: Release) -> set[SeriesName]:
    shown = release.forecasts.filter(pl.col("model") == release.facts.ensemble).drop_nulls("value")
    return {_name(row) for row in shown.select(SCOPE_KEY).unique().iter_rows(named=True)}


def _months(release: Release, before: Release) -> pl.DataFrame:
    """Set the past months of both releases side by side; ``suppressed`` is null where one of them has no such month."""
    keys = [*SCOPE_KEY, "period"]
    then = before.history.rename({"value": "value_before", "suppressed": "suppressed_before"})
    return release.history.join(then, on=keys, how="full", coalesce=True).sort(keys)


def _revised(rows: pl.DataFrame) -> tuple[Revised, ...]:
    change = (pl.col("value").fill_null(0) - pl.col("value_before").fill_null(0)).abs()
    ordered = rows.sort(change, *SCOPE_KEY, "period", descending=[True, *(False,) * 5])
    return tuple(
        Revised(_name(row), row["period"], row["value_before"], row["value"]) for row in ordered.iter_rows(named=True)
    )


def _settings(facts: ReleaseFacts) -> dict[str, object]:
    """Give what a release depends on besides its data; what follows from these is left out."""
    chosen = {name: value for name, value in facts.options.items() if name not in FINDINGS}
    named = ("code_version", "seed", "threshold", "ensemble", "members", "baselines", "reference_only")
    return {**{name: getattr(facts, name) for name in named}, **chosen}


def _differences(now: Mapping[str, object], before: Mapping[str, object]) -> Iterator[Difference]:
    for name in sorted({*now, *before}):
        one, other = before.get(name), now.get(name)
        if _plain(one) != _plain(other):
            yield Difference(name, one, other)


def _plain(value: object) -> object:
    """A draft read back holds lists where it had tuples, and texts where it had days."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, date) else value


def _name(row: Mapping[str, object]) -> SeriesName:
    return str(row["scope"]), str(row["measure"]), str(row["origin"]), str(row["destination"])
