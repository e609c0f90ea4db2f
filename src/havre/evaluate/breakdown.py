"""Where a model is good and where it is not: the same scores by series, by origin and by target month.

A mean over everything hides that a model may live from a few calm months or from one large corridor.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import polars as pl

from havre.draws import Floats
from havre.evaluate.means import best_naive_overall, known_or_none, mean_over, ratio_of
from havre.evaluate.protocol import INTERVALS, Scorecard, Scores
from havre.months import month_index, month_start


def by_series(card: Scorecard, model: str, *, reference: Scorecard | None = None) -> pl.DataFrame:
    """Give one row per series: ratio of its mean WIS to that of the best naive baseline, over all origins and horizons.

    Columns: ``measure``, ``origin``, ``destination``, ``band``, ``best_naive``, ``wis_ratio``, ``wis_ratio_log``,
    ``coverage_80``, ``forecasts_scored``.

    Parameters
    ----------
    reference : scores on which the one best baseline is chosen for all series, by default ``card`` itself
    """
    chosen_on = reference or card
    m = card.models.index(model)
    best, best_log = best_naive_overall(chosen_on, chosen_on.wis), best_naive_overall(chosen_on, chosen_on.wis_log)
    naive, naive_log = card.models.index(best), card.models.index(best_log)
    wis, wis_log = (mean_over(scores, (1, 3)) for scores in (card.wis, card.wis_log))
    covered = mean_over(card.covered[m, ..., INTERVALS.index(0.8)], (0, 2))
    counted = (~np.isnan(card.wis[m])).sum(axis=(0, 2))
    rows = [
        {
            "measure": key.measure,
            "origin": key.origin,
            "destination": key.destination,
            "band": band,
            "best_naive": best,
            "wis_ratio": ratio_of(wis[m, s], wis[naive, s]),
            "wis_ratio_log": ratio_of(wis_log[m, s], wis_log[naive_log, s]),
            "coverage_80": known_or_none(covered[s]),
            "forecasts_scored": int(counted[s]),
        }
        for s, (key, band) in enumerate(zip(card.keys, card.bands(), strict=True))
    ]
    return pl.DataFrame(rows)


def by_origin(card: Scorecard) -> pl.DataFrame:
    """Give one row per origin and model, over all series and horizons.

    Columns: ``origin``, ``model``, ``kind``, ``wis``, ``wis_log``, ``best_naive``, ``best_naive_log``, ``wis_ratio``,
    ``wis_ratio_log``, ``forecasts_scored``. The best naive is the one baseline that is best over everything, so that
    the rows have one reference.
    """
    return _table(card, "origin", card.origins, [np.asarray(s) for s in _both_scales(card)])


def by_target_month(card: Scorecard) -> pl.DataFrame:
    """Give one row per month that was forecast and model, over all series and all horizons that reached it.

    Columns as in :func:`by_origin`, with ``target_month`` first.
    """
    starts = [month_index(origin) for origin in card.origins]
    months = sorted({start + h for start in starts for h in range(1, card.horizons + 1)})
    arranged = []
    for scores in _both_scales(card):
        by_month = np.full((scores.shape[0], len(months), *scores.shape[2:]), np.nan)
        for place, start in enumerate(starts):
            for h in range(card.horizons):
                by_month[:, months.index(start + h + 1), :, h] = scores[:, place, :, h]
        arranged.append(by_month)
    return _table(card, "target_month", [month_start(month) for month in months], arranged)


def _both_scales(card: Scorecard) -> tuple[Floats, Floats]:
    return card.wis, card.wis_log


def _table(card: Scorecard, name: str, days: Iterable[date], scores: list[Scores]) -> pl.DataFrame:
    best = [best_naive_overall(card, part) for part in _both_scales(card)]
    rows = [{name: day, **row} for step, day in enumerate(days) for row in _rows(card, step, scores, best)]
    return pl.DataFrame(rows)


def _rows(card: Scorecard, step: int, scores: list[Scores], best: list[str]) -> Iterator[dict[str, object]]:
    wis, wis_log = (mean_over(part[:, step], (1, 2)) for part in scores)
    naive, naive_log = (card.models.index(name) for name in best)
    counted = (~np.isnan(scores[0][:, step])).sum(axis=(1, 2))
    for m, model in enumerate(card.models):
        yield {
            "model": model,
            "kind": "baseline" if model in card.baselines else "model",
            "wis": known_or_none(wis[m]),
            "wis_log": known_or_none(wis_log[m]),
            "best_naive": best[0],
            "best_naive_log": best[1],
            "wis_ratio": ratio_of(wis[m], wis[naive]),
            "wis_ratio_log": ratio_of(wis_log[m], wis_log[naive_log]),
            "forecasts_scored": int(counted[m]),
        }
