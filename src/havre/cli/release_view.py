"""What a reviewer sees of a release: changes, alarms, losers and the leak report; as tables or as JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from havre.cli.console import number, say_reference, stdout, table
from havre.cli.language import language
from havre.texts import say

if TYPE_CHECKING:
    from havre.record.changes import Changes, Revised, SeriesName
    from havre.record.leaks import LeakReport
    from havre.record.wording import Wording
    from havre.release_alarms import LikelySurge
    from havre.release_view import View

TOP = 12
"""Rows of a table that are shown; how many there are besides is told, and --json gives all."""


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``release`` in the language of this process."""
    return say("release", key, language(), **fields)


def show_view(view: "View") -> None:
    """Print what a reviewer sees."""
    stdout().print(f"[bold]{tell('view.title', release=view.release, state=tell(f'state.{view.state}'))}[/bold]")
    stdout().print(tell("view.automated"), soft_wrap=True)
    if view.reference_only:
        say_reference()
    if view.changes is None:
        stdout().print(tell("changes.first"), soft_wrap=True)
    else:
        show_changes(view.changes)
    _show_alarms(view.alarms)
    _show_losers(view)
    _show_leaks(view.leaks)


def show_changes(changes: "Changes") -> None:
    """Print what changed between two releases."""
    _head(tell("changes.title", before=changes.before))
    facts = {"compared": number(changes.compared), "moved": number(len(changes.moved))}
    stdout().print(tell("changes.moved", **facts), soft_wrap=True)
    rows = [
        [series_name(each.series), f"{each.target_month:%Y-%m}", number(each.before),
         f"{number(each.low)}–{number(each.high)}", number(each.now)]
        for each in changes.moved
    ]  # fmt: skip
    _table(("series", "month", "before", "interval", "now"), rows)
    if changes.largest:
        stdout().print(tell("changes.largest"), soft_wrap=True)
    rows = [
        [series_name(each.series), f"{each.target_month:%Y-%m}", number(each.before), number(each.now)]
        for each in changes.largest
    ]
    _table(("series", "month", "before", "now"), rows)
    for key in ("new_series", "vanished_series"):
        names = getattr(changes, key)
        if names:
            stdout().print(tell(f"changes.{key}", count=len(names), names=_some(names)), soft_wrap=True, markup=False)
    _show_inputs(changes)
    _show_revised("revised", changes.revised)
    _show_revised("hidden", changes.hidden)
    _show_revised("uncovered", changes.uncovered)
    months = {"added": number(changes.added_months), "removed": number(changes.removed_months)}
    stdout().print(tell("changes.months", **months), soft_wrap=True)


def _show_inputs(changes: "Changes") -> None:
    from havre.record.changed_words import input_sentences, setting_sentences

    stdout().print(tell("changes.inputs" if changes.inputs else "changes.no_inputs"), soft_wrap=True)
    for line in input_sentences(changes, language()):
        stdout().print(f"  {line}", soft_wrap=True, markup=False)
    stdout().print(tell("changes.settings" if changes.settings else "changes.no_settings"), soft_wrap=True)
    for line in setting_sentences(changes.settings, language()):
        stdout().print(f"  {line}", soft_wrap=True, markup=False)


def _show_revised(key: str, found: "Sequence[Revised]") -> None:
    if not found:
        return
    stdout().print(tell(f"changes.{key}", count=number(len(found))), soft_wrap=True)
    rows = [[series_name(each.series), f"{each.month:%Y-%m}", _count(each.before), _count(each.now)] for each in found]
    _table(("series", "month", "before", "now"), rows)


def _show_alarms(alarms: "Sequence[LikelySurge]") -> None:
    _head(tell("alarms.title"))
    if not alarms:
        stdout().print(tell("alarms.none"), soft_wrap=True)
        return
    stdout().print(tell("alarms.some", count=len(alarms)), soft_wrap=True)
    words = _words()
    rows = [
        [series_name(each.series), f"{each.target_month:%Y-%m}", words.percent(each.chance), number(each.needed),
         number(each.before)]
        for each in alarms
    ]  # fmt: skip
    _table(("series", "month", "chance", "needed", "recent"), rows)


def _show_losers(view: "View") -> None:
    _head(tell("losers.title"))
    key = "losers.some" if view.losers else "losers.none"
    stdout().print(tell(key, count=len(view.losers), series=view.series), soft_wrap=True)
    words = _words()
    rows = [
        [series_name(each.series), words.ratio(each.wis_ratio), words.model(each.best_naive),
         number(each.forecasts_scored)]
        for each in view.losers
    ]  # fmt: skip
    _table(("series", "ratio", "naive", "scored"), rows)
    for scope in dict.fromkeys(each.scope for each in view.losing_horizons):
        own = [each for each in view.losing_horizons if each.scope == scope]
        horizons = ", ".join(str(each.horizon) for each in own)
        worst = words.ratio(max(each.wis_ratio for each in own))
        stdout().print(tell("losers.horizons", scope=scope, horizons=horizons, ratio=worst), soft_wrap=True)


def _show_leaks(leaks: "LeakReport") -> None:
    _head(tell("leaks.title"))
    facts = {"suppressed": number(leaks.suppressed), "bounded": number(leaks.bounded), "width": number(leaks.width)}
    stdout().print(tell("leaks.found", **facts, earlier=len(leaks.earlier)), soft_wrap=True)
    if leaks.narrowest is not None:
        narrow = {"width": number(leaks.narrowest.width), "low": number(leaks.narrowest.low)}
        told = tell("leaks.narrowest", cell=leaks.narrowest.name, high=number(leaks.narrowest.high), **narrow)
        stdout().print(told, soft_wrap=True, markup=False)
    stdout().print(tell("leaks.some" if leaks.leaks else "leaks.none", count=len(leaks.leaks)), soft_wrap=True)
    for each in leaks.leaks[:TOP]:
        stdout().print(f"  {each.name}", soft_wrap=True, markup=False)


def series_name(series: "SeriesName") -> str:
    """Name a series: measure, from where, to where."""
    _, counted, origin, destination = series
    return _words().series(counted, origin, destination)


def _words() -> "Wording":
    from havre.pipeline import measure_names
    from havre.record.wording import Wording

    return Wording(language(), measure_names())


def _head(text: str) -> None:
    stdout().print()
    stdout().print(f"[bold reverse] {text} [/bold reverse]", soft_wrap=True)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        table("", [tell(f"column.{name}") for name in columns], rows[:TOP])
    if len(rows) > TOP:
        stdout().print(tell("column.more", count=len(rows) - TOP), soft_wrap=True)


def _some(names: "Sequence[SeriesName]") -> str:
    shown = "; ".join(series_name(name) for name in names[:TOP])
    return shown if len(names) <= TOP else f"{shown}; …"


def _count(value: float | None) -> str:
    return tell("column.suppressed") if value is None else number(value)
