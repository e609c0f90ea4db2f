import subprocess
import sys

import pytest

from havre.errors import PlaceError
from havre.places import check_code, countries, place, routes, special_codes


def test_all_codes_of_iso_3166_and_kosovo_are_there() -> None:
    codes = {each.code for each in countries()}
    assert len(codes) == len(countries()) == 250
    assert "XKX" in codes
    assert place("XKX").iso2 == "XK"
    assert len({each.iso2 for each in countries()}) == 250


def test_countries_agree_with_the_codes_of_cldr() -> None:
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    wrong = [each for each in countries() if each.code != "XKX" and aliases[each.code] != [each.iso2]]
    assert wrong == []


def test_special_codes_are_no_codes_of_iso_3166() -> None:
    iso = {each.code for each in countries()}
    special = {each.code for each in special_codes()}
    assert {"TOT", "XXX", "STA", "OTH", "RNC"} <= special
    assert not special & iso
    assert all(len(code) == 3 and code.isupper() for code in special)


def test_routes_are_written_with_their_prefix() -> None:
    assert {"route:central-mediterranean", "route:western-african", "route:channel"} <= {r.code for r in routes()}
    assert all(each.code.startswith("route:") and each.iso2 is None for each in routes())


@pytest.mark.parametrize("code", ["SYR", "XKX", "STA", "route:black-sea"])
def test_a_code_comes_back_unchanged(code: str) -> None:
    assert check_code(code) == code


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("Germny", "DEU (Germany)"),
        ("Allemange", "DEU (Allemagne)"),
        ("GER", "DEU (Germany)"),
        ("deu", "DEU (Germany)"),
        ("DE", "DEU (Germany)"),
        ("EL", "GRC (Greece)"),
        ("UNK", "XXX (Unknown or unspecified)"),
        ("Turkey", "TUR (Turkey)"),
        ("Ivory Coast", "CIV (Ivory Coast)"),
        ("Apatride", "STA (Apatrides)"),
        ("central-mediteranean", "route:central-mediterranean (Central Mediterranean route)"),
    ],
)
def test_a_wrong_code_is_refused_with_the_nearest_place_first(code: str, near: str) -> None:
    with pytest.raises(PlaceError) as caught:
        check_code(code, where=" (panel.csv, row 3)")
    fields = dict(caught.value.problems[0].fields)
    assert caught.value.problems[0].key == "places.unknown_code"
    assert fields["code"] == code
    assert str(fields["near"]).startswith(near)
    assert "(panel.csv, row 3)" in str(caught.value)
    assert "ISO 3166-1" in caught.value.advice()


@pytest.mark.parametrize("code", ["", "zzzzz", "route:", "route:atlantis"])
def test_what_is_near_nothing_is_refused_all_the_same(code: str) -> None:
    with pytest.raises(PlaceError):
        check_code(code)


def test_checking_a_good_code_loads_nothing_heavy() -> None:
    script = (
        "import sys; from havre.places import check_code; check_code('SYR');"
        "print([name for name in ('polars', 'babel', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
