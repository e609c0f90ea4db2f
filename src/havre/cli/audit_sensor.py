"""``havre audit sensor``: a sensor or fleet from its spec sheet, with unknowns kept unknown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.audit_options import DASH, percent, tell
from havre.cli.console import stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havre.audit.sensors import Outcome

SHARES = (
    "found_by_search", "found_in_looks", "true_alarms", "detected", "not_detected", "nobody_acts", "returned",
    "too_late", "in_time",
)  # fmt: skip


def sensor(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("sensor.file"))],
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print what a sensor does, as far as it was published."""
    from dataclasses import asdict

    from rich.markup import escape

    from havre.audit.fleet import fleet_outcomes, places_of_people
    from havre.audit.sensors import in_time, outcomes, read_sensor

    read = read_sensor(file)
    found = [*fleet_outcomes(read), *outcomes(read)]
    people = places_of_people(read)
    verdict = in_time(found)
    if as_json:
        figures = {name: asdict(figure) for name, figure in read.figures.items()}
        rows = {"outcomes": [asdict(one) for one in found], "people": [asdict(one) for one in people]}
        write_json({"name": read.name, "figures": figures, "unknown": read.unknown, **rows, "help": verdict})
        return
    columns = [tell(f"sensor.column.{name}") for name in ("result", "value")]
    table(escape(read.name), columns, [[tell(f"sensor.result.{one.name}"), _cell(one)] for one in found])
    table(tell("sensor.people"), columns, [[tell(f"sensor.place.{one.name}"), _cell(one)] for one in people])
    stdout().print(tell(f"sensor.help_{verdict}"), soft_wrap=True)
    stdout().print(tell("sensor.places"), soft_wrap=True)
    if read.unknown:
        stdout().print(tell("sensor.unknown", names=_names(read.unknown)), soft_wrap=True, markup=False)
    for name, figure in read.figures.items():
        value = _ends([_written(end) for end in (figure.range.low, figure.range.high)])
        facts = {"name": tell(f"sensor.quantity.{name}"), "value": value, "source": figure.source, "date": figure.date}
        stdout().print(tell("sensor.figure", **facts), soft_wrap=True, markup=False)


def _cell(one: "Outcome") -> str:
    if one.range is None:
        return tell("sensor.lacks", names=_names(one.lacks))
    return _ends([percent(end) if one.name in SHARES else _written(end) for end in (one.range.low, one.range.high)])


def _names(quantities: "Sequence[str]") -> str:
    return ", ".join(tell(f"sensor.quantity.{name}") for name in quantities)


def _written(value: float) -> str:
    from havre.audit.report.numbers import decimal

    return decimal(value, language())


def _ends(ends: list[str]) -> str:
    return f" {DASH} ".join(dict.fromkeys(ends))
