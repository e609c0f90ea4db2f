"""Names of places in English and French.

Names of countries are those of the Unicode Common Locale Data Repository (CLDR), read through Babel; special codes and
routes have names of Havre's own.
"""

from functools import cache
from types import MappingProxyType

from havre.places.codes import countries, own_names, place
from havre.texts import Language


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
