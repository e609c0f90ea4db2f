"""``havre audit sensor``: a sensor or fleet from its spec sheet, with unknowns kept unknown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.audit_options import DASH, percent, tell
from havre.cli.console import stdout, table, write_json
from havre.cli.options import Json

if TYPE_CHECKING:
    from havre.audit.sensors import Outcome

SHARES = ("found_by_search", "found_in_looks", "true_alarms")


def sensor(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("sensor.file"))],
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print what a sensor does, as far as it was published."""
    from dataclasses import asdict

    from rich.markup import escape

    from havre.audit.sensors import in_time, outcomes, read_sensor

    read = read_sensor(file)
    found = outcomes(read)
    verdict = in_time(found)
    if as_json:
        figures = {name: asdict(figure) for name, figure in read.figures.items()}
        rows = [asdict(one) for one in found]
        write_json({"name": read.name, "figures": figures, "unknown": read.unknown, "outcomes": rows, "help": verdict})
        return
    columns = [tell(f"sensor.column.{name}") for name in ("result", "value")]
    table(escape(read.name), columns, [[tell(f"sensor.result.{one.name}"), _cell(one)] for one in found])
    stdout().print(tell(f"sensor.help_{verdict}"), soft_wrap=True)
    if read.unknown:
        stdout().print(tell("sensor.unknown", names=", ".join(read.unknown)), soft_wrap=True, markup=False)
    for name, figure in read.figures.items():
        value = f"{figure.range.low:g}{DASH}{figure.range.high:g}" if figure.range.low < figure.range.high else (
            f"{figure.range.low:g}")  # fmt: skip
        facts = {"name": name, "value": value, "source": figure.source, "date": figure.date}
        stdout().print(tell("sensor.figure", **facts), soft_wrap=True, markup=False)


def _cell(one: "Outcome") -> str:
    if one.range is None:
        return tell("sensor.lacks", names=", ".join(one.lacks))
    ends = dict.fromkeys([percent(v) if one.name in SHARES else f"{v:.3g}" for v in (one.range.low, one.range.high)])
    return f" {DASH} ".join(ends)
