"""Which places a mistyped code may mean; read only when an error is told."""

from collections.abc import Iterator

from havre.places.codes import countries, own_names
from havre.places.crosswalk import AGGREGATE, table_labels
from havre.places.names import cldr_names, place_name
from havre.places.spelling import near
from havre.texts import LANGUAGES


def near_places(text: str) -> str:
    """Tell the places whose code or name, English or French, looks most like a text.

    Returns
    -------
    At most three places, best first, each with the name that came nearest; a dash where nothing is near.

    Examples
    --------
    >>> near_places("Germny"), near_places("Allemange")
    ('DEU (Germany)', 'DEU (Allemagne)')
    """
    return near(text, _spellings())


def _spellings() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        names = cldr_names(language)
        for country in countries():
            told = f"{country.code} ({names[country.code]})"
            yield from ((spelling, told) for spelling in (country.code, str(country.iso2), names[country.code]))
        for code, own in own_names().items():
            told = f"{code} ({own[language]})"
            yield from ((spelling, told) for spelling in (code, code.partition(":")[2], own[language]) if spelling)
    yield from ((other.label, f"{other.code} ({other.label})") for other in table_labels("english"))
    for other in table_labels("eurostat"):
        if other.code != AGGREGATE:
            yield other.label, f"{other.code} ({place_name(other.code, 'en')})"
