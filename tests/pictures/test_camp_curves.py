"""Small drawings: each camp its own, with its intervals, counts and capacity, and one legend."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes

from havre.pictures.camp_curves import capacity_of, columns_of, counts_of, day_labels, quantile_curve
from havre.pictures.displacement_charts import CampCurvesChart
from havre.pictures.figures import make_figure
from havre.pictures.files import picture_bytes
from havre.pictures.style import settings
from havre.pictures.words import Words
from tests.pictures import sample_displacement as displaced
from tests.pictures.sample_charts import camps_of, picture

CHART = displaced.curves(displaced.sample(), every=10)


def drawings(chart: CampCurvesChart) -> list[Axes]:
    with settings():
        return list(make_figure(picture(chart)).subfigs[1].axes)


def test_each_camp_has_its_drawing_and_the_rest_of_the_grid_is_empty() -> None:
    axes = drawings(CHART)
    assert [each.get_title(loc="left") for each in axes[:7]] == list(displaced.CAMPS)
    assert [each.axison for each in axes] == [True] * 7 + [False] * 2
    assert [columns_of(camps) for camps in (1, 2, 3, 4, 5, 14)] == [1, 2, 3, 2, 3, 3]


def test_a_drawing_holds_intervals_median_counts_and_capacity() -> None:
    axes = drawings(CHART)[1]
    assert axes.get_legend_handles_labels()[1] == [
        "95 % interval", "80 % interval", "50 % interval", "simulated: median", "counted", "capacity in force",
        "fitted up to here",
    ]  # fmt: skip
    median, counted, capacity, end = axes.get_lines()
    assert len(np.asarray(median.get_xdata())) == 30
    assert len(np.asarray(counted.get_xdata())) == len(counts_of(CHART, "Mentaro"))
    assert np.asarray(capacity.get_ydata()).tolist() == [6900, 6900]
    assert np.asarray(end.get_xdata())[0] == date(2012, 7, 27).toordinal() + 0.5
    assert axes.get_ylim()[0] == 0


def test_a_capacity_far_above_is_written_not_drawn() -> None:
    axes = drawings(CHART)[0]
    assert "capacity in force" not in axes.get_legend_handles_labels()[1]
    assert [text.get_text() for text in axes.texts] == ["capacity in force 60,000 ↑"]
    assert axes.get_ylim()[1] <= 25_000


def test_all_camps_share_their_days() -> None:
    limits = {axes.get_xlim() for axes in drawings(CHART)[:7]}
    assert len(limits) == 1
    [(first, last)] = limits
    assert first < displaced.START.toordinal()
    assert last > date(2012, 12, 24).toordinal()


def test_only_intervals_with_both_levels_are_drawn() -> None:
    without = replace(CHART, curves=CHART.curves.filter(pl.col("quantile") != 0.975), fitted_until=None)
    labels = drawings(without)[1].get_legend_handles_labels()[1]
    assert labels[:2] == ["80 % interval", "50 % interval"]
    assert "fitted up to here" not in labels


@pytest.mark.parametrize("table", ["curves", "counted"])
def test_files_do_not_tell_small_counts_apart(table: str) -> None:
    def drawn(people: float) -> bytes:
        days = [date(2020, 1, day) for day in (1, 2, 3)]
        chart = camps_of(*(("One", day, 0.5, 500.0) for day in days))
        rows = [("One", day, 0.5, value) for day, value in zip(days, (500.0, people, 500.0), strict=True)]
        if table == "curves":
            return picture_bytes(picture(replace(chart, curves=camps_of(*rows).curves)), "svg")
        counted = camps_of(*rows).curves.drop("quantile")
        return picture_bytes(picture(replace(chart, counted=counted)), "svg")

    assert drawn(1.0) == drawn(9.0)
    assert drawn(9.0) != drawn(0.0)
    assert drawn(9.0) != drawn(20.0)


def test_what_is_read_from_the_tables() -> None:
    assert capacity_of(CHART, "Niamé") == 6300
    assert capacity_of(CHART, "Nowhere") is None
    days = [day for day, _ in quantile_curve(CHART.curves, "Niamé", 0.5)]
    assert days == sorted(days)
    gaps = replace(CHART, counted=CHART.counted.with_columns(value=pl.lit(None, dtype=pl.Float64)))
    assert counts_of(gaps, "Niamé") == []


def test_the_year_stands_where_it_changes() -> None:
    days = [date(2012, 10, 1), date(2013, 1, 1), date(2013, 4, 1), date(2013, 4, 15)]
    assert day_labels(days, Words("en")) == ["Oct\n2012", "Jan\n2013", "Apr\n", "15 Apr\n"]
