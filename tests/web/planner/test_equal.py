"""The planner in the browser gives what havre.forecast.reception gives.

What has no chance in it agrees to 1e-9; what is drawn agrees within five standard errors of both samples together.
"""

import itertools
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats

from havre.forecast.reception import Reception, Stay, draw_occupancy, expected_occupancy
from havre.months import add_months
from havre.record.charts import count_ticks
from havre.web.charts.camps import NARROW, WIDE, Curve, curve_parts
from havre.web.pages.planner_form import BOUNDS, read_place, stay_of_mean
from havre.web.planning import arranged, margins
from tests.web.planner.node import run_planner

MONTHS = tuple(add_months(date(2025, 12, 1), step) for step in range(1, 13))
LEVELS = (0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99)
DRAWS = 4000
EXACT = 1e-9


def published(scale: float = 300.0, memory: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles that rise and widen over the months, and the factor of correlations that fall with their distance."""
    scores = stats.norm.ppf(LEVELS)
    values = np.array([scale * (1 + 0.05 * month) * np.exp(0.1 * np.sqrt(month + 1) * scores) for month in range(12)])
    distance = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    return values, np.linalg.cholesky(memory**distance)


STAYS: list[tuple[dict[str, Any], Stay]] = [
    *(({"median": m, "shape": s}, Stay(m, s)) for m, s in itertools.product((0.3, 4.0, 60.0), (1, 0.5, 2.0, 9.0))),
    *(({"mean": m, "shape": s}, stay_of_mean(m, s)) for m, s in itertools.product((0.1, 6.0, 600.0), (0.05, 1, 100.0))),
    ({"table": [[1.5, 0.25], [6, 0.5], [24, 0.25]]}, Stay(table={1.5: 0.25, 6: 0.5, 24: 0.25})),
]
PLACES: list[dict[str, Any]] = [
    {"capacity": c, "occupancy": o, "share": s, "stay": stay}
    for (c, o, s), stay in zip(
        itertools.product((0, 180, 900), (0, 170.5), ((0.5, 0.5), (0.02, 1.0))), itertools.cycle(STAYS), strict=False
    )
]


def _asked(place: dict[str, Any]) -> dict[str, Any]:
    return {**place, "capacity": [place["capacity"]] * 12, "stay": place["stay"][0]}


def _reception(place: dict[str, Any]) -> Reception:
    return Reception(**{**place, "stay": place["stay"][1]})


def test_stays_agree() -> None:
    for (asked, stay), found in zip(STAYS, run_planner([("stay", [asked]) for asked, _ in STAYS]), strict=True):
        assert found["mean"] == pytest.approx(stay.mean, rel=EXACT)
        for name in ("present", "residual"):
            expected = getattr(stay, name)(14)
            np.testing.assert_allclose(found[name], expected, rtol=EXACT, atol=EXACT, err_msg=f"{asked} {name}")


def test_expected_occupancy_agrees_on_every_place() -> None:
    values, _ = published()
    flows = margins(LEVELS, values, 50)
    # Ten people come each month and nobody leaves: 30 places are full at the end of the third month, not of the fourth.
    whole = {"capacity": [30] * 12, "occupancy": 0, "share": [1, 1], "stay": {"table": [[600, 1]]}}
    tens = ("expected", [[[10.0]] * 12, whole])
    *answers, full = run_planner([*(("expected", [flows.tolist(), _asked(place)]) for place in PLACES), tens])
    assert (full["full"], full["first"]) == ([0, 0, *[1] * 10], [0, 0, 1, *[0] * 9])
    for place, found in zip(PLACES, answers, strict=True):
        made = expected_occupancy(flows, MONTHS, _reception(place))
        by = [made.first_full_month(level) for level in (0.5, 0.9)]
        assert found["by"] == [-1 if month is None else MONTHS.index(month) for month in by]
        np.testing.assert_allclose(found["needed"], made.needed, rtol=EXACT, atol=EXACT)
        np.testing.assert_allclose(found["full"], made.is_full, rtol=EXACT, atol=EXACT)
        np.testing.assert_allclose(found["first"], made.first_full, rtol=EXACT, atol=EXACT)
        np.testing.assert_allclose(found["without"], made.without_place.mean(axis=1), rtol=EXACT, atol=EXACT)
        np.testing.assert_allclose(found["quantiles"], made.quantiles((0.1, 0.5, 0.9)), rtol=EXACT, atol=EXACT)


def test_drawn_occupancy_agrees_within_chance() -> None:
    values, factor = published()
    plain = {"levels": LEVELS, "values": values.tolist(), "factor": factor.tolist(), "months": []}
    places = PLACES[3::2]
    answers = run_planner([("drawn", [plain, DRAWS, _asked(place), 7]) for place in places])
    rng = np.random.default_rng(7)
    for place, found in zip(places, answers, strict=True):
        arrivals = arranged(margins(LEVELS, values, DRAWS), factor @ rng.standard_normal((12, DRAWS)))
        made = draw_occupancy(arrivals, MONTHS, _reception(place), rng)
        needed = np.array(found["needed"])
        error = np.sqrt((needed.var(axis=1) + made.needed.var(axis=1)) / DRAWS)
        assert (np.abs(needed.mean(axis=1) - made.needed.mean(axis=1)) <= 5 * error + EXACT).all()
        spread = np.log(needed.std(axis=1).clip(0.1) / made.needed.std(axis=1).clip(0.1))
        assert np.abs(spread).max() < 5 * np.sqrt(4 / DRAWS)
        for name, expected in (("full", made.is_full), ("first", made.first_full)):
            share = (np.array(found[name]) + expected) / 2
            assert (np.abs(found[name] - expected) <= 5 * np.sqrt(2 * share * (1 - share) / DRAWS) + 2 / DRAWS).all()


def test_draws_have_the_published_quantiles_and_hang_together_as_told() -> None:
    values, factor = published(memory=0.8)
    plain = {"levels": LEVELS, "values": values.tolist(), "factor": factor.tolist(), "months": []}
    (drawn,) = run_planner([("sums", [plain, DRAWS, 3])])
    np.testing.assert_allclose(np.sort(drawn, axis=1), margins(LEVELS, values, DRAWS), rtol=EXACT)
    found = np.corrcoef(stats.norm.ppf((stats.rankdata(drawn, axis=1) - 0.5) / DRAWS))
    assert np.abs(found - factor @ factor.T).max() < 5 / np.sqrt(DRAWS)


def test_draws_are_put_into_the_same_order() -> None:
    rng = np.random.default_rng(1)
    rising, scores = np.sort(rng.random((3, 20))), rng.integers(0, 5, (3, 20)).astype(float)
    (found,) = run_planner([("arranged", [rising.tolist(), scores.tolist()])])
    assert found == arranged(rising, scores).tolist()


@pytest.mark.parametrize("seed", [1, 2])
def test_random_numbers_have_their_laws(seed: int) -> None:
    cases = [(0, 0.5), (5, 0.3), (40, 0.999), (300, 0.02), (1000, 0.5), (200_000, 0.01), (3, 1.0), (9, 0.0)]
    answers = run_planner([*(("binomial", [n, p, 20_000, seed]) for n, p in cases), ("normal", [20_000, seed])])
    for (n, p), found in zip(cases, answers, strict=False):
        counts = np.array(found)
        assert counts.min() >= 0
        assert counts.max() <= n
        assert (counts == np.floor(counts)).all()
        edges = np.unique(stats.binom.ppf(np.linspace(0.05, 0.95, 12), n, p))
        expected = stats.binom.cdf(edges, n, p)
        seen = np.array([(counts <= edge).mean() for edge in edges])
        assert np.abs(seen - expected).max() < 5 * np.sqrt(0.25 / 20_000)
    assert stats.kstest(answers[-1], "norm").pvalue > 1e-4


def test_large_binomial_numbers_have_their_law_to_a_fine_grain() -> None:
    """Half a million draws each, so that a wrong constant of the rejection would be seen."""
    draws = 500_000
    cases = [(40, 0.4), (1000, 0.5), (300, 0.1), (20_000, 0.01)]
    for (n, p), found in zip(cases, run_planner([("shares", [n, p, draws, 3]) for n, p in cases]), strict=True):
        counts = np.array([found.get(str(k), 0) for k in range(n + 1)])
        expected = draws * stats.binom.pmf(np.arange(n + 1), n, p)
        often = expected >= 50
        rest = [counts[~often].sum(), expected[~often].sum()]
        seen, wanted = np.append(counts[often], rest[0]), np.append(expected[often], rest[1])
        assert stats.chisquare(seen, wanted * seen.sum() / wanted.sum()).pvalue > 1e-4, (n, p)


def test_the_same_seed_gives_the_same_draws() -> None:
    one, same, other = run_planner([("normal", [20, seed]) for seed in (4, 4, 5)])
    assert one == same != other


def test_the_drawing_is_the_same() -> None:
    values, _ = published()
    median, bands = values[:, 11], {95: (values[:, 1], values[:, 21]), 50: (values[:, 6], values[:, 16])}
    told = {percent: (low.tolist(), high.tolist()) for percent, (low, high) in bands.items()}
    for box in (WIDE, NARROW):
        curve = Curve(median.tolist(), told, limit=[400.0] * 4 + [9e9] + [350.5] * 7, ticks=[(0, "Jan"), (11, "<Dec>")])
        asked = {"median": median.tolist(), "bands": told, "limit": curve.limit, "ticks": curve.ticks}
        (found,) = run_planner([("chart", [asked, {"width": box.width, "height": box.height}])])
        assert found == "".join(curve_parts(curve, lambda value: f"{value:g}", box))


def test_ticks_agree() -> None:
    highest = [0, 0.4, 1, 7, 99, 100, 101, 870, 12_345, 4e6]
    assert run_planner([("ticks", [each]) for each in highest]) == [count_ticks(each) for each in highest]


ENTERED: list[dict[str, str]] = [
    {},
    {"capacity": "-1", "occupancy": "", "shape": "0.01"},
    {"capacity": "abc", "stay": "601", "share_low": "nan"},
    {"share_low": "30", "share_high": "20"},
    {"later_from": "2026-03", "later": "700"},
    {"later_from": "2026-03", "later": ""},
    {"later_from": "March", "later": "-5"},
    {"capacity": "1e3", "stay": "0.1", "shape": "0.05"},
]
USUAL = {
    "capacity": "500",
    "occupancy": "440.5",
    "stay": "6",
    "share_low": "2",
    "share_high": "3",
    "shape": "1",
    "later_from": "",
    "later": "",
}


def test_what_is_entered_is_read_and_refused_alike() -> None:
    from havre.texts import catalogue

    words = {key: text for key, text in catalogue("web_planner", "en").items() if key.startswith("fault.")}
    months = [f"{month:%Y-%m}" for month in MONTHS]
    bounds = {name: list(each) for name, each in BOUNDS.items()}
    every = [USUAL | each for each in ENTERED]
    answers = run_planner([("read", [texts, bounds, words, months]) for texts in every])
    for texts, found in zip(every, answers, strict=True):
        entered, place = read_place(texts, USUAL, "en")
        assert found["faults"] == entered.faults
        assert (found["place"] is None) == (place is None)
        if place is not None:
            made = place.reception
            assert found["place"]["capacity"] == made.capacities(MONTHS).tolist()
            assert found["place"]["share"] == list(made.share)
            assert found["place"]["occupancy"] == made.occupancy
            assert found["place"]["stay"] == pytest.approx(made.stay.mean, rel=EXACT)


def test_an_address_keeps_what_was_entered() -> None:
    texts = {**USUAL, "later_from": "2026-03", "later": "7"}
    assert run_planner([("fragment", [texts])]) == [texts]
