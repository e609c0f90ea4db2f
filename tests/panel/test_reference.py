"""The reference snapshot holds the published figures, says where they come from, and notices a changed file."""

import hashlib
import json
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from havre.errors import FileError
from havre.panel.observations import SCHEMA, check_observations
from havre.panel.reference import load_package, load_reference, reference_package
from havre.panel.vintage import as_of, latest
from havre.sources.catalogue import sources

FOLDER = Path(str(files("havre.panel.reference")))
RULES = Path(__file__).parents[1] / "golden" / "datapackage.schema.json"
MOST_BYTES = 5_000_000


@pytest.fixture(scope="module")
def panel() -> pl.DataFrame:
    return load_reference()


def figure(panel: pl.DataFrame, year: int | None = None, **key: str) -> float:
    chosen = panel.filter(**key) if year is None else panel.filter(pl.col("period").dt.year() == year, **key)
    assert chosen.height > 0
    return float(chosen["value"].sum())


def test_has_the_schema_and_passes_every_check_of_the_panel(panel: pl.DataFrame) -> None:
    assert panel.schema == SCHEMA
    assert check_observations(panel, "reference").equals(panel)


def test_is_small_and_described_whole() -> None:
    resources = reference_package()["resources"]
    assert sum(resource["bytes"] for resource in resources) <= MOST_BYTES
    assert {resource["path"] for resource in resources} == {path.name for path in FOLDER.glob("*.parquet")}


def test_description_keeps_the_rules_of_data_packages() -> None:
    jsonschema.validate(reference_package(), json.loads(RULES.read_text(encoding="utf-8")))
    names = [field["name"] for field in reference_package()["resources"][0]["schema"]["fields"]]
    assert names == list(SCHEMA)


@pytest.mark.parametrize("resource", reference_package()["resources"], ids=lambda resource: str(resource["name"]))
def test_description_agrees_with_the_file(resource: dict[str, object], panel: pl.DataFrame) -> None:
    content = (FOLDER / str(resource["path"])).read_bytes()
    assert resource["bytes"] == len(content)
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    frame = pl.read_parquet(content)
    assert resource["rows"] == frame.height
    assert resource["period"] == {"first": str(frame["period"].min()), "last": str(frame["period"].max())}
    assert [measure["name"] for measure in resource["measures"]] == frame["measure"].unique().sort().to_list()  # type: ignore[attr-defined]
    assert frame["source"].n_unique() == 1


def test_only_sources_that_may_be_redistributed_are_inside(panel: pl.DataFrame) -> None:
    inside = set(panel["source"].unique())
    assert inside <= {name for name, source in sources().items() if source.redistributable}
    assert not inside & {"frontex", "bmi_austria", "italy_interior", "gdelt"}


def test_applications_of_syrians_in_germany_in_2016(panel: pl.DataFrame) -> None:
    key = {"source": "unhcr_population", "measure": "asylum_applications", "origin": "SYR", "destination": "DEU"}
    assert figure(panel, 2016, **key) == 266_250


@pytest.mark.parametrize(("year", "millions"), [(2022, 2.6), (2023, 3.6)])
def test_individual_applications_of_the_world_are_those_of_global_trends(
    panel: pl.DataFrame, year: int, millions: float
) -> None:
    # UNHCR, Global Trends 2022 and 2023: 2.6 and 3.6 million new individual applications, rounded there.
    total = figure(panel, year, source="unhcr_population", measure="asylum_applications")
    assert round(total / 1e6, 1) == millions


@pytest.mark.parametrize(
    ("measure", "year", "persons"),
    [
        ("asylum_applications", 2016, 692_552),
        ("asylum_applications_first", 2016, 673_618),
        ("asylum_applications", 2020, 108_562),
    ],
)
def test_applications_in_germany_as_first_published(panel: pl.DataFrame, measure: str, year: int, persons: int) -> None:
    assert figure(panel, year, source="bamf", measure=measure) == persons


def test_small_boats_are_the_annual_figures_of_the_home_office(panel: pl.DataFrame) -> None:
    boats = panel.filter(source="uk_home_office")
    assert [figure(boats, year) for year in (2018, 2024)] == [299, 36_816]
    assert boats.height == (date(2025, 4, 30) - date(2018, 1, 1)).days + 1


