from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest

from havre.panel.observations import SCHEMA, check_observations, empty_panel
from havre.sources.connector import Parsed
from havre.sources.drift import find_drift, missing_cells

NOTHING = empty_panel()


def table(
    values: dict[tuple[str, int], float], destination: str = "DEU", rounding: float | None = None
) -> pl.DataFrame:
    """Observations by origin and month of 2026."""
    rows = [
        {
            "measure": "asylum_applications", "origin": origin, "destination": destination,
            "period": date(2026, month, 1), "frequency": "M", "value": value, "rounding": rounding,
            "status": "final", "source": "eurostat", "as_of": date(2026, 12, 1),
        }
        for (origin, month), value in values.items()
    ]  # fmt: skip
    return check_observations(pl.DataFrame(rows))


def keys(parsed: Parsed, known: pl.DataFrame, before: Mapping[str, tuple[str, ...]] | None = None) -> list[str]:
    return [problem.key for problem in find_drift(parsed, known, before).problems]


BASE = {("SYR", month): 500.0 + month for month in range(1, 7)} | {("AFG", month): 300.0 for month in range(1, 7)}


def test_the_same_again_is_no_drift() -> None:
    shape = {"columns": ("a", "b"), "units": ("PER",), "code:citizen": ("SY", "AF")}
    assert find_drift(Parsed(table(BASE), shape, whole=True), table(BASE), shape).problems == ()
    assert find_drift(Parsed(table(BASE), shape), NOTHING, None).notes == ()


def test_a_month_that_lost_nine_tenths_is_kept_out() -> None:
    less = {key: value * 0.05 if key[1] == 6 else value for key, value in BASE.items()}
    assert keys(Parsed(table(less)), table(BASE)) == ["source.drift.shrunk"]
    half = {key: value * 0.5 if key[1] == 6 else value for key, value in BASE.items()}
    assert keys(Parsed(table(half)), table(BASE)) == []


def test_a_small_month_may_shrink() -> None:
    few = {("SYR", 1): 40.0}
    assert keys(Parsed(table({("SYR", 1): 1.0})), table(few)) == []


def test_rows_that_are_gone_shrink_a_month_of_a_whole_table() -> None:
    gone = {key: value for key, value in BASE.items() if key[1] != 3}
    assert "source.drift.shrunk" in keys(Parsed(table(gone), whole=True), table(BASE))
    assert keys(Parsed(table(gone), whole=False), table(BASE)) == []


def test_single_rows_that_are_gone_are_withdrawn() -> None:
    gone = {key: value for key, value in BASE.items() if key != ("AFG", 3)}
    parsed = Parsed(table(gone), whole=True)
    assert keys(parsed, table(BASE)) == []
    assert missing_cells(parsed, table(BASE)).select("origin", "period").rows() == [("AFG", date(2026, 3, 1))]


def test_what_lies_outside_the_span_of_a_piece_is_not_gone() -> None:
    later = {key: value for key, value in BASE.items() if key[1] >= 4}
    assert missing_cells(Parsed(table(later), whole=True), table(BASE)).height == 0
    assert missing_cells(Parsed(table(BASE), whole=True), table(BASE, "FRA")).height == 0


@pytest.mark.parametrize("facet", ["columns", "units", "sheets"])
def test_a_layout_that_lost_something(facet: str) -> None:
    before = {facet: ("one", "two")}
    assert keys(Parsed(table(BASE), {facet: ("one",)}), NOTHING, before) == ["source.drift.layout"]
    renamed = Parsed(table(BASE), {facet: ("one", "zwei")})
    assert keys(renamed, NOTHING, before) == ["source.drift.layout"]


def test_a_new_column_is_told_and_a_new_unit_kept_out() -> None:
    columns = find_drift(Parsed(table(BASE), {"columns": ("a", "b")}), NOTHING, {"columns": ("a",)})
    assert (columns.problems, [note.key for note in columns.notes]) == ((), ["source.drift.new"])
    assert keys(Parsed(table(BASE), {"units": ("PER", "NR")}), NOTHING, {"units": ("PER",)}) == ["source.drift.layout"]


