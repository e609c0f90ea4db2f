"""Draws the network of an instance: camps, conflict zones and towns at the places of its files, roads between them.

A circle's area is as large as the people there on a day, taken together; nothing smaller than a place is shown.
``assets/js/displacement/map.js`` changes the circles with the day, by the same rule.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from havre.web.charts.labels import Label, Mark, place_labels
from havre.web.charts.projections import View, view_of
from havre.web.charts.shapes import land_path

LARGEST, LEAST = 34.0, 4.0
"""Radius of the circle of the most people, and of a place without any [px]."""


@dataclass(frozen=True)
class MapText:
    """What a map says; ``name`` makes its identifiers unique on the page."""

    name: str
    title: str
    description: str


def camp_map(network: dict[str, Any], day: int, text: MapText, size: tuple[int, int], *, land: bool) -> Markup:
    """Draw the network on a day.

    Parameters
    ----------
    network : of a result (:mod:`havre.web.runs.result`)
    day : index among the days that are kept
    land : whether the shapes of countries are drawn; not where places are invented
    """
    places = network["places"]
    view = view_of([_point(each) for each in places], *size, margin=46)
    at = [view.place(*_point(each)) for each in places]
    most = most_people(network)
    people = network["people"][day] if "people" in network else [0] * len(places)
    parts = [f'<path class="land" d="{land_path(view)}"/>'] if land else []
    parts += [_road(at[one], at[other]) for one, other, _ in network["roads"]]
    order = sorted(range(len(places)), key=lambda number: -max_people(network, number))
    parts += [_circle(places[n]["kind"], at[n], radius(people[n], most), n) for n in order]
    marks = [Mark(places[n]["name"], at[n], _label_radius(network, n, most)) for n in _named_first(places, order)]
    parts += [_label(label) for label in place_labels(marks, view.width, view.height)]
    return _svg(parts, text, view)


@dataclass(frozen=True)
class Pin:
    """An instance on a map of all: its name, the address of its page, and the places of its files."""

    title: str
    link: str
    places: Sequence[dict[str, Any]]


def instances_map(pins: Sequence[Pin], text: MapText, size: tuple[int, int]) -> Markup:
    """Draw where instances lie, each as a link to its page in the middle of its places.

    Raises
    ------
    ValueError : there is no instance
    """
    everywhere = [_point(place) for pin in pins for place in pin.places]
    view = view_of(everywhere, *size, margin=60)
    middles = [view.place(*_middle(pin.places)) for pin in pins]
    parts = [f'<path class="land" d="{land_path(view)}"/>']
    for pin, (x, y) in zip(pins, middles, strict=True):
        dots = "".join(
            f'<circle class="dot" cx="{a:.1f}" cy="{b:.1f}" r="2"/>'
            for a, b in (view.place(*_point(place)) for place in pin.places)
        )
        parts.append(
            f'{dots}<a href="{escape(pin.link)}" aria-label="{escape(pin.title)}"><circle class="pin" cx="{x:.1f}" '
            f'cy="{y:.1f}" r="13"/></a>'
        )
    marks = [Mark(pin.title, at, 13.0) for pin, at in zip(pins, middles, strict=True)]
    parts += [_label(label) for label in place_labels(marks, view.width, view.height)]
    return _svg(parts, text, view, role="group")


def _middle(places: Sequence[dict[str, Any]]) -> tuple[float, float]:
    points = [_point(place) for place in places]
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def radius(people: float, most: float) -> float:
    """Give the radius of a circle [px].

    Examples
    --------
    >>> radius(25, 100)
    17.0
    """
    return max(LEAST, LARGEST * math.sqrt(people / most)) if most > 0 else LEAST


def most_people(network: dict[str, Any]) -> int:
    """Give the most people in any place on any of the days."""
    return max((max(row, default=0) for row in network.get("people", [])), default=0)


def max_people(network: dict[str, Any], place: int) -> int:
    """Give the most people that a place has on any of the days."""
    return max((row[place] for row in network.get("people", [])), default=0)


def _named_first(places: Sequence[dict[str, Any]], order: Sequence[int]) -> list[int]:
    """Put camps and conflict zones before other places, each with the largest first."""
    return sorted(order, key=lambda n: not ("camp" in places[n]["kind"] or places[n]["kind"] == "conflict"))


def _label_radius(network: dict[str, Any], place: int, most: int) -> float:
    # Names beside camps keep clear of the largest circle that the camp will have; towns have people for a short time.
    kind = network["places"][place]["kind"]
    return min(radius(max_people(network, place), most), 20.0) if "camp" in kind else LEAST + 2


def _point(place: dict[str, Any]) -> tuple[float, float]:
    return place["longitude"], place["latitude"]


def _road(one: tuple[float, float], other: tuple[float, float]) -> str:
    return f'<path class="road" d="M{one[0]:.0f} {one[1]:.0f}L{other[0]:.0f} {other[1]:.0f}"/>'


def _circle(kind: str, at: tuple[float, float], size: float, number: int) -> str:
    word = "camp" if "camp" in kind else kind if kind in ("conflict", "forward", "marker") else "town"
    shape = f'<circle class="place {word}" data-place="{number}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{size:.1f}"/>'
    if word == "conflict":
        x, y = at
        shape += f'<path class="cross" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8"/>'
    return shape


def _label(label: Label) -> str:
    return (
        f'<text class="label place-name" x="{label.at[0]:.1f}" y="{label.at[1]:.1f}" dy="0.35em" '
        f'text-anchor="{label.anchor}">{escape(label.text)}</text>'
    )


def _svg(parts: Sequence[str], text: MapText, view: View, role: str = "img") -> Markup:
    title, description = f"{escape(text.name)}-title", f"{escape(text.name)}-desc"
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="map camp-map" viewBox="0 0 {view.width} {view.height}" role="{role}" aria-labelledby="{title}" '
        f'aria-describedby="{description}"><title id="{title}">{escape(text.title)}</title>'
        f'<desc id="{description}">{escape(text.description)}</desc>{"".join(parts)}</svg>'
    )
