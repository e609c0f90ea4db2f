"""``havre audit roc``: published points of a system's thresholds, and which threshold a base rate would ask for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.audit_options import percent, tell, written
from havre.cli.console import number, stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import Json

if TYPE_CHECKING:
    from havre.audit.roc import Choice, RocPoint

DEFAULT_BASE_RATES = ["0.1%", "1%", "5%"]
DEFAULT_WEIGHTS = [1.0, 10.0, 100.0]
MILLION = 1_000_000


def roc(
    points: Annotated[
        list[str] | None,
        typer.Argument(metavar="[THRESHOLD=SENSITIVITY,SPECIFICITY...]", help=tell("roc.points")),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE.csv", help=tell("roc.file"))] = None,
    base_rate: Annotated[list[str] | None, typer.Option("--base-rate", help=tell("roc.base_rate"))] = None,
    weight: Annotated[list[float] | None, typer.Option("--weight", help=tell("roc.weight"))] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print what published thresholds do, the bounds of the area, and the threshold that costs least."""
    from havre.audit.rates import parse_rate
    from havre.audit.roc import area_bounds, choose, consequences, parse_points, read_points, trapezoid_area
    from havre.audit.roc import useless_points as find_useless

    if bool(points) == (file is not None):
        raise typer.BadParameter(tell("roc.one_way"))
    given = read_points(file) if file is not None else parse_points(points or [])
    bases = [parse_rate(text).share for text in base_rate or DEFAULT_BASE_RATES]
    area, trapezoid, useless = area_bounds(given), trapezoid_area(given), find_useless(given)
    rows = [consequences(point, base) for base in bases for point in given]
    choices = [choose(given, base, each) for base in bases for each in weight or DEFAULT_WEIGHTS]
    if as_json:
        write_json({
            "points": [vars(point) for point in given],
            "area": {"low": area.low, "high": area.high, "trapezoid": trapezoid},
            "useless": [point.threshold for point in useless],
            "consequences": [row.as_json() for row in rows],
            "choices": [choice.as_json() for choice in choices],
        })  # fmt: skip
        return
    names = ("base_rate", "threshold", "flagged", "wrongly", "missed", "ppv")
    cells = [
        [percent(row.base_rate), written(row.point.threshold), *(number(MILLION * share) for share in row.shares),
         percent(row.ppv)]
        for row in rows
    ]  # fmt: skip
    table(tell("roc.title"), [tell(f"roc.column.{name}") for name in names], cells)
    low, high, straight = (written(value, ".3f") for value in (area.low, area.high, trapezoid))
    stdout().print(tell("roc.area", low=low, high=high, trapezoid=straight), soft_wrap=True)
    if useless:
        from havre.texts import BETWEEN

        named = BETWEEN[language()].join(written(point.threshold) for point in useless)
        stdout().print(tell("roc.useless", thresholds=named), soft_wrap=True)
    columns = [tell(f"roc.column.{name}") for name in ("base_rate", "weight", "best", "cost")]
    table(tell("roc.choice"), columns, [_choice(choice) for choice in choices])
    stdout().print(tell("roc.assumption"), soft_wrap=True)


def _choice(choice: "Choice") -> list[str]:
    best = tell(f"roc.{choice.best}") if isinstance(choice.best, str) else _threshold(choice.best)
    return [percent(choice.base_rate), written(choice.weight), best, number(MILLION * choice.cost)]


def _threshold(point: "RocPoint") -> str:
    return written(point.threshold)
