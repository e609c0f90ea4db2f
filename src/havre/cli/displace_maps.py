"""``--map`` and ``--animation``: the network of an instance with the people in its places and on its roads."""

from typing import TYPE_CHECKING

from havre.cli.displace_facts import Ran
from havre.cli.displace_options import tell
from havre.cli.displace_pictures import picture_notes, unit_of
from havre.cli.language import language
from havre.texts import LANGUAGES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from havre.displacement.outcome import Floats
    from havre.pictures import DisplacementAnimation, NetworkMapChart, Picture

_KINDS = {"camp": "camp", "town": "town", "default": "town", "conflict": "town"}
"""Kinds on a map by the word of the type, where no conflict was simulated."""


def map_picture(ran: Ran) -> "Picture":
    """Draw the network with the people in each place on the last day, and those who set out on each link."""
    from havre.pictures import Picture

    heading = tell("picture.map_heading", name=ran.outcome.name)
    return Picture(heading, (network_map(ran),), picture_notes(ran), language())


def network_map(ran: Ran) -> "NetworkMapChart":
    """Give the map of the last day; flows are those of all days."""
    import numpy as np
    import polars as pl

    from havre.pictures import NetworkMapChart

    outcome = ran.outcome
    assert outcome.location_means is not None  # noqa: S101 - recorded, as PicturesWanted.record asks
    assert outcome.link_flows is not None  # noqa: S101
    places = _places(ran, conflict_days(ran)).with_columns(people=pl.Series(outcome.location_means[-1]))
    links, flows = _links(ran, outcome.link_flows[None, :])
    title = tell("picture.map", name=outcome.name, day=outcome.dates[-1].isoformat())
    persons = unit_of(ran)
    return NetworkMapChart(
        title,
        tell("picture.map_unit", persons=persons),
        tell("picture.map_flow", persons=persons),
        places.drop("capacity", "written"),
        links.with_columns(flow=pl.Series(np.asarray(flows[0], np.float64))),
    )


def animation_of(ran: Ran) -> "DisplacementAnimation":
    """Give the network by day, for a page in both languages."""
    import numpy as np

    from havre.pictures import DisplacementAnimation

    outcome = ran.outcome
    assert outcome.location_means is not None  # noqa: S101 - recorded, as PicturesWanted.record asks
    assert outcome.daily_link_flows is not None  # noqa: S101
    zones = conflict_days(ran)
    places = _places(ran, zones)
    links, flows = _links(ran, outcome.daily_link_flows)
    shown = places.filter(kind="camp")["name"].to_list()
    low, high = _ends_by_camp(ran, shown)
    return DisplacementAnimation(
        title=outcome.name,
        start=outcome.start,
        places=places,
        people=outcome.location_means,
        links=links,
        flows=flows,
        runs=outcome.replicas,
        low=low,
        high=high,
        counted=_counted_by_camp(ran, shown),
        conflict=zones,
        displaced=np.asarray(outcome.people.mean(axis=0)),
        notes={spoken: picture_notes(ran, spoken) for spoken in LANGUAGES},
        # English is the language of whoever asked for none: then the reader's own decides.
        language=None if language() == "en" else language(),
    )


def conflict_days(ran: Ran) -> "npt.NDArray[np.bool_]":
    """Say which places are conflict zones on which day, as the simulation takes it; shape (days, places)."""
    import numpy as np

    from havre.displacement.environment import Environment
    from havre.displacement.network import compile_network

    instance, rules = ran.prepared.instance, ran.prepared.rules
    network = compile_network(instance, rules)
    environment = Environment(instance, network, rules, hasten=instance.settings.hasten)
    zones = np.zeros((ran.outcome.days, network.locations), np.bool_)
    for day in range(ran.outcome.days):
        environment.begin_day(day)
        environment.close_and_open(day)
        zones[day] = environment.conflict > 0
    return zones


def _places(ran: Ran, zones: "npt.NDArray[np.bool_]") -> "pl.DataFrame":
    """Give the places; one with conflict on any day is a conflict zone on the map."""
    import numpy as np
    import polars as pl

    from havre.displacement.environment import type_word

    limits = dict(zip(ran.outcome.camps, ran.capacities[-1].tolist(), strict=True))
    hasten = ran.prepared.instance.settings.hasten
    rows = []
    for place, days in zip(ran.prepared.instance.locations, zones.T, strict=True):
        word = type_word(place.location_type)
        kind = "camp" if place.name in limits else "conflict" if days.any() else _KINDS.get(word, "other")
        limit = limits.get(place.name, np.inf)
        written = place.population / hasten if "camp" in word and place.population > 0 else None
        rows.append((place.name, kind, place.x, place.y, limit if np.isfinite(limit) else None, written))
    schema = {"name": pl.String, "kind": pl.String, "latitude": pl.Float64, "longitude": pl.Float64,
              "capacity": pl.Float64, "written": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _links(ran: Ran, flows: "Floats") -> "tuple[pl.DataFrame, Floats]":
    """Give each directed pair of places once, with the flows of all its links; shape (rows of ``flows``, pairs)."""
    import numpy as np
    import polars as pl

    outcome = ran.outcome
    assert outcome.links is not None  # noqa: S101 - always given by simulate
    pairs, first, back = np.unique(outcome.links, axis=0, return_index=True, return_inverse=True)
    summed = np.zeros((len(flows), len(pairs)))
    for link, pair in enumerate(back.ravel()):
        summed[:, pair] += flows[:, link]
    order = [pair for pair in np.argsort(first) if pairs[pair, 0] != pairs[pair, 1]]
    names = [(outcome.locations[pairs[pair, 0]], outcome.locations[pairs[pair, 1]]) for pair in order]
    table = pl.DataFrame(names, schema={"origin": pl.String, "destination": pl.String}, orient="row")
    return table, summed[:, order]


def _ends_by_camp(ran: Ran, camps: list[str]) -> "tuple[Floats | None, Floats | None]":
    import numpy as np

    if ran.outcome.replicas == 1:
        return None, None
    columns = [ran.outcome.camps.index(name) for name in camps]
    counts = ran.outcome.camp_counts[:, :, columns]
    low, high = np.quantile(counts, (0.1, 0.9), axis=0)
    return low, high


def _counted_by_camp(ran: Ran, camps: list[str]) -> "Floats":
    import numpy as np

    series = ran.series
    known = {name: number for number, name in enumerate(series.camps)}
    counted = np.full((ran.outcome.days, len(camps)), np.nan)
    for place, name in enumerate(camps):
        if name in known:
            values = series.counts[:, known[name]]
            counted[:, place] = np.where(series.observed[:, known[name]] & (values >= 0), values, np.nan)
    return counted