def test_first_applicants_in_germany_before_2008_are_the_first_applications_of_the_office(panel: pl.DataFrame) -> None:
    # BAMF, Das Bundesamt in Zahlen: 78,564 first applications in 2000. Eurostat rounds each month to 5 and revised.
    key = {"source": "eurostat", "measure": "asylum_applications_first", "origin": "TOT", "destination": "DEU"}
    assert figure(latest(panel), 2000, **key) == pytest.approx(78_564, rel=0.005)


def test_a_vintage_of_eurostat_does_not_know_what_came_later(panel: pl.DataFrame) -> None:
    key = {"source": "eurostat", "measure": "asylum_applications", "origin": "TOT"}
    totals = panel.filter(**key)
    earlier, later = as_of(totals, date(2018, 2, 9)), as_of(totals, date(2020, 10, 6))
    assert earlier["period"].max() == date(2016, 12, 1)
    assert later["period"].max() == date(2020, 8, 1)
    malta = {"destination": "MLT", "period": date(2010, 10, 1)}
    assert (earlier.filter(**malta)["value"].item(), later.filter(**malta)["value"].item()) == (10, 240)


def test_every_vintage_row_says_something_new(panel: pl.DataFrame) -> None:
    key = ["measure", "origin", "destination", "period", "frequency", "source"]
    ordered = panel.sort(*key, "as_of")
    repeated = ordered.filter(
        (pl.int_range(pl.len()).over(key) > 0) & pl.col("value").eq_missing(pl.col("value").shift(1).over(key))
    )
    assert repeated.height == 0


def test_months_of_bamf_are_known_from_the_fifteenth_of_the_next_one(panel: pl.DataFrame) -> None:
    december = panel.filter(source="bamf", period=date(2016, 12, 1))
    assert december["as_of"].unique().to_list() == [date(2017, 1, 15)]


def test_the_month_that_was_still_running_is_left_out(panel: pl.DataFrame) -> None:
    arrivals = panel.filter(source="unhcr_odp")
    assert arrivals["period"].max() == date(2019, 10, 1)
    assert arrivals.filter(measure="arrivals", destination="GRC")["period"].min() == date(2018, 1, 1)
    october = {"measure": "sea_arrivals", "destination": "GRC", "origin": "TOT", "period": date(2015, 10, 1)}
    assert figure(arrivals.filter(**october)) == 211_663


def test_deaths_stand_per_route_and_month_without_gaps(panel: pl.DataFrame) -> None:
    deaths = panel.filter(source="iom_mmp")
    assert set(deaths["origin"]) == {"TOT"}
    assert all(place.startswith("route:") for place in deaths["destination"].unique())
    assert deaths.group_by("destination").len()["len"].unique().to_list() == [112]
    assert figure(deaths) == 57_934
    assert set(deaths.filter(pl.col("value") == 0)["status"].unique()) == {"imputed_zero"}


def test_ukrainians_under_temporary_protection(panel: pl.DataFrame) -> None:
    stock = panel.filter(measure="temporary_protection_stock")
    assert set(stock["origin"]) == {"UKR"}
    assert stock.filter(destination="AUT", period=date(2022, 7, 1))["value"].item() == 73_785
    assert stock.filter(pl.col("value").is_null())["destination"].unique().to_list() == ["DEU"]


def test_syrian_applications_are_dense(panel: pl.DataFrame) -> None:
    syrians = panel.filter(source="unhcr_syria")
    assert (syrians["destination"].n_unique(), syrians["period"].n_unique(), syrians.height) == (37, 57, 37 * 57)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.[pj]*"):
        if path.suffix in {".parquet", ".json"}:
            shutil.copy(path, tmp_path)
    assert load_package(tmp_path).height == load_reference().height
    victim = tmp_path / "uk-small-boats.parquet"
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    with pytest.raises(FileError, match=r"uk-small-boats\.parquet.*sha256"):
        load_package(tmp_path)
    victim.unlink()
    with pytest.raises(FileError, match=r"uk-small-boats\.parquet"):
        load_package(tmp_path)


def test_a_damaged_description_is_refused(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(FileError, match=r"datapackage\.json.*JSON"):
        load_package(tmp_path)
