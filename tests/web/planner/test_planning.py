"""What a release tells of arrivals, and the values of the regions."""

from datetime import date

import numpy as np
import pytest
from fastapi import FastAPI

from havre.forecast.dependence import MEMORY, draw_scores
from havre.web.planning import _past_scores, margins, month_correlations, published_arrivals
from havre.web.reception_places import regions
from havre.web.site import Site


@pytest.fixture(scope="module")
def site(app: FastAPI) -> Site:
    found: Site = app.state.holder.site
    return found


def test_published_quantiles_are_those_of_the_release(site: Site) -> None:
    outlook = site.latest.outlooks[0]
    arrivals = published_arrivals(site.latest, outlook)
    assert arrivals is not None
    assert arrivals.months == tuple(month.month for month in outlook.expected)
    for row, month in zip(arrivals.values, outlook.expected, strict=True):
        assert month.quantiles is not None
        assert {level: row[arrivals.levels.index(level)] for level in month.quantiles} == month.quantiles
    assert (np.diff(arrivals.values, axis=1) >= 0).all()


def test_draws_stay_at_the_outermost_quantiles() -> None:
    made = margins((0.1, 0.5, 0.9), np.array([[1.0, 2.0, 10.0]]), 10)
    np.testing.assert_allclose(made[0], [1, 1.125, 1.375, 1.625, 1.875, 3, 5, 7, 9, 10])


def test_correlations_are_those_of_the_scores_that_forecasts_draw(site: Site) -> None:
    outlook = site.latest.outlooks[0]
    horizons = len(outlook.expected)
    told = month_correlations(outlook, horizons)
    np.testing.assert_allclose(np.diag(told), 1.0)
    scores = _past_scores(outlook, horizons)
    drawn = draw_scores(scores[:, None, :], 20_000, np.random.default_rng(5))[0]
    assert np.abs(np.corrcoef(drawn) - told).max() < 5 / np.sqrt(20_000)


def test_without_history_a_surprise_lasts(site: Site) -> None:
    from dataclasses import replace

    short = replace(site.latest.outlooks[0], history=())
    assert month_correlations(short, 3)[0].tolist() == pytest.approx([1, MEMORY, MEMORY**2])


def test_regions_are_complete_and_say_where_they_are_from() -> None:
    known = regions()
    assert len(known.regions) == 20
    assert known.provider
    assert known.arrivals
    assert known.url.startswith("https://")
    for each in known.regions:
        assert 0 < each.share < 0.2
        assert 1 < each.mean_stay < 60
        assert all(0 < each.people[month] <= each.most[month] for month in each.people)
    assert known.regions[0].at(date(2020, 1, 1)) == date(2019, 10, 1)
    assert known.regions[0].at(date(2026, 1, 1)) == date(2023, 4, 1)
    assert known.regions[0].at(date(2018, 1, 1)) == date(2019, 10, 1)
