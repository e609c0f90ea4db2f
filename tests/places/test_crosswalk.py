from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.errors import PlaceError
from havre.places import check_code, code_from_label, countries, is_aggregate, map_labels, providers
from havre.places.crosswalk import AGGREGATE, labels_of, table_labels
from havre.places.names import cldr_names
from havre.places.spelling import plain

CLDR_LANGUAGE = {"eurostat": "en", "frontex": "en", "uk": "en", "iom": "en", "unhcr": "en"}
CLDR_LANGUAGE |= {"bamf": "de", "bmi_austria": "de", "italy": "it"}
TABLES = tuple(sorted(path.stem for path in (Path(str(files("havre.places"))) / "labels").glob("*.csv")))


@given(
    st.sampled_from(countries()), st.sampled_from(sorted(CLDR_LANGUAGE)), st.sampled_from([str.upper, str.lower, str])
)
def test_cldr_names_come_back_as_codes(country, provider, case) -> None:  # type: ignore[no-untyped-def]
    name = cldr_names(CLDR_LANGUAGE[provider])[country.code]
    assert code_from_label(f" {case(name)}* ", provider) == country.code


@pytest.mark.parametrize(
    ("provider", "label", "code"),
    [
        ("eurostat", "EL", "GRC"),
        ("eurostat", "GR", "GRC"),
        ("eurostat", "UK", "GBR"),
        ("eurostat", "GB", "GBR"),
        ("eurostat", "XK", "XKX"),
        ("eurostat", "NA", "NAM"),
        ("eurostat", "STLS", "STA"),
        ("eurostat", "UNK", "XXX"),
        ("eurostat", "RNC", "RNC"),
        ("eurostat", "TOTAL", "TOT"),
        ("unhcr", "AUS", "AUT"),
        ("unhcr", "AUL", "AUS"),
        ("unhcr", "ARE", "EGY"),
        ("unhcr", "UAE", "ARE"),
        ("unhcr", "GFR", "DEU"),
        ("unhcr", "MAR", "MTQ"),
        ("unhcr", "GAZ", "PSE"),
        ("unhcr", "STA", "STA"),
        ("unhcr", "UKN", "XXX"),
        ("unhcr", "UNK", "XXX"),
        ("unhcr", "TIB", "TIB"),
        ("unhcr", "NIG", "NGA"),
        ("unhcr", "NGR", "NER"),
        ("frontex", "Kosovo*", "XKX"),
        ("frontex", "Turkey", "TUR"),
        ("frontex", "USA", "USA"),
        ("frontex", "Unspecified sub-Saharan nationals", "XXX"),
        ("frontex", "OOO", "XXX"),
        ("frontex", "STL", "STA"),
        ("frontex", "Western African Route", "route:western-african"),
        ("frontex", "Other", "route:other"),
        ("bamf", "Russische Föderation", "RUS"),
        ("bamf", "PSE", "PSE"),
        ("bamf", "UNK", "XXX"),
        ("bmi_austria", "Kongo Demokr. Rep.", "COD"),
        ("bmi_austria", "Kongo", "COG"),
        ("bmi_austria", "staatenlos", "STA"),
        ("bmi_austria", "Sonstige", "OTH"),
        ("bmi_austria", "ungeklärt", "XXX"),
        ("italy", "Costa d'Avorio", "CIV"),
        ("italy", "Altre", "OTH"),
        ("italy", "OTH", "OTH"),
        ("uk", "Gambia, The", "GMB"),
        ("uk", "Serbia and Montenegro", "SCG"),
        ("uk", "Congo (Democratic Republic)", "COD"),
        ("iom", "Western Africa / Atlantic route to the Canary Islands", "route:western-african"),
        ("iom", "Undefined", "route:undefined"),
        ("iso3", "SYR", "SYR"),
        ("iso3", "UNK", "XXX"),
        ("iso3", "OOO", "XXX"),
    ],
)
def test_labels_that_are_easily_taken_for_another_place(provider: str, label: str, code: str) -> None:
    assert code_from_label(label, provider) == code


