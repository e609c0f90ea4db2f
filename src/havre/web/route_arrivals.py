"""Which series of countries tell who arrived by a route, by the definition of their source."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from havre.record.outlook import Outlook
from havre.record.wording import ALL
from havre.texts import Language


@dataclass(frozen=True)
class RouteArrivals:
    """A series that tells who arrived by a route.

    Parameters
    ----------
    route : code of the route
    measure, source, destination : of the series, from all origins together
    en, fr : how far the series and the route are the same
    """

    route: str
    measure: str
    source: str
    destination: str
    en: str
    fr: str

    def covers(self, language: Language) -> str:
        """Say how far the series and the route are the same."""
        return self.fr if language == "fr" else self.en

    def is_of(self, outlook: Outlook) -> bool:
        """Whether a series of a release is the one that is meant."""
        row = outlook.row
        told = (row["measure"], row.get("source"), row["origin"], row["destination"])
        return told == (self.measure, self.source, ALL, self.destination)


@cache
def route_arrivals() -> tuple[RouteArrivals, ...]:
    """Read ``route_arrivals.toml``, the main series of a route first."""
    raw = tomllib.loads((files("havre.web") / "route_arrivals.toml").read_text(encoding="utf-8"))
    return tuple(RouteArrivals(**row) for row in raw["arrivals"])


def arrivals_by(outlooks: Iterable[Outlook]) -> dict[str, list[tuple[RouteArrivals, Outlook]]]:
    """Give by route the series among some that tell who arrived by it, the main one first."""
    every = list(outlooks)
    found: dict[str, list[tuple[RouteArrivals, Outlook]]] = {}
    for told in route_arrivals():
        for outlook in every:
            if told.is_of(outlook):
                found.setdefault(told.route, []).append((told, outlook))
    return found
