"""Conflict zones from events: which place is one on which day, and which events were left out.

An event belongs to the nearest town or conflict zone of the country that people flee. A place becomes a conflict zone
on the day of an event on which the deaths (or events) of a window of days reach a threshold, and stops after some days
without an event, where such a number is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from havre.displacement.build_countries import Countries, country_key
from havre.displacement.build_neighbours import great_circle_km, unit_vectors
from havre.displacement.build_notes import Note, listed
from havre.displacement.build_options import BuildOptions
from havre.displacement.build_rows import PlaceRow
from havre.displacement.build_tables import BuildTables
from havre.displacement.instance import DayTable
from havre.places.spelling import plain

if TYPE_CHECKING:
    import polars as pl

Days = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
ZONE_KINDS = ("town", "conflict")
"""Kinds of places that events can turn into conflict zones."""
_COARSE_DAY = {"ucdp": 4, "acled": 3, "other": 9}
"""From this ``date_prec`` or ``time_precision`` on an event is known to a month at best."""


@dataclass(frozen=True)
class Conflicts:
    """Days of conflict by zone, with what is to be told about the events.

    Parameters
    ----------
    table : a column for each zone, in the order of the places; 1 on days of conflict
    first_days : first day of conflict of each zone
    dropped : events left out, by reason
    """

    table: DayTable
    first_days: Mapping[str, int]
    notes: tuple[Note, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)


def make_conflicts(
    tables: BuildTables, countries: Countries, start: date, length: int, options: BuildOptions
) -> Conflicts:
    """Find the conflict zones of a period.

    A place of kind ``conflict`` that no event turns into a zone is one on all days.
    """
    home = [place for place in tables.places if place.kind in ZONE_KINDS and countries.is_home(place)]
    active: dict[str, Flags] = {}
    dropped: dict[str, int] = {}
    notes: list[Note] = []
    if tables.events is not None:
        active, dropped, notes = _zones_of_events(tables, home, countries, start, length, options)
    declared = [place.name for place in tables.places if place.kind == "conflict" and place.name not in active]
    if declared:
        notes.append(Note.of("assumed.declared_zones", count=len(declared), places=listed(declared)))
    active |= {name: np.ones(length, dtype=np.bool_) for name in declared}
    names = tuple(place.name for place in tables.places if place.name in active)
    values = np.stack([active[name] for name in names], axis=1) if names else np.zeros((length, 0))
    table = DayTable(names, tuple(map(float, range(length))), values.astype(np.float64))
    return Conflicts(table, {name: int(np.argmax(active[name])) for name in names}, tuple(notes), dropped)


def _zones_of_events(
    tables: BuildTables, home: Sequence[PlaceRow], countries: Countries, start: date, length: int, options: BuildOptions
) -> tuple[dict[str, Flags], dict[str, int], list[Note]]:
    import polars as pl

    assert tables.events is not None  # noqa: S101 - asked by the caller
    events, dropped, notes = _events_that_count(tables, countries, start, length, options)
    nearest, km = nearest_places(home, events["latitude"].to_numpy(), events["longitude"].to_numpy())
    near = km <= options.event_distance_km
    dropped["far_event"] = int((~near).sum())
    events = events.with_columns(place=pl.Series(nearest)).filter(pl.Series(near)).sort("place", "day", "row")
    active: dict[str, Flags] = {}
    for (place,), rows in events.group_by("place", maintain_order=True):
        days = (rows["day"] - start).dt.total_days().to_numpy()
        weights = rows["deaths"].to_numpy() if options.conflict_measure == "deaths" else np.ones(len(days))
        found = active_days(days, weights, length, options)
        if found.any():
            active[home[int(str(place))].name] = found
    fields = {"threshold": format(options.conflict_threshold, "g"), "days": options.window_days, "count": len(active)}
    notes += [
        Note.of("assumed.nearest_place", km=format(options.event_distance_km, "g")),
        Note.of(f"assumed.zone_by_{options.conflict_measure}", **fields),
        Note.of("assumed.zones_stay")
        if options.quiet_days is None
        else Note.of("assumed.zones_stop", days=options.quiet_days),
    ]
    return active, dropped, notes


def _events_that_count(
    tables: BuildTables, countries: Countries, start: date, length: int, options: BuildOptions
) -> tuple["pl.DataFrame", dict[str, int], list[Note]]:
    """Leave out events that are told twice, not violent, vague, elsewhere or out of the period, in this order."""
    import polars as pl

    assert tables.events is not None  # noqa: S101 - asked by the caller
    events = tables.events
    again = events["id"].is_not_null() & ~events["id"].is_last_distinct()
    labels = {label: _event_country(label, countries) for label in events["country"].drop_nulls().unique().to_list()}
    counting = {plain(kind) for kind in options.event_types}
    other_kinds = [kind for kind in events["kind"].drop_nulls().unique().to_list() if plain(kind) not in counting]
    abroad = [label for label, key in labels.items() if key != countries.home]
    day = pl.col("day")
    first, end = start - timedelta(days=options.lookback_days), start + timedelta(days=length)
    coarsest = {"ucdp": options.coarsest_ucdp, "acled": options.coarsest_acled, "other": 9}[tables.provider]
    left_out = {
        "repeated_event": pl.lit(again),
        "other_kind": pl.col("kind").is_in(other_kinds),
        "coarse_place": pl.col("place_precision") > coarsest,
        "coarse_day": pl.col("day_precision") >= _COARSE_DAY[tables.provider],
        "other_country": pl.col("country").is_in(abroad),
        "before_period": day < first,
        "after_period": day >= end,
    }
    reasons = events.select([reason.fill_null(value=False).alias(name) for name, reason in left_out.items()])
    kept = pl.Series([True]).new_from_index(0, events.height)
    dropped: dict[str, int] = {}
    for name in left_out:
        dropped[name] = int((kept & reasons[name]).sum())
        kept &= ~reasons[name]
    unknown = sorted(label for label, key in labels.items() if key is None)
    notes = [Note.of("warned.event_countries", count=len(unknown), labels=listed(unknown))] if unknown else []
    if not labels and events.height:
        notes.append(Note.of("assumed.events_without_country"))
    return events.filter(kept), dropped, notes


def _event_country(label: str, countries: Countries) -> str | None:
    """Give the key of an event's country; ``None`` where it is neither known nor written in the table of places."""
    kept = {plain(key): key for key in countries.unknown}
    return country_key(label) or kept.get(plain(label))


