"""What a reader says of a place of reception: read from the address, checked, and computed where the browser does not.

The browser checks the same (``assets/js/planner/form.js``).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from havre.months import parse_month
from havre.texts import Language, say
from havre.web.planning import DRAWS, SEED, PublishedArrivals

if TYPE_CHECKING:
    from havre.forecast.reception import Occupancy, Reception, Stay

BOUNDS: Mapping[str, tuple[float, float]] = {
    "capacity": (0, 1e9),
    "occupancy": (0, 1e9),
    "stay": (0.1, 600),
    "share_low": (0, 100),
    "share_high": (0, 100),
    "shape": (0.05, 100),
    "later": (0, 1e9),
}
"""Lowest and highest value of each field; stays in months, shares in percent."""
USUAL_STAY = 6.0
"""Mean stay of the example [months]."""


@dataclass(frozen=True)
class Place:
    """A place as it was said: numbers by field, and the month from which there are ``later`` places."""

    values: Mapping[str, float]
    later_from: date | None = None

    @property
    def reception(self) -> "Reception":
        """Give the settings of the computation."""
        from havre.forecast.reception import Reception

        told = self.values
        changes = ((self.later_from, told["later"]),) if self.later_from and "later" in told else ()
        return Reception(
            capacity=told["capacity"],
            occupancy=told["occupancy"],
            share=(told["share_low"] / 100, told["share_high"] / 100),
            stay=stay_of_mean(told["stay"], told["shape"]),
            capacity_from=changes,
        )


@dataclass
class Entered:
    """What was entered: the texts of the fields, and the sentence for each that is wrong."""

    texts: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)


def stay_of_mean(mean: float, shape: float) -> "Stay":
    """Make a stay of its mean [months] and shape.

    Examples
    --------
    >>> round(stay_of_mean(6.0, 2.0).mean, 9)
    6.0
    """
    from havre.forecast.reception import Stay

    if shape == 1:
        return Stay(median=mean * math.log(2))
    from scipy.stats import gamma

    return Stay(median=mean * float(gamma.ppf(0.5, shape)) / shape, shape=shape)


def example_place(arrivals: PublishedArrivals) -> dict[str, str]:
    """Give an invented place as an example: what comes and what leaves keep about even, with some places free."""
    median = float(np.median([np.interp(0.5, arrivals.levels, row) for row in arrivals.values]))
    share = min(1.0, 440 / USUAL_STAY / max(median, 1.0))
    percent = f"{100 * share:.2g}"
    return {
        "capacity": "500",
        "occupancy": "440",
        "stay": f"{USUAL_STAY:g}",
        "share_low": percent,
        "share_high": percent,
        "shape": "1",
        "later_from": "",
        "later": "",
    }


def read_place(
    asked: Mapping[str, str], example: Mapping[str, str], language: Language
) -> tuple[Entered, Place | None]:
    """Read a place; ``None`` where something is wrong with it, which is told field by field.

    Parameters
    ----------
    asked : texts by field; what is left out is as in the example
    """
    entered = Entered({name: asked.get(name, usual).strip()[:40] for name, usual in example.items()})
    values: dict[str, float] = {}
    for name, bounds in BOUNDS.items():
        text = entered.texts[name]
        if not text and name == "later":
            continue
        value = _number(text)
        if value is None or not bounds[0] <= value <= bounds[1]:
            mark = say("web_planner", "fault.mark", language)
            low, high = (f"{bound:,.12g}".replace(",", "\u202f").replace(".", mark) for bound in bounds)
            entered.faults[name] = say("web_planner", "fault.number", language, low=low, high=high)
        else:
            values[name] = value
    if not entered.faults and values["share_low"] > values["share_high"]:
        entered.faults["share_high"] = say("web_planner", "fault.share", language)
    month = _month(entered.texts["later_from"])
    if entered.texts["later_from"] and month is None:
        entered.faults["later_from"] = say("web_planner", "fault.month", language)
    if month is not None and not entered.texts["later"]:
        entered.faults["later"] = say("web_planner", "fault.later", language)
    return entered, None if entered.faults else Place(values, month)


def planned(arrivals: PublishedArrivals, place: Place) -> "Occupancy":
    """Draw the occupancy of a place."""
    from havre.forecast.reception import draw_occupancy

    rng = np.random.default_rng(SEED)
    return draw_occupancy(arrivals.draws(DRAWS, rng), arrivals.months, place.reception, rng)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _month(text: str) -> date | None:
    from havre.errors import ForecastError

    try:
        return parse_month(text) if text else None
    except ForecastError:
        return None
