"""Countries: labels of providers, the country that people flee, borders on land."""

from pathlib import Path

import pytest

from havre.displacement.build import BuildOptions
from havre.displacement.build_countries import (
    _near,
    country_key,
    country_problems,
    find_countries,
    share_land,
    written,
)
from tests.displacement.build_case import KEEP, PLACES, tables


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Mali", "MLI"),
        ("mli", "MLI"),
        ("ML", "MLI"),
        ("Allemagne", "DEU"),
        ("DR Congo (Zaire)", "COD"),
        ("Democratic Republic of Congo", "COD"),
        ("Myanmar (Burma)", "MMR"),
        ("Russia (Soviet Union)", "RUS"),
        ("Yemen (North Yemen)", "YEM"),
        ("Bosnia-Herzegovina", "BIH"),
        ("Kingdom of eSwatini (Swaziland)", "SWZ"),
        ("Burkina_Faso", "BFA"),
        ("Ivory Coast", "CIV"),
        ("Syria", "SYR"),
        ("TOT", None),
        ("Norvale", None),
        ("", None),
    ],
)
def test_labels(label: str, code: str | None) -> None:
    assert country_key(label) == code


def test_borders_on_land_are_symmetric_and_unknown_countries_border_on_all() -> None:
    assert share_land("MLI", "NER")
    assert share_land("NER", "MLI")
    assert share_land("MLI", "MLI")
    assert not share_land("ITA", "TUN")
    assert share_land("Norvale", "TUN")
    assert share_land("TUN", "Norvale")


def test_what_is_written_is_a_name() -> None:
    assert (written("BFA"), written("Norvale")) == ("Burkina Faso", "Norvale")


def problems(folder: Path, places: str, options: BuildOptions) -> list[str]:
    return [problem.sentence() for problem in country_problems(tables(folder, places=places), options)]


def test_near_countries_have_both_names() -> None:
    assert _near("Norvege") == "NOR (Norway / Norvège)"
    assert _near("Burundii") == "BDI (Burundi)"
    assert _near("Qqqqqq") in "–—"


def test_unknown_countries_are_refused_with_near_matches_or_kept(tmp_path: Path) -> None:
    places = PLACES.replace("Norvale", "Burundii").replace("Ostmere", "Rwanda")
    found = problems(tmp_path, places, BuildOptions())
    assert len(found) == 1
    assert found[0].startswith("places.csv, row 1: column “country” is “Burundii”, which is no country")
    assert found[0].endswith("Near matches: BDI (Burundi).")
    assert problems(tmp_path, PLACES, KEEP) == []


def test_one_country_in_two_spellings_is_one(tmp_path: Path) -> None:
    places = PLACES.replace("Norvale", "Mali", 1).replace("Norvale", "MLI", 1).replace("Norvale", "mali")
    found = find_countries(tables(tmp_path, places=places.replace("Ostmere", "Niger")), BuildOptions())
    assert set(found.keys.values()) == {"MLI", "NER"}
    kept = PLACES.replace("Norvale", "NORVALE", 1)
    assert find_countries(tables(tmp_path, places=kept), KEEP).unknown in {
        ("NORVALE", "Ostmere"),
        ("Norvale", "Ostmere"),
    }


def test_home_is_where_the_conflict_is_or_what_is_said(tmp_path: Path) -> None:
    read = tables(tmp_path)
    assert find_countries(read, KEEP).home == "Norvale"
    towns = tables(tmp_path, places=PLACES.replace("conflict", "town"))
    assert find_countries(towns, KEEP).home == "Norvale"
    real = tables(tmp_path, places=PLACES.replace("Norvale", "Mali").replace("Ostmere", "Niger"))
    assert find_countries(real, BuildOptions(home="NER")).home == "NER"


def test_a_home_that_is_unclear_elsewhere_or_empty_is_told(tmp_path: Path) -> None:
    two = PLACES.replace("conflict", "town").replace("Eden Camp,11.0,22.0,Ostmere,,camp", "Eden,11,22,Ostmere,,town")
    unclear = problems(tmp_path, two, KEEP)
    assert len(unclear) == 1
    assert unclear[0].startswith("places.csv: it is not clear which country people flee")
    assert unclear[0].endswith(": Norvale, Ostmere.")
    elsewhere = BuildOptions(home="Mali", keep_unknown_countries=True)
    assert problems(tmp_path, PLACES, elsewhere) == [
        "places.csv: no place lies in the home country “Mali”. There are: Norvale, Ostmere."
    ]
    camps_only = BuildOptions(home="Ostmere", keep_unknown_countries=True)
    assert problems(tmp_path, PLACES, camps_only) == [
        "places.csv: there is neither a town nor a conflict zone in Ostmere, the country that people flee."
    ]
