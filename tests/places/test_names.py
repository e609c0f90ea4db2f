import pytest

from havre.errors import PlaceError
from havre.places import countries, place_name, routes, special_codes
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
