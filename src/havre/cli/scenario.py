"""``havre scenario``: what the forecast would be if something happened, beside what it is."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    LeaveOutGaps,
    Origin,
    Panel,
    Seed,
    Source,
    Threshold,
    parse_place,
    request,
)
from havre.cli.plots import PictureFile, Plot, plots_wanted, scenario_picture
from havre.cli.small_counts import THRESHOLD, count_text, plain, plain_pair
from havre.errors import ForecastError, HavreError, Term
from havre.texts import say

if TYPE_CHECKING:
    from datetime import date

    from havre.draws import Floats
    from havre.forecast.scenario_evidence import Evidence, ShareEvidence, SizeEvidence
    from havre.forecast.scenario_settings import Scenario
    from havre.forecast.scenarios import ScenarioDraws
    from havre.forecast.scope_draws import ScopeDraws

SHOWN_SERIES = 6
SHOWN_EVENTS = 5
PLOTTED_SERIES = 3
_NUMBER = r"\d+(?:\.\d+)?"
_SIZE = re.compile(rf"(?P<sign>[+-]?)(?P<factor>x?)(?P<low>{_NUMBER})(?:\.\.(?P<high>{_NUMBER}))?(?P<percent>%?)")
_RANGE = re.compile(rf"({_NUMBER})(?:\.\.({_NUMBER}))?")


def tell_scenario(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue of scenarios in the language of this process."""
    return say("scenario", key, language(), **fields)


def _help(key: str) -> str:
    return tell_scenario(f"option.{key}")


