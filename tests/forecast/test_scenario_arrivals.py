"""Tables of arrivals: draws or quantiles by month and destination, all problems at once."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from havre.errors import ForecastError
from havre.forecast.scenario_arrivals import parse_arrivals, read_arrivals


def rows(by: str, *cells: tuple[str, str, float, float]) -> pl.DataFrame:
    return pl.DataFrame(cells, schema=["month", "destination", by, "persons"], orient="row")


def test_draws_keep_together(tmp_path: Path) -> None:
    cells = [("2024-06", d, k, 10.0 * k * f) for d, f in (("ITA", 1), ("GRC", 2)) for k in range(3)]
    rows("draw", *cells).write_csv(tmp_path / "a.csv")
    table = read_arrivals(tmp_path / "a.csv")
    assert table.cells == ((date(2024, 6, 1), "GRC"), (date(2024, 6, 1), "ITA"))
    drawn = table.draw(6, np.random.default_rng(1))
    assert np.allclose(drawn[0], 2 * drawn[1])
    assert sorted(drawn[1]) == [0, 0, 10, 10, 20, 20]


def test_quantiles_are_joined_by_lines() -> None:
    table = parse_arrivals(rows("quantile", ("2024-06-01", "ITA", 0.0, 0.0), ("2024-06-01", "ITA", 1.0, 100.0)), "t")
    assert np.allclose(sorted(table.draw(4, np.random.default_rng(1))[0]), [12.5, 37.5, 62.5, 87.5])


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (pl.DataFrame({"month": ["2024-06"], "persons": [1]}), ["scenario.table_column"] * 2),
        (rows("draw"), ["scenario.table_empty"]),
        (rows("draw", ("2024-13", "ITX", -1, float("inf"))), ["scenario.table_cell"] * 4),
        (rows("quantile", ("2024-06", "ITA", 1.5, 1)), ["scenario.table_cell"]),
        (rows("draw", ("2024-06", "ITA", 0, 1), ("2024-06", "ITA", 0, 2)), ["scenario.table_uneven"]),
        (rows("draw", ("2024-06", "ITA", 0, 1), ("2024-07", "ITA", 1, 2)), ["scenario.table_uneven"]),
        (rows("quantile", ("2024-06", "ITA", 0.1, 5), ("2024-06", "ITA", 0.9, 2)), ["scenario.table_falls"]),
    ],
)
def test_what_is_wrong_is_told(table: pl.DataFrame, keys: list[str]) -> None:
    with pytest.raises(ForecastError) as caught:
        parse_arrivals(table, "t.csv")
    assert [problem.key for problem in caught.value.problems] == keys
