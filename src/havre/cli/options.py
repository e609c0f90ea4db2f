"""Options that several commands share, with their help in the reader's language."""

from datetime import date, datetime
from typing import Annotated

import typer

from havre.cli.language import tell

Measure = Annotated[str | None, typer.Option("--measure", help=tell("option.measure"))]
Destination = Annotated[str | None, typer.Option("--destination", help=tell("option.destination"))]
Origin = Annotated[str | None, typer.Option("--origin", help=tell("option.origin"))]
Source = Annotated[str | None, typer.Option("--source", help=tell("option.source"))]
Panel = Annotated[str | None, typer.Option("--panel", help=tell("option.panel"))]
Day = Annotated[datetime | None, typer.Option("--known-on", formats=["%Y-%m-%d"], help=tell("option.known_on"))]
Seed = Annotated[int, typer.Option("--seed", min=0, help=tell("option.seed"))]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help=tell("option.workers"))]
Json = Annotated[bool, typer.Option("--json", help=tell("option.json"))]
DEFAULT_SEED = 20_260_101


def as_day(moment: datetime | None) -> date | None:
    """Give the day of an option."""
    return moment.date() if moment else None


def request(**chosen: str | None) -> dict[str, str]:
    """Keep the options that were given."""
    return {name: value for name, value in chosen.items() if value is not None}
