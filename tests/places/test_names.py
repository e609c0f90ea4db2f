import pytest

from havre.errors import PlaceError
from havre.places import countries, find_code, place_name, routes, special_codes
from havre.texts import LANGUAGES, Language


@pytest.mark.parametrize(
    ("code", "english", "french"),
    [
        ("DEU", "Germany", "Allemagne"),
        ("XKX", "Kosovo", "Kosovo"),
        ("STA", "Stateless", "Apatrides"),
        ("route:eastern-mediterranean", "Eastern Mediterranean route", "Route de la Méditerranée orientale"),
    ],
)
def test_places_have_english_and_french_names(code: str, english: str, french: str) -> None:
    assert (place_name(code, "en"), place_name(code, "fr")) == (english, french)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_has_a_name_of_its_own(language: Language) -> None:
    names = [place_name(each.code, language) for each in (*countries(), *special_codes(), *routes())]
    assert all(names)
    assert len(set(names)) == len(names)


def test_an_unknown_code_has_no_name() -> None:
    with pytest.raises(PlaceError):
        place_name("UNK", "en")


@pytest.mark.parametrize("code", [each.code for each in countries()])
def test_a_place_is_found_by_code_in_any_case_and_by_its_names(code: str) -> None:
    assert find_code(code.lower()) == code
    assert find_code(f" {code} ") == code
    assert find_code(place_name(code, "fr").upper()) == code
    assert find_code(place_name(code, "en")) == code


def test_what_is_no_place_stays_as_it_was() -> None:
    assert find_code("Germny") == "Germny"
    assert find_code("route:Central-Mediterranean") == "route:central-mediterranean"