def scenario(
    measure: Annotated[str, typer.Option("--measure", help=tell("option.measure"))],
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    known_on: Day = None,
    file: Annotated[Path | None, typer.Option("--file", help=_help("file"))] = None,
    close_route: Annotated[list[str] | None, typer.Option("--close-route", help=_help("close_route"))] = None,
    open_route: Annotated[list[str] | None, typer.Option("--open-route", help=_help("open_route"))] = None,
    shock: Annotated[list[str] | None, typer.Option("--shock", help=_help("shock"))] = None,
    level: Annotated[list[str] | None, typer.Option("--level", help=_help("level"))] = None,
    shift_season: Annotated[int | None, typer.Option("--shift-season", help=_help("shift_season"))] = None,
    start: Annotated[str | None, typer.Option("--from", help=_help("from"))] = None,
    until: Annotated[str | None, typer.Option("--until", help=_help("until"))] = None,
    remaining: Annotated[str | None, typer.Option("--remaining", help=_help("remaining"))] = None,
    diverted: Annotated[str | None, typer.Option("--diverted", help=_help("diverted"))] = None,
    reach: Annotated[str | None, typer.Option("--reach", help=_help("reach"))] = None,
    delay_months: Annotated[float, typer.Option("--delay-months", help=_help("delay_months"))] = 0.0,
    spread_months: Annotated[float, typer.Option("--spread-months", help=_help("spread_months"))] = 0.0,
    horizons: Horizons = 12,
    draws: Draws = 1000,
    leave_out_gaps: LeaveOutGaps = False,  # noqa: FBT002 - a flag of the command line
    threshold: Threshold = THRESHOLD,
    seed: Seed = DEFAULT_SEED,
    plot: Plot = False,  # noqa: FBT002
    picture: PictureFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Compare base and scenario; the help text stands in the catalogue."""
    from havre.forecast.scenario_settings import read_scenario
    from havre.forecast.scope_draws import draw_scope
    from havre.pipeline import find_scopes, load_panel

    events: dict[str, Any] = {"close": close_route, "open": open_route, "shock": shock, "level": level}
    given = {kind: list(texts) for kind, texts in events.items() if texts}
    if file is None and not given and shift_season is None:
        raise ForecastError("scenario.no_event")
    wanted_plots = plots_wanted(plot=plot, file=picture, as_json=as_json)
    read = read_scenario(file) if file else None
    wording = _Wording(start, until, remaining, diverted, reach, delay_months, spread_months)
    prepared = None if read else _parse(given, shift_season, wording)
    data = load_panel(panel).known_on(known_on)
    asked = request(measure=measure, destination=destination, origin=origin, source=source)
    shown = []
    problems: list[HavreError] = []
    for scope in find_scopes(data.observations, [asked]):
        base = draw_scope(
            data.observations, scope, horizons=horizons, draws=draws, seed=seed,
            leave_out_gaps=leave_out_gaps or panel is None,
        )  # fmt: skip
        try:
            shown.append((base, _run(data.observations, base, read, prepared, seed)))
        except ForecastError as error:
            problems.append(error)
    if not shown:
        raise problems[0]
    if as_json:
        write_json(
            {
                "kind": "if",
                "automated": True,
                "reference_snapshot": data.reference,
                "scenarios": [summary(base, made, seed, threshold) for base, made in shown],
            }
        )
    else:
        for base, made in shown:
            show(base, made, threshold, reference=data.reference)
    # Where nothing changes, the first series shows it.
    wanted_plots.show(
        lambda: scenario_picture([(base, made, _changed(made)[:PLOTTED_SERIES] or [0]) for base, made in shown])
    )


class _Wording:
    """The options that say when, how many and how fast, for the events of the command line."""

    def __init__(
        self, start: str | None, until: str | None, remaining: str | None, diverted: str | None, reach: str | None,
        delay_months: float, spread_months: float,
    ) -> None:  # fmt: skip
        self.dates = {name: value for name, value in (("from", start), ("until", until)) if value}
        self.remaining = {"remaining": parse_range("--remaining", remaining)} if remaining else {}
        self.diverted = {"diverted": parse_range("--diverted", diverted)} if diverted else {}
        self.reach = {"reach": parse_range("--reach", reach)} if reach else {}
        self.delay = {"delay_months": delay_months, "spread_months": spread_months}


def parse_range(option: str, text: str) -> list[float]:
    """Read ``0.3`` or ``0.2..0.6``.

    Raises
    ------
    ForecastError : the text is neither
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise ForecastError("scenario.option", option=option, text=text, expected=Term("term.option_ranged"))
    return [float(match[1]), float(match[2] or match[1])]


def parse_sized(option: str, text: str) -> tuple[str, str, list[float]]:
    """Read ``SYR=+30%``, ``SYR=x2`` or ``SYR=50000``: place, kind (``change``, ``factor``, ``persons``) and range.

    Raises
    ------
    ForecastError : the text is not of this form
    PlaceError : the place is not known
    """
    place, _, size = text.rpartition("=")
    match = _SIZE.fullmatch(size.strip())
    if not place or match is None or (match["factor"] and (match["sign"] or match["percent"])):
        raise ForecastError("scenario.option", option=option, text=text, expected=Term("term.option_sized"))
    sign = -1.0 if match["sign"] == "-" else 1.0
    low, high = sign * float(match["low"]), sign * float(match["high"] or match["low"])
    code = str(parse_place(place.strip()))
    if match["percent"]:
        return code, "change", sorted((low / 100, high / 100))
    return code, "factor" if match["factor"] else "persons", sorted((low, high))


def _parse(given: dict[str, list[str]], shift: int | None, wording: _Wording) -> dict[str, list[dict[str, Any]]]:
    """Turn options into the plain data of a scenario; levels still lack their dimension, which the series tell."""
    raw: dict[str, list[dict[str, Any]]] = {"season": [{"shift_months": shift}] if shift is not None else []}
    raw["close"] = [
        {"destination": parse_place(text), **wording.remaining, **wording.diverted, **wording.delay}
        for text in given.get("close", [])
    ]
    sized = {kind: [parse_sized(f"--{option}", text) for text in given.get(kind, [])]
             for kind, option in (("open", "open-route"), ("shock", "shock"), ("level", "level"))}  # fmt: skip
    raw["open"] = [{"destination": place, kind: size} for place, kind, size in sized["open"]]
    raw["shock"] = [
        {"origin": place, kind: size, **({} if kind == "change" else {**wording.reach, **wording.delay})}
        for place, kind, size in sized["shock"]
    ]
    raw["level"] = [
        {"place": place, "factor": [1 + v for v in size] if kind == "change" else size}
        for place, kind, size in sized["level"]
    ]
    return {kind: [{**event, **wording.dates} for event in events] for kind, events in raw.items() if events}


def _run(
    panel: Any, base: "ScopeDraws", read: "Scenario | None", raw: dict[str, list[dict[str, Any]]] | None, seed: int
) -> "ScenarioDraws":
    from havre.forecast.scenario_arrivals import read_arrivals
    from havre.forecast.scenario_settings import make_scenario
    from havre.forecast.scenarios import run_scenario
    from havre.forecast.scope_draws import corridor_history

    supposed = read or make_scenario(_completed(raw or {}, base), where="havre scenario")
    tables = {each.arrivals: read_arrivals(Path(each.arrivals)) for each in supposed.shock if each.arrivals}
    past = corridor_history(panel, base.scope) if supposed.close or supposed.open else None
    return run_scenario(base.draws, base.history, supposed, past=past, arrivals=tables, seed=seed)


def _completed(raw: dict[str, list[dict[str, Any]]], base: "ScopeDraws") -> dict[str, list[dict[str, Any]]]:
    """Fill in the first month of the forecast, and whether a place is an origin or a destination here."""
    first = f"{base.draws.target_months[0]:%Y-%m}"
    origins = {key.origin for key in base.draws.keys}

    def full(event: dict[str, Any]) -> dict[str, Any]:
        named = {name: value for name, value in event.items() if name != "place"}
        if "place" in event:
            named["origin" if event["place"] in origins else "destination"] = event["place"]
        return {"from": first, **named}

    return {kind: [full(event) for event in events] for kind, events in raw.items()}


def summary(base: "ScopeDraws", made: "ScenarioDraws", seed: int, threshold: int) -> dict[str, object]:
    """Tell a scenario as plain data, marked ``"kind": "if"`` in every row; small counts are null."""
    from dataclasses import asdict

    import numpy as np

    low_middle_high = made.summed_quantiles((0.1, 0.5, 0.9))
    return {
        "kind": "if",
        "scope": base.scope.id,
        "last_month": f"{base.draws.origin:%Y-%m}",
        "seed": seed,
        "scenario": made.scenario.model_dump(mode="json", by_alias=True, exclude_none=True),
        "months": [_protected(row, threshold) for row in made.rows()],
        "sums": [
            {"kind": "if", "origin": key.origin, "destination": key.destination,
             **plain_pair(*(np.round(values[row], 2).tolist() for values in low_middle_high), threshold=threshold)}
            for row, key in enumerate(made.keys)
        ],
        "people": _people(made),
        "evidence": [_plain(asdict(each), threshold) for each in made.evidence],
    }  # fmt: skip


def _protected(row: dict[str, Any], threshold: int) -> dict[str, Any]:
    """Take small counts out of a month of the scenario."""
    names = ("base", "if", "difference")
    pair = plain_pair(*(list(row[name].values()) for name in names), threshold=threshold)
    return {**row, **{name: dict(zip(row[name], pair[name], strict=True)) for name in names}}


COUNTED = ("before", "after", "others_before", "others_after")
"""Fields of past events that count persons."""


def _plain(value: Any, threshold: int) -> Any:
    from datetime import date as day

    if isinstance(value, dict):
        shown = {name: plain(each, threshold) if name in COUNTED else each for name, each in value.items()}
        return {name: _plain(each, threshold) for name, each in shown.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, threshold) for each in value]
    if isinstance(value, day):
        return f"{value:%Y-%m}"
    return round(value, 4) if isinstance(value, float) else value


