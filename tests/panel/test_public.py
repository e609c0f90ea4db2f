"""The public panels: which series, which origins, and what a forecast at an origin may know."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from havre.errors import PanelError
from havre.evaluate.protocol import select_series
from havre.months import add_months, months_between
from havre.panel.observations import SCHEMA
from havre.panel.public import PUBLIC_PANELS, PublicPanel, check_public, public_panel, stacked
from havre.panel.reference import load_reference
from havre.panel.series import MonthlySeries
from havre.sources.frontex import read_frontex
from tests.panel.observation_samples import monthly, table

SHARED = Path(os.environ.get("HAVRE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
FILE = SHARED / "frontex_ibc_monthly" / "frontex_ibc_monthly.parquet"
FIRST = date(2015, 1, 1)
MONTHS = 100
CENTRAL, WEST = "route:central-mediterranean", "route:western-african"
CROSSING: dict[str, Any] = {
    "measure": "irregular_crossings",
    "source": "frontex",
    "as_of": date(2024, 1, 1),
    "first": FIRST,
}


def crossings(*extra: dict[str, object]) -> pl.DataFrame:
    """Make three corridors, and detections of unknown nationality."""
    rows = [
        *monthly([7.0] * MONTHS, origin="SYR", destination=CENTRAL, **CROSSING),
        *monthly([5.0] * MONTHS, origin="SEN", destination=WEST, **CROSSING),
        *monthly([3.0] * (MONTHS - 40), origin="SYR", destination=WEST, **CROSSING),
        *monthly([11.0] * MONTHS, origin="XXX", destination=CENTRAL, **CROSSING),
    ]
    return table(*rows, *extra)


def named(panel: PublicPanel) -> list[tuple[str, str]]:
    return [(key.origin, key.destination) for key in panel.series.keys]


def test_corridors_leave_out_the_unknown_nationality_and_hold_no_totals() -> None:
    [corridors] = public_panel("A", crossings())
    assert corridors.id == "A/corridors"
    assert named(corridors) == [("SYR", CENTRAL), ("SEN", WEST), ("SYR", WEST)]
    assert corridors.series.values[2].tolist() == [3.0] * 60 + [0.0] * 40, "a month without a row is a zero"


def test_totals_count_the_unknown_nationality() -> None:
    routes, nationalities = public_panel("B", crossings())
    assert (routes.id, nationalities.id) == ("B/routes", "B/nationalities")
    assert named(routes) == [("TOT", CENTRAL), ("TOT", WEST)]
    assert routes.series.values[:, 0].tolist() == [18.0, 8.0]
    assert routes.series.values[:, -1].tolist() == [18.0, 5.0]
    assert named(nationalities) == [("SEN", "TOT"), ("SYR", "TOT"), ("XXX", "TOT")]
    assert nationalities.series.values[:, 0].tolist() == [5.0, 10.0, 11.0]


def test_the_newest_file_counts() -> None:
    later = {**CROSSING, "as_of": date(2024, 6, 1)}
    revised = monthly([70.0], origin="SYR", destination=CENTRAL, **later)
    for name, expected in (("A", 70.0), ("B", 81.0)):
        assert public_panel(name, crossings(*revised))[0].series.values[0, 0] == expected


@pytest.mark.parametrize("name", ["A", "B"])
def test_a_forecast_knows_the_months_up_to_its_origin_and_nothing_else(name: str) -> None:
    for panel in public_panel(name, crossings()):
        rows = list(range(len(panel.series.keys)))[1:]
        chosen = panel.series.select(rows)
        known = panel.known(chosen, date(2019, 12, 1))
        assert known.keys == chosen.keys
        assert known.last == date(2019, 12, 1)
        assert np.array_equal(known.values, chosen.values[:, :60])


def test_fresh_origins_end_before_the_data() -> None:
    [corridors] = public_panel("A", crossings())
    assert corridors.series.last == date(2023, 4, 1)
    assert corridors.origins == tuple(months_between(date(2019, 12, 1), date(2022, 4, 1)))
    assert corridors.fresh_origins == tuple(months_between(date(2022, 5, 1), date(2023, 3, 1)))
    [short] = public_panel("A", crossings().filter(pl.col("period") <= date(2022, 5, 1)))
    assert short.fresh_origins == ()


@pytest.mark.parametrize("name", ["C", "D", "E"])
def test_the_reference_panels_have_series_and_truth_at_every_test_origin(name: str) -> None:
    for panel in public_panel(name, load_reference()):
        series = panel.series.select(select_series(panel.series, panel.origins[0]))
        assert len(series.keys) > 0
        assert "TOT" not in {getattr(key, panel.scopes[0].by) for key in series.keys}
        for origin in (panel.origins[0], panel.origins[-1]):
            assert panel.known(series, origin).last == origin
            truth = series.at([add_months(origin, h) for h in range(1, 13)])
            assert (~np.isnan(truth)).any(axis=0).all(), f"{panel.id} {origin}"
        assert panel.origins[-1] < panel.fresh_origins[0]
        assert (~np.isnan(series.at([add_months(panel.fresh_origins[-1], 1)]))).any()


def test_the_sizes_of_the_reference_panels() -> None:
    sizes = {panel.id: len(select_series(panel.series, panel.origins[0]))
             for name in "CDE" for panel in public_panel(name, load_reference())}  # fmt: skip
    assert sizes == {"C/germany": 72, "D/destinations": 32, "E/mediterranean": 2, "E/channel": 1}


@pytest.mark.skipif(not FILE.is_file(), reason="the file of detections is not at hand")
def test_the_sizes_of_the_panels_from_the_file_of_detections() -> None:
    rows = read_frontex(FILE, as_of=date(2025, 6, 3)).select(SCHEMA.names())
    sizes = {panel.id: len(select_series(panel.series, panel.origins[0]))
             for name in "AB" for panel in public_panel(name, rows)}  # fmt: skip
    assert sizes == {"A/corridors": 170, "B/routes": 7, "B/nationalities": 69}


def test_names_are_read_in_any_case_and_others_are_refused() -> None:
    assert [check_public(name) for name in ("a", " B ", "e")] == ["A", "B", "E"]
    for name in ("F", "", "A/corridors", "Germany"):
        with pytest.raises(PanelError, match="is not a public panel") as caught:
            public_panel(name, load_reference())
        assert all(letter in caught.value.message() for letter in PUBLIC_PANELS)


def test_detections_that_were_not_imported_are_told_with_the_command() -> None:
    with pytest.raises(PanelError, match=r"Panel B: there are no Frontex detections in my-store") as caught:
        public_panel("B", load_reference(), store="my-store")
    assert "havre panel import frontex FILE --store my-store --as-of DAY" in caught.value.advice()
    assert "havre panel import frontex FICHIER --store my-store --as-of JOUR" in caught.value.advice("fr")


def test_series_over_other_months_are_not_stacked() -> None:
    [corridors] = public_panel("A", crossings())
    part = corridors.series
    assert stacked([part, part]).values.shape == (6, MONTHS)
    with pytest.raises(ValueError, match="same months"):
        stacked([part, MonthlySeries(part.keys, add_months(FIRST, 1), part.values)])


@pytest.mark.parametrize("name", ["A", "B"])
def test_a_forecast_does_not_know_a_later_file(name: str) -> None:
    """A file of 2024 revises a month of 2016; a forecast made in 2020 from the file of that year must not see it."""
    first = {**CROSSING, "as_of": date(2019, 1, 1)}
    old = crossings().with_columns(as_of=pl.lit(date(2019, 1, 1)))
    revised = table(*monthly([700.0], origin="SYR", destination=CENTRAL, **{**first, "as_of": date(2024, 6, 1)}))
    for before, after in zip(public_panel(name, old), public_panel(name, pl.concat([old, revised])), strict=True):
        assert before.series.values[:, 0].max() < 100 < after.series.values[:, 0].max()
        known = [panel.known(panel.series, date(2020, 1, 1)) for panel in (before, after)]
        assert known[0].keys == known[1].keys
        assert known[0].values.tobytes() == known[1].values.tobytes()


def test_a_month_that_will_be_missing_takes_no_series_from_earlier_origins() -> None:
    whole = crossings()
    lost = (pl.col("origin") == "SYR") & (pl.col("destination") == CENTRAL) & (pl.col("period") == date(2021, 6, 1))
    holed = whole.with_columns(value=pl.when(~lost).then("value"))
    [before], [after] = public_panel("A", whole), public_panel("A", holed)
    assert after.series.keys == before.series.keys
    row = named(after).index(("SYR", CENTRAL))
    place = len(months_between(FIRST, date(2021, 5, 1)))
    assert np.array_equal(after.series.values[row, :place], before.series.values[row, :place])
    assert np.isnan(after.series.values[row, place:]).all(), "it ends where it is first missing"