@pytest.mark.parametrize("label", ["EU27_2020", "EU28", "EXT_EU27_2020", "European Union", "eu27_2020"])
def test_an_aggregate_is_refused_as_an_aggregate(label: str) -> None:
    assert is_aggregate(label, "eurostat")
    with pytest.raises(PlaceError, match="aggregate") as caught:
        code_from_label(label, "eurostat")
    assert caught.value.problems[0].key == "places.aggregate"


@pytest.mark.parametrize("label", ["EL", "TOTAL", "Atlantis"])
def test_what_is_no_aggregate_is_not_taken_for_one(label: str) -> None:
    assert not is_aggregate(label, "eurostat")


@pytest.mark.parametrize(
    ("provider", "label", "near"),
    [
        ("frontex", "Afganistan", "AFG (Afghanistan)"),
        ("unhcr", "Germny", "DEU (Germany)"),
        ("bmi_austria", "Syrjen", "SYR (Syrien)"),
        ("iom", "Central Mediteranean", "route:central-mediterranean (Central Mediterranean)"),
    ],
)
def test_an_unknown_label_is_refused_with_the_nearest_label_first(provider: str, label: str, near: str) -> None:
    with pytest.raises(PlaceError) as caught:
        code_from_label(label, provider, where=" (table.csv, row 7)")
    problem = caught.value.problems[0]
    assert problem.key == "places.unknown_label"
    assert str(dict(problem.fields)["near"]).startswith(near)
    assert "(table.csv, row 7)" in str(caught.value)


@pytest.mark.parametrize("label", ["AUT", "DEU", "CHE"])
def test_iso_codes_are_not_taken_for_codes_of_unhcr(label: str) -> None:
    with pytest.raises(PlaceError):
        code_from_label(label, "unhcr")


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(PlaceError, match="eurostat"):
        code_from_label("EL", "eurostatt")


def test_a_column_is_mapped_at_once() -> None:
    column = pl.Series("citizen", ["SY", "EL", "SY", "STLS"])
    mapped = map_labels(column, "eurostat", "migr_asyappctzm")
    assert mapped.name == "citizen"
    assert mapped.to_list() == ["SYR", "GRC", "SYR", "STA"]


def test_an_empty_column_stays_empty() -> None:
    mapped = map_labels(pl.Series("citizen", [], dtype=pl.String), "eurostat", "table")
    assert mapped.dtype == pl.String
    assert mapped.is_empty()


def test_categories_are_mapped_like_strings() -> None:
    column = pl.Series("citizen", ["SY", "EL"], dtype=pl.Categorical)
    assert map_labels(column, "eurostat", "table").to_list() == ["SYR", "GRC"]


def test_all_faults_of_a_column_are_told_in_one_error() -> None:
    column = pl.Series("nationality", ["Syria", "Afganistan", None, "Atlantis", "Afganistan", "EU28"])
    with pytest.raises(PlaceError) as caught:
        map_labels(column, "eurostat", "arrivals.csv")
    told = [(each.key, dict(each.fields).get("label")) for each in caught.value.problems]
    assert told == [
        ("places.unknown_label", "Afganistan"),
        ("places.unknown_label", "Atlantis"),
        ("places.aggregate", "EU28"),
        ("places.empty_label", None),
    ]
    assert "arrivals.csv, column nationality" in str(caught.value)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_a_table_leads_to_a_place_and_stands_once(table: str) -> None:
    rows = table_labels(table)
    for row in rows:
        assert row.code == AGGREGATE or check_code(row.code)
    spelled = [plain(row.label) for row in rows]
    assert sorted({label for label in spelled if spelled.count(label) > 1}) == []


def test_every_aggregate_says_of_what() -> None:
    assert [
        row.label for table in TABLES for row in table_labels(table) if row.code == AGGREGATE and not row.reason
    ] == []


def test_every_country_can_be_said_by_every_provider() -> None:
    for provider in providers():
        missing = {each.code for each in countries()} - {label.code for label in labels_of(provider).values()}
        assert missing == set(), provider
