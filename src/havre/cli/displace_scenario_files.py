"""What ``havre displace scenario --out`` writes: the changes by day and camp as a table, and the comparison as JSON.

Nothing in these files depends on the time, the machine or who worked: the same seed gives the same bytes.
"""

import csv
import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from havre.cli.displace_files import written_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from havre.displacement.comparison import Comparison

CHANGES, SCENARIO = "changes.csv", "scenario.json"
COLUMNS = (
    *("day", "date", "camp", "base", "scenario", "change", "change_low", "change_high", "more", "fewer"),
    *("capacity_in_force_base", "capacity_in_force_scenario"),
)


def write_comparison(found: "Comparison", facts: Mapping[str, object], out: Path) -> None:
    """Write a comparison into a folder that is not there yet or empty: both files, or nothing.

    Parameters
    ----------
    facts : what is told as JSON

    Raises
    ------
    FileError : the folder cannot be written; nothing is left behind
    """
    from havre.record.folder import write_files

    told = json.dumps(facts, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_files(out, ((name, text.encode()) for name, text in ((CHANGES, changes_csv(found)), (SCENARIO, told))))


def changes_csv(found: "Comparison") -> str:
    """Give one row a day and camp: medians of base and scenario, and the change from pair to pair.

    ``change``, ``change_low`` and ``change_high`` are its median and 80 % interval, ``more`` and ``fewer`` the shares
    of pairs in which the scenario has more and fewer people in the camp. Counts are in simulated persons; an empty
    capacity is no limit.
    """
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_rows(found))
    return text.getvalue()


def _rows(found: "Comparison") -> "Iterator[list[object]]":
    import numpy as np

    from havre.displacement.comparison import SURE

    change = found.quantiles((0.5, (1 - SURE) / 2, (1 + SURE) / 2))
    medians = [np.median(each.camp_counts, axis=0) for each in (found.base, found.changed)]
    figures = np.stack(
        [*medians, *change, found.chance_of_more, found.chance_of_fewer, found.base_capacities, found.capacities]
    )
    for day, when in enumerate(found.base.dates):
        for camp, name in enumerate(found.camps):
            values = (written_number(float(value)) for value in figures[:, day, camp])
            yield [day, when.isoformat(), name, *values]
