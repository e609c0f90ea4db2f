"""Draws a network on a map: places by kind, circles by the people in them, links by the people who set out on them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from havre.pictures.displacement_charts import NetworkMapChart, largest_network
from havre.pictures.map_labels import Label, Scenery, place_labels, text_width
from havre.pictures.maps import MapFrame, each_road, lay_out
from havre.pictures.small_counts import Floats, veiled
from havre.pictures.style import BLACK, BLUE, GREEN, GREY, SMALL, VERMILION, WIDTH, say_nothing
from havre.pictures.words import Words, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

LOOKS: dict[str, tuple[str, str]] = {
    "camp": ("^", BLUE), "conflict": ("X", VERMILION), "town": ("o", GREY), "other": ("D", GREEN),
}  # fmt: skip
"""Sign and colour of each kind: neither alone has to be seen."""
MARGIN = (0.75, 0.32)
HEIGHTS = (2.6, 6.2)
AROUND = 1.1
"""Inches for title, legend and what the sizes are, beside the map."""
LARGEST_RADIUS, SIGN = 0.34, 0.055
WIDEST = 7.0
"""Points."""
POINT = 1 / 72
"""Inches."""
MOST_LABELS = 80
MOST_UNNAMED = 6
SIZES_LETTERS = 100
"""Letters of a line below the map that says what sizes are."""
LEAST_HEAD = 0.05
"""Share of the largest flow from which on a flow has an arrowhead; smaller ones would be all heads."""
FLOW, ROAD = "#5B6B7A", "#C4CBD2"


@dataclass(frozen=True, eq=False)
class NetworkLayout:
    """Where everything is [inches]: the map, the places shown with their circles, and the links shown."""

    frame: MapFrame
    places: pl.DataFrame
    links: pl.DataFrame
    radii: Floats
    ends: npt.NDArray[np.int64]
    segments: Floats


def lay_out_network(chart: NetworkMapChart, width: float) -> NetworkLayout:
    """Lay out what a map shows for a width [inches]; small counts are already drawn as what is told of them."""
    places, links = largest_network(chart.places, chart.links)
    frame = lay_out(places["latitude"].to_numpy(), places["longitude"].to_numpy(), width, MARGIN, HEIGHTS)
    people = veiled(places["people"].fill_null(0.0).to_numpy(), chart.threshold)
    ends = links.select("start", "end").to_numpy().astype(np.int64)
    segments = frame.points[ends].reshape(len(ends), 4)
    return NetworkLayout(frame, places, links, circle_radii(people, LARGEST_RADIUS), ends, segments)


def circle_radii(people: Floats, largest: float) -> Floats:
    """Give radii so that areas are in proportion to people, and the most people have the largest radius."""
    return largest * np.sqrt(people / max(float(people.max(initial=0.0)), 1.0))


def network_height(chart: NetworkMapChart) -> float:
    """Give the height of a map with what is around it [inches]."""
    if chart.places.is_empty():
        return 1.5
    return lay_out_network(chart, _map_width()).frame.height + AROUND


def _map_width() -> float:
    return WIDTH - 0.3


def draw_network(part: "SubFigure", chart: NetworkMapChart, words: Words) -> None:
    """Draw roads, flows, circles, signs and names, in this order."""
    if chart.places.is_empty():
        say_nothing(part, words.text("nothing"))
        return
    laid = lay_out_network(chart, _map_width())
    axes = part.subplots()
    # As wide as it will be, so that the room for what is around it is measured there.
    part.subplots_adjust(left=0.01, right=0.99)
    axes.set_axis_off()
    axes.set_aspect("equal", adjustable="box", anchor="N")
    axes.set(xlim=(0, laid.frame.width), ylim=(laid.frame.height, 0))
    flows = veiled(laid.links["flow"].fill_null(0.0).to_numpy(), chart.threshold)
    _roads(axes, laid)
    _flows(axes, laid, flows)
    kinds = laid.places["kind"].to_list()
    for place in np.argsort(-laid.radii, kind="stable"):
        sign, colour = LOOKS[kinds[place]]
        x, y = laid.frame.points[place]
        # A scatter's size is the area of the square around the circle.
        axes.scatter([x], [y], s=(2 * laid.radii[place] / POINT) ** 2, color=colour, alpha=0.38, lw=0, zorder=3)
    for kind, (sign, colour) in LOOKS.items():
        at = laid.frame.points[[known == kind for known in kinds]]
        axes.plot(at[:, 0], at[:, 1], marker=sign, ms=6.5, ls="none", color=colour, mec="white", mew=0.7, zorder=4)
    _scale_bar(axes, laid.frame, words)
    labels = network_labels(chart, laid, words)
    for label, (name, people) in labels:
        _write(axes, label, name, people)
    _legend(axes, chart, laid, flows, words)
    _below(axes, chart, unnamed_camps(chart, laid, {label.place for label, _ in labels}, words), words)


def _roads(axes: "Axes", laid: NetworkLayout) -> None:
    from matplotlib.collections import LineCollection

    axes.add_collection(
        LineCollection(
            list(laid.segments[each_road(laid.ends)].reshape(-1, 2, 2)), colors=ROAD, linewidths=0.8, zorder=1
        )
    )


def _flows(axes: "Axes", laid: NetworkLayout, flows: Floats) -> None:
    """Draw each direction beside the road, on its right, with an arrowhead past the middle."""
    from matplotlib.collections import LineCollection, PolyCollection

    widths = flow_widths(flows, WIDEST) * POINT
    shown = widths > 0
    if not shown.any():
        return
    lines, heads = arrows(laid.segments[shown], widths[shown])
    heads = heads[flows[shown] >= LEAST_HEAD * flows.max()]
    look: dict[str, Any] = {"colors": FLOW, "zorder": 2, "alpha": 0.75}
    axes.add_collection(LineCollection(list(lines), linewidths=widths[shown] / POINT, **look))
    axes.add_collection(PolyCollection(list(heads), facecolors=FLOW, edgecolors="white", linewidths=0.4, zorder=2.5))


def flow_widths(flows: Floats, widest: float) -> Floats:
    """Give widths in proportion to people, none thinner than can be seen, and none where nobody went."""
    share = flows / max(float(flows.max(initial=0.0)), 1.0)
    return np.where(flows > 0, np.maximum(widest * share, widest / 12), 0.0)


def arrows(segments: Floats, widths: Floats) -> tuple[Floats, Floats]:
    """Give lines beside their links and the arrowheads on them, shapes (links, 2, 2) and (links, 3, 2)."""
    start, end = segments[:, :2], segments[:, 2:]
    along = end - start
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    along = along / length
    right = np.column_stack((-along[:, 1], along[:, 0]))
    wide = widths[:, None]
    beside = right * (wide / 2 + 0.4 * POINT)
    lines = np.stack((start + beside, end + beside), axis=1)
    # No head is longer than its link lets be seen.
    size = np.minimum(0.045 + 0.7 * wide, 0.3 * length)
    middle = start + beside + along * length * 0.58
    heads = np.stack(
        (middle + along * size, middle - along * size * 0.6 + right * size * 0.75,
         middle - along * size * 0.6 - right * size * 0.75), axis=1,
    )  # fmt: skip
    return lines, heads


def _scale_bar_box(frame: MapFrame) -> tuple[float, float, float, float]:
    _, length = frame.scale_bar()
    return 0.0, frame.height - 0.28, max(length, 0.6) + 0.1, frame.height


def _scale_bar(axes: "Axes", frame: MapFrame, words: Words) -> None:
    kilometres, length = frame.scale_bar()
    y = frame.height - 0.06
    axes.plot([0.03, 0.03, 0.03 + length, 0.03 + length], [y - 0.06, y, y, y - 0.06], color=BLACK, lw=1.0)
    axes.text(0.06, y - 0.03, f"{words.number(kilometres)}\u00a0km", fontsize=SMALL, va="bottom", ha="left")


def network_labels(
    chart: NetworkMapChart, laid: NetworkLayout, words: Words
) -> list[tuple[Label, tuple[str, str | None]]]:
    """Find room for names: camps with their people first, then the places with most people."""
    rows = laid.places.to_dicts()
    order = sorted(range(len(rows)), key=lambda row: (rows[row]["kind"] != "camp", -(rows[row]["people"] or 0.0), row))
    order = order[:MOST_LABELS]
    texts: list[tuple[str, str | None]] = []
    camps = sum(row["kind"] == "camp" for row in rows)
    for row in order:
        known = rows[row]["kind"] == "camp" and rows[row]["people"] is not None
        texts.append((rows[row]["name"], words.people(rows[row]["people"], chart.threshold) if known else None))
    size = SMALL * POINT
    sizes = [
        (max(text_width(name, size * (1.16 if people else 1.0)), text_width(people or "", size)),
         size * (2.35 if people else 1.2))
        for name, people in texts
    ]  # fmt: skip
    scenery = Scenery(
        laid.frame.points, laid.radii, SIGN, laid.segments[each_road(laid.ends)], (_scale_bar_box(laid.frame),),
        laid.frame.width, laid.frame.height,
    )  # fmt: skip
    of_place = dict(zip(order, texts, strict=True))
    return [(label, of_place[label.place]) for label in place_labels(order, sizes, scenery, 0.04, needed=camps)]


def _write(axes: "Axes", label: Label, name: str, people: str | None) -> None:
    x, y = label.anchor
    align = {"start": "left", "middle": "center", "end": "right"}[label.align]
    # A pale ground instead of an outline, which would turn letters into shapes.
    ground: dict[str, Any] = {"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.4}
    look: dict[str, Any] = {"ha": align, "fontsize": SMALL, "zorder": 5}
    name = name.replace("$", r"\$")
    if people is None:
        axes.text(x, y, name, va="center_baseline", color="#333333", bbox=ground, **look)
        return
    axes.text(x, y, name, va="bottom", fontweight="bold", bbox=ground, **look)
    axes.text(x, y, people, va="top", bbox=ground, **look)


def _legend(axes: "Axes", chart: NetworkMapChart, laid: NetworkLayout, flows: Floats, words: Words) -> None:
    """Explain signs, and how large a round number of people is drawn."""
    from matplotlib.lines import Line2D

    kinds = set(laid.places["kind"])
    handles = [
        Line2D([], [], color=colour, marker=sign, ms=7, ls="none", mec="white", label=words.text(f"network.{kind}"))
        for kind, (sign, colour) in LOOKS.items()
        if kind in kinds
    ]
    people = veiled(laid.places["people"].fill_null(0.0).to_numpy(), chart.threshold)
    if (most := float(people.max(initial=0.0))) >= chart.threshold:
        shown = round_below(max(most / 4, 1.0))
        points = 2 * LARGEST_RADIUS * np.sqrt(shown / most) / POINT
        named = words.text("network.people", people=words.number(shown))
        handles.append(Line2D([], [], color=GREY, marker="o", ms=points, ls="none", alpha=0.38, mew=0, label=named))
    if (most := float(flows.max(initial=0.0))) >= chart.threshold:
        shown = round_below(max(most / 2, 1.0))
        named = words.text("network.flow", people=words.number(shown))
        handles.append(Line2D([], [], color=FLOW, lw=WIDEST * shown / most, alpha=0.75, label=named))
    axes.legend(
        handles=handles, ncols=len(handles), loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.4,
        frameon=False, handletextpad=0.6, columnspacing=1.5, handlelength=1.8,
    )  # fmt: skip


def unnamed_camps(chart: NetworkMapChart, laid: NetworkLayout, named: set[int], words: Words) -> list[str]:
    """Give the camps for whose names there was no room, with their people."""
    return [
        f"{row['name']} {words.people(row['people'], chart.threshold)}" if row["people"] is not None else row["name"]
        for place, row in enumerate(laid.places.to_dicts())
        if row["kind"] == "camp" and place not in named
    ]


def _below(axes: "Axes", chart: NetworkMapChart, unnamed: list[str], words: Words) -> None:
    """Say below the map what its sizes are, and which camps have no name on it."""
    told = words.text("network.sizes", unit=chart.unit, flow_unit=chart.flow_unit)
    if unnamed:
        told += " " + words.text("network.unnamed", camps=", ".join(unnamed[:MOST_UNNAMED]), count=len(unnamed))
    # A line beyond the map would make room for itself by shrinking it, and names would run into each other.
    told = wrapped(told, SIZES_LETTERS)
    axes.text(0.0, -0.01, told, transform=axes.transAxes, fontsize=SMALL, color=GREY, va="top", ha="left")


def round_below(value: float) -> float:
    """Give the largest of 1, 2, 5, 10, 20, … that is not above a value.

    Examples
    --------
    >>> round_below(75_000), round_below(30)
    (50000.0, 20.0)
    """
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(step * power for step in (1, 2, 5) if step * power <= value))
