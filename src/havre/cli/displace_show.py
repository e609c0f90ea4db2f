"""How the commands of ``havre displace`` print what they have in common: what was run, warnings, counts, the cost."""

from datetime import date
from typing import TYPE_CHECKING

from havre.cli.console import number, stdout
from havre.cli.displace_options import Prepared, tell
from havre.cli.language import language
from havre.texts import BETWEEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from havre.errors import Problem

ENOUGH_RUNS = 20
"""Runs below which the ends of intervals are little more than the smallest and the largest run: of fewer, less than one
lies beyond each end of a 90 % interval."""
MOST_WARNINGS = 12
"""Warnings that are printed; ``havre displace check`` tells all."""


def show_asked(prepared: Prepared, seed: int, replicas: int) -> None:
    """Print what was run and how, what is odd about it, and that nobody has looked at it."""
    from rich.markup import escape

    console, instance = stdout(), prepared.instance
    console.print(f"[bold]{escape(tell('show.title', name=instance.name))}[/bold]", soft_wrap=True)
    console.print(tell("show.automated"), soft_wrap=True)
    facts = {
        "start": dated(instance.start),
        "days": prepared.days,
        "replicas": replicas,
        "seed": seed,
        "rules": tell(f"rules.{prepared.rules_name}"),
        "occupancy": tell(f"occupancy.{prepared.occupancy}"),
    }
    console.print(tell("show.asked", **facts), soft_wrap=True, markup=False)
    if prepared.switched:
        states = ", ".join(f"{name} = {'on' if on else 'off'}" for name, on in prepared.switched.items())
        console.print(tell("show.switches", switches=states), soft_wrap=True, markup=False)
    settings = instance.settings_file or tell("show.defaults")
    console.print(tell("show.settings", path=settings), soft_wrap=True, markup=False)
    for note in prepared.notes:
        console.print(f"[bold yellow]{escape(note.sentence())}[/bold yellow]", soft_wrap=True)
    show_warnings(prepared.warnings, MOST_WARNINGS)


def show_warnings(warnings: "Sequence[Problem]", most: int | None = None) -> None:
    """Print what is odd about an instance."""
    for problem in warnings[:most]:
        stdout().print(f"! {problem.sentence(language())}", soft_wrap=True, markup=False)
    if most is not None and len(warnings) > most:
        stdout().print(tell("show.more_warnings", count=len(warnings) - most), soft_wrap=True)


def show_cost(cost: "Mapping[str, object]", console: "Console | None" = None) -> None:
    """Print what the simulation cost; beside JSON on standard error, so that a seed gives the same bytes of JSON."""
    shown = console or stdout()
    seconds, each, memory = (cost[name] for name in ("cpu_seconds", "cpu_seconds_per_replica", "peak_memory_mb"))
    told = {
        "seconds": in_language(f"{seconds:.2f}"),
        "start": in_language(f"{cost['cpu_seconds_of_start']:.2f}"),
        "memory": "–" if memory is None else f"{memory:.0f}",
    }
    if each is None:
        shown.print(tell("show.cost_elsewhere", **told), soft_wrap=True)
    else:
        shown.print(tell("show.cost", each=in_language(f"{each:.3f}"), **told), soft_wrap=True)


def spread_cell(spread: "Mapping[str, float | None]") -> str:
    """Write a median with its 80 % interval, or a single run's count."""
    middle, low, high = (number(spread[name]) for name in ("median", "low", "high"))
    # Where all runs agree there is nothing between which it lies.
    return middle if spread["low"] is None or low == high else f"{middle} ({low}–{high})"


def count_cell(value: object) -> str:
    """Write a count, with a dash where there is none."""
    return number(value if isinstance(value, int | float) else None)


def limit_cell(in_force: object, written: object) -> str:
    """Write how many people a camp holds; where it has no limit, the capacity of the file that does not hold."""
    if in_force is not None:
        return count_cell(in_force)
    if isinstance(written, int) and written > 0:
        return tell("run.limit_lost", capacity=number(written))
    return tell("run.no_limit")


def dated(day: object) -> str:
    """Write a day as YYYY-MM-DD."""
    return day.isoformat() if isinstance(day, date) else str(day)


def camp_name(name: str) -> str:
    """Keep brackets in a name from being taken for a style."""
    from rich.markup import escape

    return escape(name)


def full_cell(full: "Mapping[str, object]", seam: str | None = None) -> str:
    """Say between which days a camp fills, and in how many runs it does at all.

    Parameters
    ----------
    seam : day on which a forecast begins; a camp that is full then has filled on that day or on any before
    """
    chance = float(str(full["chance"]))
    if chance == 0:
        return tell("run.full.never")
    percent = f"{100 * chance:.0f}"
    first, last = (dated(full[name]) if full[name] else None for name in ("from", "to"))
    if seam is not None and first == seam:
        key = "run.full.start" if last == seam else "run.full.start_open" if last is None else "run.full.start_between"
        return tell(key, first=seam, last=last, percent=percent)
    if first is None:
        return tell("run.full.seldom", percent=percent)
    if last is None:
        return tell("run.full.open", first=first, percent=percent)
    return first if first == last else tell("run.full.between", first=first, last=last)


def in_language(text: str) -> str:
    """Put the decimal comma of French into a number that was written with a point."""
    return text.replace(".", ",") if language() == "fr" else text


def decimal_cell(value: object, digits: int = 2) -> str:
    """Write a number with decimals, with a dash where there is none."""
    return in_language(f"{value:.{digits}f}") if isinstance(value, float) and value == value else "–"


def significant(value: float) -> str:
    """Write a number with three figures."""
    return in_language(f"{value:.3g}")


def plus_minus(mean: object, deviation: object, digits: int = 4) -> str:
    """Write a mean with its deviation, where there is one."""
    told = decimal_cell(mean, digits)
    return f"{told} ± {decimal_cell(deviation, digits)}" if isinstance(deviation, float) else told


def listed(parts: "Sequence[str]") -> str:
    """Join parts that may have commas of their own."""
    return BETWEEN[language()].join(parts)


def show_few(runs: int) -> None:
    """Say that the ends of intervals mean little, where there are few runs."""
    if 1 < runs < ENOUGH_RUNS:
        stdout().print(tell("show.few", runs=runs, enough=ENOUGH_RUNS), soft_wrap=True)


def share_cell(value: object) -> str:
    """Write a share in per cent, with a dash where there is none."""
    return f"{100 * value:.0f} %" if isinstance(value, float) else "–"