def test_many_codes_that_are_gone() -> None:
    before = {"code:citizen": tuple(f"C{number}" for number in range(10))}
    few = Parsed(table(BASE), {"code:citizen": before["code:citizen"][:9]})
    assert [note.key for note in find_drift(few, NOTHING, before).notes] == ["source.drift.changed"]
    many = Parsed(table(BASE), {"code:citizen": before["code:citizen"][:7]})
    assert keys(many, NOTHING, before) == ["source.drift.codes"]


def test_parts_that_do_not_add_up() -> None:
    good = {("TOT", 1): 810.0, ("SYR", 1): 505.0, ("AFG", 1): 300.0}
    assert keys(Parsed(table(good, rounding=5.0), adds_up=True), NOTHING) == []
    assert keys(Parsed(table({**good, ("TOT", 1): 1810.0}, rounding=5.0), adds_up=True), NOTHING) == [
        "source.drift.sum"
    ]
    assert keys(Parsed(table({**good, ("TOT", 1): 1810.0}, rounding=5.0)), NOTHING) == []


@pytest.mark.parametrize(
    ("total", "parts", "rounding", "is_wrong"),
    [
        # Rounded to 5: each of three figures may be off by half of it, which is 7.5 together.
        (100.0, (60.0, 33.0), 5.0, False), (100.0, (60.0, 32.0), 5.0, True),
        # Not rounded: by half a person each.
        (20.0, (10.0, 9.0), None, False), (20.0, (10.0, 8.0), None, True),
        # Of many, a fiftieth.
        (10_000.0, (9_000.0, 800.0), 5.0, False), (10_000.0, (9_000.0, 799.0), 5.0, True),
        (10_000.0, (9_000.0, 1_201.0), 5.0, True),
        # Without any part there is nothing to add up.
        (500.0, (), 5.0, False),
    ],
)  # fmt: skip
def test_how_far_parts_may_be_from_their_total(
    total: float,
    parts: tuple[float, ...],
    rounding: float | None,
    is_wrong: bool,  # noqa: FBT001
) -> None:
    told = {("TOT", 1): total, **{(origin, 1): part for origin, part in zip(("SYR", "AFG"), parts, strict=False)}}
    found = keys(Parsed(table(told, rounding=rounding), adds_up=True), NOTHING)
    assert found == (["source.drift.sum"] if is_wrong else [])


def test_a_total_that_shrank_beside_its_parts_is_kept_out() -> None:
    known = {("TOT", 1): 1000.0, ("SYR", 1): 600.0, ("AFG", 1): 400.0}
    assert keys(Parsed(table({**known, ("TOT", 1): 90.0})), table(known)) == ["source.drift.shrunk"]
    parts = {**known, ("SYR", 1): 50.0, ("AFG", 1): 40.0}
    assert keys(Parsed(table(parts)), table(known)) == ["source.drift.shrunk"]


def test_years_are_not_compared_with_months() -> None:
    years = table({("SYR", 1): 6000.0, ("AFG", 1): 3600.0}).with_columns(
        frequency=pl.lit("A").cast(SCHEMA["frequency"])
    )
    assert find_drift(Parsed(years, whole=True), table(BASE), None).problems == ()


def test_many_values_that_are_gone() -> None:
    many = {("SYR" if number % 2 else "AFG", 1 + number % 6): 50.0 for number in range(12)}
    base = table({**{(origin, month): 50.0 for origin in ("SYR", "AFG", "IRQ", "ERI", "SOM", "NGA", "GIN", "MLI")
                     for month in range(1, 13)}, **many})  # fmt: skip
    # 12 of 96 are gone: an eighth.
    left = base.filter(
        ~((pl.col("origin") == "MLI") & (pl.col("period").dt.month() < 12)) | (pl.col("origin") != "MLI")
    )
    assert keys(Parsed(left, whole=True), base) == ["source.drift.vanished"]
    few = base.filter((pl.col("origin") != "MLI") | (pl.col("period").dt.month() > 9))
    assert keys(Parsed(few, whole=True), base) == []
