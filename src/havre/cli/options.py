"""Options that several commands share, with their help in the reader's language."""

import os
import re
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.language import tell
from havre.errors import ForecastError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from havre.forecast.kept import KeptForecasts

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_day(text: str) -> date:
    """Read ``YYYY-MM-DD``.

    Raises
    ------
    ForecastError : the text is not a day
    """
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise ForecastError("months.not_a_day", text=text) from error


def parse_place(text: str | None) -> str | None:
    """Read a place: its code in any case, or its English or French name."""
    from havre.places import find_code

    return None if text is None else find_code(text)


Measure = Annotated[str | None, typer.Option("--measure", help=tell("option.measure"))]
Destination = Annotated[
    str | None, typer.Option("--destination", callback=parse_place, help=tell("option.destination"))
]
Origin = Annotated[str | None, typer.Option("--origin", callback=parse_place, help=tell("option.origin"))]
Source = Annotated[str | None, typer.Option("--source", help=tell("option.source"))]
Panel = Annotated[str | None, typer.Option("--panel", help=tell("option.panel"))]
Day = Annotated[date | None, typer.Option("--known-on", parser=parse_day, metavar="DAY", help=tell("option.known_on"))]
Seed = Annotated[int, typer.Option("--seed", min=0, help=tell("option.seed"))]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help=tell("option.workers"))]
Json = Annotated[bool, typer.Option("--json", help=tell("option.json"))]
Horizons = Annotated[int, typer.Option("--horizons", help=tell("option.horizons"))]
Draws = Annotated[int, typer.Option("--draws", min=100, max=100_000, help=tell("option.draws"))]
LeaveOutGaps = Annotated[bool, typer.Option("--leave-out-gaps", help=tell("option.leave_out_gaps"))]
NoCompletion = Annotated[bool, typer.Option("--no-completion", help=tell("option.no_completion"))]
Threshold = Annotated[int, typer.Option("--threshold", min=0, help=tell("option.threshold"))]
Rounding = Annotated[int, typer.Option("--rounding", min=1, metavar="BASE", help=tell("option.rounding"))]
Purpose = Annotated[str | None, typer.Option("--purpose", metavar="TEXT", help=tell("option.purpose"))]
NoCache = Annotated[bool, typer.Option("--no-cache", help=tell("option.no_cache"))]
DEFAULT_SEED = 20_260_101


def request(**chosen: str | None) -> dict[str, str]:
    """Keep the options that were given."""
    return {name: value for name, value in chosen.items() if value is not None}


def requests(**chosen: str | None) -> "Sequence[Mapping[str, str]]":
    """Give what was asked for, or what a release holds where nothing was.

    Raises
    ------
    typer.BadParameter : a place or source was named without a measure
    """
    from havre.pipeline import DEFAULT_REQUESTS

    asked = request(**chosen)
    if asked and "measure" not in asked:
        raise typer.BadParameter(tell("forecast.needs_measure"))
    return [asked] if asked else DEFAULT_REQUESTS


def kept_forecasts(*, no_cache: bool) -> "KeptForecasts | None":
    """Give the folder of kept forecasts of this user, ``None`` where none are to be kept."""
    from havre.forecast.kept import KeptForecasts, default_folder

    return None if no_cache else KeptForecasts(default_folder(os.environ))
