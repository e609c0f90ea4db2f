"""The shared copies become observations: what is kept, what is left out, and that building twice changes nothing."""

import os
import subprocess
import sys
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from havre.panel.observations import check_observations  # noqa: E402
from havre.panel.reference import load_package, reference_package  # noqa: E402
from havre.sources.providers.uk_home_office import first_provisional_day  # noqa: E402
from tools.reference import bamf, eurostat, iom_mmp, uk_home_office, unhcr_odp, unhcr_population  # noqa: E402
from tools.reference.package import parquet_bytes, write_package  # noqa: E402
from tools.reference.resource import Resource, Upstream  # noqa: E402

SHARED = Path(os.environ.get("HAVRE_SHARED_DATA", ROOT.parent / "shared" / "data"))
JANUARY = datetime(2016, 1, 1)  # noqa: DTZ001 - the shared copies have date-times without zone
NOVEMBER = datetime(2019, 11, 1)  # noqa: DTZ001


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no collected data sets in {SHARED}; set HAVRE_SHARED_DATA")
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    created = reference_package()["created"][:10]
    command = [sys.executable, str(ROOT / "tools/build_reference.py"), "--shared", str(SHARED), "--out", str(tmp_path)]
    subprocess.run([*command, "--created", created], check=True, capture_output=True)
    kept = Path(str(files("havre.panel.reference")))
    names = [path.name for path in (*kept.glob("*.parquet"), kept / "datapackage.json")]
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    assert [name for name in names if (kept / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_bamf_declares_when_a_month_was_known() -> None:
    table = pl.DataFrame({"month": [JANUARY], "origin": ["UNK"], "applications": [7], "first_applications": [5]})
    rows = check_observations(bamf.applications(table)).sort("measure")
    assert rows["origin"].to_list() == ["XXX", "XXX"]
    assert rows["value"].to_list() == [7, 5]
    assert rows["as_of"].to_list() == [date(2016, 2, 15)] * 2


def eurostat_rows(*rows: tuple[str, int, str]) -> pl.DataFrame:
    copies = {"old": eurostat.TOTALS_2018, "new": eurostat.TOTALS_2020}
    names = {key: copy.path.removeprefix("https://github.com/") for key, copy in copies.items()}
    return pl.DataFrame(
        [
            {
                "destination": place,
                "month": JANUARY,
                "applicants": n,
                "measure": "all",
                "source": names.get(s, s),
            }
            for place, n, s in rows
        ]
    )


def test_eurostat_keeps_of_a_later_vintage_what_it_changed_or_added() -> None:
    table = eurostat_rows(
        ("AUT", 10, "old"), ("AUT", 10, "new"), ("BEL", 20, "old"), ("BEL", 25, "new"), ("ISL", 5, "new"),
        ("EU28", 99, "new"), ("TOTAL", 99, "new"), ("European Union", 99, "old"), ("AUT", 11, "ebuddj/2019-asylum"),
    )  # fmt: skip
    rows = check_observations(eurostat.destination_totals(table)).sort("destination", "as_of")
    assert rows.select("destination", "value", pl.col("as_of").dt.year()).rows() == [
        ("AUT", 10.0, 2018), ("BEL", 20.0, 2018), ("BEL", 25.0, 2020), ("ISL", 5.0, 2020),
    ]  # fmt: skip


def test_eurostat_marks_zeros_that_the_copy_filled_in() -> None:
    table = eurostat_rows(("AUT", 0, "d-qn/2015_12_02_retrospectiveAsile"), ("BEL", 0, "AxGa/migration-dashboard"))
    table = table.with_columns(origin=pl.lit("UNK"), imputed_zero=pl.Series([True, False]))
    rows = check_observations(eurostat.corridors(table)).sort("destination")
    assert rows.select("origin", pl.col("status").cast(pl.String)).rows() == [("XXX", "imputed_zero"), ("XXX", "final")]


def test_unhcr_counts_persons_at_first_instance_once() -> None:
    kinds = [
        ("N", "FI", "P", 100), ("N", "FI", "C", 1000), ("R", "FI", "P", 1000), ("A", "AR", "P", 1000),
        ("J", "JR", "P", 1000), ("N", "AR", "P", 1000), ("NR", "FA", "P", 10), ("NA", "FA", "P", 1),
    ]  # fmt: skip
    table = pl.DataFrame(
        [
            {"year": 2016.0, "coo_iso": "XXA", "coa_iso": "DEU", "procedure_type": "G", "app_type": kind,
             "dec_level": level, "app_pc": unit, "applied": float(n)}
            for kind, level, unit, n in kinds
        ]
    )  # fmt: skip
    row = check_observations(unhcr_population.applications(table)).row(0, named=True)
    assert (row["origin"], row["value"], row["period"]) == ("STA", 111.0, date(2016, 1, 1))


def test_unhcr_leaves_out_rows_that_are_there_for_other_groups() -> None:
    table = pl.DataFrame(
        {"year": [2016.0, 2016.0], "coo_iso": ["UNK", "SYR"], "coa_iso": ["DEU", "DEU"], "refugees": [5.0, 0.0]}
    )
    rows = check_observations(unhcr_population.refugees(table))
    assert rows.select("origin", "value").rows() == [("XXX", 5.0)]


def test_odp_leaves_out_the_running_month_empty_cells_and_land_arrivals_that_were_not_recorded() -> None:
    table = pl.DataFrame(
        {
            "month": [JANUARY, NOVEMBER],
            "italy_all": [1, 2], "greece_all": [3, 4], "greece_sea": [5, 6], "spain_all": [7, 8],
            "spain_sea": [None, 9.0], "cyprus_all": [0.0, 1.0], "malta_all": [None, None],
        },
        schema_overrides={"malta_all": pl.Float64},
    )  # fmt: skip
    rows = check_observations(unhcr_odp.totals(table)).sort("measure", "destination")
    assert rows.select("measure", "destination", "value").rows() == [
        ("arrivals", "ESP", 7.0), ("sea_arrivals", "CYP", 0.0),
        ("sea_arrivals", "GRC", 5.0), ("sea_arrivals", "ITA", 1.0),
    ]  # fmt: skip


def test_odp_counts_palestinians_by_name_and_spain_by_sea_and_land() -> None:
    table = pl.DataFrame(
        {
            "origin": ["OTH", "OTH", "PSE", "OTH"],
            "origin_name": ["Palestine", "Others", "State of Palestine", None],
            "destination": ["GRC", "GRC", "GRC", "ESP"],
            "month": [JANUARY] * 4,
            "n": [1, 2, 4, 8],
        }
    )
    rows = check_observations(unhcr_odp.by_origin(table)).sort("measure", "origin")
    assert rows.select("measure", "origin", "value").rows() == [
        ("arrivals", "OTH", 8.0), ("sea_arrivals", "OTH", 2.0), ("sea_arrivals", "PSE", 5.0),
    ]  # fmt: skip


def test_iom_sums_incidents_and_fills_months_without_any() -> None:
    months = [JANUARY, JANUARY, datetime(2016, 3, 1)]  # noqa: DTZ001
    routes = ["Central Mediterranean Route", "Central Mediterranean Route", "Undefined"]
    table = pl.DataFrame({"route": routes, "month": months, "dead": [2.0, 3.0, 1.0]})
    rows = check_observations(iom_mmp.route_months(table)).sort("destination", "period")
    assert rows["value"].to_list() == [5, 0, 0, 0, 0, 1]
    assert rows["status"].cast(pl.String).to_list() == ["final"] + ["imputed_zero"] * 4 + ["final"]
    assert set(rows["destination"]) == {"route:central-mediterranean", "route:undefined"}


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2025, 5, 20), date(2025, 1, 1)),
        (date(2025, 6, 1), date(2025, 4, 1)),
        (date(2025, 3, 1), date(2025, 1, 1)),
        (date(2025, 2, 28), date(2024, 10, 1)),
    ],
)
def test_boats_are_provisional_until_the_statistics_of_their_quarter(day: date, first: date) -> None:
    assert first_provisional_day(day) == first
    days = [datetime(first.year, first.month, 1)]  # noqa: DTZ001
    table = pl.DataFrame({"date": days, "migrants_arrived": [None]}, schema_overrides={"migrants_arrived": pl.Float64})
    row = check_observations(uk_home_office.small_boats(table, day)).row(0, named=True)
    assert (row["value"], row["status"]) == (0.0, "provisional")


def small_resource(value: float) -> Resource:
    table = pl.DataFrame({"date": [JANUARY], "migrants_arrived": [value]})
    frame = uk_home_office.small_boats(table, date(2026, 1, 1))
    upstream = Upstream("copy", "https://example.org/copy", date(2026, 1, 1))
    return Resource("boats", "Boats", "Boats by day.", frame, (upstream,), "Day of the copy.")


@pytest.mark.parametrize("value", [12.0, 12.5, 3e9])
def test_a_package_is_read_back_as_it_was_written(tmp_path: Path, value: float) -> None:
    (tmp_path / "stale.parquet").write_bytes(b"left from before")
    resource = small_resource(value)
    package = write_package(tmp_path, [resource])
    assert package["created"] == "2026-01-01T00:00:00Z"
    assert load_package(tmp_path).equals(resource.frame)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["boats.parquet", "datapackage.json"]


def test_the_same_rows_give_the_same_bytes() -> None:
    assert parquet_bytes(small_resource(1.0).frame) == parquet_bytes(small_resource(1.0).frame)