def _people(made: "ScenarioDraws") -> dict[str, float]:
    """Give the ledger on average over the draws: means add up where medians do not."""
    import numpy as np

    book = made.ledger
    names = ("added", "closed", "diverted", "not_arriving")
    found = {name: float(np.mean(getattr(book, name).sum(axis=0))) for name in names}
    return {**found, "under_way": float(np.mean(book.under_way))}


def show(base: "ScopeDraws", made: "ScenarioDraws", threshold: int, *, reference: bool) -> None:
    """Print a scenario: the condition first, then base, if and difference by month, then what the sizes rest on."""
    console = stdout()
    name = made.scenario.name
    headline = tell_scenario("show.if", name=name) if name else tell_scenario("show.if_unnamed")
    console.print(f"[bold reverse] {headline} [/bold reverse]", soft_wrap=True)
    if reference:
        say_reference()
    console.print(tell("forecast.automated"))
    last, draws = f"{base.draws.origin:%Y-%m}", made.if_values.shape[2]
    console.print(tell_scenario("show.scope", scope=base.scope.id, last=last, draws=draws))
    if base.ended:
        console.print(tell_scenario("show.ended", count=len(base.ended)))
    rows = _changed(made)
    if not rows:
        console.print(tell_scenario("show.unchanged"))
    for row in rows[:SHOWN_SERIES]:
        _show_series(made, row, threshold)
    if len(rows) > SHOWN_SERIES:
        console.print(tell_scenario("show.more", count=len(rows) - SHOWN_SERIES))
    console.print(tell_scenario("show.how_to_read"))
    console.print(tell_scenario("show.people", **{name: number(v) for name, v in _people(made).items()}))
    if made.evidence:
        console.print(f"[bold]{tell_scenario('show.evidence')}[/bold]")
    for each in made.evidence:
        for line in evidence_lines(each, threshold):
            console.print(line, soft_wrap=True)


