"""Names of places in English and French.

Names of countries are those of the Unicode Common Locale Data Repository (CLDR), read through Babel; special codes and
routes have names of Havre's own.
"""

from functools import cache
from types import MappingProxyType

from havre.places.codes import countries, own_names, place, routes, special_codes
from havre.places.spelling import plain
from havre.texts import LANGUAGES, Language


def place_name(code: str, language: Language) -> str:
    """Name a place for people.

    Raises
    ------
    PlaceError : the code is not a place

    Examples
    --------
    >>> place_name("DEU", "fr"), place_name("STA", "en")
    ('Allemagne', 'Stateless')
    """
    if place(code).kind == "country":
        return cldr_names(language)[code]
    return own_names()[code][language]


@cache
def cldr_names(language: str) -> MappingProxyType[str, str]:
    """Name every country in any language that CLDR has: from alpha-3 code to name.

    References
    ----------
    Unicode CLDR, territory display names, https://cldr.unicode.org
    """
    from babel import Locale

    territories = Locale.parse(language).territories
    return MappingProxyType({each.code: territories[str(each.iso2)] for each in countries()})


def find_code(text: str) -> str:
    """Give the code of a place that is written as a code in any case, an alpha-2 code, or an English or French name.

    Returns
    -------
    The code; the text as it was where nothing fits exactly, so that :func:`check_code` can tell near matches.

    Examples
    --------
    >>> find_code("deu"), find_code("Allemagne"), find_code("fr"), find_code("Germny")
    ('DEU', 'DEU', 'FRA', 'Germny')
    """
    return _codes().get(text.strip().casefold()) or _names().get(plain(text), text)


@cache
def _codes() -> dict[str, str]:
    """List the codes by how they may be written: in lower case, and as alpha-2 codes."""
    codes = {each.code.casefold(): each.code for each in (*countries(), *special_codes(), *routes())}
    return codes | {str(each.iso2).casefold(): each.code for each in countries() if each.iso2}


@cache
def _names() -> dict[str, str]:
    return {plain(place_name(code, language)): code for language in LANGUAGES for code in _codes().values()}
