"""``havre explain``: why a forecast says what it says, what would move it, and what was alike before.

With ``--release`` it reads the explanation that was published with a figure; else it makes a forecast and explains it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, say_reference, stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import (
    DEFAULT_SEED,
    Day,
    Destination,
    Draws,
    Json,
    LeaveOutGaps,
    Measure,
    NoCompletion,
    Origin,
    Panel,
    Seed,
    Source,
    Threshold,
    Workers,
)
from havre.cli.plots import PictureFile, Plot, drivers_picture, plots_wanted
from havre.cli.small_counts import THRESHOLD, count_text, plain
from havre.texts import say

if TYPE_CHECKING:
    from havre.draws import SeriesKey
    from havre.forecast.account import Account
    from havre.record.wording import Wording


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``explain`` in the language of this process."""
    return say("explain", key, language(), **fields)


def explain(
    figure: Annotated[str | None, typer.Argument(metavar="FIGURE", help=tell("option.figure"))] = None,
    release: Annotated[Path | None, typer.Option("--release", help=tell("option.release"))] = None,
    top: Annotated[int | None, typer.Option("--top", min=1, max=1000, help=tell("option.top"))] = None,
    measure: Measure = None,
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    known_on: Day = None,
    horizon: Annotated[int | None, typer.Option("--horizon", help=tell("option.horizon"))] = None,
    month: Annotated[str | None, typer.Option("--month", metavar="MONTH", help=tell("option.month"))] = None,
    draws: Draws = 1000,
    threshold: Threshold = THRESHOLD,
    sensitivity: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--sensitivity/--no-sensitivity", help=tell("option.sensitivity"))
    ] = True,
    leave_out_gaps: LeaveOutGaps = False,  # noqa: FBT002 - a flag of the command line
    no_completion: NoCompletion = False,  # noqa: FBT002 - a flag of the command line
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    plot: Plot = False,  # noqa: FBT002
    picture: PictureFile = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Explain a published figure, or one forecast; the help text stands in the catalogue."""
    if release is not None:
        _published(release, figure, top, horizon, measure, as_json=as_json)
        return
    if figure is not None or top is not None:
        raise typer.BadParameter(tell("needs_release"))
    if measure is None:
        raise typer.BadParameter(tell("needs_figure"))
    from havre.errors import ForecastError
    from havre.forecast.account import AccountOptions, find_series, give_account
    from havre.months import parse_month
    from havre.pipeline import load_panel
    from havre.scale import usable_workers

    wanted_plots = plots_wanted(plot=plot, file=picture, as_json=as_json)
    wanted = parse_month(month) if month else None
    data = load_panel(panel).known_on(known_on)
    # The reference snapshot has known gaps (small destinations): they must not hide the other series.
    lenient = leave_out_gaps or data.reference
    asked = {"destination": destination, "origin": origin, "source": source}
    scope, series, key = find_series(data.observations, measure, **asked, leave_out_gaps=lenient)
    options = AccountOptions(
        horizon=horizon,
        month=wanted,
        draws=draws,
        seed=seed,
        with_sensitivity=sensitivity,
        complete_recent=not no_completion,
        least_shown=threshold,
        workers=workers or usable_workers(),
    )
    account = give_account(data.observations, scope, series, key, options)
    if account.smallest < threshold and not _is_zero(account):
        raise ForecastError("explain.too_small", key=key, threshold=threshold)
    if as_json:
        write_json(summary(account, options.seed, threshold, reference=data.reference))
    else:
        if data.reference:
            say_reference()
        show(account, threshold)
    wanted_plots.show(lambda: drivers_picture(account, reference=data.reference))


def _published(
    release: Path, figure: str | None, top: int | None, horizon: int | None, measure: str | None, *, as_json: bool
) -> None:
    """Tell what a release says of its figures: one of them, or those of its largest corridors."""
    from havre.cli.explain_release import explain_figure, explain_largest

    if (figure is None) == (top is None) or measure is not None:
        raise typer.BadParameter(tell("one_of_release"))
    if figure is not None:
        explain_figure(release, figure, as_json=as_json)
    else:
        explain_largest(release, top or 0, horizon, as_json=as_json)


def _is_zero(account: "Account") -> bool:
    """Tell whether nobody was counted and nobody is expected: zeros are no secret."""
    return account.explanation.reference == account.explanation.figure == 0


def summary(account: "Account", seed: int, threshold: int, *, reference: bool) -> dict[str, object]:
    """Tell an account as plain data; contributions are not rounded, so that they add up; small counts are null."""
    told, moved = account.explanation, account.sensitivity
    key = told.key
    return {
        "automated": True,
        "reference_snapshot": reference,
        "scope": account.scope.id,
        "measure": key.measure,
        "origin": key.origin,
        "destination": key.destination,
        "last_month": f"{account.origin:%Y-%m}",
        "target_month": f"{account.month:%Y-%m}",
        "horizon": told.horizon,
        "lead_months": account.lead,
        "seed": seed,
        "last_value": told.reference,
        "last_value_completed": account.completed,
        "median": told.figure,
        "interval_80": [plain(told.low, threshold), plain(told.high, threshold)],
        "drivers": dict(told.drivers),
        "drivers_add_up": "last_value + sum of drivers = median",
        "members": [
            {"model": share.model, "median": plain(share.median, threshold), "contribution": share.contribution}
            for share in told.members
        ],
        "sensitivity": None
        if moved is None
        else {
            "median": plain(moved.median, threshold),
            "answers": {name: plain(value, threshold) for name, value in moved.answers.items()},
            "last_value_curve": [list(pair) for pair in moved.curve],
            "last_value_for_change": {f"{share:+.0%}": value for share, value in moved.moves.items()},
        },
        "analogues": [
            {
                "origin": one.key.origin,
                "destination": one.key.destination,
                "first_month": f"{one.start:%Y-%m}",
                "last_month": f"{one.end:%Y-%m}",
                "distance": one.distance,
                "ratios_after": list(one.followed),
                "would_be": plain(float(value), threshold),
            }
            for one, value in zip(account.analogues, account.followed, strict=True)
        ],
    }


def show(account: "Account", threshold: int) -> None:
    """Print an account: the figure, its drivers, the models, what would move it, what was alike."""
    from havre.pipeline import measure_names
    from havre.record.wording import Wording

    words = Wording(language(), measure_names())
    told = account.explanation
    console = stdout()
    console.print(f"[bold]{tell('automated')}[/bold]")
    console.print(f"\n[bold reverse] {words.series(told.key.measure, told.key.origin, told.key.destination)} [/]")
    low, high = (count_text(value, threshold) for value in (told.low, told.high))
    figure = {"figure": number(told.figure), "low": low, "high": high}
    months = {"month": words.month(account.month), "origin": words.month(account.origin)}
    console.print(tell("figure", **figure, **months, horizon=words.horizon(told.horizon)), soft_wrap=True)
    if told.drivers.get("completion"):
        known = {"published": number(told.reference), "completed": number(account.completed)}
        console.print(tell("completed", **known), soft_wrap=True)
    _show_drivers(account, words)
    _show_members(account, threshold)
    if account.sensitivity is not None:
        _show_sensitivity(account, words, threshold)
    _show_analogues(account, words, threshold)


def _signed(value: float) -> str:
    return f"{'+' if round(value) > 0 else ''}{number(value)}" if round(value) else "0"


def _show_drivers(account: "Account", words: "Wording") -> None:
    told = account.explanation
    whole = told.whole_persons()
    # A driver that rounds to nothing is not shown; those that are shown still add up.
    ordered = sorted(whole, key=lambda name: -abs(told.drivers[name]))
    rows = [[tell(f"driver.{name}"), _signed(whole[name])] for name in ordered if whole[name]]
    first = [tell("drivers.start", month=words.month(account.origin)), number(told.reference)]
    last = [tell("drivers.end"), number(told.figure)]
    table(tell("drivers.heading"), [tell("drivers.column"), tell("drivers.persons")], [first, *rows, last], footer=1)
    stdout().print(tell("not_causes"), soft_wrap=True)


def _show_members(account: "Account", threshold: int) -> None:
    columns = [tell(f"members.{name}") for name in ("column", "median", "contribution")]
    rows = [
        [share.model, count_text(share.median, threshold), _signed(share.contribution)]
        for share in account.explanation.members
    ]
    stdout().print()
    table(tell("members.heading"), columns, rows)


def _show_sensitivity(account: "Account", words: "Wording", threshold: int) -> None:
    moved = account.sensitivity
    assert moved is not None  # noqa: S101 - for the type checker; the caller looked
    rows = [[tell("sensitivity.base"), count_text(moved.median, threshold)]]
    rows += [[tell(f"sensitivity.{name}"), count_text(value, threshold)] for name, value in moved.answers.items()]
    table(tell("sensitivity.heading"), [tell("sensitivity.column"), tell("sensitivity.change")], rows)
    least, most = moved.curve[0][0], moved.curve[-1][0]
    # Nothing is ten per cent of zero.
    for share, value in moved.moves.items() if round(moved.median) > 0 else ():
        way = "up" if share > 0 else "down"
        fields = {"percent": words.percent(abs(share)), "last": number(moved.last_value)}
        if value is not None:
            sentence = tell(f"sensitivity.move_{way}", value=count_text(value, threshold), **fields)
        else:
            ends = {"least": count_text(least, threshold), "most": count_text(most, threshold)}
            sentence = tell(f"sensitivity.no_move_{way}", **ends, percent=fields["percent"])
        stdout().print(sentence, soft_wrap=True)


def _show_analogues(account: "Account", words: "Wording", threshold: int) -> None:
    stdout().print()
    if not account.analogues:
        stdout().print(tell("analogues.none"), soft_wrap=True)
        return
    columns = [tell(f"analogues.{name}") for name in ("column", "window", "distance", "ratio", "here")]
    rows = [
        [
            name_of(one.key, words),
            f"{one.start:%Y-%m} – {one.end:%Y-%m}",
            words.ratio(one.distance),
            f"× {words.ratio(one.followed[account.explanation.horizon - 1])}",
            count_text(float(value), threshold),
        ]
        for one, value in zip(account.analogues, account.followed, strict=True)
    ]
    table(tell("analogues.heading"), columns, rows)


def name_of(key: "SeriesKey", words: "Wording") -> str:
    """Name a series by the places it joins."""
    return words.corridor(key.origin, key.destination)
