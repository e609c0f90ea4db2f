"""Codes of places: which there are, and a check that tells near matches for one that is not.

A place is a country or territory of ISO 3166-1 (alpha-3 code, with XKX for Kosovo, which ISO has not assigned), a
special code for what providers publish beside countries, or a route, written ``route:<slug>``.

Nothing heavy is imported here, because the command line checks codes before anything else.
"""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from havre.errors import PlaceError
from havre.texts import Language

Kind = Literal["country", "special", "route"]
ROUTE_PREFIX = "route:"


@dataclass(frozen=True)
class Place:
    """Where people come from or are counted.

    Parameters
    ----------
    code : ISO 3166-1 alpha-3 code, XKX, special code, or ``route:<slug>``
    kind : ``country`` (territories with a code of their own included), ``special`` or ``route``
    iso2 : ISO 3166-1 alpha-2 code (XK for Kosovo); ``None`` where the place is not a country
    """

    code: str
    kind: Kind
    iso2: str | None = None


def check_code(code: str, *, where: str = "") -> str:
    """Return the code if it is a place, written exactly so.

    Parameters
    ----------
    code : what should be a code
    where : said after the code in the error, with its own space and brackets, such as ``" (panel.csv, row 3)"``

    Raises
    ------
    PlaceError : the code is not a place; the error names near matches among codes and English and French names

    Examples
    --------
    >>> check_code("SYR"), check_code("route:central-mediterranean")
    ('SYR', 'route:central-mediterranean')
    """
    place(code, where=where)
    return code


def place(code: str, *, where: str = "") -> Place:
    """Look a place up by its code.

    Raises
    ------
    PlaceError : as :func:`check_code`
    """
    found = _places().get(code)
    if found is None:
        from havre.places.nearest import near_places

        raise PlaceError("places.unknown_code", code=code, where=where, near=near_places(code))
    return found


def countries() -> tuple[Place, ...]:
    """List the 249 countries and territories of ISO 3166-1 and Kosovo, by code."""
    return _of_kind("country")


def special_codes() -> tuple[Place, ...]:
    """List the codes for what is published beside countries, such as stateless persons."""
    return _of_kind("special")


def routes() -> tuple[Place, ...]:
    """List the routes on which crossings or deaths are counted."""
    return _of_kind("route")


@cache
def country_table() -> MappingProxyType[str, MappingProxyType[str, str]]:
    """Read ``countries.csv``: from alpha-3 code to its row, all cells as text, empty where there is nothing."""
    text = files("havre.places").joinpath("countries.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["iso3"]: MappingProxyType(row) for row in rows})


@cache
def route_table() -> MappingProxyType[str, dict[str, Any]]:
    """Read ``routes.toml``: from the code of a route to its row."""
    return MappingProxyType({ROUTE_PREFIX + slug: row for slug, row in _toml("routes.toml").items()})


@cache
def own_names() -> MappingProxyType[str, MappingProxyType[Language, str]]:
    """Read the names that Havre gives itself, of special codes and routes: from code to language to name."""
    names = {**_toml("special.toml"), **route_table()}
    return MappingProxyType({code: MappingProxyType({"en": row["en"], "fr": row["fr"]}) for code, row in names.items()})


@cache
def _places() -> MappingProxyType[str, Place]:
    found = {code: Place(code, "country", row["iso2"]) for code, row in country_table().items()}
    for code in own_names():
        found[code] = Place(code, "route" if code.startswith(ROUTE_PREFIX) else "special")
    return MappingProxyType(found)


def _of_kind(kind: Kind) -> tuple[Place, ...]:
    return tuple(each for each in _places().values() if each.kind == kind)


def _toml(name: str) -> dict[str, dict[str, Any]]:
    text = files("havre.places").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
