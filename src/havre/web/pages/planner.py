"""The reception planner: how likely a place runs full in each month, from the published forecast of arrivals.

With scripts all is computed in the browser and nothing that is entered leaves it; without, the server computes it from
the address and keeps nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from babel.numbers import format_decimal
from fastapi import APIRouter, HTTPException, Request
from markupsafe import Markup
from starlette.responses import Response

from havre.record.outlook import Outlook
from havre.record.wording import ALL, Wording
from havre.texts import catalogue, say
from havre.web.asked import reads
from havre.web.charts.camps import NARROW, WIDE, Curve, CurveText, curve_chart
from havre.web.figures import source_name
from havre.web.pages.planner_form import BOUNDS, Place, example_place, planned, read_place
from havre.web.planning import DRAWS, SEED, PublishedArrivals, published_arrivals
from havre.web.reception_places import Regions, regions
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site, SiteRelease

if TYPE_CHECKING:
    from havre.forecast.reception import Occupancy

router = APIRouter(include_in_schema=False)
LEVELS = (0.1, 0.5, 0.9)
SHOWN_LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
BROWSER_DRAWS = 2000
LABELS = 6
"""Months that are labelled along the chart."""


@dataclass(frozen=True)
class Row:
    """A month of the result, in words."""

    month: str
    arrived: str
    needed: str
    places: str
    full: str
    first: str
    without: str


@dataclass(frozen=True)
class Plan:
    """What the page shows of a place."""

    rows: Sequence[Row]
    summary: Sequence[str]
    given: str
    full_at_all: str
    half_by: str
    most_without: str
    drawings: Sequence[tuple[str, Markup]]


@router.get("/{lang}/planner")
@reads("series", "later_from", *BOUNDS)
def planner(request: Request, lang: Lang, site: SiteNow) -> Response:
    """Show the planner for a series, and what it gives for the place in the address."""
    asked = dict(request.query_params)
    release = site.latest
    choices = series_choices(release)
    outlook = _chosen(release, choices, asked.get("series", ""))
    if outlook is None:
        raise HTTPException(404, say("web_planner", "no_series", lang))
    arrivals = published_arrivals(release, outlook)
    if arrivals is None:
        raise HTTPException(404, say("web_planner", "no_forecast", lang))
    words = site.words(lang)
    entered, place = read_place(asked, example_place(arrivals), lang)
    plan = None if place is None else make_plan(planned(arrivals, place), place, words.series(*outlook.key[1:4]), words)
    correlations = arrivals.factor @ arrivals.factor.T
    facts: dict[str, Any] = {
        "release": release,
        "choices": choices,
        "source_name": source_name,
        "outlook": outlook,
        "entered": entered,
        "is_example": not (asked.keys() & entered.texts.keys()),
        "plan": plan,
        "arrivals": arrivals,
        "regions": fitting_regions(release),
        "bounds": BOUNDS,
        "data": page_data(site, arrivals, words),
        "near": float(np.mean(np.diag(correlations, 1))) if len(arrivals.months) > 1 else 1.0,
        "far": float(correlations[0, -1]),
        "draws": {"browser": BROWSER_DRAWS, "server": DRAWS},
    }
    # What a reader says of a place is not to stay in any cache, ours included.
    return page(request, "planner.html.jinja", lang, store=not asked.keys() - {"series"}, **facts)


def series_name(outlook: Outlook) -> str:
    """Give the name of a series in an address: scope, origin, destination."""
    return "/".join((outlook.key[0], *outlook.key[2:4]))


def series_choices(release: SiteRelease) -> list[Outlook]:
    """List the series that a place may draw its arrivals from: totals by destination or route, with a forecast."""
    return [each for each in release.outlooks if each.key[2] == ALL and _is_forecast(each)]


def _chosen(release: SiteRelease, choices: Sequence[Outlook], name: str) -> Outlook | None:
    if not name:
        return choices[0] if choices else next((each for each in release.outlooks if _is_forecast(each)), None)
    for each in release.outlooks:
        if name in (series_name(each), "/".join(each.key[1:4])) and _is_forecast(each):
            return each
    return None


def _is_forecast(outlook: Outlook) -> bool:
    return bool(outlook.expected) and outlook.expected[0].quantiles is not None


def fitting_regions(release: SiteRelease) -> tuple[Outlook, Regions] | None:
    """Give the regions with the series that their shares are of; ``None`` where the release does not have it."""
    known = regions()
    series = release.one_series(known.measure, ALL, known.destination)
    return (series, known) if series is not None and _is_forecast(series) else None


def make_plan(made: "Occupancy", place: Place, series: str, words: Wording) -> Plan:
    """Put the occupancy into words and drawings."""
    from havre.forecast.reception import Occupancy

    without = made.without_place.mean(axis=1)
    arrived, needed = (
        Occupancy(made.months, made.arrived, made.arrived, made.capacity).quantiles(LEVELS),
        made.quantiles(LEVELS),
    )
    rows = [
        Row(
            words.month(month),
            _spread(arrived[at], words),
            _spread(needed[at], words),
            words.number(float(made.capacity[at])),
            chance(float(made.is_full[at]), words),
            chance(float(made.first_full[at]), words),
            words.number(float(without[at])),
        )
        for at, month in enumerate(made.months)
    ]
    worst = int(max(range(len(rows)), key=lambda at: (made.is_full[at], without[at])))
    half = made.first_full_month(0.5)
    return Plan(
        rows,
        summarised(made, place, words, worst),
        given_of(place, series, words),
        chance(float(made.first_full.sum()), words),
        words.month(half) if half else say("web_planner", "result.not_by_then", words.language),
        words.number(float(without.max())),
        [(kind, _drawing(made, words, kind)) for kind in ("wide", "narrow")],
    )


def given_of(place: Place, series: str, words: Wording) -> str:
    """Say what was entered, so that a print tells it."""
    told = {name: format_decimal(value, "#,##0.###", words.language) for name, value in place.values.items()}
    share = told["share_low"]
    if told["share_high"] != share:
        ends = {"low": share, "high": told["share_high"]}
        share = say("web_planner", "summary.share_range", words.language, **ends)
    facts = {"places": told["capacity"], "people": told["occupancy"], "stay": told["stay"], "share": share}
    return say("web_planner", "summary.given", words.language, **facts, series=series)


def summarised(made: "Occupancy", place: Place, words: Wording, worst: int) -> list[str]:
    """Say in sentences when the place runs full."""

    def tell(key: str, /, **fields: object) -> str:
        return say("web_planner", f"summary.{key}", words.language, **fields)

    told = []
    people, places = place.values["occupancy"], place.values["capacity"]
    if people >= places:
        told.append(tell("already", people=words.number(people), places=words.number(places)))
    half, sure = made.first_full_month(0.5), made.first_full_month(0.9)
    told.append(tell("half", month=words.month(half)) if half else tell("not_half", count=len(made.months)))
    if half:
        told.append(tell("sure", month=words.month(sure)) if sure else tell("not_sure"))
    without = float(made.without_place.mean(axis=1)[worst])
    facts = {"month": words.month(made.months[worst]), "chance": chance(float(made.is_full[worst]), words)}
    told.append(tell("worst", **facts, without=words.number(without)))
    return told


def chance(share: float, words: Wording) -> str:
    """Write a probability; below 1 % and above 99 % the draws say no more than that."""
    if share < 0.01:
        return say("web_planner", "result.below", words.language)
    if share > 0.99:
        return say("web_planner", "result.above", words.language)
    return words.percent(share)


def _spread(values: Sequence[float], words: Wording) -> str:
    low, middle, high = (words.number(float(value)) for value in values)
    return say("web_planner", "result.spread", words.language, median=middle, low=low, high=high)


def _drawing(made: "Occupancy", words: Wording, kind: str) -> Markup:
    levels = made.quantiles(SHOWN_LEVELS)
    bands = {95: (levels[:, 0], levels[:, 6]), 80: (levels[:, 1], levels[:, 5]), 50: (levels[:, 2], levels[:, 4])}
    curve = Curve(
        median=levels[:, 3].tolist(),
        bands={percent: (low.tolist(), high.tolist()) for percent, (low, high) in bands.items()},
        limit=made.capacity.tolist(),
        ticks=month_labels(made.months, words, narrow=kind == "narrow"),
    )
    title, described = (say("web_planner", f"chart.{key}", words.language) for key in ("title", "description"))
    text = CurveText(f"plan-{kind}", title, described, words.number)
    return curve_chart(curve, text, WIDE if kind == "wide" else NARROW)


def month_labels(months: Sequence[date], words: Wording, *, narrow: bool) -> list[tuple[int, str]]:
    """Label some months along a chart."""
    every = max(1, -(-len(months) // (2 if narrow else LABELS)))  # "sept. 2020" is wide
    return [(step, words.short_month(months[step])) for step in range(0, len(months), every)]


def page_data(site: Site, arrivals: PublishedArrivals, words: Wording) -> dict[str, Any]:
    """Give what the browser computes with, as plain data."""
    texts = catalogue("web_planner", words.language)
    parts = ("summary.", "result.", "fault.")
    found = fitting_regions(site.latest)
    ours = found is not None and found[0].key == arrivals.outlook.key
    last = arrivals.outlook.row["last_month"]
    return {
        **arrivals.as_plain(),
        "language": words.language,
        "series": words.series(*arrivals.outlook.key[1:4]),
        "month_names": [words.month(month) for month in arrivals.months],
        "labels": {
            "wide": month_labels(arrivals.months, words, narrow=False),
            "narrow": month_labels(arrivals.months, words, narrow=True),
        },
        "bounds": {name: list(bounds) for name, bounds in BOUNDS.items()},
        "texts": {key: text for key, text in texts.items() if key.startswith(parts)},
        "below_one": words.text("number.below_one"),
        "seed": SEED,
        "draws": BROWSER_DRAWS,
        "regions_series": series_name(found[0]) if found else "",
        "is_regions_series": ours,
        "regions": {
            each.code: {
                "capacity": each.most[each.at(last)],
                "occupancy": each.people[each.at(last)],
                "stay": each.mean_stay,
                "share": round(100 * each.share, 2),
                "month": words.month(each.at(last)),
            }
            for each in (found[1].regions if found else ())
        },
    }
