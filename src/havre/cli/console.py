"""What the terminal shows: tables, progress (silent when nobody watches), JSON."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from havre.cli.language import language, tell
from havre.texts import MINUS

if TYPE_CHECKING:
    from rich.console import Console

    from havre.forecast.outlook import Progress

WIDTH_WITHOUT_TERMINAL = 120


def stdout() -> "Console":
    """Give the console of standard output; into a file or pipe it writes plain text of a fixed width."""
    from rich.console import Console

    _keep_numbers_whole()
    return Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False, soft_wrap=False)


def stderr() -> "Console":
    """Give the console of standard error, for what accompanies a result and is not part of it."""
    from rich.console import Console

    _keep_numbers_whole()
    return Console(stderr=True, width=None if sys.stderr.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)


@cache
def _keep_numbers_whole() -> None:
    """Let lines break at plain spaces alone: rich takes those that do not break, as in "60 430", for the same."""
    from rich import _wrap

    _wrap.re_word = re.compile(r"[ \t\n]*[^ \t\n]+[ \t\n]*")


def write_json(content: Mapping[str, object]) -> None:
    """Write JSON to standard output: keys in order, no NaN, the same bytes for the same content."""
    json.dump(content, sys.stdout, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    sys.stdout.write("\n")


@contextmanager
def progress_bar() -> Iterator["Progress | None"]:
    """Show progress on standard error while something long runs; gives ``None`` where that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def tell_progress(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done)  # type: ignore[arg-type]

        yield tell_progress


def number(value: float | None) -> str:
    """Write a whole number in the reader's language; a dash where there is none."""
    if value is None:
        return "–"
    from babel.numbers import format_decimal

    return str(format_decimal(round(value), locale=language())).replace("-", MINUS)


def per_cent(ratio: float | None) -> str:
    """Say how a ratio of scores compares with the best naive baseline."""
    if ratio is None:
        return tell("skill.none")
    change = round(100 * abs(1 - ratio))
    if change == 0:
        return tell("skill.same")
    return tell("skill.better" if ratio < 1 else "skill.worse", percent=change)


def say_reference() -> None:
    """Say loudly that the figures come from the reference snapshot and not from today."""
    stdout().print(f"[bold yellow]{tell('forecast.reference')}[/bold yellow]")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, footer: int = 0) -> None:
    """Print a table; the first column is left-aligned, the others are numbers; the last ``footer`` rows stand apart."""
    from rich import box
    from rich.table import Table

    shown = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, title_style="bold")
    for place, name in enumerate(columns):
        shown.add_column(name, justify="left" if place == 0 else "right", overflow="fold")
    for place, row in enumerate(rows):
        shown.add_row(*row, end_section=place == len(rows) - footer - 1)
    stdout().print(shown)
