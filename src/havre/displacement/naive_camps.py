"""Naive forecasts of camp populations from the counts known on a day: what a simulation must beat to be of use.

A count is known on day ``known_until`` if its day lies before it. Scores are taken on the entries from that day on, as
absolute errors in the unit of the registrations, and as mean absolute scaled errors [1]_.

Flee's scripts print a MASE as well, against six naive models. Two of them are coded otherwise than meant (their slope
is a day times a value, not a difference of values over a difference of days), and the errors are taken on every day,
most of which are filled in between two counts. Here lines have the slope that their name says, errors are taken where
people were counted, and the scale is the one-step error of the known part, which no later count can change. Level-1
corrections are no exception to that: they rescale earlier counts by a later one, for forecasts and truth alike.

References
----------
.. [1] Hyndman RJ, Koehler AB (2006). Another look at measures of forecast accuracy. International Journal of
   Forecasting 22(4): 679–688. doi:10.1016/j.ijforecast.2006.03.001
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from havre.displacement.camp_series import CampSeries, Days, Entries
from havre.displacement.outcome import Floats

ENTRIES_OF_TREND = 5
"""Known entries through which the longer trend goes."""
Method = Callable[[Entries, Days], Floats]


@dataclass(frozen=True, eq=False)
class NaiveForecasts:
    """Naive forecasts by method, day and camp.

    Attributes
    ----------
    methods : names, see :data:`NAIVE_METHODS`
    first_day : the first day that is forecast
    values : people, never below 0; NaN where nothing was known, and for shares where the last known sum is not above 0,
        shape (methods, horizon, camps)
    """

    methods: tuple[str, ...]
    camps: tuple[str, ...]
    first_day: int
    values: Floats


@dataclass(frozen=True, eq=False)
class NaiveScores:
    """Errors of naive forecasts on the entries of the days that they forecast.

    Attributes
    ----------
    absolute_error : mean absolute error, NaN where a camp has no entry or no forecast, shape (methods, camps)
    mase : the same over ``scale``, shape (methods, camps)
    scale : mean absolute error of the one-step naive forecast over the known entries, NaN where there are fewer than
        two or where all are equal, by camp
    entries : on how many entries the errors stand, by camp
    """

    methods: tuple[str, ...]
    camps: tuple[str, ...]
    absolute_error: Floats
    mase: Floats
    scale: Floats
    entries: npt.NDArray[np.int64]


def naive_forecasts(series: CampSeries, known_until: int, horizon: int) -> NaiveForecasts:
    """Forecast each camp by every method of :data:`NAIVE_METHODS`, from the entries before a day.

    Parameters
    ----------
    series : registrations, which must reach the last day forecast for the share of the total
    known_until : entries before this day are known; it is the first day forecast
    horizon : days to forecast, 0 or more

    Raises
    ------
    ValueError : the days forecast do not lie within those of the series
    """
    if known_until < 0 or horizon < 0 or known_until + horizon > series.days:
        raise ValueError(f"days {known_until} to {known_until + horizon - 1} are not all among {series.days} days")
    days = np.arange(known_until, known_until + horizon)
    values = np.full((len(NAIVE_METHODS), horizon, len(series.camps)), np.nan)
    last = np.full(len(series.camps), np.nan)
    for camp, entries in enumerate(series.entries):
        known = _known(entries, known_until)
        if known.days.size:
            last[camp] = known.counts[-1]
            for method, forecast in enumerate(_BY_CAMP.values()):
                values[method, :, camp] = forecast(known, days)
    together = np.nansum(last)
    if together > 0:
        values[-1] = series.counts[days].sum(axis=1)[:, None] * last / together
    return NaiveForecasts(NAIVE_METHODS, series.camps, known_until, np.maximum(values, 0.0))


def naive_scores(series: CampSeries, known_until: int, horizon: int, scale: Floats | None = None) -> NaiveScores:
    """Score the naive forecasts on the entries of the days that they forecast.

    Parameters
    ----------
    series, known_until, horizon : see :func:`naive_forecasts`
    scale : denominator of the MASE by camp; ``None`` for :func:`naive_scale` of the known part

    Raises
    ------
    ValueError : the days forecast do not lie within those of the series
    """
    forecasts = naive_forecasts(series, known_until, horizon)
    days = slice(known_until, known_until + horizon)
    truth = np.where(series.observed[days], series.counts[days], np.nan)
    error = mean_of_known(np.abs(forecasts.values - truth), axis=1)
    scale = naive_scale(series, known_until) if scale is None else scale
    entries = (~np.isnan(truth)).sum(axis=0)
    return NaiveScores(forecasts.methods, series.camps, error, error / scale, scale, entries)


def naive_scale(series: CampSeries, known_until: int) -> Floats:
    """Give the mean absolute difference of consecutive entries before a day, by camp: the denominator of the MASE.

    An entry is one step, however many days lie between it and the one before. NaN where fewer than two entries are
    known, or where all known ones are equal.
    """
    scale = np.full(len(series.camps), np.nan)
    for camp, entries in enumerate(series.entries):
        steps = np.abs(np.diff(_known(entries, known_until).counts))
        if steps.any():
            scale[camp] = steps.mean()
    return scale


def mean_of_known(values: Floats, axis: int | tuple[int, ...]) -> Floats:
    """Give the mean over axes without what is NaN; NaN where nothing is left."""
    known = ~np.isnan(values)
    number = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.divide(total, number, out=np.full(np.shape(total), np.nan), where=number > 0))


def _known(entries: Entries, until: int) -> Entries:
    known = entries.days < until
    return Entries(entries.days[known], entries.counts[known])


def _last_value(known: Entries, days: Days) -> Floats:
    return np.full(days.size, known.counts[-1])


def _line(known: Entries, days: Days, entries: int) -> Floats:
    """Continue the least-squares line through the last entries; with a single one, it is level."""
    at, counts = known.days[-entries:].astype(np.float64), known.counts[-entries:]
    middle = at.mean()
    spread = ((at - middle) ** 2).sum()
    slope = ((at - middle) * (counts - counts.mean())).sum() / spread if spread else 0.0
    return np.asarray(counts.mean() + slope * (days - middle))


def _line_through_two(known: Entries, days: Days) -> Floats:
    return _line(known, days, 2)


def _line_through_five(known: Entries, days: Days) -> Floats:
    return _line(known, days, ENTRIES_OF_TREND)


def _drift(known: Entries, days: Days) -> Floats:
    """Continue from the last entry with the mean daily change since the first."""
    span = known.days[-1] - known.days[0]
    slope = (known.counts[-1] - known.counts[0]) / span if span else 0.0
    return np.asarray(known.counts[-1] + slope * (days - known.days[-1]))


_BY_CAMP: Mapping[str, Method] = MappingProxyType(
    {
        "last_value": _last_value,
        "line_through_two": _line_through_two,
        "line_through_five": _line_through_five,
        "drift": _drift,
    }
)
NAIVE_METHODS: tuple[str, ...] = (*_BY_CAMP, "constant_share")
"""Last known value; least-squares line through the last two and the last five known entries; line from the last entry
with the mean daily change since the first; share in the camps' last known sum times the sum registered in all camps on
the day. That sum is not known beforehand: the simulation is given it as its arrivals, and so is this one."""
