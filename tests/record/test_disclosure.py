"""No published cell is small, and none can be found by subtraction: laws of disclosure control."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import QUANTILE_LEVELS
from havre.months import add_months
from havre.record.attack import attack
from havre.record.disclosure import count_suppressed, protect_forecasts, protect_history
from havre.record.tables import FORECASTS, HISTORY, SCOPE_KEY

JANUARY = date(2020, 1, 1)
ORIGINS = ("AFG", "BGD", "ERI", "IRQ", "SOM", "SYR", "TUR", "XXX")
DEU, ALL = "asylum_applications/bamf/DEU/origin", "asylum_applications/bamf/all/destination"
MEASURE = "asylum_applications"

Cell = tuple[str, str, str, int, float]
"""Scope, origin, destination, month, value."""


def history_of(cells: Sequence[Cell]) -> pl.DataFrame:
    rows = [(s, MEASURE, o, d, add_months(JANUARY, m), v, False) for s, o, d, m, v in cells]
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def corridors(values: Sequence[float], total: float | None, month: int = 0) -> list[Cell]:
    cells = [(DEU, origin, "DEU", month, value) for origin, value in zip(ORIGINS, values, strict=False)]
    return cells if total is None else [*cells, (DEU, "TOT", "DEU", month, total)]


def hidden_codes(table: pl.DataFrame, column: str = "origin") -> set[str]:
    return set(table.filter("suppressed")[column])


counts = st.one_of(st.integers(0, 3), st.integers(0, 30), st.integers(0, 500)).map(float)
parts = st.lists(counts, min_size=1, max_size=len(ORIGINS))
thresholds = st.integers(2, 12)


@st.composite
def histories(draw: st.DrawFn) -> pl.DataFrame:
    """Corridors of some months with a total that is their sum, none, or one that holds more than what is shown."""
    cells: list[Cell] = []
    for month in range(draw(st.integers(1, 3))):
        values = draw(parts)
        unseen = draw(st.sampled_from([None, 0, 0, 0, 4, 200]))
        cells += corridors(values, None if unseen is None else sum(values) + unseen, month)
    return history_of(cells)


@settings(deadline=None)
@given(histories(), thresholds)
def test_no_published_cell_is_small_and_what_is_published_is_true(history: pl.DataFrame, threshold: int) -> None:
    safe = protect_history(history, threshold)
    assert safe.schema == HISTORY
    shown = safe["value"].drop_nulls()
    assert not shown.is_between(1, threshold - 1).any()
    assert safe.select(SCOPE_KEY, "period").equals(history.select(SCOPE_KEY, "period"))
    kept = safe.filter(~pl.col("suppressed"))
    assert kept.drop("suppressed").equals(history.filter(~safe["suppressed"]).drop("suppressed"))
    assert safe["value"].is_null().equals(safe["suppressed"])


@settings(deadline=None)
@given(histories(), thresholds)
def test_zeros_stay(history: pl.DataFrame, threshold: int) -> None:
    safe = protect_history(history, threshold)
    assert (safe.filter(history["value"] == 0)["value"] == 0).all()


@settings(deadline=None)
@given(histories(), thresholds)
def test_a_published_total_gives_no_part_back(history: pl.DataFrame, threshold: int) -> None:
    safe = protect_history(history, threshold).with_columns(true=history["value"])
    for _, month in safe.group_by("period"):
        total = month.filter((pl.col("origin") == "TOT") & ~pl.col("suppressed"))["value"]
        hidden = month.filter((pl.col("origin") != "TOT") & pl.col("suppressed"))["true"]
        if total.len() and hidden.len():
            assert hidden.len() >= 2
            assert hidden.sum() >= threshold
            assert hidden.sum() > hidden.len(), "all of them are 1"


def test_next_smallest_part_is_hidden_too() -> None:
    safe = protect_history(history_of(corridors([3, 40, 25, 0], 68)), 10)
    assert hidden_codes(safe) == {"AFG", "ERI"}


def test_two_small_parts_with_a_small_sum_need_a_third() -> None:
    safe = protect_history(history_of(corridors([3, 4, 25, 300], 332)), 10)
    assert hidden_codes(safe) == {"AFG", "BGD", "ERI"}


def test_two_small_parts_with_a_larger_sum_are_enough() -> None:
    assert hidden_codes(protect_history(history_of(corridors([5, 7, 25, 300], 337)), 10)) == {"AFG", "BGD"}


def test_parts_that_can_be_nothing_but_one_need_another() -> None:
    """Zeros are published: seven hidden parts with a sum of seven are seven times 1."""
    safe = protect_history(history_of(corridors([1] * 7 + [50], 57)), 6)
    assert hidden_codes(safe) == set(ORIGINS)


def test_a_total_is_hidden_where_there_is_nothing_to_hide_behind() -> None:
    safe = protect_history(history_of(corridors([3, 0, 0], 3)), 10)
    assert hidden_codes(safe) == {"AFG", "TOT"}
    lonely = protect_history(history_of(corridors([3, 0], 250)), 10)
    assert hidden_codes(lonely) == {"AFG", "TOT"}


def test_without_a_total_only_small_cells_are_hidden() -> None:
    assert hidden_codes(protect_history(history_of(corridors([3, 40, 25], None)), 10)) == {"AFG"}


def test_months_and_measures_are_protected_apart() -> None:
    other = history_of(corridors([40, 3, 25], 68)).with_columns(measure=pl.lit("asylum_applications_first"))
    both = pl.concat([history_of(corridors([3, 40, 25], 68) + corridors([40, 30, 25], 95, 1)), other])
    safe = protect_history(both, 10)
    assert safe["suppressed"].to_list() == [True, False, True, False] + [False] * 4 + [False, True, True, False]


def test_a_cell_hidden_in_one_scope_is_hidden_in_all() -> None:
    """Applications in Germany are the total of one scope and a part of another."""
    germany = corridors([3, 0], 250)
    everywhere: list[Cell] = [
        (ALL, "TOT", "DEU", 0, 250.0),
        (ALL, "TOT", "FRA", 0, 90.0),
        (ALL, "TOT", "ITA", 0, 70.0),
        (ALL, "TOT", "TOT", 0, 410.0),
    ]
    safe = protect_history(history_of(germany + everywhere), 10)
    assert hidden_codes(safe.filter(scope=DEU)) == {"AFG", "TOT"}
    assert hidden_codes(safe.filter(scope=ALL), "destination") == {"DEU", "ITA"}


def test_a_hidden_total_is_not_the_sum_of_visible_parts() -> None:
    destinations: list[Cell] = [
        (ALL, "TOT", "DEU", 0, 60.0),
        (ALL, "TOT", "FRA", 0, 4.0),
        (ALL, "TOT", "ITA", 0, 900.0),
        (ALL, "TOT", "TOT", 0, 964.0),
    ]
    safe = protect_history(history_of(corridors([25, 35, 0], 60) + destinations), 10)
    assert hidden_codes(safe.filter(scope=ALL), "destination") == {"DEU", "FRA"}
    assert hidden_codes(safe.filter(scope=DEU)) == {"TOT", "AFG"}


def test_a_threshold_of_one_hides_nothing() -> None:
    history = history_of(corridors([1, 2, 0], 3))
    assert protect_history(history, 1).equals(history)
    assert protect_history(history, 0).equals(history)


def forecasts_of(medians: dict[tuple[str, str], list[float]], spread: float = 0.8) -> pl.DataFrame:
    """Forecasts by model and origin, with a median for each horizon."""
    rows = [
        (DEU, MEASURE, origin, "DEU", model, h, add_months(JANUARY, h), level, median * (1 + spread * (level - 0.5)))
        for (model, origin), values in medians.items()
        for h, median in enumerate(values, start=1)
        for level in QUANTILE_LEVELS
    ]
    return pl.DataFrame(rows, schema=FORECASTS, orient="row")


medians = st.lists(st.one_of(st.floats(0, 20), st.floats(0, 1e6)), min_size=2, max_size=2)


@settings(deadline=None)
@given(
    st.dictionaries(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(ORIGINS)), medians, min_size=1),
    st.floats(0, 2),
    thresholds,
)
def test_no_published_forecast_is_small_or_out_of_order(
    made: dict[tuple[str, str], list[float]], spread: float, threshold: int
) -> None:
    raw = forecasts_of(made, spread)
    safe = protect_forecasts(raw, threshold)
    assert safe.schema == FORECASTS
    assert safe.drop("value").equals(raw.drop("value"))
    shown = safe["value"].drop_nulls()
    assert not shown.is_between(0, threshold, closed="none").any()
    assert (shown == shown.round(0)).all()
    target = [*SCOPE_KEY, "horizon"]
    for _, rows in safe.group_by(target):
        assert rows["value"].null_count() in (0, rows.height), "a target is suppressed in every model or in none"
    for _, rows in safe.drop_nulls("value").group_by(*target, "model"):
        assert rows.sort("quantile")["value"].is_sorted()


@settings(deadline=None)
@given(medians, thresholds)
def test_intervals_get_wider_but_never_narrower(values: list[float], threshold: int) -> None:
    raw = forecasts_of({("a", "SYR"): values}, 1.8)
    both = raw.with_columns(safe=protect_forecasts(raw, threshold)["value"]).drop_nulls("safe")
    assert ((both["safe"] - both["value"]) <= 0.5).all()
    lowered = both.filter(pl.col("value") - pl.col("safe") > 0.5)
    assert (lowered["safe"] == 0).all()


def test_a_small_median_in_one_model_hides_the_target_in_all() -> None:
    safe = protect_forecasts(forecasts_of({("a", "SYR"): [300, 9], ("b", "SYR"): [300, 300]}), 10)
    assert safe.filter(pl.col("value").is_null()).select("model", "horizon").unique().height == 2
    assert set(safe.filter(pl.col("value").is_null())["horizon"]) == {2}


def test_a_month_that_was_not_published_is_not_suppressed() -> None:
    history = history_of(corridors([3, 40, 25], 68)).with_columns(
        value=pl.when(pl.col("origin") != "ERI").then("value")
    )
    safe = protect_history(history, 10)
    assert safe["suppressed"].to_list() == [True, True, False, False]


def test_suppressed_cells_are_counted() -> None:
    history = protect_history(history_of(corridors([3, 40, 25], 68)), 10)
    forecasts = protect_forecasts(forecasts_of({("a", "SYR"): [300, 9], ("b", "SYR"): [300, 300]}), 10)
    assert count_suppressed(history, forecasts) == {"history": 2, "forecasts": 1}
    assert count_suppressed(history.clear(), forecasts.clear()) == {"history": 0, "forecasts": 0}


@settings(deadline=None)
@given(parts, thresholds, st.binary(min_size=32, max_size=32))
def test_with_a_key_as_little_can_be_found_and_the_same_is_hidden_each_time(
    values: list[float], threshold: int, key: bytes
) -> None:
    history = history_of(corridors(values, sum(values)))
    safe = protect_history(history, threshold, key=key)
    assert safe.equals(protect_history(history, threshold, key=key))
    small = history["value"].is_between(0, threshold, closed="none")
    assert (safe["suppressed"] | ~small).all()
    assert attack(safe, float(threshold)) == []


def test_who_knows_the_program_but_not_the_key_does_not_know_that_the_smallest_was_hidden() -> None:
    # Of 16, 16 and 30 any may be the one hidden beside 9: its size says nothing exact about the small one.
    history = history_of(corridors([9, 30, 16, 35, 16], 106))
    chosen = {tuple(protect_history(history, 10, key=bytes([n]) * 32)["suppressed"].to_list()) for n in range(40)}
    assert len(chosen) == 3
    assert len({tuple(protect_history(history, 10)["suppressed"].to_list())}) == 1
