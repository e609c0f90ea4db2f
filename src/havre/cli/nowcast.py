"""``havre nowcast``: months that are over or running but not complete."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havre.cli.console import say_reference, stdout, table, write_json
from havre.cli.language import language, tell
from havre.cli.options import (
    DEFAULT_SEED,
    Destination,
    Draws,
    Json,
    Origin,
    Panel,
    Seed,
    Source,
    Threshold,
    parse_day,
    request,
)
from havre.cli.small_counts import THRESHOLD, count_text, plain
from havre.texts import say

if TYPE_CHECKING:
    import polars as pl

    from havre.panel.scope import Scope

SHOWN = 10
LEVELS = (0.1, 0.5, 0.9)


def tell_nowcast(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue of nowcasts in the language of this process."""
    return say("nowcast", key, language(), **fields)


def _help(key: str) -> str:
    return tell_nowcast(f"option.{key}")


def nowcast(
    measure: Annotated[str, typer.Option("--measure", help=tell("option.measure"))],
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    day: Annotated[date | None, typer.Option("--known-on", parser=parse_day, metavar="DAY", help=_help("day"))] = None,
    months_back: Annotated[int, typer.Option("--months-back", min=1, max=24, help=_help("months_back"))] = 3,
    daily: Annotated[bool, typer.Option("--daily", help=_help("daily"))] = False,  # noqa: FBT002 - a flag
    draws: Draws = 1000,
    threshold: Threshold = THRESHOLD,
    seed: Seed = DEFAULT_SEED,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Nowcast; the help text stands in the catalogue."""
    from havre.errors import ForecastError
    from havre.pipeline import find_scopes, load_panel

    data = load_panel(panel).known_on(day)
    if day is not None and data.observations.filter(measure=measure).height == 0:
        raise ForecastError("nowcast.nothing_known", what=measure, day=day)
    asked = request(measure=measure, destination=destination, origin=origin, source=source)
    found = []
    for scope in find_scopes(data.observations, [asked]):
        rows = data.observations.filter(measure=scope.measure, source=scope.source)
        known: date = day or rows["as_of"].max()  # type: ignore[assignment]
        made = (
            _daily(rows, scope, known, draws, seed)
            if daily
            else _monthly(rows, scope, known, months_back, draws, seed, lenient=panel is None)
        )
        found.append((scope, known, made))
    if as_json:
        found = [(scope, known, [_protected(row, threshold) for row in made]) for scope, known, made in found]
        facts = {"automated": True, "reference_snapshot": data.reference}
        write_json(
            {**facts, "nowcasts": [{"scope": s.id, "known_on": f"{k}", "seed": seed, "rows": r} for s, k, r in found]}
        )
        return
    if data.reference:
        say_reference()
    stdout().print(tell("forecast.automated"))
    for scope, known, made in found:
        show(scope, known, made, threshold)


def _monthly(
    rows: "pl.DataFrame", scope: "Scope", day: date, months_back: int, draws: int, seed: int, *, lenient: bool
) -> list[dict[str, Any]]:
    import numpy as np

    from havre.forecast.models import ENSEMBLE, draw_all
    from havre.forecast.nowcast import nowcast as make_nowcast
    from havre.panel.scope import check_wanted, scope_series
    from havre.scale import generator

    series, _ = scope_series(rows, scope, leave_out_gaps=lenient)
    check_wanted(scope, series, day)
    made = make_nowcast(
        rows, series, day, lambda history, horizons: draw_all(history, (ENSEMBLE,), horizons, draws, seed)[ENSEMBLE],
        draws=draws, rng=generator(seed, "nowcast", f"{day}"), months_back=months_back,
    )  # fmt: skip
    quantiles = made.draws.quantiles(LEVELS)
    order = np.argsort(-made.draws.values.mean(axis=(1, 2)), kind="stable")
    return [
        {"origin": key.origin, "destination": key.destination, "month": f"{month:%Y-%m}",
         "published": None if np.isnan(made.published[row, h]) else float(made.published[row, h]),
         **_three(quantiles[row, h]), "basis": made.basis[row][h]}
        for row in order if scope.wants(key := made.draws.keys[row])
        for h, month in enumerate(made.draws.target_months)
    ]  # fmt: skip


def _daily(rows: "pl.DataFrame", scope: "Scope", day: date, draws: int, seed: int) -> list[dict[str, Any]]:
    import numpy as np

    from havre.errors import ForecastError
    from havre.forecast.nowcast import month_from_days
    from havre.scale import generator

    days = rows.filter(frequency="D")
    if days.height == 0:
        raise ForecastError("nowcast.not_daily", what=scope.id)
    found = []
    for (origin, destination), own in sorted(days.group_by("origin", "destination")):
        if scope.destination in (None, destination) and scope.origin in (None, origin):
            rng = generator(seed, "nowcast", str(origin), str(destination))
            month, so_far, total = month_from_days(own, day, draws=draws, rng=rng)
            basis = "partial_month" if float(np.ptp(total)) > 0 else "whole_month"
            found.append(
                {"origin": origin, "destination": destination, "month": f"{month:%Y-%m}", "published": so_far,
                 **_three(np.quantile(total, LEVELS)), "basis": basis}
            )  # fmt: skip
    return found


def _three(values: Any) -> dict[str, float]:
    return {name: round(float(v), 1) for name, v in zip(("low", "median", "high"), values, strict=True)}


def show(scope: "Scope", day: date, rows: list[dict[str, Any]], threshold: int) -> None:
    """Print the nowcast of the largest series; a month without known revisions has no interval."""
    console = stdout()
    console.print(tell_nowcast("show.scope", scope=scope.id, day=day), soft_wrap=True)
    names = ("place", "month", "published", "nowcast", "basis")
    every = list(dict.fromkeys((row["origin"], row["destination"]) for row in rows))
    series = every[:SHOWN]
    shown = [row for row in rows if (row["origin"], row["destination"]) in series]
    cells = [
        [f"{row['origin']} → {row['destination']}", row["month"], count_text(row["published"], threshold),
         _interval(row, threshold),
         tell_nowcast(f"basis.{row['basis']}")]
        for row in shown
    ]  # fmt: skip
    table("", [tell_nowcast(f"show.{name}") for name in names], cells)
    if len(every) > SHOWN:
        console.print(tell_nowcast("show.more", shown=SHOWN, count=len(every)))


def _interval(row: dict[str, Any], threshold: int) -> str:
    if row["basis"] == "no_revision_known":
        return count_text(row["published"], threshold)
    low, median, high = (count_text(row[name], threshold) for name in ("low", "median", "high"))
    return f"{median} ({low}–{high})"


def _protected(row: dict[str, Any], threshold: int) -> dict[str, Any]:
    return {**row, **{name: plain(row[name], threshold) for name in ("published", "low", "median", "high")}}
