"""``havre reception``: how likely a place of reception runs full, from the forecast of arrivals."""

from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, say_reference, stdout, table, write_json
from havre.cli.language import language, tell
from havre.cli.options import (
    DEFAULT_SEED,
    Day,
    Destination,
    Draws,
    Horizons,
    Json,
    Origin,
    Panel,
    Seed,
    Source,
    request,
)
from havre.cli.scenario import parse_range
from havre.texts import say

if TYPE_CHECKING:
    from havre.draws import Floats, SeriesKey
    from havre.forecast.reception import Occupancy, Reception
    from havre.forecast.scope_draws import ScopeDraws

LEVELS = (0.1, 0.5, 0.9)


def tell_reception(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue of reception in the language of this process."""
    return say("reception", key, language(), **fields)


def _help(key: str) -> str:
    return tell_reception(f"option.{key}")


def reception(
    measure: Annotated[str, typer.Option("--measure", help=tell("option.measure"))],
    capacity: Annotated[float, typer.Option("--capacity", help=_help("capacity"))],
    occupancy: Annotated[float, typer.Option("--occupancy", help=_help("occupancy"))],
    share: Annotated[str, typer.Option("--share", help=_help("share"))],
    stay_months: Annotated[float, typer.Option("--stay-months", help=_help("stay_months"))],
    stay_shape: Annotated[float, typer.Option("--stay-shape", help=_help("stay_shape"))] = 1.0,
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    known_on: Day = None,
    horizons: Horizons = 12,
    draws: Draws = 1000,
    seed: Seed = DEFAULT_SEED,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Compute the occupancy; the help text stands in the catalogue."""
    from havre.forecast.reception import Stay, draw_occupancy, make_reception
    from havre.forecast.scope_draws import draw_scope
    from havre.pipeline import find_scopes, load_panel
    from havre.scale import generator

    stay = Stay(median=stay_months, shape=stay_shape)
    place = make_reception(
        {"capacity": capacity, "occupancy": occupancy, "share": tuple(parse_range("--share", share)), "stay": stay}
    )
    data = load_panel(panel).known_on(known_on)
    asked = request(measure=measure, destination=destination, origin=origin, source=source)
    scope = find_scopes(data.observations, [asked])[0]
    base = draw_scope(
        data.observations, scope, horizons=horizons, draws=draws, seed=seed, leave_out_gaps=panel is None
    )  # fmt: skip
    key = _series(base)
    flows = base.draws.select((key,))
    made = draw_occupancy(flows.values[0], flows.target_months, place, generator(seed, "reception"))
    if as_json:
        write_json({"reference_snapshot": data.reference, **summary(base, key, place, made, seed)})
    else:
        show(base, key, place, made, reference=data.reference)


def _series(base: "ScopeDraws") -> "SeriesKey":
    """Choose the series of the arrivals: the only one asked for, else the total.

    Raises
    ------
    ForecastError : there are several and no total
    """
    from havre.errors import ForecastError

    wanted = [key for key in base.draws.keys if base.scope.wants(key)] if base.scope.only else list(base.draws.keys)
    totals = [key for key in wanted if base.scope.level(key) == "total"]
    if not totals and len(wanted) > 1:
        codes = [getattr(key, base.scope.by) for key in wanted]
        raise ForecastError("reception.several", scope=base.scope.id, near=", ".join(codes[:12]))
    return (totals or wanted or list(base.draws.keys))[0]


def summary(
    base: "ScopeDraws", key: "SeriesKey", place: "Reception", made: "Occupancy", seed: int
) -> dict[str, object]:
    """Tell the occupancy as plain data."""
    rows = zip(made.months, made.quantiles(LEVELS), made.is_full, made.without_place.mean(axis=1), made.first_full,
               made.capacity, strict=True)  # fmt: skip
    return {
        "scope": base.scope.id,
        "series": str(key),
        "last_month": f"{base.draws.origin:%Y-%m}",
        "automated": True,
        "seed": seed,
        "capacity": place.capacity,
        "occupancy": place.occupancy,
        "share": list(place.share),
        "stay": {"median": place.stay.median, "shape": place.stay.shape, "mean": round(place.stay.mean, 4)},
        "months": [
            {"month": f"{month:%Y-%m}", "needed": [round(float(v), 1) for v in needed], "capacity": float(places),
             "probability_full": round(float(full), 4), "expected_without_place": round(float(lacking), 2),
             "probability_first_full": round(float(first), 4)}
            for month, needed, full, lacking, first, places in rows
        ],
    }  # fmt: skip


def show(base: "ScopeDraws", key: "SeriesKey", place: "Reception", made: "Occupancy", *, reference: bool) -> None:
    """Print the occupancy month by month and when it is first full."""
    import numpy as np

    console = stdout()
    title = tell_reception("show.title", place=str(key), scope=base.scope.id, last=f"{base.draws.origin:%Y-%m}")
    console.print(f"[bold reverse] {title} [/bold reverse]", soft_wrap=True)
    console.print(tell_reception("show.automated"))
    if reference:
        say_reference()
    arrived = np.quantile(made.arrived, LEVELS, axis=1).T
    rows = [
        [f"{month:%Y-%m}", _cell(arrived[h]), _cell(needed), f"{100 * made.is_full[h]:.0f} %",
         number(float(made.without_place[h].mean()))]
        for h, (month, needed) in enumerate(zip(made.months, made.quantiles(LEVELS), strict=True))
    ]  # fmt: skip
    table("", [tell_reception(f"show.{name}") for name in ("month", "arrived", "needed", "full", "without")], rows)
    half, most = (
        f"{month:%Y-%m}" if (month := made.first_full_month(level)) else tell_reception("show.not_reached")
        for level in (0.5, 0.9)
    )
    never = f"{100 * (1 - made.first_full.sum()):.0f} %"
    console.print(tell_reception("show.first_full", half=half, most=most, never=never))
    console.print(tell_reception("show.mean_stay", mean=f"{place.stay.mean:.1f}"))
    console.print(tell_reception("show.how_to_read"), soft_wrap=True)


def _cell(values: "Floats") -> str:
    low, middle, high = (number(float(v)) for v in values)
    return f"{middle} ({low}–{high})"
