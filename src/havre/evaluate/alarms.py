"""Surge alarms judged: would a warning have come, how often for nothing, and how long before.

A surge is defined in :mod:`havre.evaluate.surges`. Every model of a scorecard tells a chance of one for each series and
horizon, read from its quantiles; so naive baselines raise alarms too and are the reference.

Two questions are asked at each horizon. *Does the chance put surges first?* The area under the precision–recall curve
(average precision [1]_) needs no threshold. *What would an office have lived through?* It has a budget of one false
alarm per corridor-year and must fix its threshold beforehand: at each origin, from earlier origins whose truth was
known by then (origin + h not after the present origin).

References
----------
.. [1] Saito T, Rehmsmeier M (2015). The precision–recall plot is more informative than the ROC plot when evaluating
   binary classifiers on imbalanced datasets. PLoS ONE 10(3): e0118432. doi:10.1371/journal.pone.0118432
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from havre.draws import Floats
from havre.evaluate.bootstrap import cell_weights
from havre.evaluate.protocol import Scorecard, Scores
from havre.months import month_index
from havre.panel.series import Flags

BUDGET = 1.0
"""False alarms per corridor-year that a threshold may have caused on what was known before."""
LEAST_ORIGINS = 3
"""Earlier origins with known truth that a threshold needs; before that no alarm is judged."""

ALARMS = pl.Schema(
    {
        "model": pl.String(),
        "kind": pl.String(),
        "horizon": pl.Int64(),
        "pr_auc": pl.Float64(),
        "best_naive": pl.String(),
        "pr_auc_best_naive": pl.Float64(),
        "recall": pl.Float64(),
        "best_naive_recall": pl.String(),
        "recall_best_naive": pl.Float64(),
        "precision": pl.Float64(),
        "false_alarms_per_year": pl.Float64(),
        "lead_months": pl.Float64(),
        "surges": pl.Int64(),
        "base_rate": pl.Float64(),
        "surges_with_threshold": pl.Int64(),
        "alarms": pl.Int64(),
        "origins_with_threshold": pl.Int64(),
        "corridor_years": pl.Float64(),
    }
)


@dataclass(frozen=True)
class Alarms:
    """Alarms of one model: arrays (origin, series, horizon); judged where a threshold and the truth are known."""

    raised: Flags
    judged: Flags


@dataclass(frozen=True)
class Difference:
    """A difference of two scores with the interval of a block bootstrap (95 %)."""

    difference: float
    low: float
    high: float


def alarm_table(card: Scorecard, *, budget: float = BUDGET) -> pl.DataFrame:
    """Give one row per model and horizon.

    Columns as in :data:`ALARMS`: ``pr_auc`` over all origins, and the baseline with the highest at that horizon, chosen
    after the fact (``best_naive``, ``pr_auc_best_naive``). From ``recall`` on, with thresholds fixed beforehand:
    ``recall`` (share of surges with an alarm) and the baseline with the highest; ``precision`` (share of alarms that a
    surge followed); ``false_alarms_per_year`` realised per corridor-year; ``lead_months``, the mean over surges with an
    alarm of the months between the first origin that raised an alarm for that month, at whatever horizon, and the
    surge. ``base_rate`` is the share of months that were surges: what ``pr_auc`` would be by chance. Empty where there
    was no surge, alarm or threshold.

    Parameters
    ----------
    budget : false alarms per corridor-year
    """
    rows = [row for model in card.models for row in _rows(card, model, budget)]
    table = pl.DataFrame(rows, schema={name: kind for name, kind in ALARMS.items() if "best_naive" not in name})
    for score, name, column in (
        ("pr_auc", "best_naive", "pr_auc_best_naive"),
        ("recall", "best_naive_recall", "recall_best_naive"),
    ):
        naive = table.filter(pl.col("kind") == "baseline").drop_nulls(score)
        best = naive.sort(score, descending=True, maintain_order=True).unique("horizon", keep="first")
        picked = best.select("horizon", pl.col("model").alias(name), pl.col(score).alias(column))
        table = table.join(picked, on="horizon", how="left", maintain_order="left")
    return table.select(ALARMS.names())


def _rows(card: Scorecard, model: str, budget: float) -> Iterator[dict[str, object]]:
    m = card.models.index(model)
    alarms = raise_alarms(card, model, budget=budget)
    leads = _leads(card, alarms.raised & alarms.judged)
    for h in range(card.horizons):
        came, judged, raised = card.surge[:, :, h], alarms.judged[:, :, h], alarms.raised[:, :, h]
        hits, wrong = (raised & judged & (came == wanted) for wanted in (1, 0))
        surges, years = int((judged & (came == 1)).sum()), judged.sum() / 12
        known = ~np.isnan(came) & ~np.isnan(card.surge_chance[m, :, :, h])
        yield {
            "model": model,
            "kind": "baseline" if model in card.baselines else "model",
            "horizon": h + 1,
            "pr_auc": average_precision(card.surge_chance[m, :, :, h][known], came[known]),
            "recall": _share(hits.sum(), surges),
            "precision": _share(hits.sum(), hits.sum() + wrong.sum()),
            "false_alarms_per_year": _share(wrong.sum(), years),
            "lead_months": float(leads[:, :, h][hits].mean()) if hits.any() else None,
            "surges": int((came[known] == 1).sum()),
            "base_rate": _share((came[known] == 1).sum(), known.sum()),
            "surges_with_threshold": surges,
            "alarms": int((raised & judged).sum()),
            "origins_with_threshold": int(judged.any(axis=1).sum()),
            "corridor_years": float(years),
        }


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None


def average_precision(chance: Scores, came: Scores) -> float | None:
    """Give the area under the precision–recall curve: precision at each threshold, weighted by the recall it adds.

    Equal chances share a threshold. ``None`` where nothing came.

    Parameters
    ----------
    chance, came : arrays (case,); ``came`` is 1 or 0

    Examples
    --------
    >>> import numpy as np
    >>> average_precision(np.array([0.9, 0.5, 0.2]), np.array([1.0, 0.0, 1.0])).__round__(4)
    0.8333
    """
    area = float(_precision_of(chance, came, np.ones((1, chance.size)))[0]) if chance.size else np.nan
    return None if np.isnan(area) else area


def pr_auc_difference(
    card: Scorecard, model: str, horizon: int, *, seed: int, other: str | None = None, repeats: int = 500
) -> Difference | None:
    """Give how much higher the area under the precision–recall curve is than that of another model.

    The interval is that of the two-way block bootstrap (:mod:`havre.evaluate.bootstrap`). ``None`` where no surge came.

    Parameters
    ----------
    other : by default the best naive, chosen once on the whole sample
    repeats : resamples; those without a surge are left out
    """
    came = card.surge[:, :, horizon - 1]
    known = ~np.isnan(came) & ~np.isnan(card.surge_chance[..., horizon - 1]).any(axis=0)
    if not (came[known] == 1).any():
        return None
    chances = {name: card.surge_chance[m, :, :, horizon - 1][known] for m, name in enumerate(card.models)}
    weights = cell_weights(card.origins, len(card.keys), seed=seed, repeats=repeats)[:, known]
    ones = np.ones((1, weights.shape[1]))
    whole = {name: float(_precision_of(chances[name], came[known], ones)[0]) for name in card.models}
    against = other or max(card.baselines, key=whole.__getitem__)
    drawn = [_precision_of(chances[name], came[known], weights) for name in (model, against)]
    differences = drawn[0] - drawn[1]
    low, high = np.quantile(differences[~np.isnan(differences)], [0.025, 0.975])
    return Difference(whole[model] - whole[against], float(low), float(high))


def _precision_of(chance: Scores, came: Scores, weights: Floats) -> Floats:
    """Give the average precision of weighted cases, one for each row of weights (repeat, case); NaN without surges."""
    order = np.argsort(-chance, kind="stable")
    last = np.flatnonzero(np.append(np.diff(chance[order]) != 0, True))
    hits = np.cumsum(weights[:, order] * came[order], axis=1)[:, last]
    alarms = np.cumsum(weights[:, order], axis=1)[:, last]
    precision = np.divide(hits, alarms, out=np.zeros_like(hits), where=alarms > 0)
    total = hits[:, -1]
    area = (np.diff(hits, axis=1, prepend=0.0) * precision).sum(axis=1)
    return np.asarray(np.divide(area, total, out=np.full(total.shape, np.nan), where=total > 0))


def raise_alarms(card: Scorecard, model: str, *, budget: float = BUDGET) -> Alarms:
    """Raise the alarms of one model, each with the threshold that its origin could know.

    An alarm is raised where the chance of a surge lies above the threshold of :func:`threshold_before`.
    """
    chance = card.surge_chance[card.models.index(model)]
    months = np.array([month_index(origin) for origin in card.origins])
    thresholds = np.full((len(months), card.horizons), np.nan)
    for h in range(card.horizons):
        known = [np.flatnonzero(months + h + 1 <= month) for month in months]
        for row, past in enumerate(known):
            if len(past) >= LEAST_ORIGINS:
                thresholds[row, h] = threshold_before(chance[past, :, h], card.surge[past, :, h], budget)
    judged = ~np.isnan(thresholds)[:, None, :] & ~np.isnan(chance) & ~np.isnan(card.surge)
    return Alarms(np.asarray(chance > thresholds[:, None, :]), np.asarray(judged))


def threshold_before(chance: Scores, came: Scores, budget: float = BUDGET) -> float:
    """Give the lowest threshold that would have kept within the budget of false alarms; NaN where nothing is known.

    Parameters
    ----------
    chance, came : arrays (origin, series) of earlier origins with known truth; each cell is a twelfth of a
        corridor-year
    budget : false alarms per corridor-year

    Returns
    -------
    The chance that must be exceeded, at least zero: a chance of nothing is never an alarm.
    """
    known = ~np.isnan(chance) & ~np.isnan(came)
    if not known.any():
        return float("nan")
    allowed = int(budget * known.sum() / 12)
    quiet = np.sort(chance[known & (came == 0)])[::-1]
    return float(quiet[allowed]) if allowed < quiet.size else 0.0


def _leads(card: Scorecard, alarms: Flags) -> Floats:
    """Give the months from the first origin with an alarm for the same month to that month; NaN without any."""
    months = [month_index(origin) for origin in card.origins]
    place = {month: row for row, month in enumerate(months)}
    leads = np.full(alarms.shape, np.nan)
    for row, month in enumerate(months):
        for h in range(card.horizons):
            for longer in range(h, card.horizons):
                earlier = place.get(month + h - longer)
                if earlier is not None:
                    leads[row, alarms[earlier, :, longer], h] = longer + 1
    return leads
