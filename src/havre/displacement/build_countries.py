"""Countries of the tables: labels turned into codes, the country that people flee, and borders on land."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from havre.displacement.build_notes import listed
from havre.displacement.build_options import BuildOptions
from havre.displacement.build_rows import PlaceRow
from havre.displacement.build_tables import BuildTables
from havre.errors import PlaceError, Problem
from havre.places import code_from_label, countries, find_code, neighbours, place_name
from havre.places.nearest import near_places
from havre.places.spelling import plain
from havre.texts import LANGUAGES

_UCDP = {
    "dr congo": "COD",
    "democratic republic of congo": "COD",
    "drc": "COD",
    "bosnia-herzegovina": "BIH",
    "kingdom of eswatini": "SWZ",
    "macedonia, fyr": "MKD",
}
"""English names that UCDP and others write and that stand in no other list of labels."""


@dataclass(frozen=True)
class Countries:
    """What the countries of the tables are.

    Parameters
    ----------
    keys : from a label of the places to its country: an alpha-3 code, or the label itself where it is not known
    home : key of the country that people flee
    """

    keys: dict[str, str]
    home: str

    @property
    def unknown(self) -> tuple[str, ...]:
        """The countries that were kept as they are written."""
        return tuple(sorted({key for key in self.keys.values() if not is_code(key)}))

    def is_home(self, place: PlaceRow) -> bool:
        """Tell whether a place lies in the country that people flee."""
        return self.keys[place.country] == self.home


def country_key(label: str) -> str | None:
    """Turn a label into a code: a code, an English or French name, or a name as UCDP or ACLED write it.

    Examples
    --------
    >>> country_key("Burkina_Faso"), country_key("Yemen (North Yemen)"), country_key("Tchad"), country_key("Ruritania")
    ('BFA', 'YEM', 'TCD', None)
    """
    spaced = label.replace("_", " ").strip()
    return _key_of(spaced) or _key_of(spaced.partition(" (")[0])


@cache
def _key_of(label: str) -> str | None:
    code = _UCDP.get(plain(label), find_code(label))
    if is_code(code):
        return code
    try:
        code = code_from_label(label, "iom")
    except PlaceError:
        return None
    return code if is_code(code) else None


@cache
def _codes() -> frozenset[str]:
    return frozenset(country.code for country in countries())


def is_code(key: str) -> bool:
    """Tell a code from a label that was kept."""
    return key in _codes()


def written(key: str) -> str:
    """Write a country as it stands in an instance: its English name, or the label that was kept."""
    return place_name(key, "en") if is_code(key) else key


def share_land(one: str, other: str) -> bool:
    """Tell whether two countries are one or border on land; a country that is not known may border on any."""
    return one == other or not is_code(one) or not is_code(other) or other in neighbours(one)


def find_countries(tables: BuildTables, options: BuildOptions) -> Countries:
    """Find the countries of tables in which nothing is wrong (see :func:`country_problems`)."""
    keys = _keys(tables)
    return Countries(keys, _homes(tables, keys, options)[0])


def country_problems(tables: BuildTables, options: BuildOptions) -> Iterator[Problem]:
    """Tell which countries are not known, and whether it is not clear which one people flee."""
    file, column = tables.file("places"), tables.column("places", "country")
    keys = _keys(tables)
    told: set[str] = set()
    for place in tables.places:
        if place.country and not is_code(keys[place.country]) and place.country not in told:
            told.add(place.country)
            if not options.keep_unknown_countries:
                facts = {"path": file, "row": place.row, "column": column, "label": place.country}
                yield Problem.of("displacement.build.unknown_country", **facts, near=_near(place.country))
    homes = _homes(tables, keys, options)
    found = listed(sorted(written(key) for key in set(keys.values())))
    if options.home is not None and not homes:
        yield Problem.of("displacement.build.home_not_there", path=file, home=options.home, found=found)
    elif len(homes) != 1:
        yield Problem.of("displacement.build.home_unclear", path=file, found=found)
    elif not any(
        place.kind in {"town", "conflict", ""} and keys.get(place.country) in homes for place in tables.places
    ):
        yield Problem.of("displacement.build.home_without_towns", path=file, home=written(homes[0]))


def _near(label: str) -> str:
    """Tell the countries whose names look most like a label, with both names: the error is told in either language."""
    found = near_places(label)
    codes = re.findall(r"(?:^|, )([A-Z]{3}) \(", found)
    told = [f"{code} ({listed_once(place_name(code, language) for language in LANGUAGES)})" for code in codes]
    return ", ".join(told) or found


def listed_once(names: Iterable[str]) -> str:
    """Write names with a stroke between them, each once."""
    return " / ".join(dict.fromkeys(names))


def _may_be_left(place: PlaceRow) -> bool:
    """Tell a place that people may flee from; its kind is empty where the cell could not be read."""
    return place.kind in {"town", "conflict", ""}


def _keys(tables: BuildTables) -> dict[str, str]:
    labels = {place.country for place in tables.places if place.country}
    kept = {plain(label): label for label in sorted(labels, reverse=True)}
    return {label: country_key(label) or kept[plain(label)] for label in labels}


def _homes(tables: BuildTables, keys: dict[str, str], options: BuildOptions) -> list[str]:
    """Give the countries that people may flee; there should be one."""
    if options.home is not None:
        wanted = country_key(options.home)
        return sorted({key for key in keys.values() if key == wanted or plain(key) == plain(options.home)})
    for kind in ("conflict", "town"):
        found = {keys[place.country] for place in tables.places if place.kind == kind and place.country}
        if found:
            return sorted(found)
    return []
