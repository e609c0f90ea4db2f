"""Forecasts of others in the layout of the hubs: judged in the same table, and refused with every reason at once."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havre.draws import QUANTILE_LEVELS, Floats, Quantiles, SeriesKey
from havre.errors import FileError, ForecastError
from havre.evaluate.compare import league_table
from havre.evaluate.outside import called, hub_table, read_hub_forecasts, write_hub_forecasts
from havre.evaluate.protocol import Forecasts, score
from havre.months import add_months
from havre.panel.series import MonthlySeries
from havre.record.hub import MODEL_OUTPUT

ORIGIN = date(2020, 12, 1)
KEYS = tuple(SeriesKey("asylum_applications", code, "DEU") for code in ("AFG", "ERI", "SYR"))
SOURCE = "eurostat"
TEAM = "nobody-guess"
FILE = f"model-output/{TEAM}/2020-12-01-{TEAM}.parquet"


def quantiles(
    seed: int = 1, *, keys: tuple[SeriesKey, ...] = KEYS, origin: date = ORIGIN, horizons: int = 3
) -> Quantiles:
    values = np.sort(np.random.default_rng(seed).gamma(2.0, 40.0, (len(keys), horizons, 23)), axis=-1)
    return Quantiles(keys, origin, values)


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    write_hub_forecasts({(TEAM, ORIGIN): quantiles()}, tmp_path, source=SOURCE)
    return tmp_path


def same(one: Forecasts, other: Forecasts) -> bool:
    return set(one) == set(other) and all(
        found.keys == other[key].keys
        and found.origin == other[key].origin
        and np.array_equal(found.values, other[key].values, equal_nan=True)
        for key, found in one.items()
    )


def test_what_is_written_is_read_back_to_the_bit(tmp_path: Path) -> None:
    later = add_months(ORIGIN, 1)
    made = {
        ("rw_pooled", ORIGIN): quantiles(1),
        ("rw_pooled", later): quantiles(2, origin=later, horizons=12),
        (TEAM, ORIGIN): quantiles(3, keys=KEYS[1:]),
    }
    files = write_hub_forecasts(made, tmp_path, source=SOURCE)
    assert sorted(str(file.relative_to(tmp_path)) for file in files) == [
        "model-output/havre-rw_pooled/2020-12-01-havre-rw_pooled.parquet",
        "model-output/havre-rw_pooled/2021-01-01-havre-rw_pooled.parquet",
        FILE,
    ]
    table = pl.read_parquet(tmp_path / FILE)
    assert table.schema == MODEL_OUTPUT
    assert table.height == 2 * 3 * 23
    assert table["target_end_date"].unique().to_list() == [add_months(ORIGIN, h) for h in (1, 2, 3)]
    assert same(read_hub_forecasts(tmp_path, KEYS), made)
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(
        {part for file in files for part in file.relative_to(tmp_path).parts}
    )


@given(
    st.integers(1, 12),
    st.lists(st.sampled_from(range(3)), min_size=1, max_size=3, unique=True),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 11)), max_size=4),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_way_there_and_back_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, horizons: int, rows: list[int], blanks: list[tuple[int, int]], seed: int
) -> None:
    made = quantiles(seed, keys=tuple(KEYS[row] for row in sorted(rows)), horizons=horizons)
    values = made.values.copy()
    for row, h in blanks:
        # The last horizon of the first series stays, so that the shape does.
        if row < len(rows) and h < horizons - 1:
            values[row, h] = np.nan
    forecasts = {(TEAM, ORIGIN): Quantiles(made.keys, ORIGIN, values)}
    folder = tmp_path_factory.mktemp("hub")
    write_hub_forecasts(forecasts, folder, source=SOURCE)
    assert same(read_hub_forecasts(folder, KEYS), forecasts)


def test_a_csv_file_is_read_too(hub: Path) -> None:
    table = pl.read_parquet(hub / FILE)
    (hub / FILE).unlink()
    table.sample(fraction=1.0, shuffle=True, seed=1).write_csv((hub / FILE).with_suffix(".csv"))
    assert same(read_hub_forecasts(hub, KEYS), {(TEAM, ORIGIN): quantiles()})


def truth(months: int = 3) -> MonthlySeries:
    values = np.random.default_rng(5).poisson(60, (3, 24 + months)).astype(float)
    return MonthlySeries(KEYS, date(2019, 1, 1), values)


def test_an_outside_model_stands_in_the_same_table(hub: Path) -> None:
    ours: Forecasts = {("naive", ORIGIN): quantiles(7), ("ours", ORIGIN): quantiles(8)}
    theirs = read_hub_forecasts(hub, KEYS, origins=[ORIGIN], taken=["naive", "ours"], source=SOURCE)
    card = score({**ours, **theirs}, truth(), ("naive", "ours", TEAM), ("naive",), 3)
    league = league_table(card)
    assert league["model"].unique(maintain_order=True).to_list() == ["naive", "ours", TEAM]
    assert league.filter(model=TEAM)["kind"].unique().to_list() == ["model"]
    assert card.missing.tolist() == [0, 0, 0]
    as_ours = score({**ours, ("ours", ORIGIN): quantiles()}, truth(), ("naive", "ours"), ("naive",), 3)
    assert np.array_equal(card.wis[2], as_ours.wis[1])


def test_what_an_outside_model_leaves_out_costs_as_much_as_the_worst_baseline(tmp_path: Path) -> None:
    part = quantiles(1, keys=KEYS[:2], horizons=2)
    write_hub_forecasts({(TEAM, ORIGIN): part}, tmp_path, source=SOURCE)
    ours: Forecasts = {("naive", ORIGIN): quantiles(7), ("bad", ORIGIN): quantiles(8)}
    theirs = read_hub_forecasts(tmp_path, KEYS)
    card = score({**ours, **theirs}, truth(), ("naive", "bad", TEAM), ("naive", "bad"), 3)
    assert card.missing.tolist() == [0, 0, 3 * 3 - 2 * 2]
    worst = card.wis[:2, 0].max(axis=0)
    assert np.array_equal(card.wis[2, 0, 2], worst[2])
    assert np.array_equal(card.wis[2, 0, :, 2], worst[:, 2])


def test_ours_lose_the_team_and_names_that_are_taken_are_refused(hub: Path) -> None:
    assert called("havre-rw_pooled") == "rw_pooled"
    write_hub_forecasts({("rw_pooled", ORIGIN): quantiles()}, hub, source=SOURCE)
    assert {name for name, _ in read_hub_forecasts(hub, KEYS, taken=["mixture"])} == {"rw_pooled", TEAM}
    with pytest.raises(ForecastError, match=r"^model-output/havre-rw_pooled: the name “rw_pooled” belongs"):
        read_hub_forecasts(hub, KEYS, taken=["mixture", "rw_pooled"])
    with pytest.raises(ForecastError, match=f"“{TEAM}” belongs"):
        read_hub_forecasts(hub, KEYS, taken=[TEAM])


def test_only_judged_origins_are_read_and_each_model_needs_one(hub: Path) -> None:
    later = add_months(ORIGIN, 1)
    write_hub_forecasts({(TEAM, later): quantiles(origin=later)}, hub, source=SOURCE)
    assert set(read_hub_forecasts(hub, KEYS, origins=[later])) == {(TEAM, later)}
    with pytest.raises(ForecastError, match=f"^model-output/{TEAM}: none of its files has an origin") as caught:
        read_hub_forecasts(hub, KEYS, origins=[add_months(ORIGIN, 5)])
    assert "last month that the forecast knows" in caught.value.advice()


Change = Callable[[pl.DataFrame], pl.DataFrame]
AT_ROW_7 = pl.int_range(pl.len()) == 6


def put(column: str, value: object) -> Change:
    """Put a value into one column of row 7, which is the level 0.25 of the first series and horizon."""
    return lambda table: table.with_columns(pl.when(AT_ROW_7).then(pl.lit(value)).otherwise(column).alias(column))


BAD_ROWS: dict[str, tuple[Change, str]] = {
    "unknown series": (put("origin", "XXX"), r"row 7: columns .* name asylum_applications XXX→DEU, which is not"),
    "negative value": (put("value", -1.0), r"row 7: column “value” is -1\.0; expected a finite number"),
    "infinite value": (put("value", float("inf")), r"row 7: column “value” is inf; expected a finite number"),
    "not a number": (put("value", float("nan")), r"row 7: column “value” is nan; expected a finite number"),
    "no value": (put("value", None), r"row 7: column “value” is empty"),
    "crossing quantiles": (put("value", 0.0), r"row 7: column “value” is 0\.0 at level 0\.25, less than"),
    "far horizon": (put("horizon", 13), r"row 7: column “horizon” is 13; expected 1 to 12"),
    "no horizon": (put("horizon", 0), r"row 7: column “horizon” is 0; expected 1 to 12"),
    "half a horizon": (
        lambda table: put("horizon", 1.5)(table.with_columns(pl.col("horizon").cast(pl.Float64))),
        r"row 7: column “horizon” holds “1\.5”, which cannot be read",
    ),
    "other origin": (
        put("origin_date", date(2020, 11, 1)),
        r"row 7: column “origin_date” is 2020-11-01; the file name says 2020-12-01",
    ),
    "wrong month": (
        put("target_end_date", date(2021, 1, 31)),
        r"row 7: column “target_end_date” is 2021-01-31; origin and horizon give 2021-01-01",
    ),
    "percent": (put("output_type_id", 20.0), r"row 7: column “output_type_id” is 20\.0; a quantile level lies between"),
    "twice": (
        lambda table: pl.concat([table, table[6:7]]),
        r"row 208: the columns .* repeat those of another row \(asylum_applications AFG→DEU, horizon 1\)",
    ),
    "missing level": (
        lambda table: table.filter(~AT_ROW_7),
        r"row 1: column “output_type_id” lacks the levels 0\.25 for asylum_applications AFG→DEU, horizon 1",
    ),
    "missing column": (lambda table: table.drop("horizon"), r"column “horizon” is missing"),
    "dates as numbers": (
        lambda table: table.with_columns(origin_date=pl.lit(18597)),
        r"row 1: column “origin_date” holds “18597”, which cannot be read",
    ),
    "no quantiles": (
        lambda table: table.with_columns(output_type=pl.lit("sample")),
        r"no row has the output type “quantile”",
    ),
}


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_a_row_that_does_not_fit_is_refused_by_file_row_and_column(hub: Path, fault: str) -> None:
    change, told = BAD_ROWS[fault]
    change(pl.read_parquet(hub / FILE)).write_parquet(hub / FILE)
    with pytest.raises(ForecastError, match=told) as caught:
        read_hub_forecasts(hub, KEYS)
    assert all(line.startswith(FILE) for line in caught.value.message().splitlines())
    assert all(line.startswith(FILE) for line in caught.value.message("fr").splitlines())


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("value", "many", "row 7: column “value” holds “many”"),
        ("value", "", "row 7: column “value” is empty"),
        ("origin_date", "01/12/2020", "row 7: column “origin_date” holds “01/12/2020”"),
        ("horizon", "one", "row 7: column “horizon” holds “one”"),
        ("output_type_id", "NA", "row 7: column “output_type_id” holds “NA”"),
        ("origin", "", "row 7: column “origin” is empty"),
    ],
)
def test_a_cell_of_a_csv_file_that_cannot_be_read_is_named(hub: Path, column: str, cell: str, told: str) -> None:
    table = pl.read_parquet(hub / FILE).with_columns(pl.all().cast(pl.String))
    (hub / FILE).unlink()
    put(column, cell)(table).write_csv((hub / FILE).with_suffix(".csv"))
    with pytest.raises(ForecastError, match=told):
        read_hub_forecasts(hub, KEYS)


def test_all_problems_of_all_files_are_told_at_once(hub: Path) -> None:
    write_hub_forecasts({("other-team", ORIGIN): quantiles()}, hub, source="someone")
    table = pl.read_parquet(hub / FILE)
    for change in (put("origin", "XXX"), put("horizon", 99)):
        table = change(table)
    table.with_columns(value=-pl.col("value")).write_parquet(hub / FILE)
    (hub / FILE).with_name(f"2020-12-15-{TEAM}.parquet").write_bytes((hub / FILE).read_bytes())
    with pytest.raises(ForecastError) as caught:
        read_hub_forecasts(hub, KEYS, source=SOURCE)
    keys = [problem.key for problem in caught.value.problems]
    assert {"hub.file_name", "hub.source", "hub.unknown_series", "hub.horizon", "hub.value", "hub.crossing"} < set(keys)
    assert keys.count("hub.value") == 5
    assert "and 202 more problems like these" in caught.value.message()


def test_other_output_types_and_further_levels_are_left_out(hub: Path) -> None:
    table = pl.read_parquet(hub / FILE)
    mean = table[:1].with_columns(output_type=pl.lit("mean"), output_type_id=pl.lit(None, pl.Float64), value=1e9)
    further = table[6:7].with_columns(output_type_id=pl.lit(0.225))
    pl.concat([mean, further, table]).write_parquet(hub / FILE)
    assert same(read_hub_forecasts(hub, KEYS), {(TEAM, ORIGIN): quantiles()})


def test_levels_as_text_are_read(hub: Path) -> None:
    table = pl.read_parquet(hub / FILE).with_columns(pl.col("output_type_id").cast(pl.String))
    table.write_parquet(hub / FILE)
    assert same(read_hub_forecasts(hub, KEYS), {(TEAM, ORIGIN): quantiles()})


@pytest.mark.parametrize(
    "name",
    [
        "model-output/alone/2020-12-01-alone.parquet",
        f"model-output/{TEAM}/2020-12-01-someone-else.parquet",
        f"model-output/{TEAM}/2020-12-02-{TEAM}.parquet",
        f"model-output/{TEAM}/2020-13-01-{TEAM}.parquet",
        f"model-output/{TEAM}/december-{TEAM}.csv",
    ],
)
def test_a_file_name_that_does_not_fit_is_refused(hub: Path, name: str) -> None:
    (hub / name).parent.mkdir(exist_ok=True)
    (hub / name).write_bytes((hub / FILE).read_bytes())
    with pytest.raises(ForecastError, match=f"^{name}: expected model-output/<team>"):
        read_hub_forecasts(hub, KEYS)


def test_the_same_origin_in_two_files_is_refused(hub: Path) -> None:
    pl.read_parquet(hub / FILE).write_csv((hub / FILE).with_suffix(".csv"))
    with pytest.raises(ForecastError, match="the same origin is there in another file type too"):
        read_hub_forecasts(hub, KEYS)


def test_nothing_to_read_and_damaged_files_are_told(tmp_path: Path, hub: Path) -> None:
    (hub / FILE).write_bytes(b"PAR1 no table")
    with pytest.raises(FileError, match="cannot be read as Parquet"):
        read_hub_forecasts(hub, KEYS)
    (hub / FILE).unlink()
    with pytest.raises(FileError, match="there is no such file"):
        read_hub_forecasts(hub, KEYS)
    with pytest.raises(FileError, match="model-output: there is no such file"):
        read_hub_forecasts(tmp_path / "nowhere", KEYS)


def test_no_file_is_overwritten_and_none_half_written(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (hub / FILE).read_bytes()
    with pytest.raises(FileError, match="exists already"):
        write_hub_forecasts({("a-first", ORIGIN): quantiles(), (TEAM, ORIGIN): quantiles(9)}, hub, source=SOURCE)
    assert (hub / FILE).read_bytes() == before
    assert not (hub / "model-output" / "a-first").exists()

    def full(_: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileError, match="No space left"):
        write_hub_forecasts({("a-first", ORIGIN): quantiles()}, hub, source=SOURCE)
    assert list((hub / "model-output" / "a-first").iterdir()) == []


def test_a_table_of_blanks_has_no_rows_and_no_file(tmp_path: Path) -> None:
    blank: Floats = np.full((3, 2, 23), np.nan)
    assert hub_table(Quantiles(KEYS, ORIGIN, blank), SOURCE).height == 0
    assert write_hub_forecasts({(TEAM, ORIGIN): Quantiles(KEYS, ORIGIN, blank)}, tmp_path, source=SOURCE) == []
    assert hub_table(quantiles(), SOURCE)["output_type_id"].unique().sort().to_list() == sorted(QUANTILE_LEVELS)
