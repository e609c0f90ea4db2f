"""The league: models, baselines and anybody else's forecasts on the series and origins of a public panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from havre.draws import SeriesKey
from havre.errors import ForecastError
from havre.evaluate.outside import read_hub_forecasts
from havre.evaluate.protocol import Forecasts, Scorecard, check_horizons, score, select_series
from havre.forecast.backtest import DRAWS, make_forecasts
from havre.forecast.kept import KeptForecasts
from havre.forecast.models import BASELINES
from havre.forecast.outlook import Progress
from havre.panel.public import PublicPanel
from havre.panel.series import MonthlySeries

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True)
class LeagueOptions:
    """What a league depends on besides the panel, and who does the work, which changes nothing but the time.

    ``fresh`` judges the origins that were never used in development, beside the test origins. Look at them as
    seldom as possible: what is looked at is used.
    """

    models: tuple[str, ...]
    horizons: int = 12
    draws: int = DRAWS
    seed: int = 0
    fresh: bool = False
    workers: int = 1
    cluster: "str | Client | None" = None
    kept: KeptForecasts | None = None


@dataclass(frozen=True)
class League:
    """Scores of a part of a panel: at the test origins, and at those never used in development where asked for.

    Volume bands are by what was known at the first test origin in both.
    """

    panel: PublicPanel
    card: Scorecard
    fresh: Scorecard | None


def judge_panel(
    parts: Sequence[PublicPanel],
    options: LeagueOptions,
    *,
    outside: Path | None = None,
    progress: Progress | None = None,
) -> tuple[League, ...]:
    """Judge models on every part of a public panel.

    Only the series that are judged teach the models: they follow from what was known at the first test origin.

    Parameters
    ----------
    outside : folder of other forecasts in the hubs' layout; see :func:`havre.evaluate.outside.read_hub_forecasts`

    Raises
    ------
    ForecastError : the horizon is outside 1 to 12, a part has no series with enough history, or an outside forecast
        does not fit
    """
    check_horizons(options.horizons)
    chosen = [_chosen(part) for part in parts]
    others = _read_outside(outside, parts, options) if outside else {}
    return tuple(_judge(part, series, options, others, progress) for part, series in zip(parts, chosen, strict=True))


def _chosen(part: PublicPanel) -> MonthlySeries:
    rows = select_series(part.series, part.origins[0])
    if not rows:
        raise ForecastError("forecast.no_series", what=f"{part.id} {part.origins[0]:%Y-%m}")
    return part.series.select(rows)


def _origins(part: PublicPanel, options: LeagueOptions) -> list[date]:
    return [*part.origins, *(part.fresh_origins if options.fresh else ())]


def _read_outside(folder: Path, parts: Sequence[PublicPanel], options: LeagueOptions) -> Forecasts:
    """Read what others forecast of any series of the panel, judged or not."""
    keys = [key for part in parts for key in part.series.keys]
    origins = sorted({origin for part in parts for origin in _origins(part, options)})
    return read_hub_forecasts(folder, keys, origins=origins, taken=options.models)


def _judge(
    part: PublicPanel, series: MonthlySeries, options: LeagueOptions, others: Forecasts, progress: Progress | None
) -> League:
    origins = _origins(part, options)
    forecasts = make_forecasts(
        origins,
        lambda origin: part.known(series, origin),
        models=options.models,
        horizons=options.horizons,
        draws=options.draws,
        seed=options.seed,
        workers=options.workers,
        cluster=options.cluster,
        kept=options.kept,
        progress=None if progress is None else lambda done: progress(part.id, done, len(origins)),
    )
    theirs = _speaking(others, series.keys, origins)
    models = (*options.models, *dict.fromkeys(model for model, _ in theirs))
    baselines = tuple(name for name in options.models if name in BASELINES)

    every = forecasts | theirs

    def scored(last: date) -> Scorecard:
        until = {key: made for key, made in every.items() if key[1] <= last}
        return score(until, series, models, baselines, options.horizons)

    card = scored(part.origins[-1])
    fresh = scored(origins[-1]).since(part.fresh_origins[0]) if options.fresh and part.fresh_origins else None
    return League(part, card, fresh)


def _speaking(others: Forecasts, keys: tuple[SeriesKey, ...], origins: list[date]) -> Forecasts:
    """Keep the outside models that speak of any series of this part at any of its origins."""
    known = set(keys)
    speaks = {model for (model, at), made in others.items() if at in origins and not known.isdisjoint(made.keys)}
    return {key: made for key, made in others.items() if key[0] in speaks and key[1] in origins}
