"""The figures of a published release that can be contested: those that are shown, and those that are hidden."""

import csv
from pathlib import Path

from havre.errors import FileError, RecordError

TABLE = "forecast.csv"


def contestable_figures(folder: Path) -> frozenset[str]:
    """Give the names of the figures of a published release, see :mod:`havre.record.figures`.

    Raises
    ------
    FileError : the folder, or its table of forecasts, is missing
    RecordError : the table cannot be read
    """
    path = folder / TABLE
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [
                f"{row['scope']}/{row['origin']}/{row['destination']}/{row['target_month'][:7]}"
                for row in csv.DictReader(file)
            ]
    except FileNotFoundError as error:
        raise FileError("file.missing", path=path) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError("record.verify.changed", path=path) from error
    return frozenset(rows)
