"""Values that the planner offers: those of Italian regions, with where they are from and of when they are."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from havre.months import parse_month
from havre.texts import Language


@dataclass(frozen=True)
class Region:
    """A region.

    Parameters
    ----------
    code : its name in Italian
    share, mean_stay : estimated share of the sea arrivals of the country, and mean stay [months]
    people, most : by month, people at its end, and the most there were in the 24 months until then
    """

    code: str
    names: dict[Language, str]
    share: float
    mean_stay: float
    people: dict[date, int]
    most: dict[date, int]

    def at(self, last_month: date) -> date:
        """Choose the month whose figures fit a forecast from a last month of data: the latest not after it."""
        known = [month for month in self.people if month <= last_month]
        return max(known) if known else min(self.people)


@dataclass(frozen=True)
class Regions:
    """The regions of a country, with their sources."""

    measure: str
    destination: str
    first: date
    last: date
    provider: str
    url: str
    arrivals: str
    regions: tuple[Region, ...]


@cache
def regions() -> Regions:
    """Read the regions of Italy."""
    raw: dict[str, Any] = tomllib.loads((files("havre.web") / "reception_defaults.toml").read_text(encoding="utf-8"))
    made = tuple(
        Region(
            code,
            {"en": each["en"], "fr": each["fr"]},
            each["share"],
            each["mean_stay"],
            {parse_month(month): count for month, count in each["people"].items()},
            {parse_month(month): count for month, count in each["most"].items()},
        )
        for code, each in raw["regions"].items()
    )
    plain = {name: raw[name] for name in ("measure", "destination", "provider", "url", "arrivals")}
    return Regions(**plain, first=parse_month(raw["first"]), last=parse_month(raw["last"]), regions=made)
