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

    from havre.audit.sensors import Outcome, Sensor


def sensor(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("sensor.file"))],
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print what a sensor does, as far as it was published."""
    from havre.audit.sensors import read_sensor

    read = read_sensor(file)
    if as_json:
        write_json(_plain(read))
        return
    if read.searches:
        _show_search(read)
    if read.checks_vehicles:
        _show_checks(read)
    if read.unknown:
        stdout().print(tell("sensor.unknown", names=_names(read.unknown)), soft_wrap=True, markup=False)
    for name, figure in read.figures.items():
        value = _ends([_written(end) for end in (figure.range.low, figure.range.high)])
        facts = {"name": tell(f"sensor.quantity.{name}"), "value": value, "source": figure.source, "date": figure.date}
        stdout().print(tell("sensor.figure", **facts), soft_wrap=True, markup=False)


def _plain(read: "Sensor") -> dict[str, object]:
    """Give everything that follows as plain data; what happens to people, for each way in which detection is known."""
    from dataclasses import asdict

    from havre.audit.fleet import detections, fleet_outcomes, places_of_people
    from havre.audit.sensors import check_outcomes, in_time, outcomes

    found = [*fleet_outcomes(read), *outcomes(read)]
    people = {basis: places_of_people(read, detected) for basis, detected in detections(read).items()}
    return {
        "name": read.name, "figures": {name: asdict(figure) for name, figure in read.figures.items()},
        "unknown": read.unknown, "outcomes": [asdict(one) for one in found],
        "people": {basis: [asdict(one) for one in rows] for basis, rows in people.items()},
        "checks": [asdict(one) for one in check_outcomes(read)], "help": in_time(found),
    }  # fmt: skip


def _show_search(read: "Sensor") -> None:
    from rich.markup import escape

    from havre.audit.fleet import detections, fleet_outcomes, places_of_people
    from havre.audit.sensors import in_time, outcomes

    found = [*fleet_outcomes(read), *outcomes(read)]
    columns = [tell(f"sensor.column.{name}") for name in ("result", "value")]
    table(escape(read.name), columns, [[tell(f"sensor.result.{one.name}"), _cell(one)] for one in found])
    ways = detections(read)
    by_way = [places_of_people(read, detected) for detected in ways.values()]
    heads = [tell("sensor.column.result"), *(tell(f"sensor.basis.{basis}") for basis in ways)]
    rows = [[tell(f"sensor.place.{row[0].name}"), *map(_cell, row)] for row in zip(*by_way, strict=True)]
    table(tell("sensor.people"), heads, rows)
    if len(ways) > 1:
        stdout().print(tell("sensor.ways"), soft_wrap=True)
    stdout().print(tell(f"sensor.help_{in_time(found)}"), soft_wrap=True)
    stdout().print(tell("sensor.places"), soft_wrap=True)
    stdout().print(tell("sensor.fleet"), soft_wrap=True)


def _show_checks(read: "Sensor") -> None:
    from rich.markup import escape

    from havre.audit.sensors import check_outcomes

    columns = [tell(f"sensor.column.{name}") for name in ("result", "value")]
    title = tell("sensor.checks", name=escape(read.name))
    table(title, columns, [[tell(f"sensor.result.{one.name}"), _cell(one)] for one in check_outcomes(read)])
    stdout().print(tell("sensor.checks_note"), soft_wrap=True)


def _cell(one: "Outcome") -> str:
    from havre.audit.sensors import SHARES

    if one.range is None:
        return tell("sensor.lacks", names=_names(one.lacks))
    low, high = (percent(end) if one.name in SHARES else _written(end) for end in (one.range.low, one.range.high))
    if not one.lacks:
        return _ends([low, high])
    if one.range.low <= 0:
        value = tell("sensor.at_most", value=high)
    else:
        value = tell("sensor.at_least", value=low) if one.name in SHARES and one.range.high >= 1 else _ends([low, high])
    return tell("sensor.bounded", value=value, names=_names(one.lacks))


def _names(quantities: "Sequence[str]") -> str:
    return ", ".join(tell(f"sensor.quantity.{name}") for name in quantities)


def _written(value: float) -> str:
    from havre.audit.report.numbers import decimal

    return decimal(value, language())


def _ends(ends: list[str]) -> str:
    return f" {DASH} ".join(dict.fromkeys(ends))
