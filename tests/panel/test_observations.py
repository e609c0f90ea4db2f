"""A table is taken whole or refused whole, and a refusal tells every fault with its place."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from havre.errors import PanelError, PersonalDataError
from havre.panel.observations import SCHEMA, check_observations, empty_panel
from tests.panel.observation_samples import ROW, monthly, table


def problems_of(frame: pl.DataFrame) -> list[tuple[str, dict[str, object]]]:
    with pytest.raises(PanelError) as caught:
        check_observations(frame, "file.csv")
    assert caught.value.message("fr")
    return [(problem.key, dict(problem.fields)) for problem in caught.value.problems]


def test_a_good_table_comes_back_in_the_order_of_the_schema() -> None:
    good = table({}, {"origin": "TOT", "value": None}, {"destination": "route:central-mediterranean", "origin": "STA"})
    turned = good.select(reversed(good.columns))
    assert check_observations(turned).equals(good)
    assert check_observations(turned).schema == SCHEMA
    assert check_observations(empty_panel()).height == 0


FAULTS: list[tuple[Mapping[str, Any], str, str]] = [
    ({"measure": "asylum_aplications"}, "panel.unknown_measure", "asylum_applications"),
    ({"source": "eurostat2"}, "panel.unknown_source", "eurostat"),
    ({"origin": "SYI"}, "places.unknown_code", "SYR"),
    ({"destination": "Germany"}, "places.unknown_code", "DEU"),
    ({"destination": "route:central-mediteranean"}, "places.unknown_code", "route:central-mediterranean"),
    ({"value": -1.0}, "panel.negative_value", "-1.0"),
    ({"value": float("nan")}, "panel.not_finite", "NaN"),
    ({"value": float("inf")}, "panel.not_finite", "inf"),
    ({"period": date(2020, 1, 2)}, "panel.not_first_day", "2020-01-02"),
    ({"period": date(2020, 2, 1), "frequency": "Q"}, "panel.not_first_day", "2020-02-01"),
    ({"period": date(2020, 7, 1), "frequency": "A"}, "panel.not_first_day", "2020-07-01"),
    ({"period": date(2020, 1, 1), "frequency": "W"}, "panel.not_first_day", "2020-01-01"),
    *(({name: None}, "panel.empty_cell", name) for name in SCHEMA if name not in ("value", "rounding")),
]


@pytest.mark.parametrize(("wrong", "key", "named"), FAULTS, ids=str)
def test_each_fault_alone_is_told_with_its_row(wrong: Mapping[str, Any], key: str, named: str) -> None:
    found = problems_of(table({"origin": "ERI"}, {"origin": "IRQ"}, {**wrong}))
    assert [name for name, _ in found] == [key]
    with pytest.raises(PanelError) as caught:
        check_observations(table({"origin": "ERI"}, {"origin": "IRQ"}, {**wrong}), "file.csv")
    assert "file.csv, row 3" in str(caught.value)
    assert named.lower() in str(caught.value).lower()


def test_a_place_is_told_with_its_column() -> None:
    with pytest.raises(PanelError, match="file.csv, row 1, column destination") as caught:
        check_observations(table({"destination": "SYI"}), "file.csv")
    assert "SYR" in str(caught.value)


@pytest.mark.parametrize(
    ("frequency", "first", "second"),
    [
        ("D", date(2020, 1, 2), date(2020, 1, 3)),
        ("W", date(2020, 1, 6), date(2020, 1, 13)),
        ("M", date(2020, 2, 1), date(2020, 3, 1)),
        ("Q", date(2020, 4, 1), date(2020, 10, 1)),
        ("A", date(2020, 1, 1), date(2021, 1, 1)),
    ],
)
def test_first_days_of_every_frequency_are_taken(frequency: str, first: date, second: date) -> None:
    good = table(*({"frequency": frequency, "period": day} for day in (first, second)))
    assert check_observations(good).equals(good)


def test_an_index_may_be_negative() -> None:
    assert check_observations(table({"measure": "media_conflict", "source": "gdelt", "value": -3.5})).height == 1


def test_a_balance_may_be_negative() -> None:
    change = {"measure": "net_migration", "source": "world_bank", "frequency": "A", "period": date(2020, 1, 1)}
    assert check_observations(table({**change, "value": -350.0})).height == 1


def test_a_duplicated_key_is_told_once_at_its_second_row() -> None:
    found = problems_of(table({}, {"origin": "ERI"}, {"value": 11.0}, {}))
    assert [(key, fields["row"], fields["count"]) for key, fields in found] == [("panel.duplicate_key", 3, 3)]


@pytest.mark.parametrize("change", [{"as_of": date(2021, 2, 1)}, {"source": "bamf"}, {"frequency": "A"}])
def test_another_day_source_or_frequency_is_no_duplicate(change: Mapping[str, Any]) -> None:
    assert check_observations(table({}, change)).height == 2


def test_all_faults_of_a_table_are_told_in_one_error() -> None:
    wrong = [
        {"origin": code, **fault} for code, (fault, _, _) in zip(("AFG", "ERI", "IRQ", "IRN"), FAULTS, strict=False)
    ]
    found = problems_of(table(*wrong, {"value": -2.0}, {}, {}, {"period": date(2020, 3, 3)}))
    assert {key for key, _ in found} == {
        "panel.unknown_measure",
        "panel.unknown_source",
        "places.unknown_code",
        "panel.negative_value",
        "panel.duplicate_key",
        "panel.not_first_day",
    }
    assert len(found) == len(FAULTS[:4]) + 3


def test_many_problems_of_one_kind_are_counted_and_those_of_another_kind_still_told() -> None:
    rows = [{"period": date(1990 + year, 1, 1), "value": -1.0} for year in range(25)]
    found = problems_of(table(*rows, {"origin": "XYZ"}))
    assert [key for key, _ in found].count("panel.negative_value") == 20
    assert [fields["count"] for key, fields in found if key == "panel.more"] == [5]
    assert "places.unknown_code" in [key for key, _ in found]


def test_missing_and_unknown_columns_are_told_together() -> None:
    frame = table({}).drop("as_of", "source").with_columns(note=pl.lit("x"), level=pl.lit(1))
    found = problems_of(frame)
    assert sorted((key, fields["column"]) for key, fields in found) == [
        ("panel.missing_column", "as_of"),
        ("panel.missing_column", "source"),
        ("panel.unknown_column", "level"),
        ("panel.unknown_column", "note"),
    ]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("measure", [1]),
        ("origin", [["SYR"]]),
        ("period", [20200101]),
        ("period", [True]),
        ("period", [datetime(2020, 1, 1, 6)]),  # noqa: DTZ001 - a time of day that would be lost
        ("frequency", [12]),
        ("value", [True]),
        ("value", [[1.0]]),
        ("value", [{"a": 1}]),
        ("value", [date(2020, 1, 1)]),
        ("status", [["final"]]),
        ("as_of", [18000.0]),
    ],
)
def test_a_column_of_another_type_is_refused_by_name(column: str, values: list[object]) -> None:
    found = problems_of(table({}).with_columns(pl.Series(column, values)))
    assert [(key, fields["column"]) for key, fields in found] == [("panel.wrong_type", column)]


@pytest.mark.parametrize(
    ("column", "cell", "key"),
    [
        ("value", "twelve", "panel.bad_cell"),
        ("value", "1,234", "panel.bad_cell"),
        ("rounding", "five", "panel.bad_cell"),
        ("period", "01/02/2020", "panel.bad_cell"),
        ("period", "2020-02-30", "panel.bad_cell"),
        ("as_of", "2020", "panel.bad_cell"),
        ("status", "finale", "panel.unknown_status"),
        ("frequency", "monthly", "panel.unknown_frequency"),
    ],
)
def test_a_text_cell_that_cannot_be_read_is_told_with_its_row(column: str, cell: str, key: str) -> None:
    good = table({"origin": "ERI"}, {}).cast(pl.String)
    text = good.with_columns(pl.Series(column, [good[column][0], cell]))
    found = problems_of(text)
    assert [(name, fields["row"]) for name, fields in found] == [(key, 2)]
    with pytest.raises(PanelError, match=f"“{cell}”"):
        check_observations(text)


def test_each_unknown_status_is_told_once() -> None:
    text = table(*monthly([1.0] * 4)).cast(pl.String).with_columns(status=pl.Series(["final", "x", "y", "x"]))
    assert [(fields["row"], fields["status"]) for _, fields in problems_of(text)] == [(2, "x"), (3, "y")]


def test_types_that_convert_without_loss_are_converted() -> None:
    good = table(*monthly([1.0, None, 3.0], rounding=5.0))
    assert check_observations(good.cast(pl.String)).equals(good)
    whole = good.with_columns(
        pl.col("value").cast(pl.Int64), pl.col("period").cast(pl.Datetime), pl.col("origin").cast(pl.Categorical)
    )
    assert check_observations(whole).equals(good)
    empty = good.with_columns(value=pl.lit(None), rounding=pl.lit(None))
    assert check_observations(empty)["value"].null_count() == 3


def test_namibia_and_norway_are_countries_and_their_short_codes_are_not() -> None:
    good = table({"origin": "NAM"}, {"origin": "SYR", "destination": "NOR"})
    assert check_observations(good).equals(good)
    for code, near in (("NA", "NAM"), ("NO", "NOR")):
        with pytest.raises(PanelError, match=near):
            check_observations(table({"origin": code}))


PERSONAL = [
    *("name", "Name", "NAMES", "nom", "prénom", "Prenom", "first_name", "firstName", "Last Name", "family-name"),
    *("surname", "Vorname", "Nachname", "cognome", "nombre", "apellidos", "nom de famille", "applicant_name"),
    *("birth_date", "dateOfBirth", "DOB", "date de naissance", "Geburtsdatum", "fecha de nacimiento", "age", "Âge"),
    *("data_di_nascita", "passport", "passport_no", "Passport Number", "numéro de passeport", "national_id", "visa"),
    *("person_id", "case number", "applicantId", "eurodac_id", "AZR-Nummer", "household_id", "ssn", "uuid"),
    *("phone", "mobile_number", "telephone", "Téléphone", "Telefonnummer", "whatsapp", "e-mail", "email address"),
    *("courriel", "imei", "ip_address", "device id", "face_image", "photo", "Lichtbild", "fingerprints", "empreinte"),
    *("biometric_id", "Fingerabdrücke", "lat", "longitude", "gps", "coordinates", "position", "home address"),
    *("Anschrift", "street", "Straße", "postcode", "zip code", "religion", "ethnicity", "diagnosis", "health_status"),
]


@pytest.mark.parametrize("column", PERSONAL)
def test_a_column_about_a_person_is_refused_before_all_else(column: str) -> None:
    frame = table({"measure": "unknown"}).with_columns(pl.lit("x").alias(column))
    with pytest.raises(PersonalDataError) as caught:
        check_observations(frame, "file.csv")
    assert f"“{column}”" in str(caught.value)
    assert "x" not in {dict(problem.fields).get("cell") for problem in caught.value.problems}
    assert "Aggregate the table" in caught.value.advice()


ORDINARY = [
    *SCHEMA,
    *("nat", "route", "geo", "place", "country", "applications", "message", "month", "year", "date", "nationality"),
    *("citizenship", "citizen", "TIME_PERIOD", "OBS_VALUE", "obs_flag", "unit", "sex", "persons", "count", "total"),
    *(
        "asylum",
        "agency",
        "page",
        "stage",
        "percentage",
        "language",
        "latest",
        "longest",
        "border",
        "capital",
        "region",
    ),
    *("Land", "Monat", "pays", "mois", "valeur", "Wert", "source_url", "nomenclature", "decision", "status_code"),
]


@pytest.mark.parametrize("column", ORDINARY)
def test_an_ordinary_column_is_not_taken_for_a_personal_one(column: str) -> None:
    frame = table({}) if column in SCHEMA else table({}).with_columns(pl.lit("x").alias(column))
    if column in SCHEMA:
        assert check_observations(frame).height == 1
    else:
        assert [key for key, _ in problems_of(frame)] == ["panel.unknown_column"]


def test_every_personal_column_is_named_at_once() -> None:
    frame = table({}).with_columns(name=pl.lit("x"), dob=pl.lit("x"))
    with pytest.raises(PersonalDataError) as caught:
        check_observations(frame)
    assert [dict(problem.fields)["column"] for problem in caught.value.problems] == ["name", "dob"]


@pytest.mark.parametrize("column", ["period", "as_of"])
@pytest.mark.parametrize("year", [-1, 0, 1899, 2201, 9999, 10_000])
def test_impossible_years_are_told_with_their_row(column: str, year: int) -> None:
    frame = check_observations(table(ROW, {**ROW, "origin": "AFG"}))
    moved = frame.with_columns(
        pl.when(pl.col("origin") == "AFG")
        .then(pl.lit(date(2000, 1, 1)).dt.offset_by(f"{year - 2000}y"))
        .otherwise(column)
        .alias(column)
    )
    with pytest.raises(PanelError, match=rf"row 2: column “{column}”"):
        check_observations(moved)


def test_a_count_larger_than_mankind_is_told() -> None:
    with pytest.raises(PanelError, match="larger than any count"):
        check_observations(table({**ROW, "value": 1e300}))