def _changed(made: "ScenarioDraws") -> list[int]:
    import numpy as np

    size = np.abs(made.difference).mean(axis=(1, 2))
    totals = [key.origin == "TOT" and key.destination == "TOT" for key in made.keys]
    return sorted((row for row in range(len(size)) if size[row] > 0), key=lambda row: (not totals[row], -size[row]))


def _show_series(made: "ScenarioDraws", row: int, threshold: int) -> None:
    from havre.places import place_name

    levels, key = (0.1, 0.5, 0.9), made.keys[row]
    title = " → ".join(tell("forecast.total", place="").strip() if code == "TOT" else place_name(code, language())
                       for code in (key.origin, key.destination))  # fmt: skip
    three = (made.base.quantiles(levels)[row], made.if_quantiles(levels)[row], made.difference_quantiles(levels)[row])
    months = [
        [f"{month:%Y-%m}", *_cells([values[h] for values in three], threshold)]
        for h, month in enumerate(made.target_months)
    ]
    sums = _cells([values[row] for values in made.summed_quantiles(levels)], threshold)
    columns = [tell_scenario(f"show.{name}") for name in ("month", "base", "changed", "difference")]
    table(title, columns, [*months, [tell_scenario("show.sum"), *sums]], footer=1)


def _cells(three: "list[Floats]", threshold: int) -> list[str]:
    """Write base, if and difference; where a count is small, the difference is not told either."""
    base, changed, difference = ([float(value) for value in values] for values in three)
    counts = [f"{middle} ({low}–{high})" for low, middle, high in
              ([count_text(value, threshold) for value in values] for values in (base, changed))]  # fmt: skip
    pair = plain_pair(base, changed, difference, threshold=threshold)["difference"]
    low, middle, high = (
        "…" if value is None else f"{'+' if round(value) > 0 else ''}{number(value)}" for value in pair
    )
    return [*counts, f"{middle} ({low} … {high})"]


def evidence_lines(evidence: "Evidence", threshold: int) -> Sequence[str]:
    """Say in words what a size rests on."""
    from havre.forecast.scenario_evidence import ShareEvidence

    return _share_lines(evidence, threshold) if isinstance(evidence, ShareEvidence) else [_size_line(evidence)]


def _share_lines(evidence: "ShareEvidence", threshold: int) -> list[str]:
    low, median, high = (_percent(v) for v in evidence.range_80)
    fields = {"effect": evidence.effect, "low": low, "median": median, "high": high, "episodes": evidence.episodes}
    if evidence.mean is None or evidence.mean_80 is None:
        return [tell_scenario("evidence.assumed", **fields)]
    means = {"mean": _percent(evidence.mean), "mean_low": _percent(evidence.mean_80[0]),
             "mean_high": _percent(evidence.mean_80[1])}  # fmt: skip
    lines = [tell_scenario(f"evidence.{evidence.basis}", **fields, **means, events=len(evidence.events))]
    if evidence.placebo_80:
        ends = {"low": _percent(evidence.placebo_80[0]), "high": _percent(evidence.placebo_80[2])}
        lines.append(f"  {tell_scenario('evidence.placebo', **ends)}")
    for event in evidence.events[:SHOWN_EVENTS]:
        numbers = {name: count_text(getattr(event, name), threshold) for name in COUNTED}
        facts = {"month": _month(event.month), "origin": event.origin, "destination": event.destination}
        lines.append(f"  {tell_scenario('evidence.event', **facts, **numbers)}")
    return lines


def _size_line(evidence: "SizeEvidence") -> str:
    if evidence.change is None or evidence.largest is None or evidence.largest_month is None:
        return tell_scenario("evidence.assumed_size", effect=evidence.effect)
    fields = {"effect": evidence.effect, "change": _percent(evidence.change), "seen": evidence.seen,
              "months": evidence.months, "largest": _percent(evidence.largest),
              "month": _month(evidence.largest_month)}  # fmt: skip
    return tell_scenario("evidence.change_seen" if evidence.seen else "evidence.change_unseen", **fields)


def _month(month: "date") -> str:
    return f"{month:%Y-%m}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