def active_days(days: Days, weights: Floats, length: int, options: BuildOptions) -> Flags:
    """Tell on which days a place is a conflict zone.

    It becomes one on the day of an event on which the weights of the last ``window_days`` days, that day included,
    reach the threshold; events from before it last stopped do not count again. It stays one for ``quiet_days`` days
    after its last event.

    Parameters
    ----------
    days : day of each event, sorted, negative before the start, shape (events,)
    weights : deaths or 1 of each event, shape (events,)
    length : days of the period

    Returns
    -------
    Shape (length,).

    Examples
    --------
    >>> options = BuildOptions(conflict_threshold=2, window_days=3, quiet_days=2)
    >>> active_days(np.array([0, 1, 6]), np.ones(3), 8, options).astype(int).tolist()
    [0, 1, 1, 1, 0, 0, 0, 0]
    """
    active = np.zeros(length, dtype=np.bool_)
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    until = -np.inf
    for day in np.unique(days).tolist():
        if day > until:
            window = max(day - options.window_days, until)
            first, last = np.searchsorted(days, [window, day], side="right")
            if sums[last] - sums[first] < options.conflict_threshold:
                continue
        until = np.inf if options.quiet_days is None else day + options.quiet_days
        active[max(day, 0) : int(max(min(until + 1, length), 0))] = True
    return active


def nearest_places(places: Sequence[PlaceRow], latitudes: Floats, longitudes: Floats) -> tuple[Days, Floats]:
    """Find the nearest place of each point: its index, and the great circle to it [km]; shapes (points,)."""
    from scipy.spatial import KDTree

    coordinates = np.array([(place.latitude, place.longitude) for place in places]).reshape(-1, 2)
    at = KDTree(unit_vectors(coordinates[:, 0], coordinates[:, 1])).query(unit_vectors(latitudes, longitudes))[1]
    found = np.asarray(at, dtype=np.int64).reshape(-1)
    return found, great_circle_km(np.stack([latitudes, longitudes], axis=-1), coordinates[found])
