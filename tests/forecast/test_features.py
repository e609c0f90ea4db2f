"""Features by hand, and none reads a later month."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from havre.draws import SeriesKey
from havre.forecast.features import Features, back, sums_of_groups
from havre.forecast.seasons import seasons
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import FIRST, lively

NAN = float("nan")
KEYS = tuple(
    SeriesKey("irregular_crossings", origin, route)
    for origin, route in (("SYR", "route:a"), ("SYR", "route:b"), ("AFG", "route:a"))
)


def panel(values: NDArray[np.float64]) -> MonthlySeries:
    return MonthlySeries(KEYS, FIRST, values)


def column(features: Features, name: str, horizon: int = 1) -> NDArray[np.float64]:
    """Give one feature of all series and months (series, month)."""
    every = np.ones(features.logs.shape, dtype=bool)
    table = features.table(horizon, every)
    assert table.shape[1] == len(features.names) == len(features.drivers)
    return table[:, features.names.index(name)].astype(np.float64).reshape(features.logs.shape)


def test_names_are_told_once_and_each_has_a_driver() -> None:
    features = Features.of(panel(lively(3, 30)))
    assert len(set(features.names)) == len(features.names)
    assert all(features.drivers)


def test_going_back_and_never_ahead() -> None:
    row = np.array([[1.0, 2.0, 3.0]])
    assert back(row, 0).tolist() == [[1, 2, 3]]
    assert back(row, 2)[:, 2:].tolist() == [[1]]
    assert np.isnan(back(row, 2)[:, :2]).all()
    assert np.isnan(back(row, 5)).all()
    with pytest.raises(ValueError, match="2 months ahead"):
        back(row, -2)


def test_groups_share_a_destination_an_origin_and_the_panel() -> None:
    values = np.array([[1.0], [2.0], [4.0]])
    found = {name: sums[:, 0].tolist() for name, sums in sums_of_groups(KEYS, values)}
    assert found == {"destination": [5, 2, 5], "origin": [3, 3, 4], "panel": [7, 7, 7]}
    one = tuple(key for key in KEYS if key.destination == "route:a")
    assert [name for name, _ in sums_of_groups(one, values[:2])] == ["panel"]
    assert list(sums_of_groups(KEYS[:1], values[:1])) == []


def near(wanted: object) -> Any:
    """Compare what was kept in single precision."""
    return pytest.approx(wanted, rel=1e-5, abs=1e-5, nan_ok=True)


def test_features_by_hand() -> None:
    values = lively(3, 40)
    values[2, :5] = NAN
    values[0, 37:] = 0
    features = Features.of(panel(values))
    logs = np.log1p(values)
    assert column(features, "lag_0") == near(logs - features.level)
    assert column(features, "lag_3")[:, 3:] == near(logs[:, :-3] - features.level[:, 3:])
    # Three months ahead of month t, the same month of the year before is t − 9.
    assert column(features, "year_ago", 3)[:, 9:] == near(logs[:, :-9] - features.level[:, 9:])
    assert column(features, "year_ago", 12) == near(logs - features.level)
    assert column(features, "months_since")[0, -4:].tolist() == [0, 1, 2, 3]
    assert column(features, "target_month", 2)[0, :3].tolist() == [2, 3, 4]
    known = seasons(logs, 0)
    assert column(features, "season", 2)[1, 30] == near(known[1, 30, (30 + 2) % 12])
    both = np.log1p(np.nan_to_num(values[0]) + np.nan_to_num(values[2]))
    assert column(features, "destination_change")[0, 1:] == near(np.diff(both))


@pytest.mark.parametrize("horizon", [1, 6, 12])
def test_no_feature_reads_a_later_month(horizon: int) -> None:
    values = lively(3, 60)
    later = values.copy()
    later[:, 45:] = 1e6
    every = np.ones(values.shape, dtype=bool)
    every[:, 45:] = False
    tables = [Features.of(panel(rows)).table(horizon, every) for rows in (values, later)]
    assert tables[0].tobytes() == tables[1].tobytes()
