"""What an animation shows on each of its days: whole numbers, small ones hidden here, before they enter a file."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from havre.pictures.displacement_charts import largest_network
from havre.pictures.small_counts import Floats, veiled

if TYPE_CHECKING:
    from havre.pictures.animation import DisplacementAnimation

HIDDEN = -1
"""Stands for a count that is not told."""
WIDE_SHARE = 0.99
"""Share of the flows that the widest link is to hold: the day on which a border opens shall not thin all others."""


@dataclass(frozen=True, eq=False)
class Frames:
    """The days shown, and what is shown of them; small counts are hidden.

    Attributes
    ----------
    places, links : what is shown, as :func:`havre.pictures.displacement_charts.largest_network` gives it
    left_out : places and links that are not shown
    step : days from one frame to the next
    days : number of each frame's day, from 0
    people : shape (frames, places); whole numbers, :data:`HIDDEN` for a small one
    flows : mean people a day since the frame before, shape (frames, links); likewise
    low, high, counted : shape (frames, camps); likewise, ``counted`` with NaN where there is none
    conflict : shape (frames, places)
    displaced : rounded to the threshold, shape (frames,)
    most, widest : the people of the largest circle and of the widest link
    """

    places: pl.DataFrame
    links: pl.DataFrame
    left_out: tuple[int, int]
    step: int
    days: npt.NDArray[np.int64]
    people: Floats
    flows: Floats
    low: Floats | None
    high: Floats | None
    counted: Floats | None
    conflict: npt.NDArray[np.bool_] | None
    displaced: Floats | None
    most: float
    widest: float

    @property
    def camps(self) -> list[int]:
        """Rows of the camps among the places."""
        return [row for row, kind in enumerate(self.places["kind"]) if kind == "camp"]


def frames_of(animation: "DisplacementAnimation", step: int) -> Frames:
    """Take every ``step``-th day and the last, and of places and links as many as a page can show."""
    places, links = largest_network(
        animation.places.with_columns(people=pl.Series(animation.people.max(axis=0))),
        animation.links.with_columns(flow=pl.Series(animation.flows.sum(axis=0))),
    )
    kept, on = places["row"].to_numpy(), links["row"].to_numpy()
    days = frame_days(len(animation.people), step)
    flows = _hidden(_means_between(animation.flows[:, on], days), animation.threshold)
    people = _hidden(animation.people[np.ix_(days, kept)], animation.threshold)
    # Camps come first in the choice, but there may be more of them than places shown.
    numbers = np.cumsum((animation.places["kind"] == "camp").to_numpy())[kept] - 1
    camps = numbers[(places["kind"] == "camp").to_numpy()]

    def of_camps(values: Floats | None) -> Floats | None:
        return None if values is None else _hidden(values[np.ix_(days, camps)], animation.threshold)

    drawn = veiled(np.where(flows == HIDDEN, 1.0, flows), animation.threshold)
    total = animation.displaced
    return Frames(
        places,
        links,
        (animation.places.height - places.height, animation.links.height - links.height),
        step,
        days,
        people,
        flows,
        of_camps(animation.low),
        of_camps(animation.high),
        of_camps(animation.counted),
        None if animation.conflict is None else animation.conflict[np.ix_(days, kept)],
        None if total is None else np.rint(total[days] / animation.threshold) * animation.threshold,
        max(float(people.max(initial=0.0)), animation.threshold / 2),
        max(float(np.quantile(drawn[drawn > 0], WIDE_SHARE)) if np.any(drawn > 0) else 0.0, animation.threshold / 2),
    )


def frame_days(days: int, step: int) -> npt.NDArray[np.int64]:
    """Give every ``step``-th day from the first on, and the last.

    Examples
    --------
    >>> frame_days(8, 3).tolist()
    [0, 3, 6, 7]
    """
    return np.union1d(np.arange(0, days, step), [days - 1]).astype(np.int64)


def _means_between(flows: Floats, days: npt.NDArray[np.int64]) -> Floats:
    """Average over the days after the frame before, the frame's own day included."""
    starts = np.concatenate(([0], days[:-1] + 1))
    lengths = np.diff(np.concatenate((starts, [days[-1] + 1])))
    sums = np.add.reduceat(flows[: days[-1] + 1], starts, axis=0)
    return np.asarray(sums / lengths[:, None], dtype=np.float64)


def _hidden(values: Floats, threshold: int) -> Floats:
    whole = np.rint(values)
    return np.where((whole > 0) & (whole < threshold), float(HIDDEN), whole)


def data_of(animation: "DisplacementAnimation", frames: Frames) -> dict[str, Any]:
    """Give what the script of the page reads."""
    capacities = _capacities(frames.places["capacity"])
    written = _capacities(frames.places["written"]) if "written" in frames.places.columns else [None] * len(capacities)
    conflict = None if frames.conflict is None else [_runs(frames.conflict[:, row]) for row in range(len(capacities))]
    return {
        "start": animation.start.isoformat(),
        "language": animation.language,
        "days": frames.days.tolist(),
        "threshold": animation.threshold,
        "most": round(frames.most, 1),
        "widest": round(frames.widest, 1),
        "names": frames.places["name"].to_list(),
        "kinds": frames.places["kind"].to_list(),
        "capacities": capacities,
        "written": written,
        "camps": frames.camps,
        "links": frames.links.select("start", "end").rows(),
        "conflict": conflict,
        "displaced": _whole(frames.displaced),
        "people": _whole(frames.people),
        "low": _whole(frames.low),
        "high": _whole(frames.high),
        "counted": _whole(frames.counted),
        "flows": _whole(frames.flows),
    }


def _capacities(column: pl.Series) -> list[int | None]:
    return [None if capacity is None else round(capacity) for capacity in column.to_list()]


def _whole(values: Floats | None) -> list[Any] | None:
    """Give numbers without a point, and nothing where there is none."""
    if values is None:
        return None
    if values.ndim == 1:
        return [None if value != value else int(value) for value in values.tolist()]
    return [_whole(row) for row in values]


def _runs(flags: npt.NDArray[np.bool_]) -> list[int]:
    """Give the frames at which a flag that is down before the first one changes.

    Examples
    --------
    >>> _runs(np.array([True, True, False, True]))
    [0, 2, 3]
    """
    return [int(place) for place in np.flatnonzero(np.diff(np.concatenate(([False], flags)).astype(np.int8)))]
